"""What keeps the bytes of uploads, named by their SHA-256. Equal bytes are kept once, and never change.

It is a folder (``persistence.disk_files``) or an S3-compatible store (``persistence.s3_files``). Bytes are kept before the row that names them is committed, and forgotten after the last row that named them is gone: see
``persistence.kept_files``. So a crash leaves at most bytes without a row, which are collected later.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from persistence.arrivals import Received

__all__ = ["READ_BYTES", "FileStore", "Received"]

READ_BYTES = 256 * 1024
"""So much of a file is in memory for each of its readers."""


class FileStore(Protocol):
    """A place of files. Whatever cannot be reached raises FilesAway; what has no room, StorageFull."""

    def prepare(self) -> None:
        """Make the folders that are needed on this machine. Call before serving.

        Raises:
            OSError: a folder cannot be used.
        """

    async def check(self) -> None:
        """See whether files can be reached.

        Raises:
            FilesAway: they cannot.
        """

    def receive(
        self, chunks: AsyncIterator[bytes], *, max_bytes: int
    ) -> AbstractAsyncContextManager[Received, bool | None]:
        """Take bytes in as they arrive; they are gone when the block ends, unless they were kept.

        Raises:
            FileTooLarge: more than ``max_bytes`` arrived; the rest is not read.
        """

    def workshop(self) -> AbstractContextManager[Path, bool | None]:
        """Lend an empty folder, in which files are made that are to be kept; gone when the block ends."""

    async def keep(self, received: Received) -> None:
        """Give received bytes their place, whole or not at all. It may take as long as sending them somewhere takes."""

    async def has(self, sha256: bytes) -> bool:
        """Tell whether the bytes with a hash are kept."""

    def read(self, sha256: bytes, *, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Yield kept bytes, or a part of them, piece by piece.

        Raises:
            FileMissing: they are not kept.
        """

    def lend(self, sha256: bytes) -> AbstractAsyncContextManager[Path, bool | None]:
        """Lend kept bytes as a file on this machine, for reading only; it may be gone when the block ends.

        Raises:
            FileMissing: they are not kept.
        """

    async def forget(self, sha256: bytes) -> None:
        """Remove bytes that no row names any more, if they are there; see ``persistence.kept_files``."""

    def kept(self, *, before: datetime) -> AsyncIterator[list[bytes]]:
        """Yield the hashes of everything that was kept before a moment, some at a time."""
