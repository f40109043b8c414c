"""Hold who is to be in a class: people added by address, one by one or from a list, and invitations for the unknown."""
