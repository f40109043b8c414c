"""A student's work, and the assignments that a teacher has set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.personal.ports import ROWS_MAX, Item, MadeFile, PersonalRecords, Rows, StoredFile, Subject, table
from auth.personal.rules import file_name
from classroom.assignments.models import (
    AssignmentRow,
    AttemptRow,
    ExtensionRow,
    FeedbackFileRow,
    SubmissionFileRow,
    SubmissionRow,
)
from classroom.assignments.reading import DRAFT
from classroom.classes.models import ClassRow
from classroom.classes.personal import taught_by
from classroom.documents.models import DocumentRow
from classroom.documents.personal import document_as_json
from classroom.files.models import FileRow
from classroom.files.personal import FileBin
from classroom.files.uses import FileUse, unused
from classroom.grades.models import GradeRow, ItemRow
from collab_server.live import LiveDocuments
from documents.kinds import Kind
from persistence.database import Transaction


@dataclass(frozen=True, slots=True)
class AssignmentRecords(PersonalRecords):
    """Work goes with who did it: its attempts, its page with the page's log, and the files that only it or its feedback used.

    Assignments stay. It lets go before the files do, which are then not in use any more.
    """

    live: LiveDocuments
    bin: FileBin
    uses: Sequence[FileUse]

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords. Feedback is in it once it was given back; points are among the grades."""
        extensions = await session.execute(
            select(
                ClassRow.title.label("class"),
                AssignmentRow.title.label("assignment"),
                ExtensionRow.due_at,
                ExtensionRow.cutoff_at,
                ExtensionRow.granted_at,
            )
            .join(AssignmentRow, AssignmentRow.id == ExtensionRow.assignment_id)
            .join(ClassRow, ClassRow.id == AssignmentRow.class_id)
            .where(ExtensionRow.user_id == subject.id, AssignmentRow.published_at.is_not(None))
            .order_by(ExtensionRow.assignment_id)
            .limit(ROWS_MAX)
        )
        made = await session.execute(
            select(
                AssignmentRow.id,
                ClassRow.title.label("class"),
                AssignmentRow.title,
                AssignmentRow.instructions,
                AssignmentRow.due_at,
                AssignmentRow.cutoff_at,
                AssignmentRow.points_max,
                AssignmentRow.scale,
                AssignmentRow.rubric,
                AssignmentRow.created_at,
                AssignmentRow.published_at,
            )
            .join(ClassRow, ClassRow.id == AssignmentRow.class_id)
            .where(
                AssignmentRow.created_by == subject.id,
                AssignmentRow.class_id.in_(taught_by(subject)),
                AssignmentRow.deleted_at.is_(None),
            )
            .order_by(AssignmentRow.id)
            .limit(ROWS_MAX)
        )
        return [
            *await self._work(session, subject),
            *table("more_time", extensions),
            *table("assignments", made),
        ]

    async def release(self, transaction: Transaction, subject: Subject) -> None:
        """See PersonalRecords."""
        session = transaction.session
        mine = select(SubmissionRow.document_id).where(SubmissionRow.user_id == subject.id)
        pages = (await session.scalars(mine.where(SubmissionRow.document_id.is_not(None)))).all()
        # Whoever claims a file for another use locks it first: what is unused below has been looked at after they committed.
        about_them = (
            select(FeedbackFileRow.file_id)
            .join(SubmissionRow, SubmissionRow.id == FeedbackFileRow.submission_id)
            .where(SubmissionRow.user_id == subject.id)
        )
        locked = select(FileRow.id).where(FileRow.id.in_(about_them)).order_by(FileRow.id).with_for_update()
        feedback = (await session.scalars(locked)).all()
        await session.execute(delete(SubmissionRow).where(SubmissionRow.user_id == subject.id))
        if feedback:
            await self.bin.erase(transaction, FileRow.id.in_(feedback), unused(self.uses))
        if pages:
            # The rows of a page's files go with the page, and then nobody knows their bytes.
            await self.bin.erase(transaction, FileRow.document_id.in_(pages))
            await session.execute(delete(DocumentRow).where(DocumentRow.id.in_(pages)))
        for document_id in pages:
            transaction.after_commit(partial(self.live.access_changed, document_id=document_id))

    async def _work(self, session: AsyncSession, subject: Subject) -> list[Item]:
        found = await session.execute(
            select(SubmissionRow, AssignmentRow.title, ClassRow.title, GradeRow.returned_at, ItemRow.hidden)
            .join(AssignmentRow, AssignmentRow.id == SubmissionRow.assignment_id)
            .join(ClassRow, ClassRow.id == AssignmentRow.class_id)
            .outerjoin(ItemRow, ItemRow.assignment_id == AssignmentRow.id)
            .outerjoin(GradeRow, and_(GradeRow.item_id == ItemRow.id, GradeRow.user_id == subject.id))
            .where(SubmissionRow.user_id == subject.id)
            .order_by(SubmissionRow.id)
            .limit(ROWS_MAX)
        )
        work = found.all()
        attempts = await session.scalars(
            select(AttemptRow)
            .join(SubmissionRow, SubmissionRow.id == AttemptRow.submission_id)
            .where(SubmissionRow.user_id == subject.id)
            .order_by(AttemptRow.submission_id, AttemptRow.number)
            .limit(ROWS_MAX)
        )
        attached = await session.execute(
            select(SubmissionFileRow.submission_id, SubmissionFileRow.number, FileRow.name)
            .join(SubmissionRow, SubmissionRow.id == SubmissionFileRow.submission_id)
            .join(FileRow, FileRow.id == SubmissionFileRow.file_id)
            .where(SubmissionRow.user_id == subject.id)
            .order_by(SubmissionFileRow.position)
            .limit(ROWS_MAX)
        )
        names: dict[tuple[UUID, int], list[str]] = {}
        for submission_id, number, name in attached.all():
            names.setdefault((submission_id, number), []).append(name)
        handed_in: dict[UUID, list[dict[str, Any]]] = {}
        for attempt in attempts.all():
            handed_in.setdefault(attempt.submission_id, []).append(
                {
                    "number": attempt.number,
                    "text": attempt.text,
                    "files": names.get((attempt.submission_id, attempt.number), []),
                    "handed_in_at": attempt.handed_in_at,
                    "late_seconds": attempt.late_seconds,
                }
            )
        rows: list[dict[str, Any]] = []
        files: list[Item] = []
        for place, (row, title, class_title, returned_at, hidden) in enumerate(work, 1):
            told: dict[str, Any] = {
                "class": class_title,
                "assignment": title,
                "draft": row.draft,
                "draft_files": names.get((row.id, DRAFT), []),
                "attempts": handed_in.get(row.id, []),
            }
            if row.document_id is not None:
                told["page"] = f"documents/page {file_name(title, place=place)}.json"
                files.append(MadeFile(told["page"], document_as_json(self.bin.database, row.document_id, Kind.PAGE)))
            if returned_at is not None:
                told |= {"feedback": row.feedback, "rubric": {} if hidden else row.rubric, "returned_at": returned_at}
            rows.append(told)
        returned = [row.id for row, _, _, returned_at, _ in work if returned_at is not None]
        if not rows:
            return []
        return [Rows("submissions", rows), *files, *await self._feedback_files(session, returned)]

    async def _feedback_files(self, session: AsyncSession, submission_ids: Iterable[UUID]) -> list[Item]:
        found = await session.execute(
            select(FileRow.name, FileRow.sha256)
            .join(FeedbackFileRow, FeedbackFileRow.file_id == FileRow.id)
            .where(FeedbackFileRow.submission_id.in_(submission_ids))
            .order_by(FeedbackFileRow.submission_id, FeedbackFileRow.position)
            .limit(ROWS_MAX)
        )
        return [
            StoredFile(f"feedback/{file_name(name, place=place)}", partial(self.bin.file_store.read, sha256))
            for place, (name, sha256) in enumerate(found.all(), 1)
        ]
