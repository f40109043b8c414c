"""Ask a class, and count what it answers."""
