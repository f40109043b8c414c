"""What is read of students' work: one piece of it, a class's, and what is due for one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import DateTime, Select, Uuid, and_, bindparam, func, literal, or_, select, union_all

from auth.actions import Person
from auth.errors import Forbidden, NotFound
from auth.http.pagination import PageRequest, paged
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
from persistence.reading import Asking, prepared

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
    session: Asking, person: Person, submission_id: UUID, *, teach: bool = False, lock: bool = False
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


_ASSIGNMENT, _ITEM = bindparam("assignment_id", type_=Uuid), bindparam("item_id", type_=Uuid)
_PERSON, _SUBMISSION = bindparam("person_id", type_=Uuid), bindparam("submission_id", type_=Uuid)
_WORK = prepared(
    select(UserRow, SubmissionRow, GradeRow, ExtensionRow)
    .outerjoin(SubmissionRow, and_(SubmissionRow.user_id == UserRow.id, SubmissionRow.assignment_id == _ASSIGNMENT))
    .outerjoin(GradeRow, and_(GradeRow.user_id == UserRow.id, GradeRow.item_id == _ITEM))
    .outerjoin(ExtensionRow, and_(ExtensionRow.user_id == UserRow.id, ExtensionRow.assignment_id == _ASSIGNMENT))
    .where(UserRow.id == bindparam("user_id", type_=Uuid))
    .execution_options(populate_existing=True)
)
_ATTEMPTS = prepared(select(AttemptRow).where(AttemptRow.submission_id == _SUBMISSION).order_by(AttemptRow.number))


async def read_work(session: Asking, access: AccessedAssignment, user_id: UUID) -> Work:
    """Return all of one student's work for an assignment. Three queries.

    Raises:
        NotFound: there is no such person.
    """
    found = (
        await session.execute(_WORK, {"user_id": user_id, "assignment_id": access.row.id, "item_id": access.item.id})
    ).one_or_none()
    if found is None:
        raise NotFound
    user, row, grade, extension = found
    attempts: Sequence[AttemptRow] = ()
    files: Mapping[int, Sequence[FileRow]] = {}
    if row is not None:
        files = await _files(session, row.id)
        attempts = (await session.scalars(_ATTEMPTS, {"submission_id": row.id})).all()
    return Work(
        user=user,
        deadlines=effective(access.row, extension),
        row=row,
        grade=grade,
        attempts=attempts,
        files=files,
    )


_PAIRS = union_all(
    select(SubmissionFileRow.file_id, SubmissionFileRow.number, SubmissionFileRow.position).where(
        SubmissionFileRow.submission_id == _SUBMISSION
    ),
    select(FeedbackFileRow.file_id, literal(FEEDBACK).label("number"), FeedbackFileRow.position).where(
        FeedbackFileRow.submission_id == _SUBMISSION
    ),
).subquery()
_FILES = prepared(
    select(FileRow, _PAIRS.c.number)
    .join(_PAIRS, _PAIRS.c.file_id == FileRow.id)
    .order_by(_PAIRS.c.number, _PAIRS.c.position)
)


async def _files(session: Asking, submission_id: UUID) -> dict[int, list[FileRow]]:
    found = await session.execute(_FILES, {"submission_id": submission_id})
    files: dict[int, list[FileRow]] = {}
    for row, number in found.all():
        files.setdefault(number, []).append(row)
    return files


async def list_work(
    session: Asking, person: Person, access: AccessedAssignment, page: PageRequest
) -> tuple[list[Work], str | None]:
    """Return one page of the work of a class's students for an assignment; to a student, their own."""
    values = {
        "class_id": access.row.class_id,
        "assignment_id": access.row.id,
        "item_id": access.item.id,
        "person_id": person.id,
        **page.values(of=SUBMISSIONS_LIST),
    }
    found = (await session.execute(_page(teaches=access.teaches), values)).all()
    shown, next_cursor = page.cut(found, [row[0].id for row in found], of=SUBMISSIONS_LIST)
    return [
        Work(user=user, row=row, grade=grade, deadlines=effective(access.row, extension))
        for user, row, grade, extension in shown
    ], next_cursor


@cache
def _page(*, teaches: bool) -> Select[UserRow, SubmissionRow | None, GradeRow | None, ExtensionRow | None]:
    statement = (
        select(UserRow, SubmissionRow, GradeRow, ExtensionRow)
        .select_from(MembershipRow)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .outerjoin(
            SubmissionRow,
            and_(SubmissionRow.assignment_id == _ASSIGNMENT, SubmissionRow.user_id == MembershipRow.user_id),
        )
        .outerjoin(GradeRow, and_(GradeRow.item_id == _ITEM, GradeRow.user_id == MembershipRow.user_id))
        .outerjoin(
            ExtensionRow,
            and_(ExtensionRow.assignment_id == _ASSIGNMENT, ExtensionRow.user_id == MembershipRow.user_id),
        )
        .where(MembershipRow.class_id == bindparam("class_id", type_=Uuid), MembershipRow.role == ClassRole.STUDENT)
    )
    if not teaches:
        statement = statement.where(MembershipRow.user_id == _PERSON)
    return paged(statement, MembershipRow.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWork:
    """Work that a student has still to hand in."""

    assignment: AssignmentRow
    class_title: str
    deadlines: Deadlines
    state: SubmissionState


async def due_work(session: Asking, person: Person, *, at: datetime) -> list[DueWork]:
    """Return what somebody has still to hand in in their classes, what is due first at the front. One query."""
    found = await session.execute(_due(), {"person_id": person.id, "at": at})
    return [
        DueWork(
            assignment=row,
            class_title=title,
            deadlines=effective(row, extension),
            state=work_state(submission, grade),
        )
        for row, title, extension, submission, grade in found.all()
    ]


@cache
def _due() -> Select[AssignmentRow, str, ExtensionRow | None, SubmissionRow | None, GradeRow | None]:
    due_at = func.coalesce(ExtensionRow.due_at, AssignmentRow.due_at)
    cutoff_at = func.coalesce(
        ExtensionRow.cutoff_at,
        func.greatest(AssignmentRow.cutoff_at, func.coalesce(ExtensionRow.due_at, AssignmentRow.cutoff_at)),
    )
    return prepared(
        select(AssignmentRow, ClassRow.title, ExtensionRow, SubmissionRow, GradeRow)
        .join(ItemRow, ItemRow.assignment_id == AssignmentRow.id)
        .join(ClassRow, and_(ClassRow.id == AssignmentRow.class_id, ClassRow.deleted_at.is_(None)))
        .join(
            MembershipRow,
            and_(
                MembershipRow.class_id == ClassRow.id,
                MembershipRow.user_id == _PERSON,
                MembershipRow.role == ClassRole.STUDENT,
            ),
        )
        .outerjoin(ExtensionRow, and_(ExtensionRow.assignment_id == AssignmentRow.id, ExtensionRow.user_id == _PERSON))
        .outerjoin(
            SubmissionRow, and_(SubmissionRow.assignment_id == AssignmentRow.id, SubmissionRow.user_id == _PERSON)
        )
        .outerjoin(GradeRow, and_(GradeRow.item_id == ItemRow.id, GradeRow.user_id == _PERSON))
        .where(
            AssignmentRow.published_at.is_not(None),
            AssignmentRow.deleted_at.is_(None),
            or_(SubmissionRow.id.is_(None), SubmissionRow.writing),
            GradeRow.returned_at.is_(None) | (SubmissionRow.id.is_not(None) & (SubmissionRow.attempts > 0)),
            or_(cutoff_at.is_(None), cutoff_at >= bindparam("at", type_=DateTime(timezone=True))),
        )
        .order_by(due_at.asc().nulls_last(), AssignmentRow.id)
        .limit(DUE_MAX)
    )
