"""The documents that a person has made, and access that is only theirs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.personal.ports import ROWS_MAX, Item, MadeFile, PersonalRecords, Rows, Subject
from auth.personal.rules import file_name
from classroom.classes.personal import taught_by
from classroom.documents.export import updates_of, written
from classroom.documents.models import DocumentAccessRow, DocumentRow
from documents.access import Level
from documents.export import ExportFormat
from documents.kinds import Kind
from persistence.database import Database

DOCUMENTS_MAX = 1000


@dataclass(frozen=True, slots=True)
class DocumentRecords(PersonalRecords):
    """What they made for others stays, and names nobody."""

    database: Database

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords. With their content come those of classes in which the person is still a teacher, who reads all."""
        made = await session.execute(
            select(DocumentRow.id, DocumentRow.class_id, DocumentRow.kind, DocumentRow.title, DocumentRow.created_at)
            .where(DocumentRow.created_by == subject.id, DocumentRow.deleted_at.is_(None))
            .order_by(DocumentRow.id)
            .limit(ROWS_MAX)
        )
        rows = [dict(row) for row in made.mappings()]
        access = await session.execute(
            select(DocumentRow.id, DocumentRow.class_id, DocumentRow.title, DocumentAccessRow.access)
            .join(DocumentAccessRow, DocumentAccessRow.document_id == DocumentRow.id)
            .where(
                DocumentAccessRow.user_id == subject.id,
                DocumentAccessRow.access != Level.NONE,
                DocumentRow.deleted_at.is_(None),
            )
            .order_by(DocumentRow.id)
            .limit(ROWS_MAX)
        )
        rows += [dict(row) for row in access.mappings()]
        classes = set((await session.scalars(taught_by(subject))).all())
        readable = [row for row in rows if "created_at" in row and row["class_id"] in classes][:DOCUMENTS_MAX]
        files = [
            MadeFile(
                f"documents/{file_name(row['title'], place=place)}.json",
                document_as_json(self.database, row["id"], row["kind"]),
            )
            for place, row in enumerate(readable, 1)
        ]
        return [Rows("documents", rows), *files] if rows else []


def document_as_json(database: Database, document_id: UUID, kind: Kind) -> Callable[[], Awaitable[bytes]]:
    """Return what makes a document's JSON when its turn comes, in a transaction of its own."""

    async def make() -> bytes:
        async with database.transaction() as transaction:
            updates = await updates_of(transaction.session, document_id)
        return await written(kind, ExportFormat.JSON, updates, images={})

    return make
