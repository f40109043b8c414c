"""Several processes that serve one database as if they were one."""
