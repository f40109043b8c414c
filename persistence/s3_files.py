"""Keep files in an S3-compatible store, under their hash.

Bytes arrive in a temporary file on this machine first: their name is known, and what they are can be looked into, only when all of
them are there. Then they are sent in parts, a few at a time, and appear in the store whole or not at all.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from persistence.arrivals import Arrivals, Received
from persistence.disk_files import INCOMING, digest_of
from persistence.errors import FileMissing, FilesAway
from persistence.errors import full_disk_is_told as told
from persistence.file_store import READ_BYTES

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import S3Config

PART_MIN_BYTES = 5 * 1024 * 1024
PARTS_MAX = 10_000
PARTS_AT_ONCE = 2
RETRIES_MAX = 3
RETRY_SECONDS = 15
CONNECT_SECONDS = 5
SILENCE_SECONDS = 30.0
"""So long nothing may come or go before a connection counts as dead."""
LISTED_AT_ONCE = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Place:
    """Where an S3-compatible store is, and who we are there."""

    bucket: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    endpoint: str = ""
    region: str = "us-east-1"
    prefix: str = ""


class S3Files:
    """A bucket of files that never change; implements file_store.FileStore."""

    def __init__(self, place: S3Place, *, directory: Path, silence_seconds: float = SILENCE_SECONDS) -> None:
        """`directory`: where bytes wait on this machine while they arrive."""
        self._arrivals = Arrivals(directory / INCOMING)
        config: S3Config = {
            "region": place.region,
            "access_key_id": place.access_key_id,
            "secret_access_key": place.secret_access_key,
            # Paths instead of host names: every compatible store knows them, and needs no names of its own for buckets.
            "virtual_hosted_style_request": False,
        }
        if place.endpoint:  # else Amazon's own, in the region
            config["endpoint"] = place.endpoint
        self._store = S3Store(
            place.bucket,
            prefix=place.prefix or None,
            config=config,
            client_options={
                "allow_http": place.endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "read_timeout": timedelta(seconds=silence_seconds),
                # Of a whole request: a large file on a slow line may take its time.
                "timeout": timedelta(days=1),
            },
            retry_config={"max_retries": RETRIES_MAX, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
        )

    def prepare(self) -> None:
        """See FileStore."""
        self._arrivals.prepare()

    async def check(self) -> None:
        """See FileStore."""
        with _told():
            async for _ in self._store.list(chunk_size=1):
                break

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
        if await self.has(received.sha256):
            return
        part = max(PART_MIN_BYTES, -(-received.size // PARTS_MAX))
        sending = obstore.put_async(
            self._store, _key(received.sha256), received.path, chunk_size=part, max_concurrency=PARTS_AT_ONCE
        )
        try:
            await _answered(sending)
        except FileNotFoundError as error:  # the bucket
            raise FilesAway from error

    async def has(self, sha256: bytes) -> bool:
        """See FileStore."""
        try:
            await _answered(obstore.head_async(self._store, _key(sha256)))
        except FileNotFoundError:
            return False
        return True

    async def read(self, sha256: bytes, *, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """See FileStore."""
        if stop is not None and stop <= start:
            return
        options: GetOptions = {"range": {"offset": start} if stop is None else (start, stop)}
        try:
            found = await _answered(
                obstore.get_async(self._store, _key(sha256), options=options if start or stop else None)
            )
        except FileNotFoundError as error:
            raise FileMissing(sha256) from error
        pieces = aiter(found.stream(min_chunk_size=READ_BYTES))
        while True:
            try:
                with _told():
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            yield bytes(piece)

    @asynccontextmanager
    async def lend(self, sha256: bytes) -> AsyncIterator[Path]:
        """See FileStore."""
        with self.workshop() as folder:
            path = folder / sha256.hex()
            with path.open("wb") as file:
                async for piece in self.read(sha256):
                    with told():
                        await asyncio.to_thread(file.write, piece)
            yield path

    async def forget(self, sha256: bytes) -> None:
        """See FileStore."""
        try:
            await _answered(obstore.delete_async(self._store, _key(sha256)))
        except FileNotFoundError:
            return

    async def kept(self, *, before: datetime) -> AsyncIterator[list[bytes]]:
        """See FileStore."""
        listing = aiter(self._store.list(chunk_size=LISTED_AT_ONCE))
        while True:
            try:
                with _told():
                    objects = await anext(listing)
            except StopAsyncIteration:
                return
            found = [
                digest
                for each in objects
                if (digest := digest_of(each["path"].rpartition("/")[2])) is not None
                and each["path"] == _key(digest)
                and each["last_modified"] < before
            ]
            if found:
                yield found


def _key(sha256: bytes) -> str:
    name = sha256.hex()
    return f"{name[:2]}/{name[2:4]}/{name}"


async def _answered(asked: Awaitable[T]) -> T:
    with _told():
        return await asked


@contextmanager
def _told() -> Iterator[None]:
    """Turn whatever goes wrong between us and the store into FilesAway; that something is not there stays FileNotFoundError."""
    try:
        yield
    except BaseError as error:
        raise FilesAway from error
