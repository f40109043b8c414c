"""Keep everything in PostgreSQL: engine, migrations, update log, files, and the embedded server."""
