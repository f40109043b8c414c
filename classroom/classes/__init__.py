"""Hold classes and their members."""
