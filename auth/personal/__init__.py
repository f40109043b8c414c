"""What the house knows about one person: give it to them, and erase it."""
