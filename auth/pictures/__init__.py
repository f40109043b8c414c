"""People's pictures of themselves."""
