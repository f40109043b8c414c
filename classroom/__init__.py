"""Hold what a class consists of: one folder per feature, and the routes of all of them."""
