"""Two versions of one interface: what changed, by which rule, and who breaks."""
