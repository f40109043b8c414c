"""The real-time engine, and the process that hosts everything."""

from collab_server import compiled

compiled.use()
