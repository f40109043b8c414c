"""Save a class into one file, while people work in it.

All rows are those of one moment: they are read in one repeatable-read transaction. Nobody collects files meanwhile.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from classroom.archives.container import READ_BYTES, ArchiveWriter
from classroom.archives.errors import ArchiveError
from classroom.archives.left_out import LEFT_OUT
from classroom.archives.manifest import ClassNamed, Manifest, first_fault, written
from classroom.archives.ports import Leaving, Part, Report
from classroom.classes.models import ClassRow
from classroom.documents.models import DocumentRow
from persistence.database import Database
from persistence.errors import FileMissing
from persistence.file_store import FileStore
from persistence.kept_files import COLLECTING_LOCK

FILES_PER_LINE = 200
_NO_LIMITS = "select set_config('idle_in_transaction_session_timeout', '0', true)"


@dataclass(slots=True)
class _Luggage:
    archive: ArchiveWriter
    store: FileStore
    report: Report
    sizes: dict[bytes, int | None] = field(default_factory=dict)

    def put(self, name: str, data: bytes) -> None:
        self.archive.put(name, data)

    async def take(self, sha256: bytes, *, name: str) -> int | None:
        if sha256 not in self.sizes:
            self.sizes[sha256] = size = await self._copied(sha256)
            if size is None:
                self.report(
                    f"the file {name!r} is missing from the store, or damaged there, so it is not in the archive"
                )
            if len(self.sizes) % FILES_PER_LINE == 0:
                self.report(f"{len(self.sizes)} files")
        return self.sizes[sha256]

    @property
    def missing(self) -> list[str]:
        return sorted(sha256.hex() for sha256, size in self.sizes.items() if size is None)

    async def _copied(self, sha256: bytes) -> int | None:
        try:
            async with self.store.lend(sha256) as path:
                # Looked at first: what has been written into the archive stays there.
                size = await asyncio.to_thread(_checked_size, path, sha256)
                if size is not None:
                    await asyncio.to_thread(self._copy, path, sha256, size)
                return size
        except (FileMissing, FileNotFoundError):
            return None

    def _copy(self, path: Path, sha256: bytes, size: int) -> None:
        with path.open("rb") as file:
            self.archive.copy(sha256, file, size=size)


def _checked_size(path: Path, sha256: bytes) -> int | None:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while data := file.read(READ_BYTES):
            digest.update(data)
            size += len(data)
    return size if digest.digest() == sha256 else None


async def save_class(
    database: Database,
    store: FileStore,
    file: BinaryIO,
    *,
    parts: Sequence[Part[Any]],
    class_id: UUID,
    document_id: UUID | None = None,
    release: str,
    report: Report,
) -> Manifest:
    """Write an archive of a class, or of one document of it, into an open file.

    Raises:
        ArchiveError: there is no such class, or it has something that no archive takes.
        FilesAway, SQLAlchemyError, OSError: as they say.
    """
    with closing(ArchiveWriter(file)) as archive:
        luggage = _Luggage(archive, store, report)
        async with database.transaction() as guard:
            await guard.session.execute(text(_NO_LIMITS))
            # Before the moment that is read: what its rows name stays until the end.
            await guard.session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": COLLECTING_LOCK})
            async with _one_moment(database) as session:
                row = await _class(session, class_id, document_id)
                leaving = Leaving(
                    session=session, class_id=class_id, luggage=luggage, report=report, document_id=document_id
                )
                contents = {}
                for part in parts:
                    if document_id is not None and not part.of_documents:
                        continue
                    said = await _left(part, leaving)
                    if said is not None:
                        luggage.put(f"{part.name}.json", written(said.model_dump(mode="json")))
                        contents[part.name] = part.count(said)
            # Without an answer the lock may be gone, and with it bytes.
            await guard.session.execute(text("select 1"))
        manifest = Manifest(
            release=release,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            class_=ClassNamed(id=class_id, title=row.title),
            contents=contents,
            left_out=list(LEFT_OUT),
            missing=luggage.missing,
            entries=archive.entries,
        )
        archive.complete(manifest)
        return manifest


@asynccontextmanager
async def _one_moment(database: Database) -> AsyncIterator[AsyncSession]:
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        await session.execute(text(_NO_LIMITS))
        yield session


async def _class(session: AsyncSession, class_id: UUID, document_id: UUID | None) -> ClassRow:
    row = await session.get(ClassRow, class_id)
    if row is None or row.deleted_at is not None:
        raise ArchiveError(f"There is no class {class_id}.")
    if document_id is not None:
        found = await session.scalar(
            select(DocumentRow.id).where(
                DocumentRow.id == document_id,
                DocumentRow.class_id == class_id,
                DocumentRow.deleted_at.is_(None),
                DocumentRow.listed,
            )
        )
        if found is None:
            raise ArchiveError(f"The class has no document {document_id}.")
    return row


async def _left(part: Part[Any], leaving: Leaving) -> Any:
    try:
        return await part.leave(leaving)
    except ValidationError as error:
        raise ArchiveError(f"The class has something that no archive takes: {first_fault(part.name, error)}") from None
