"""Keep who changed what about people, and show it."""
