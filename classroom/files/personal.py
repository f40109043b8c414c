"""What a person has uploaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from auth.personal.ports import ROWS_MAX, Item, PersonalRecords, Rows, StoredFile, Subject
from auth.personal.rules import file_name
from classroom.files.collecting import BATCH, forget
from classroom.files.models import FileRow
from classroom.files.uses import FileUse, unused
from persistence.database import Database, Transaction
from persistence.errors import FilesAway
from persistence.file_store import FileStore

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FileBin:
    """Where files go at once, without waiting to be collected. `named_by`: every column that names bytes."""

    database: Database
    file_store: FileStore
    named_by: Sequence[InstrumentedAttribute[bytes]]

    async def erase(self, transaction: Transaction, *which: ColumnElement[bool]) -> None:
        """Delete rows of files; after the commit their bytes go, too, unless something else names them."""
        found = await transaction.session.scalars(
            delete(FileRow).where(*which).returning(FileRow.sha256).execution_options(synchronize_session=False)
        )
        hashes = sorted(set(found.all()))
        if hashes:
            transaction.after_commit(partial(self._forget, hashes))

    async def _forget(self, hashes: Sequence[bytes]) -> None:
        try:
            for begin in range(0, len(hashes), BATCH):
                batch = hashes[begin : begin + BATCH]
                await forget(self.database, self.file_store, batch, named_by=self.named_by)
        except FilesAway as error:
            # The rows are gone for good: the collector finds the bytes when the store is back.
            _log.warning("erased files have to wait", error=repr(error))


@dataclass(frozen=True, slots=True)
class FileRecords(PersonalRecords):
    """Files that something of a class uses stay there, and name nobody."""

    bin: FileBin
    uses: Sequence[FileUse]

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords."""
        found = await session.scalars(
            select(FileRow).where(FileRow.uploaded_by == subject.id).order_by(FileRow.id).limit(ROWS_MAX)
        )
        rows, files = [], []
        for place, row in enumerate(found.all(), 1):
            name = f"files/{file_name(row.name, place=place)}"
            files.append(StoredFile(name, partial(self.bin.file_store.read, row.sha256)))
            rows.append(
                {
                    "file": name,
                    "name": row.name,
                    "media_type": row.media_type,
                    "size": row.size,
                    "document_id": row.document_id,
                    "uploaded_at": row.created_at,
                }
            )
        return [Rows("uploads", rows), *files] if rows else []

    async def release(self, transaction: Transaction, subject: Subject) -> None:
        """Erase what nobody else may see."""
        mine = FileRow.uploaded_by == subject.id
        # Whoever claims a file for a use locks it: the statement after this one sees the uses that had committed until then.
        await transaction.session.execute(select(FileRow.id).where(mine).order_by(FileRow.id).with_for_update())
        await self.bin.erase(transaction, mine, unused(self.uses))
