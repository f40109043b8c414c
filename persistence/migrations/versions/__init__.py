"""Hold the schema's history, one file per step."""
