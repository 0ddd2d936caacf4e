"""What the contract offers to be tested, and to what the laws are bound there."""
