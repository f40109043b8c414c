"""Hold the files that people upload."""
