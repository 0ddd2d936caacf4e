"""What the contract says, as the generated code needs it: shapes, operations, failures; `view` is all of it."""
