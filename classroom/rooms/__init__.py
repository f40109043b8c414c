"""Look after the documents that are open: who is in them, and what to do when something is wrong."""
