"""What is read of a class's work for an assignment, however many students it has: a page of it, and whose is next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, func, select, tuple_

from auth.actions import Person
from auth.http.people_pages import PeopleRequest, by_name, searched
from auth.models import UserRow
from classroom.assignments.actions import AccessedAssignment, effective
from classroom.assignments.models import ExtensionRow, SubmissionRow
from classroom.assignments.reading import Work
from classroom.assignments.rules import SubmissionState
from classroom.classes.actions import namesake_in
from classroom.classes.models import ClassRole, MembershipRow
from classroom.grades.models import GradeRow
from persistence.reading import Asking, prepared

SUBMISSIONS_LIST = "submissions"

_CLASS, _ASSIGNMENT = bindparam("class_id", type_=Uuid), bindparam("assignment_id", type_=Uuid)
_ITEM, _PERSON = bindparam("item_id", type_=Uuid), bindparam("person_id", type_=Uuid)
# All of one assignment, read at once: of thousands of students their work would else be looked up one by one.
_WORK = (
    select(SubmissionRow.id, SubmissionRow.user_id, SubmissionRow.handed_in_at, SubmissionRow.attempts)
    .where(SubmissionRow.assignment_id == _ASSIGNMENT)
    .cte("work")
    .prefix_with("materialized", dialect="postgresql")
)
_GIVEN_BACK = (
    select(GradeRow.user_id, GradeRow.returned_at)
    .where(GradeRow.item_id == _ITEM, GradeRow.returned_at.is_not(None))
    .cte("given_back")
    .prefix_with("materialized", dialect="postgresql")
)
_HANDED_IN_AT, _RETURNED_AT = _WORK.c.handed_in_at, _GIVEN_BACK.c.returned_at
_WAITS = and_(_HANDED_IN_AT.is_not(None), _RETURNED_AT.is_(None) | (_RETURNED_AT < _HANDED_IN_AT))
# As `rules.state_of`, in the words of the database.
_STATES: Mapping[SubmissionState, ColumnElement[bool]] = {
    SubmissionState.NONE: and_(_WORK.c.id.is_(None), _RETURNED_AT.is_(None)),
    SubmissionState.WORKING: and_(_WORK.c.id.is_not(None), _HANDED_IN_AT.is_(None), _RETURNED_AT.is_(None)),
    SubmissionState.HANDED_IN: _WAITS,
    SubmissionState.RETURNED: and_(
        _RETURNED_AT.is_not(None), _HANDED_IN_AT.is_(None) | (_RETURNED_AT >= _HANDED_IN_AT)
    ),
}


async def list_work(
    session: Asking,
    person: Person,
    access: AccessedAssignment,
    page: PeopleRequest,
    *,
    state: SubmissionState | None = None,
) -> tuple[list[Work], str | None]:
    """Return one page of the work of a class's students for an assignment, by name; to a student, their own.

    `state`: only of those whose work has come so far. Two queries at most.
    """
    values = {**_of(access), "person_id": person.id, **await page.by_name(session, of=SUBMISSIONS_LIST)}
    statement = _page(teaches=access.teaches, search=bool(page.query.strip()), state=state)
    found = (await session.execute(statement, values)).all()
    shown, next_cursor = page.cut(found, [row[0].id for row in found], of=SUBMISSIONS_LIST)
    return [
        Work(user=user, row=row, grade=grade, deadlines=effective(access.row, extension), namesake=namesake)
        for user, row, grade, extension, namesake in shown
    ], next_cursor


@cache
def _page(
    *, teaches: bool, search: bool, state: SubmissionState | None
) -> Select[UserRow, SubmissionRow | None, GradeRow | None, ExtensionRow | None, bool]:
    # Who is on the page is found first, and only their work is looked up.
    people = _students(UserRow.id)
    if state is not None:
        people = people.outerjoin(_WORK, _WORK.c.user_id == UserRow.id)
        people = people.outerjoin(_GIVEN_BACK, _GIVEN_BACK.c.user_id == UserRow.id).where(_STATES[state])
    if not teaches:
        people = people.where(UserRow.id == _PERSON)
    if search:
        people = searched(people, addresses=teaches)
    page = by_name(people).subquery()
    return prepared(
        select(UserRow, SubmissionRow, GradeRow, ExtensionRow, namesake_in(_CLASS).label("namesake"))
        .join(page, page.c.id == UserRow.id)
        .outerjoin(SubmissionRow, and_(SubmissionRow.assignment_id == _ASSIGNMENT, SubmissionRow.user_id == UserRow.id))
        .outerjoin(GradeRow, and_(GradeRow.item_id == _ITEM, GradeRow.user_id == UserRow.id))
        .outerjoin(ExtensionRow, and_(ExtensionRow.assignment_id == _ASSIGNMENT, ExtensionRow.user_id == UserRow.id))
        .order_by(UserRow.sort_name, UserRow.id)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Where one student's work stands among all that was handed in, by name, and whose comes before and after it.

    `place`: from 1; 0 where it is not among them. `to_grade`: the next that waits for a grade, from here on and then from the start.
    """

    place: int
    count: int
    previous: UUID | None
    next: UUID | None
    to_grade: UUID | None
    namesake: bool


async def neighbours(session: Asking, access: AccessedAssignment, submission: SubmissionRow) -> Neighbours:
    """Return what one goes on to from a student's work. One query."""
    found = (await session.execute(_neighbours(), {**_of(access), "person_id": submission.user_id})).one()
    count, before, among, previous, following, waiting, first_waiting, namesake = found
    return Neighbours(
        place=before + 1 if among else 0,
        count=count,
        previous=previous,
        next=following,
        to_grade=waiting or first_waiting,
        namesake=namesake,
    )


@cache
def _neighbours() -> Select[int, int, int, UUID | None, UUID | None, UUID | None, UUID | None, bool]:
    worked = (
        _students(_WORK.c.id, UserRow.id.label("user_id"), UserRow.sort_name, _WAITS.label("waits"))
        .join(_WORK, and_(_WORK.c.user_id == UserRow.id, _WORK.c.attempts > 0))
        .outerjoin(_GIVEN_BACK, _GIVEN_BACK.c.user_id == UserRow.id)
        .cte("worked")
        .prefix_with("materialized", dialect="postgresql")
    )
    of = worked.c
    here = select(UserRow.sort_name, UserRow.id).where(UserRow.id == _PERSON).cte("here")
    place, spot = tuple_(of.sort_name, of.user_id), tuple_(_one(here.c.sort_name), _one(here.c.id))
    after, order = place > spot, (of.sort_name, of.user_id)
    backwards = [column.desc() for column in order]
    return prepared(
        select(
            _one(func.count(of.id)),
            _one(func.count(of.id).filter(place < spot)),
            _one(func.count(of.id).filter(place == spot)),
            _one(of.id, place < spot, order=backwards),
            _one(of.id, after, order=order),
            _one(of.id, after, of.waits, order=order),
            _one(of.id, place != spot, of.waits, order=order),
            namesake_in(_CLASS),
        ).where(UserRow.id == _PERSON)
    )


def _one(value: ColumnElement[Any], *where: ColumnElement[bool], order: Sequence[ColumnElement[Any]] = ()) -> Any:
    return select(value).where(*where).order_by(*order).limit(1).scalar_subquery()


def _students(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(MembershipRow)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(MembershipRow.class_id == _CLASS, MembershipRow.role == ClassRole.STUDENT)
    )


def _of(access: AccessedAssignment) -> dict[str, Any]:
    return {"class_id": access.row.class_id, "assignment_id": access.row.id, "item_id": access.item.id}
