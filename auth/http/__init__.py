"""Hold the REST conventions that every route of the house shares."""
