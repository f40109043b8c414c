"""What each command of `lectern` does."""
