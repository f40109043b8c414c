"""The real-time engine, and the process that hosts everything."""
