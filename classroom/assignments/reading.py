"""What is read of one student's work for an assignment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, literal, select, union_all

from auth.actions import Person
from auth.errors import Forbidden, NotFound
from auth.models import UserRow
from classroom.assignments.actions import AccessedAssignment, access_assignment, effective
from classroom.assignments.models import (
    AttemptRow,
    ExtensionRow,
    FeedbackFileRow,
    SubmissionFileRow,
    SubmissionRow,
)
from classroom.assignments.rules import Deadlines, SubmissionState, state_of
from classroom.files.models import FileRow
from classroom.grades.models import GradeRow
from persistence.reading import Asking, prepared

DRAFT, FEEDBACK = 0, -1
"""Under these numbers stand the files of what is being written, and of the feedback; attempts begin with 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One student's work for an assignment, whether there is any yet or not.

    `namesake`: somebody else in the class has a name that reads the same.
    """

    user: UserRow
    deadlines: Deadlines
    row: SubmissionRow | None
    grade: GradeRow | None
    namesake: bool = False
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
_SUBMISSION = bindparam("submission_id", type_=Uuid)
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
