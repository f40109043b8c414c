"""Hold documents of a class, and who may open them."""
