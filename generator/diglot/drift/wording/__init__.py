"""How languages put the same things: names, texts, literals, examples and tags."""
