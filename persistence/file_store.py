"""Keep the bytes of uploads on disk, named by their SHA-256.

A file appears under its name only when it is complete and on the disk, so a crash leaves at most a file in
``incoming/``, which the next start clears away. Equal bytes are kept once.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from persistence.errors import FileTooLarge

WRITE_BYTES = 256 * 1024
INCOMING = "incoming"
LEFT_OVER_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that have arrived, but are not kept yet."""

    path: Path
    sha256: bytes
    size: int


class FileStore:
    """A folder of files that never change."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._incoming = directory / INCOMING

    def prepare(self) -> None:
        """Make the folders, and clear away what an earlier process left unfinished. Call before serving.

        Raises:
            OSError: the folder cannot be used.
        """
        self._incoming.mkdir(parents=True, exist_ok=True)
        for left_over in self._incoming.iterdir():
            # A younger one may be arriving at another process right now.
            if time.time() - left_over.stat().st_mtime > LEFT_OVER_SECONDS:
                if left_over.is_dir():
                    shutil.rmtree(left_over, ignore_errors=True)
                else:
                    left_over.unlink(missing_ok=True)

    def path(self, sha256: bytes) -> Path:
        """Return where the bytes with a hash are kept; two levels, so that no folder grows too large to list."""
        name = sha256.hex()
        return self._directory / name[:2] / name[2:4] / name

    @asynccontextmanager
    async def receive(self, chunks: AsyncIterator[bytes], *, max_bytes: int) -> AsyncIterator[Received]:
        """Write bytes to a temporary file as they arrive; it is gone when the block ends, unless it was kept.

        Raises:
            FileTooLarge: more than ``max_bytes`` arrived; the rest is not read.
        """
        self._incoming.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._incoming)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                received = await self._write(file, path, chunks, max_bytes=max_bytes)
            yield received
        finally:
            path.unlink(missing_ok=True)  # noqa: ASYNC240 -- one quick call that must happen even when cancelled

    async def keep(self, received: Received) -> None:
        """Give received bytes their place. Do this before the commit of the row that names them."""
        await asyncio.to_thread(self._keep, received)

    async def forget(self, sha256: bytes) -> None:
        """Remove bytes that no row names any more; see ``persistence.kept_files``."""
        await asyncio.to_thread(self.path(sha256).unlink, missing_ok=True)

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """Lend an empty folder on the same disk, in which files are made that are to be kept; gone when the block ends."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._incoming, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    async def _write(self, file: BinaryIO, path: Path, chunks: AsyncIterator[bytes], *, max_bytes: int) -> Received:
        digest = hashlib.sha256()
        size = 0
        waiting = bytearray()

        async def write() -> None:
            data = bytes(waiting)
            waiting.clear()
            digest.update(data)
            await asyncio.to_thread(file.write, data)

        async for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise FileTooLarge(max_bytes)
            waiting += chunk
            if len(waiting) >= WRITE_BYTES:
                await write()
        await write()
        await asyncio.to_thread(_sync, file)
        return Received(path, digest.digest(), size)

    def _keep(self, received: Received) -> None:
        place = self.path(received.sha256)
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        received.path.replace(place)
        place.chmod(0o640)
        # The new names must be on the disk too, up to the folder that was there before.
        for folder in (place.parent, place.parent.parent, self._directory):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
