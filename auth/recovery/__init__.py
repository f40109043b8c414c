"""Get back into an account, and move it to another address: what a link in a mail does."""
