"""Hold what teachers set, what students hand in for it, and what comes back."""
