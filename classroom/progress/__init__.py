"""Hold who has come how far with what: rows, and the live boards that show them."""
