"""Bring the people of a session together in a video room of the school's own provider."""
