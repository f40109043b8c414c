"""How far a person has come, and their name on boards of progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.personal.ports import ROWS_MAX, Item, MadeFile, PersonalRecords, Subject, table
from classroom.classes.models import ClassRow, MembershipRow
from classroom.documents.models import DocumentRow
from classroom.documents.personal import document_as_json
from classroom.progress.known import KnownProgress
from classroom.progress.models import BoardRow, CellRow, ColumnRow, PageRow, RemarkRow
from classroom.progress.people import follow_person
from collab_server.live import LiveDocuments
from documents.kinds import Kind
from persistence.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class ProgressRecords(PersonalRecords):
    """See PersonalRecords."""

    database: Database
    live: LiveDocuments
    known: KnownProgress

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords."""
        seen = (ColumnRow.hidden.is_(False), ColumnRow.removed_at.is_(None))
        cells = await session.execute(
            select(
                ClassRow.title.label("class"),
                ColumnRow.title.label("activity"),
                ColumnRow.activity_id,
                CellRow.state,
                CellRow.stuck,
                CellRow.score,
                CellRow.changed_at,
            )
            .join(ColumnRow, ColumnRow.id == CellRow.column_id)
            .join(ClassRow, ClassRow.id == ColumnRow.class_id)
            .where(CellRow.user_id == subject.id, *seen)
            .order_by(CellRow.column_id)
            .limit(ROWS_MAX)
        )
        remarks = await session.execute(
            select(
                ClassRow.title.label("class"),
                ColumnRow.title.label("activity"),
                ColumnRow.activity_id,
                RemarkRow.remark,
                RemarkRow.written_at,
            )
            .join(ColumnRow, ColumnRow.id == RemarkRow.column_id)
            .join(ClassRow, ClassRow.id == ColumnRow.class_id)
            .where(RemarkRow.user_id == subject.id, *seen)
            .order_by(RemarkRow.column_id)
            .limit(ROWS_MAX)
        )
        tables = [*table("progress", cells), *table("remarks", remarks)]
        pages = await session.execute(
            select(PageRow.document_id, PageRow.class_id).where(PageRow.user_id == subject.id).limit(ROWS_MAX)
        )
        files = [
            MadeFile(f"documents/progress {class_id}.json", document_as_json(self.database, document_id, Kind.PROGRESS))
            for document_id, class_id in pages.all()
        ]
        return [*tables, *files]

    async def release(self, transaction: Transaction, subject: Subject) -> None:
        """Take the person off all boards, and erase their own pages with the logs of these."""
        session = transaction.session
        boards = await session.scalars(
            select(BoardRow.class_id)
            .join(MembershipRow, MembershipRow.class_id == BoardRow.class_id)
            .where(MembershipRow.user_id == subject.id)
            .order_by(BoardRow.class_id)
        )
        class_ids = boards.all()
        # The account takes its memberships along, but only at the very end: a board shows who is in the class.
        await session.execute(delete(MembershipRow).where(MembershipRow.user_id == subject.id))
        pages = await session.scalars(
            delete(DocumentRow)
            .where(DocumentRow.id.in_(select(PageRow.document_id).where(PageRow.user_id == subject.id)))
            .returning(DocumentRow.id)
        )
        erased = pages.all()
        for class_id in class_ids:
            await follow_person(transaction, self.live, class_id=class_id, user_id=subject.id)
        transaction.after_commit(lambda: self.known.forget(user_id=subject.id))
        for document_id in erased:
            transaction.after_commit(partial(self.live.access_changed, document_id=document_id))
