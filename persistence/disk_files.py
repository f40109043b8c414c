"""Keep files in a folder: ``ab/cd/<sha256>``. A file appears under its name only when it is complete and on the disk."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path

from persistence.arrivals import Arrivals, Received
from persistence.errors import FileMissing, FilesAway
from persistence.errors import full_disk_is_told as told
from persistence.file_store import READ_BYTES

INCOMING = "incoming"
DIGEST_BYTES = 32


class DiskFiles:
    """A folder of files that never change; implements file_store.FileStore."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._arrivals = Arrivals(directory / INCOMING)

    def prepare(self) -> None:
        """See FileStore."""
        self._arrivals.prepare()

    async def check(self) -> None:
        """See FileStore."""
        if not await asyncio.to_thread(os.access, self._directory, os.R_OK | os.W_OK | os.X_OK):
            raise FilesAway

    def receive(
        self, chunks: AsyncIterator[bytes], *, max_bytes: int
    ) -> AbstractAsyncContextManager[Received, bool | None]:
        """See FileStore."""
        return self._arrivals.receive(chunks, max_bytes=max_bytes)

    def workshop(self) -> AbstractContextManager[Path, bool | None]:
        """See FileStore."""
        return self._arrivals.workshop()

    async def keep(self, received: Received) -> None:
        """See FileStore."""
        await asyncio.to_thread(self._keep, received)

    async def has(self, sha256: bytes) -> bool:
        """See FileStore."""
        return await asyncio.to_thread(self._path(sha256).exists)

    async def read(self, sha256: bytes, *, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """See FileStore."""
        try:
            file = await asyncio.to_thread(self._path(sha256).open, "rb", buffering=0)
        except FileNotFoundError as error:
            raise FileMissing(sha256) from error
        try:
            await asyncio.to_thread(file.seek, start)
            left = None if stop is None else stop - start
            while left is None or left > 0:
                data = await asyncio.to_thread(file.read, READ_BYTES if left is None else min(READ_BYTES, left))
                if not data:
                    break
                yield data
                left = None if left is None else left - len(data)
        finally:
            file.close()

    @asynccontextmanager
    async def lend(self, sha256: bytes) -> AsyncIterator[Path]:
        """See FileStore."""
        if not await self.has(sha256):
            raise FileMissing(sha256)
        yield self._path(sha256)

    async def forget(self, sha256: bytes) -> None:
        """See FileStore."""
        await asyncio.to_thread(self._path(sha256).unlink, missing_ok=True)

    async def kept(self, *, before: datetime) -> AsyncIterator[list[bytes]]:
        """See FileStore."""
        for first in range(256):
            found = await asyncio.to_thread(self._kept_below, f"{first:02x}", before.timestamp())
            if found:
                yield found

    def _path(self, sha256: bytes) -> Path:
        # Two levels, so that no folder grows too large to list.
        name = sha256.hex()
        return self._directory / name[:2] / name[2:4] / name

    def _keep(self, received: Received) -> None:
        place = self._path(received.sha256)
        if place.exists():
            return
        with told():
            place.parent.mkdir(parents=True, exist_ok=True)
            received.path.chmod(0o640)
            _name(received.path, place)
            # The new names must be on the disk too, up to the folder that was there before.
            for folder in (place.parent, place.parent.parent, self._directory):
                descriptor = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    def _kept_below(self, first: str, before: float) -> list[bytes]:
        found = []
        for path in (self._directory / first).glob("*/*"):
            digest = digest_of(path.name)
            try:
                if digest is not None and self._path(digest) == path and path.stat().st_mtime < before:
                    found.append(digest)
            except FileNotFoundError:
                continue
        return found


def _name(path: Path, place: Path) -> None:
    """Give a file its place in one step. Where the disk can, it has both names until its arrival ends."""
    try:
        place.hardlink_to(path)
    except FileExistsError:
        return
    except OSError:
        path.replace(place)


def digest_of(name: str) -> bytes | None:
    """Return the hash that a file's name spells, if it does."""
    try:
        digest = bytes.fromhex(name)
    except ValueError:
        return None
    return digest if len(digest) == DIGEST_BYTES else None
