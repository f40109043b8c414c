"""The files of students' work and of feedback: attached by who has uploaded them, and fetched by who may see what they belong to."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import FieldInvalid, NotFound
from classroom.assignments.actions import AccessedAssignment
from classroom.assignments.models import FeedbackFileRow, SubmissionFileRow, SubmissionRow
from classroom.assignments.reading import DRAFT, access_submission
from classroom.assignments.rules import AnswerKind
from classroom.files.uses import FileDesk, FileUse
from classroom.grades.models import GradeRow


async def put_draft_files(
    session: AsyncSession,
    desk: FileDesk,
    person: Person,
    access: AccessedAssignment,
    submission: SubmissionRow,
    *,
    file_ids: Sequence[UUID],
) -> None:
    """Make these the files of what somebody is writing; they must be the person's own.

    Raises:
        FieldInvalid: no files can be handed in for this assignment.
        ContentInvalid: one of them is not here, or somebody else's.
    """
    if file_ids and AnswerKind.FILES not in access.row.answers:
        raise FieldInvalid("file_ids", "cannot be handed in for this assignment")
    await desk.claim(session, person, file_ids, class_id=access.row.class_id)
    await _drop_draft(session, submission)
    await _attach(session, submission, file_ids, number=DRAFT)


async def hand_in_files(session: AsyncSession, submission: SubmissionRow, number: int) -> None:
    """Make the files of the draft those of an attempt."""
    files = await files_of_attempt(session, submission, DRAFT)
    await _drop_draft(session, submission)
    await _attach(session, submission, files, number=number)


async def take_up_files(session: AsyncSession, submission: SubmissionRow, number: int) -> None:
    """Begin the next draft with the files of an attempt."""
    await _attach(session, submission, await files_of_attempt(session, submission, number), number=DRAFT)


async def files_of_attempt(session: AsyncSession, submission: SubmissionRow, number: int) -> list[UUID]:
    """Return the files of an attempt, or of the draft."""
    found = await session.scalars(
        select(SubmissionFileRow.file_id)
        .where(SubmissionFileRow.submission_id == submission.id, SubmissionFileRow.number == number)
        .order_by(SubmissionFileRow.position)
    )
    return list(found)


async def put_feedback_files(
    session: AsyncSession,
    desk: FileDesk,
    person: Person,
    access: AccessedAssignment,
    submission: SubmissionRow,
    *,
    file_ids: Sequence[UUID],
) -> None:
    """Make these the files of the feedback. What another teacher has attached may stay, although it is not the person's.

    Raises:
        ContentInvalid: a new one is not here, or somebody else's.
    """
    attached = set(
        await session.scalars(select(FeedbackFileRow.file_id).where(FeedbackFileRow.submission_id == submission.id))
    )
    new = [file_id for file_id in file_ids if file_id not in attached]
    if new:
        await desk.claim(session, person, new, class_id=access.row.class_id)
    await session.execute(delete(FeedbackFileRow).where(FeedbackFileRow.submission_id == submission.id))
    if file_ids:
        await session.execute(
            insert(FeedbackFileRow).values(
                [
                    {"submission_id": submission.id, "file_id": file_id, "position": position}
                    for position, file_id in enumerate(dict.fromkeys(file_ids))
                ]
            )
        )


async def _drop_draft(session: AsyncSession, submission: SubmissionRow) -> None:
    await session.execute(
        delete(SubmissionFileRow).where(
            SubmissionFileRow.submission_id == submission.id, SubmissionFileRow.number == DRAFT
        )
    )


async def _attach(session: AsyncSession, submission: SubmissionRow, file_ids: Sequence[UUID], *, number: int) -> None:
    if file_ids:
        await session.execute(
            insert(SubmissionFileRow).values(
                [
                    {"submission_id": submission.id, "number": number, "file_id": file_id, "position": position}
                    for position, file_id in enumerate(dict.fromkeys(file_ids))
                ]
            )
        )


async def _access_draft(session: AsyncSession, person: Person, submission_id: UUID) -> None:
    _, row = await access_submission(session, person, submission_id)
    if row.user_id != person.id:
        raise NotFound


async def _access_feedback(session: AsyncSession, person: Person, submission_id: UUID) -> None:
    access, row = await access_submission(session, person, submission_id)
    if access.teaches:
        return
    returned_at = await session.scalar(
        select(GradeRow.returned_at).where(GradeRow.item_id == access.item.id, GradeRow.user_id == row.user_id)
    )
    if returned_at is None:
        raise NotFound


FILE_USES = (
    FileUse(
        "draft",
        files=select(SubmissionFileRow.file_id, SubmissionFileRow.submission_id).where(
            SubmissionFileRow.number == DRAFT
        ),
        access=_access_draft,
    ),
    FileUse(
        "submission",
        files=select(SubmissionFileRow.file_id, SubmissionFileRow.submission_id).where(
            SubmissionFileRow.number > DRAFT
        ),
        access=access_submission,
    ),
    FileUse("feedback", files=select(FeedbackFileRow.file_id, FeedbackFileRow.submission_id), access=_access_feedback),
)
