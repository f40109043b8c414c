"""Know people: accounts, passwords, tokens, sign-ins, and their routes."""
