"""Set work: make, publish, change and delete assignments, and give single students more time.

``access_assignment`` is the only way to an assignment: it also checks what the person may do with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, and_, any_, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Conflict, FieldInvalid, Forbidden, NotFound
from auth.http.pagination import PageRequest, paged
from auth.models import UserRow
from auth.permissions import Action, permits_in_class
from classroom.assignments.models import AssignmentRow, ExtensionRow, SubmissionRow
from classroom.assignments.rules import Criterion, Deadlines, LatePer, LatePolicy, Mark, deadlines_for
from classroom.classes.actions import ClassAccess, namesake_in
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.grades.actions import activity_of, add_item
from classroom.grades.models import GradeRow, ItemRow
from classroom.progress.activities import follow_activity
from collab_server.live import LiveDocuments
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.reading import Asking, prepared

ASSIGNMENTS_LIST = "assignments"


@dataclass(frozen=True, slots=True)
class AccessedAssignment:
    """An assignment with its place in the gradebook, and what the person who asked for it is to it."""

    row: AssignmentRow
    item: ItemRow
    role: ClassRole
    extension: ExtensionRow | None
    class_title: str

    @property
    def teaches(self) -> bool:
        """Tell whether the person teaches the assignment's class."""
        return permits_in_class(Action.TEACH_CLASS, self.role)

    @property
    def deadlines(self) -> Deadlines:
        """Return the deadlines that hold for the person."""
        return effective(self.row, self.extension)


def effective(row: AssignmentRow, extension: ExtensionRow | None) -> Deadlines:
    """Return the deadlines of an assignment for somebody with or without an extension."""
    own = None if extension is None else Deadlines(due_at=extension.due_at, cutoff_at=extension.cutoff_at)
    return deadlines_for(Deadlines(due_at=row.due_at, cutoff_at=row.cutoff_at), own)


def late_policy(row: AssignmentRow) -> LatePolicy | None:
    """Return what being late costs."""
    if row.late is None:
        return None
    return LatePolicy(
        percent=Decimal(row.late["percent"]),
        per=LatePer(row.late["per"]),
        most_percent=Decimal(row.late["most_percent"]),
    )


def kept_policy(policy: LatePolicy | None) -> dict[str, Any] | None:
    """Return a late policy as it is kept."""
    if policy is None:
        return None
    return {"percent": str(policy.percent), "per": policy.per, "most_percent": str(policy.most_percent)}


def marks_of(kept: Sequence[Mapping[str, Any]] | None) -> list[Mark] | None:
    """Return the marks of a scale or of a criterion from what is kept."""
    if kept is None:
        return None
    return [Mark(id=each["id"], title=each["title"], points=Decimal(each["points"])) for each in kept]


def kept_marks(marks: Sequence[Mark] | None) -> list[dict[str, str]] | None:
    """Return marks as they are kept: points as text, so that they stay exact."""
    if marks is None:
        return None
    return [{"id": mark.id, "title": mark.title, "points": str(mark.points)} for mark in marks]


def rubric_of(kept: Sequence[Mapping[str, Any]] | None) -> list[Criterion] | None:
    """Return a rubric from what is kept."""
    if kept is None:
        return None
    return [Criterion(id=each["id"], title=each["title"], levels=marks_of(each["levels"]) or []) for each in kept]


def kept_rubric(rubric: Sequence[Criterion] | None) -> list[dict[str, Any]] | None:
    """Return a rubric as it is kept."""
    if rubric is None:
        return None
    return [{"id": each.id, "title": each.title, "levels": kept_marks(each.levels)} for each in rubric]


_PERSON = bindparam("person_id", type_=Uuid)
_ASSIGNMENT = prepared(
    select(AssignmentRow, ItemRow, MembershipRow.role, ExtensionRow, ClassRow.title)
    .join(ItemRow, ItemRow.assignment_id == AssignmentRow.id)
    .join(ClassRow, and_(ClassRow.id == AssignmentRow.class_id, ClassRow.deleted_at.is_(None)))
    .join(MembershipRow, and_(MembershipRow.class_id == ClassRow.id, MembershipRow.user_id == _PERSON))
    .outerjoin(ExtensionRow, and_(ExtensionRow.assignment_id == AssignmentRow.id, ExtensionRow.user_id == _PERSON))
    .where(AssignmentRow.id == bindparam("assignment_id", type_=Uuid))
)


async def access_assignment(
    session: Asking,
    person: Person,
    assignment_id: UUID,
    *,
    teach: bool = False,
    deleted: bool = False,
    lock: bool = False,
) -> AccessedAssignment:
    """Return an assignment for somebody who may see it; before it is published that is only a teacher. One query.

    Args:
        session: where to look.
        person: who asks.
        assignment_id: which assignment.
        teach: whether what follows is only for teachers of its class.
        deleted: whether a deleted assignment will do; only teachers can still see one.
        lock: whether others who change the assignment are to wait until the transaction ends.

    Raises:
        NotFound: there is no such assignment, or none for this person.
        Forbidden: only its teachers may do this.
    """
    statement = _ASSIGNMENT.with_for_update(of=AssignmentRow, key_share=True) if lock else _ASSIGNMENT
    values = {"assignment_id": assignment_id, "person_id": person.id}
    found = (await session.execute(statement, values)).one_or_none()
    if found is None:
        raise NotFound
    access = AccessedAssignment(*found)
    if access.row.deleted_at is not None and not (deleted and access.teaches):
        raise NotFound
    if access.row.published_at is None and not access.teaches:
        raise NotFound
    if teach and not access.teaches:
        raise Forbidden
    return access


async def add_assignment(
    session: AsyncSession, *, class_id: UUID, created_by: UUID, values: Mapping[str, Any]
) -> tuple[AssignmentRow, ItemRow]:
    """Add an assignment as a draft, with its place in the gradebook, without asking who may.

    Raises:
        Conflict: the gradebook has as many items as it can.
    """
    now = utc_now()
    row = AssignmentRow(id=new_id(), class_id=class_id, created_by=created_by, created_at=now, updated_at=now, **values)
    _check(row)
    session.add(row)
    await session.flush()
    return row, await add_item(session, class_id=class_id, assignment_id=row.id)


async def change_assignment(
    transaction: Transaction, live: LiveDocuments, access: AccessedAssignment, changes: Mapping[str, Any]
) -> None:
    """Change an assignment; what is published changes at once for everybody.

    Raises:
        FieldInvalid: the cut-off would come before the due date.
    """
    row = access.row
    before = (row.title, row.due_at)
    for name, value in changes.items():
        setattr(row, name, value)
    _check(row)
    row.updated_at = utc_now()
    if row.published_at is not None and before != (row.title, row.due_at):
        await _follow(transaction, live, row)


async def publish(transaction: Transaction, live: LiveDocuments, access: AccessedAssignment) -> None:
    """Show an assignment to the class, in its list, on its board and in its gradebook."""
    if access.row.published_at is None:
        access.row.published_at = utc_now()
        await _follow(transaction, live, access.row)


async def withdraw(transaction: Transaction, live: LiveDocuments, access: AccessedAssignment) -> None:
    """Make an assignment a draft again, as long as nobody has handed in anything.

    Raises:
        Conflict: somebody has.
    """
    row = access.row
    handed_in = await transaction.session.scalar(
        select(SubmissionRow.id).where(SubmissionRow.assignment_id == row.id, SubmissionRow.attempts > 0).limit(1)
    )
    if handed_in is not None:
        raise Conflict("already_handed_in", "Somebody has handed in work for this assignment already.")
    row.published_at = None
    await _follow(transaction, live, row)


async def delete_assignment(
    transaction: Transaction, live: LiveDocuments, access: AccessedAssignment, *, deleted: bool
) -> None:
    """Put an assignment away with all that belongs to it, or bring it back as it was."""
    access.row.deleted_at = access.item.removed_at = utc_now() if deleted else None
    if access.row.published_at is not None:
        await _follow(transaction, live, access.row)


async def extend(
    session: AsyncSession,
    access: AccessedAssignment,
    user_id: UUID,
    *,
    due_at: datetime,
    cutoff_at: datetime | None,
    by: UUID,
) -> None:
    """Give one student more time.

    Raises:
        NotFound: the class has no such student.
        FieldInvalid: the cut-off would come before the due date.
    """
    if cutoff_at is not None and cutoff_at < due_at:
        raise FieldInvalid("cutoff_at", "must not be before the due date")
    await check_student(session, access.row.class_id, user_id)
    values = {"due_at": due_at, "cutoff_at": cutoff_at, "granted_by": by, "granted_at": utc_now()}
    await session.execute(
        insert(ExtensionRow)
        .values(assignment_id=access.row.id, user_id=user_id, **values)
        .on_conflict_do_update(index_elements=[ExtensionRow.assignment_id, ExtensionRow.user_id], set_=values)
    )


async def end_extension(session: AsyncSession, access: AccessedAssignment, user_id: UUID) -> None:
    """Let the deadlines of everybody hold for a student again."""
    await session.execute(
        delete(ExtensionRow).where(ExtensionRow.assignment_id == access.row.id, ExtensionRow.user_id == user_id)
    )


async def check_student(session: AsyncSession, class_id: UUID, user_id: UUID) -> None:
    """Check that somebody is a student of a class.

    Raises:
        NotFound: they are not.
    """
    role = await session.scalar(
        select(MembershipRow.role).where(MembershipRow.class_id == class_id, MembershipRow.user_id == user_id)
    )
    if role is not ClassRole.STUDENT:
        raise NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How a class stands with an assignment, for its teachers: of its students, how many."""

    handed_in: int = 0
    to_grade: int = 0
    handed_in_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An assignment in a list: with one's own work for students, with counts for teachers."""

    access: AccessedAssignment
    own: tuple[SubmissionRow | None, GradeRow | None] = (None, None)
    counts: Counts | None = None


async def list_assignments(
    session: Asking, person: Person, access: ClassAccess, page: PageRequest
) -> tuple[list[Listed], str | None]:
    """Return one page of the assignments of a class that the person may see, newest first."""
    values = {
        "class_id": access.row.id,
        "person_id": person.id,
        **page.values(of=ASSIGNMENTS_LIST, newest_first=True),
    }
    found = (await session.execute(_page(teaches=access.teaches), values)).all()
    shown, next_cursor = page.cut(found, [row[0].id for row in found], of=ASSIGNMENTS_LIST)
    items = {row.id: item.id for row, item, *_ in shown}
    counts = await count_work(session, access.row.id, items) if access.teaches else {}
    return [
        Listed(
            access=AccessedAssignment(row, item, access.role, extension, access.row.title),
            own=(submission, grade),
            counts=counts.get(row.id, Counts()) if access.teaches else None,
        )
        for row, item, extension, submission, grade in shown
    ], next_cursor


@cache
def _page(
    *, teaches: bool
) -> Select[AssignmentRow, ItemRow, ExtensionRow | None, SubmissionRow | None, GradeRow | None]:
    statement = (
        select(AssignmentRow, ItemRow, ExtensionRow, SubmissionRow, GradeRow)
        .join(ItemRow, ItemRow.assignment_id == AssignmentRow.id)
        .outerjoin(ExtensionRow, and_(ExtensionRow.assignment_id == AssignmentRow.id, ExtensionRow.user_id == _PERSON))
        .outerjoin(
            SubmissionRow, and_(SubmissionRow.assignment_id == AssignmentRow.id, SubmissionRow.user_id == _PERSON)
        )
        .outerjoin(GradeRow, and_(GradeRow.item_id == ItemRow.id, GradeRow.user_id == _PERSON))
        .where(AssignmentRow.class_id == bindparam("class_id", type_=Uuid), AssignmentRow.deleted_at.is_(None))
    )
    if not teaches:
        statement = statement.where(AssignmentRow.published_at.is_not(None))
    return paged(statement, AssignmentRow.id, newest_first=True)


_WORK_COUNTED = prepared(
    select(
        SubmissionRow.assignment_id,
        func.count().label("handed_in"),
        func.count()
        .filter(GradeRow.returned_at.is_(None) | (GradeRow.returned_at < SubmissionRow.handed_in_at))
        .label("to_grade"),
        func.max(SubmissionRow.handed_in_at).label("handed_in_at"),
    )
    .join(
        MembershipRow,
        and_(
            MembershipRow.class_id == bindparam("class_id", type_=Uuid),
            MembershipRow.user_id == SubmissionRow.user_id,
            MembershipRow.role == ClassRole.STUDENT,
        ),
    )
    .join(ItemRow, ItemRow.assignment_id == SubmissionRow.assignment_id)
    # Which items they are is said once more, for the database to read all their grades at once instead of everybody's one by one.
    .outerjoin(
        GradeRow,
        and_(
            GradeRow.item_id == ItemRow.id,
            GradeRow.user_id == SubmissionRow.user_id,
            GradeRow.item_id == any_(bindparam("item_ids", type_=ARRAY(Uuid))),
        ),
    )
    .where(
        SubmissionRow.assignment_id == any_(bindparam("assignment_ids", type_=ARRAY(Uuid))),
        SubmissionRow.handed_in_at.is_not(None),
    )
    .group_by(SubmissionRow.assignment_id)
)


async def count_work(session: Asking, class_id: UUID, items: Mapping[UUID, UUID]) -> Mapping[UUID, Counts]:
    """Count, for each of these assignments of a class, the students who have handed in, and the work that waits for a grade.

    `items`: of each assignment, its place in the gradebook.
    """
    values = {"class_id": class_id, "assignment_ids": list(items), "item_ids": list(items.values())}
    found = await session.execute(_WORK_COUNTED, values)
    return {
        row.assignment_id: Counts(handed_in=row.handed_in, to_grade=row.to_grade, handed_in_at=row.handed_in_at)
        for row in found.all()
    }


_EXTENSIONS = prepared(
    select(ExtensionRow, UserRow, namesake_in(bindparam("class_id", type_=Uuid)).label("namesake"))
    .join(UserRow, UserRow.id == ExtensionRow.user_id)
    .where(ExtensionRow.assignment_id == bindparam("assignment_id", type_=Uuid))
    .order_by(UserRow.sort_name, UserRow.id)
)


async def extensions_of(session: Asking, access: AccessedAssignment) -> list[tuple[ExtensionRow, UserRow, bool]]:
    """Return who has more time for an assignment, by name, and whether somebody else in the class has that name."""
    found = await session.execute(_EXTENSIONS, {"assignment_id": access.row.id, "class_id": access.row.class_id})
    return [(extension, user, namesake) for extension, user, namesake in found.all()]


def _check(row: AssignmentRow) -> None:
    if row.due_at is not None and row.cutoff_at is not None and row.cutoff_at < row.due_at:
        raise FieldInvalid("cutoff_at", "must not be before the due date")


async def _follow(transaction: Transaction, live: LiveDocuments, row: AssignmentRow) -> None:
    shown = row.published_at is not None and row.deleted_at is None
    await follow_activity(transaction, live, class_id=row.class_id, activity=activity_of(row), shown=shown)
