"""Collect orphans: files that nothing uses any more, and bytes that no row names.

First a row is marked as unused. When nothing has used it for some days it is deleted, and after that has committed its bytes are
forgotten. Killed in between, bytes are left without a row; those, and the ones of uploads that failed, are found by walking
through the store now and then. Nothing is taken on one look alone: whether a file is used, or bytes are named, is asked again under
a lock that keeps everybody from beginning to.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from classroom.files.models import FileRow
from classroom.files.uses import FileUse
from persistence.base import utc_now
from persistence.database import Database
from persistence.file_store import FileStore
from persistence.kept_files import COLLECTING_LOCK, forgettable

COLLECT_SECONDS = 3600.0
WALK_SECONDS = 24 * 3600.0
BYTES_GRACE = timedelta(days=1)
"""So long bytes may be on their way to their row."""
BATCH = 200

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Collected:
    """How many rows, and the bytes of how many files, have been removed."""

    rows: int = 0
    contents: int = 0


class FileCollector:
    """One server's collector. Of several servers one works at a time."""

    def __init__(
        self,
        database: Database,
        file_store: FileStore,
        *,
        uses: Sequence[FileUse],
        named_by: Sequence[InstrumentedAttribute[bytes]],
        unused_kept: timedelta,
    ) -> None:
        """`named_by`: every column that names bytes. `unused_kept`: for how long a file stays that nothing uses."""
        self._database = database
        self._store = file_store
        self._used: ColumnElement[bool] = or_(*(use.of(FileRow.id) for use in uses))
        self._named_by = named_by
        self._unused_kept = unused_kept
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look after files."""
        self._task = asyncio.create_task(self._run(), name="files")

    async def close(self) -> None:
        """Stop; what is not finished is found again."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def collect(self, *, walk: bool) -> Collected:
        """Collect what may go now. `walk`: also look through the whole store for bytes without a row."""
        async with self._alone() as alone:
            if not alone:
                return Collected()
            await asyncio.to_thread(self._store.prepare)
            await self._mark()
            rows, contents = await self._collect_rows()
            if walk:
                contents += await self._collect_contents()
            return Collected(rows, contents)

    async def _run(self) -> None:
        until_walk = 0.0
        while True:
            # Not at once: whatever starts has better things to do.
            await asyncio.sleep(COLLECT_SECONDS)
            until_walk -= COLLECT_SECONDS
            try:
                found = await self.collect(walk=until_walk <= 0)
                if found != Collected():
                    _log.info("unused files removed", files=found.rows, contents=found.contents)
                if until_walk <= 0:
                    until_walk = WALK_SECONDS
            except Exception as error:  # noqa: BLE001 -- the database or the store may be away; the orphans wait
                _log.warning("unused files have to wait", error=repr(error))

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[bool]:
        # Of the session, not of a transaction: none may stay open for as long as this takes.
        async with self._database.engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            alone = bool(await connection.scalar(select(func.pg_try_advisory_lock(COLLECTING_LOCK))))
            try:
                yield alone
            finally:
                if alone:
                    await connection.execute(select(func.pg_advisory_unlock(COLLECTING_LOCK)))

    async def _mark(self) -> None:
        marked = FileRow.unused_since.is_not(None)
        async with self._database.transaction() as transaction:
            for statement in (
                update(FileRow).where(marked, self._used).values(unused_since=None),
                update(FileRow).where(~marked, ~self._used).values(unused_since=utc_now()),
            ):
                await transaction.session.execute(statement, execution_options={"synchronize_session": False})

    async def _collect_rows(self) -> tuple[int, int]:
        rows = contents = 0
        while True:
            async with self._database.transaction() as transaction:
                session = transaction.session
                found = await session.scalars(
                    select(FileRow.id)
                    .where(FileRow.unused_since <= utc_now() - self._unused_kept, ~self._used)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True)
                )
                locked = found.all()
                # Whoever claims a file locks its row. This statement sees the links that had committed when we got the lock.
                gone = await session.scalars(
                    delete(FileRow)
                    .where(FileRow.id.in_(locked), ~self._used)
                    .returning(FileRow.sha256)
                    .execution_options(synchronize_session=False)
                )
                hashes = list(gone.all())
            rows += len(hashes)
            contents += await self._forget(hashes)
            if not hashes:
                return rows, contents

    async def _collect_contents(self) -> int:
        contents = 0
        async for hashes in self._store.kept(before=utc_now() - BYTES_GRACE):
            for begin in range(0, len(hashes), BATCH):
                batch = hashes[begin : begin + BATCH]
                async with self._database.transaction() as transaction:
                    named = await _named(transaction.session, batch, self._named_by)
                contents += await self._forget([sha256 for sha256 in batch if sha256 not in named])
        return contents

    async def _forget(self, hashes: Collection[bytes]) -> int:
        return await forget(self._database, self._store, hashes, named_by=self._named_by)


async def forget(
    database: Database,
    file_store: FileStore,
    hashes: Collection[bytes],
    *,
    named_by: Sequence[InstrumentedAttribute[bytes]],
) -> int:
    """Remove the bytes that no row names, after the rows that did are gone for good; returns how many."""
    if not hashes:
        return 0
    async with database.transaction() as transaction:
        free = await forgettable(transaction.session, hashes)
        unnamed = free - await _named(transaction.session, free, named_by)
        for sha256 in unnamed:
            await file_store.forget(sha256)
    return len(unnamed)


async def _named(
    session: AsyncSession, hashes: Collection[bytes], named_by: Sequence[InstrumentedAttribute[bytes]]
) -> set[bytes]:
    named: set[bytes] = set()
    for column in named_by:
        named.update((await session.scalars(select(column).where(column.in_(hashes)).distinct())).all())
    return named
