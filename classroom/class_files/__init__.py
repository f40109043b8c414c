"""Files that teachers share in a class."""
