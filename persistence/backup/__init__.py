"""Save everything into one file while the house is open, and bring it back into an empty one."""
