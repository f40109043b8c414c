"""Take bytes in as they arrive: into a temporary file, hashed on the way, never whole in memory."""

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
from persistence.errors import full_disk_is_told as told

WRITE_BYTES = 256 * 1024
LEFT_OVER_SECONDS = 24 * 3600
"""After this an unfinished arrival is one of a process that is gone: no upload takes as long."""


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that have arrived, but are not kept yet."""

    path: Path
    sha256: bytes
    size: int


class Arrivals:
    """A folder of what is arriving or being made right now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder, and clear away what earlier processes left unfinished.

        Raises:
            OSError: the folder cannot be used.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        for left_over in self._folder.iterdir():
            try:
                # A younger one may be arriving at another process right now.
                if time.time() - left_over.stat().st_mtime > LEFT_OVER_SECONDS:
                    if left_over.is_dir():
                        shutil.rmtree(left_over, ignore_errors=True)
                    else:
                        left_over.unlink(missing_ok=True)
            except FileNotFoundError:
                continue  # its owner was quicker

    @asynccontextmanager
    async def receive(self, chunks: AsyncIterator[bytes], *, max_bytes: int) -> AsyncIterator[Received]:
        """Write bytes to a temporary file as they arrive; it is gone when the block ends, unless it was kept.

        Raises:
            FileTooLarge: more than ``max_bytes`` arrived; the rest is not read.
            StorageFull: there is no room on the disk.
        """
        with told():
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb", buffering=0) as file:
                received = await _write(file, path, chunks, max_bytes=max_bytes)
            yield received
        finally:
            path.unlink(missing_ok=True)  # noqa: ASYNC240 -- one quick call that must happen even when cancelled

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """Lend an empty folder on the same disk, in which files are made that are to be kept; gone when the block ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True) as folder:
            yield Path(folder)


async def _write(file: BinaryIO, path: Path, chunks: AsyncIterator[bytes], *, max_bytes: int) -> Received:
    digest = hashlib.sha256()
    size = 0
    waiting = bytearray()

    def write(data: bytes) -> None:
        digest.update(data)
        with told():
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]

    def sync() -> None:
        with told():
            os.fsync(file.fileno())

    async def flush() -> None:
        data = bytes(waiting)
        waiting.clear()
        # Hashing lets other threads run, too.
        await asyncio.to_thread(write, data)

    async for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise FileTooLarge(max_bytes)
        waiting += chunk
        if len(waiting) >= WRITE_BYTES:
            await flush()
    await flush()
    await asyncio.to_thread(sync)
    return Received(path, digest.digest(), size)
