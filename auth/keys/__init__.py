"""The keys that sign access tokens: which is in force, and how it is replaced by another."""
