"""Where a person is signed in, and their password: see it, change it, end it."""
