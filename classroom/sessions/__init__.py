"""Hold class sessions: when a class meets, what its stage shows, whose hands are up, who was there."""
