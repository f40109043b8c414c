"""Save everything into one file, while servers go on working.

All rows are those of one moment: they are read in one repeatable-read transaction. The bytes of files are copied afterwards, because they
never change and are kept before the row that names them is committed. They could only go in between, so nobody collects files meanwhile.
"""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import asyncpg
from sqlalchemy.orm import InstrumentedAttribute

from persistence.appearing import appearing
from persistence.backup import catalogue
from persistence.backup.archive import ArchiveWriter, BackupError, Completion, Manifest
from persistence.backup.catalogue import quoted
from persistence.connecting import Address
from persistence.errors import FileMissing
from persistence.file_store import FileStore
from persistence.kept_files import COLLECTING_LOCK
from persistence.migrations import MIGRATION_LOCK, known_revisions

HASH_BYTES = 32
FILES_PER_LINE = 500

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Source:
    """Where everything is. `named_by`: every column that names bytes in the file store."""

    database_url: str
    file_store: FileStore
    named_by: Sequence[InstrumentedAttribute[bytes]]


async def save(source: Source, path: Path, *, release: str, secret_key: str | None, report: Report) -> Completion:
    """Write a backup, which appears under its name only when all of it is on the disk.

    Raises:
        BackupError: there is nothing to save.
        NameTaken: there is something under that name.
        FilesAway, OSError, asyncpg.PostgresError: as they say.
    """
    with appearing(path) as file:
        async with _connected(source.database_url) as connection:
            writer, rows, hashes, names = await _save_rows(
                source, connection, file, release=release, secret_key=secret_key, report=report
            )
            report(f"{sum(rows.values())} rows of {len(rows)} tables are saved; {len(names)} files follow")
            missing, damaged, size = await _save_files(source, writer, names, report=report)
            # Who erases an account takes its files away at once, and then they are no loss. Without an answer the connection is gone, and
            # with it the lock: then others may have gone, too.
            lost = missing.intersection(await _named(source, connection, writer.tables)) if missing else missing
            await connection.execute("select 1")
        completion = Completion(
            rows,
            hashes,
            len(names) - len(missing),
            size,
            [each.hex() for each in sorted(lost)],
            [each.hex() for each in sorted(damaged)],
        )
        writer.complete(completion)
    return completion


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Connect, with nobody collecting files, and no limits of time: a large school takes as long as it takes."""
    limits = dict.fromkeys(("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"), "0")
    connection = await Address(url).connect(server_settings=limits)
    try:
        await connection.execute("select pg_advisory_lock($1::bigint)", COLLECTING_LOCK)
        yield connection
    finally:
        await connection.close()


async def _save_rows(
    source: Source,
    connection: "asyncpg.Connection[Any]",
    file: BinaryIO,
    *,
    release: str,
    secret_key: str | None,
    report: Report,
) -> tuple[ArchiveWriter, dict[str, int], dict[str, str], list[bytes]]:
    # Before the transaction: its moment is that of its first statement, and the schema must not change until its tables are held.
    await connection.execute("select pg_advisory_lock_shared($1::bigint)", MIGRATION_LOCK)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        revision = await catalogue.revision(connection)
        if revision is None:
            raise BackupError("There is nothing to save: the database has never been one of Lectern.")
        if revision not in known_revisions():
            raise BackupError(f"The database is at revision {revision!r}, of a later release: save it with that one.")
        tables = await catalogue.tables(connection)
        await connection.execute(f"lock table {', '.join(map(quoted, tables))} in access share mode")
        await connection.execute("select pg_advisory_unlock_shared($1::bigint)", MIGRATION_LOCK)
        manifest = Manifest(
            release=release,
            revision=revision,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            postgresql=connection.get_server_version().major,
            tables=tables,
            secret_key=secret_key,
        )
        writer = ArchiveWriter(file, manifest)
        rows, hashes = {}, {}
        for number, (name, columns) in enumerate(tables.items(), start=1):
            report(f"table {number} of {len(tables)}: {name}")
            table = writer.table(name)
            status = await connection.copy_from_table(name, columns=columns, output=table, format="binary")
            rows[name] = int(status.split()[-1])
            hashes[name] = table.close()
        return writer, rows, hashes, await _named(source, connection, tables)


async def _named(source: Source, connection: "asyncpg.Connection[Any]", tables: dict[str, list[str]]) -> list[bytes]:
    """Return the hashes of all files that rows name, of columns that this schema has already."""
    there = [each for each in source.named_by if each.key in tables.get(each.class_.__tablename__, ())]
    query = " union ".join(f"select {quoted(each.key)} from {quoted(each.class_.__tablename__)}" for each in there)  # noqa: S608
    return [row[0] for row in await connection.fetch(f"{query} order by 1")] if there else []


async def _save_files(
    source: Source, writer: ArchiveWriter, names: list[bytes], *, report: Report
) -> tuple[set[bytes], set[bytes], int]:
    missing, damaged, size = set[bytes](), set[bytes](), 0
    for number, sha256 in enumerate(names, start=1):
        try:
            async with source.file_store.lend(sha256) as path:
                length, whole = _copied(writer, sha256, path)
        except (FileMissing, FileNotFoundError):
            missing.add(sha256)
            continue
        size += length
        if not whole:
            damaged.add(sha256)
        if number % FILES_PER_LINE == 0:
            report(f"{number} of {len(names)} files, {size // 2**20} MiB")
    return missing, damaged, size


def _copied(writer: ArchiveWriter, sha256: bytes, path: Path) -> tuple[int, bool]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        return size, writer.file(sha256, file, size=size)
