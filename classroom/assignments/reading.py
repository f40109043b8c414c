"""What is read of students' work: one piece of it, a class's, and what is due for one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Forbidden, NotFound
from auth.http.pagination import PageRequest
from auth.models import UserRow
from classroom.assignments.actions import AccessedAssignment, access_assignment, effective
from classroom.assignments.models import (
    AssignmentRow,
    AttemptRow,
    ExtensionRow,
    FeedbackFileRow,
    SubmissionFileRow,
    SubmissionRow,
)
from classroom.assignments.rules import Deadlines, SubmissionState, state_of
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.files.models import FileRow
from classroom.grades.models import GradeRow, ItemRow

SUBMISSIONS_LIST = "submissions"
DRAFT, FEEDBACK = 0, -1
"""Under these numbers stand the files of what is being written, and of the feedback; attempts begin with 1."""
DUE_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One student's work for an assignment, whether there is any yet or not."""

    user: UserRow
    deadlines: Deadlines
    row: SubmissionRow | None
    grade: GradeRow | None
    attempts: Sequence[AttemptRow] = field(default_factory=tuple)
    files: Mapping[int, Sequence[FileRow]] = field(default_factory=dict)

    @property
    def state(self) -> SubmissionState:
        """Return how far it has come."""
        return work_state(self.row, self.grade)


def work_state(row: SubmissionRow | None, grade: GradeRow | None) -> SubmissionState:
    """Return how far work has come, given its rows."""
    return state_of(
        begun=row is not None,
        handed_in_at=None if row is None else row.handed_in_at,
        returned_at=None if grade is None else grade.returned_at,
    )


async def access_submission(
    session: AsyncSession, person: Person, submission_id: UUID, *, teach: bool = False, lock: bool = False
) -> tuple[AccessedAssignment, SubmissionRow]:
    """Return a submission and its assignment, for its student and for the teachers of the class.

    Raises:
        NotFound: there is no such submission, or none for this person.
        Forbidden: only teachers may do this.
    """
    statement = select(SubmissionRow).where(SubmissionRow.id == submission_id)
    row = await session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFound
    access = await access_assignment(session, person, row.assignment_id)
    if row.user_id != person.id and not access.teaches:
        raise NotFound
    if teach and not access.teaches:
        raise Forbidden
    return access, row


async def read_work(session: AsyncSession, access: AccessedAssignment, user_id: UUID) -> Work:
    """Return all of one student's work for an assignment. Three queries.

    Raises:
        NotFound: there is no such person.
    """
    found = (
        await session.execute(
            select(UserRow, SubmissionRow, GradeRow, ExtensionRow)
            .outerjoin(
                SubmissionRow,
                and_(SubmissionRow.user_id == UserRow.id, SubmissionRow.assignment_id == access.row.id),
            )
            .outerjoin(GradeRow, and_(GradeRow.user_id == UserRow.id, GradeRow.item_id == access.item.id))
            .outerjoin(
                ExtensionRow,
                and_(ExtensionRow.user_id == UserRow.id, ExtensionRow.assignment_id == access.row.id),
            )
            .where(UserRow.id == user_id)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    user, row, grade, extension = found
    attempts: Sequence[AttemptRow] = ()
    files: Mapping[int, Sequence[FileRow]] = {}
    if row is not None:
        files = await _files(session, row.id)
        attempts = (
            await session.scalars(
                select(AttemptRow).where(AttemptRow.submission_id == row.id).order_by(AttemptRow.number)
            )
        ).all()
    return Work(
        user=user,
        deadlines=effective(access.row, extension),
        row=row,
        grade=grade,
        attempts=attempts,
        files=files,
    )


async def _files(session: AsyncSession, submission_id: UUID) -> dict[int, list[FileRow]]:
    pairs = union_all(
        select(SubmissionFileRow.file_id, SubmissionFileRow.number, SubmissionFileRow.position).where(
            SubmissionFileRow.submission_id == submission_id
        ),
        select(FeedbackFileRow.file_id, literal(FEEDBACK).label("number"), FeedbackFileRow.position).where(
            FeedbackFileRow.submission_id == submission_id
        ),
    ).subquery()
    found = await session.execute(
        select(FileRow, pairs.c.number)
        .join(pairs, pairs.c.file_id == FileRow.id)
        .order_by(pairs.c.number, pairs.c.position)
    )
    files: dict[int, list[FileRow]] = {}
    for row, number in found.all():
        files.setdefault(number, []).append(row)
    return files


async def list_work(
    session: AsyncSession, person: Person, access: AccessedAssignment, page: PageRequest
) -> tuple[list[Work], str | None]:
    """Return one page of the work of a class's students for an assignment; to a student, their own."""
    statement = (
        select(UserRow, SubmissionRow, GradeRow, ExtensionRow)
        .select_from(MembershipRow)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .outerjoin(
            SubmissionRow,
            and_(SubmissionRow.assignment_id == access.row.id, SubmissionRow.user_id == MembershipRow.user_id),
        )
        .outerjoin(GradeRow, and_(GradeRow.item_id == access.item.id, GradeRow.user_id == MembershipRow.user_id))
        .outerjoin(
            ExtensionRow,
            and_(ExtensionRow.assignment_id == access.row.id, ExtensionRow.user_id == MembershipRow.user_id),
        )
        .where(MembershipRow.class_id == access.row.class_id, MembershipRow.role == ClassRole.STUDENT)
    )
    if not access.teaches:
        statement = statement.where(MembershipRow.user_id == person.id)
    statement = page.narrow(statement, MembershipRow.user_id, of=SUBMISSIONS_LIST)
    found = (await session.execute(statement)).all()
    shown, next_cursor = page.cut(found, [row[0].id for row in found], of=SUBMISSIONS_LIST)
    return [
        Work(user=user, row=row, grade=grade, deadlines=effective(access.row, extension))
        for user, row, grade, extension in shown
    ], next_cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWork:
    """Work that a student has still to hand in."""

    assignment: AssignmentRow
    class_title: str
    deadlines: Deadlines
    state: SubmissionState


async def due_work(session: AsyncSession, person: Person, *, at: datetime) -> list[DueWork]:
    """Return what somebody has still to hand in in their classes, what is due first at the front. One query."""
    due_at = func.coalesce(ExtensionRow.due_at, AssignmentRow.due_at)
    cutoff_at = func.coalesce(
        ExtensionRow.cutoff_at,
        func.greatest(AssignmentRow.cutoff_at, func.coalesce(ExtensionRow.due_at, AssignmentRow.cutoff_at)),
    )
    found = await session.execute(
        select(AssignmentRow, ClassRow.title, ExtensionRow, SubmissionRow, GradeRow)
        .join(ItemRow, ItemRow.assignment_id == AssignmentRow.id)
        .join(ClassRow, and_(ClassRow.id == AssignmentRow.class_id, ClassRow.deleted_at.is_(None)))
        .join(
            MembershipRow,
            and_(
                MembershipRow.class_id == ClassRow.id,
                MembershipRow.user_id == person.id,
                MembershipRow.role == ClassRole.STUDENT,
            ),
        )
        .outerjoin(
            ExtensionRow, and_(ExtensionRow.assignment_id == AssignmentRow.id, ExtensionRow.user_id == person.id)
        )
        .outerjoin(
            SubmissionRow, and_(SubmissionRow.assignment_id == AssignmentRow.id, SubmissionRow.user_id == person.id)
        )
        .outerjoin(GradeRow, and_(GradeRow.item_id == ItemRow.id, GradeRow.user_id == person.id))
        .where(
            AssignmentRow.published_at.is_not(None),
            AssignmentRow.deleted_at.is_(None),
            or_(SubmissionRow.id.is_(None), SubmissionRow.writing),
            GradeRow.returned_at.is_(None) | (SubmissionRow.id.is_not(None) & (SubmissionRow.attempts > 0)),
            or_(cutoff_at.is_(None), cutoff_at >= at),
        )
        .order_by(due_at.asc().nulls_last(), AssignmentRow.id)
        .limit(DUE_MAX)
    )
    return [
        DueWork(
            assignment=row,
            class_title=title,
            deadlines=effective(row, extension),
            state=work_state(submission, grade),
        )
        for row, title, extension, submission, grade in found.all()
    ]
