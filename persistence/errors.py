"""What can go wrong between us and PostgreSQL.

PersistenceError
├── ConstraintViolated    a named constraint refused a change
├── DatabaseNewerThanCode the schema was made by a later release
├── KeyReused             an idempotency key came back with another request
└── FileTooLarge          more bytes arrived than a file may have
"""


class PersistenceError(Exception):
    """Be the base of this package's errors."""


class ConstraintViolated(PersistenceError):
    """A named constraint of the database refused a change."""

    def __init__(self, constraint: str) -> None:
        super().__init__(f"the constraint {constraint} refused the change")
        self.constraint = constraint


class DatabaseNewerThanCode(PersistenceError):
    """The database was migrated by a later release than this one."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision!r}, which this release does not know: "
            "it was made by a later release. Start that release, or restore a backup."
        )
        self.revision = revision


class KeyReused(PersistenceError):
    """An idempotency key was used before, for a different request."""


class FileTooLarge(PersistenceError):
    """More bytes arrived than a file may have."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"a file may have at most {max_bytes} bytes")
        self.max_bytes = max_bytes
