"""What can go wrong between us and PostgreSQL.

PersistenceError
├── ConstraintViolated    a named constraint refused a change
├── DatabaseNewerThanCode the schema was made by a later release
├── KeyReused             an idempotency key came back with another request
├── FileTooLarge          more bytes arrived than a file may have
├── FileMissing           bytes that a row names are not in the store
├── FilesAway             the store of files cannot be reached
└── StorageFull           there is no room on the disk
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


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


class FileMissing(PersistenceError):
    """Bytes that a row names are not in the store: somebody has removed them there."""

    def __init__(self, sha256: bytes) -> None:
        super().__init__(f"the bytes {sha256.hex()} are not kept")


class FilesAway(PersistenceError):
    """The store of files cannot be reached, or does not let us in."""


class StorageFull(PersistenceError):
    """There is no room on the disk."""


@contextmanager
def full_disk_is_told() -> Iterator[None]:
    """Turn the system's error about a full disk into StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise
