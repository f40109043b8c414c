"""Bring a backup back into an empty database and its file store.

It is read twice: first to its end, to believe it, then to write. All rows are one transaction. Files are kept before it commits, so
whatever is killed in between leaves at most bytes that no row names, which are collected as those of a broken upload.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import NullPool

from persistence.backup import catalogue
from persistence.backup.archive import ArchiveReader, BackupError, Completion, Content, Manifest
from persistence.backup.saving import FILES_PER_LINE, Report
from persistence.connecting import Address, engine_of
from persistence.file_store import FileStore
from persistence.migrations import MIGRATION_LOCK, known_revisions, upgrade

ALONE_SECONDS = 5.0
"""So long to wait for the sessions of programs that have just ended."""
POLL_SECONDS = 0.1

# Of other roles' sessions one may not see the type; those of the server itself belong to no role.
_OTHERS = (
    "select count(*) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid()"
    " and usesysid is not null and coalesce(backend_type, 'client backend') = 'client backend'"
)


async def restore(
    database_url: str, file_store: FileStore, path: Path, *, report: Report
) -> tuple[Manifest, Completion]:
    """Bring everything back, or nothing.

    Raises:
        BackupError: the backup is not believed, or the database is in use, or not empty.
        FilesAway, StorageFull, OSError, asyncpg.PostgresError, SQLAlchemyError: as they say.
    """
    with path.open("rb") as file:
        report("reading the backup once, to see that all of it is there")
        manifest, completion = ArchiveReader.verified(file)
        if manifest.revision not in known_revisions():
            raise BackupError(
                f"This backup is of release {manifest.release}, a later one: bring it back with that one."
            )
        async with _engine(database_url) as engine:
            restoring = _Restoring(file_store, ArchiveReader(file), completion, report)
            await restoring.run(engine)
            async with engine.connect() as connection:
                # Without it the first queries would be planned for empty tables.
                await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("analyze"))
    return manifest, completion


@asynccontextmanager
async def _engine(url: str) -> AsyncIterator[AsyncEngine]:
    limits = dict.fromkeys(("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"), "0")
    engine = engine_of(Address(url), options={"server_settings": limits}, poolclass=NullPool)
    try:
        yield engine
    finally:
        await engine.dispose()


class _Restoring:
    """One backup on its way back."""

    def __init__(self, file_store: FileStore, archive: ArchiveReader, completion: Completion, report: Report) -> None:
        self._store = file_store
        self._archive = archive
        self._completion = completion
        self._report = report
        self._kept: list[bytes] = []

    async def run(self, engine: AsyncEngine) -> None:
        committing = False
        try:
            async with engine.begin() as connection:
                await _alone(connection)
                await self._fill(connection)
                committing = True
        except BaseException:
            # When the answer to the commit was lost, the rows may be there: then bytes too many are better than too few.
            if not committing:
                for sha256 in self._kept:
                    await self._store.forget(sha256)
            raise

    async def _fill(self, connection: AsyncConnection) -> None:
        manifest = self._archive.manifest
        driver = await _driver(connection)
        await _emptied(driver)
        await upgrade(connection, target=manifest.revision)
        if await catalogue.tables(driver) != manifest.tables:
            raise BackupError("This backup is damaged: its tables are not those of its release.")
        tighten = await catalogue.loosened(driver)
        files = 0
        for content in self._archive.contents():
            if content.table is not None:
                await self._fill_table(driver, content)
                continue
            await self._keep(content)
            files += 1
            if files % FILES_PER_LINE == 0:
                self._report(f"{files} of {self._completion.files} files")
        if self._archive.completion != self._completion or files != self._completion.files:
            raise BackupError("The backup has changed while it was read.")
        self._report("checking that everything fits together")
        for statement in tighten:
            await driver.execute(statement)
        await upgrade(connection)

    async def _fill_table(self, driver: "asyncpg.Connection[Any]", content: Content) -> None:
        name = content.table or ""
        self._report(f"table {name}: {self._completion.rows[name]} rows")
        status = await driver.copy_to_table(
            name, columns=self._archive.manifest.tables[name], source=_each(content.chunks), format="binary"
        )
        if int(status.split()[-1]) != self._completion.rows[name]:
            raise BackupError(f"This backup is damaged: rows of {name} are missing.")

    async def _keep(self, content: Content) -> None:
        name = content.file or ""
        sha256 = bytes.fromhex(name)
        async with self._store.receive(_each(content.chunks), max_bytes=content.size) as received:
            if received.sha256 != sha256:
                if name in self._completion.damaged:
                    return
                raise BackupError(f"This backup is damaged: the file {name} is not what it was.")
            if not await self._store.has(sha256):
                self._kept.append(sha256)
                await self._store.keep(received)


async def _alone(connection: AsyncConnection) -> None:
    """Keep every server from starting until the transaction ends, and see that none runs."""
    deadline = monotonic() + ALONE_SECONDS
    while True:
        mine = await connection.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        if mine and not await connection.scalar(text(_OTHERS)):
            return
        if monotonic() > deadline:
            raise BackupError("The database is in use: stop every server and program that is connected to it.")
        await asyncio.sleep(POLL_SECONDS)
        # Who is there is looked up once in a transaction, unless it is asked to forget it.
        await connection.execute(text("select pg_stat_clear_snapshot()"))


async def _emptied(driver: "asyncpg.Connection[Any]") -> None:
    """Make room in a database that was migrated but never used; refuse any other."""
    revision = await catalogue.revision(driver)
    if revision is None and not await catalogue.tables(driver):
        return
    if revision not in known_revisions() or await catalogue.has_rows(driver):
        raise BackupError("The database is not empty: bring a backup back into a new one.")
    await catalogue.drop_all(driver)


async def _driver(connection: AsyncConnection) -> "asyncpg.Connection[Any]":
    raw = await connection.get_raw_connection()
    driver: asyncpg.Connection[Any] | None = raw.driver_connection
    assert driver is not None, "a connection that is open has one"
    return driver


async def _each(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
