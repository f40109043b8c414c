"""What is read of gradebooks: all of a class's for its teachers, their own grades for students, and what changed when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, select
from sqlalchemy.orm import aliased

from auth.actions import Person
from auth.http.pagination import PageRequest, paged
from auth.http.people_pages import PeopleRequest, by_name, searched
from auth.models import UserRow
from classroom.assignments.actions import marks_of
from classroom.classes.actions import ClassAccess, namesake_in
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.grades.actions import ITEMS, Item, items_of
from classroom.grades.models import CategoryRow, GradebookRow, GradeChangeRow, GradeRow
from classroom.grades.rules import Category, Part, Total, total
from persistence.reading import Asking, prepared

STUDENTS_LIST = "gradebook"
CHANGES_LIST = "grade changes"
CLASSES_MAX = 100


class Given(NamedTuple):
    """A grade as it is shown: a row of `_GIVEN`."""

    user_id: UUID
    item_id: UUID
    points: Decimal | None
    excused: bool
    version: int
    returned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What a class's grades are put together from. `letters`: label and lowest percent, best first."""

    items: Sequence[Item]
    categories: Sequence[CategoryRow] = ()
    letters: Sequence[tuple[str, Decimal]] = ()
    version: int = 0
    _parts: Sequence[Part] = field(init=False, repr=False)
    _weights: Sequence[Category] = field(init=False, repr=False)
    _hidden: frozenset[UUID] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Say it once in the words of the rules, for all students."""
        parts = [
            Part(id=row.id, points_max=item.points_max, category_id=row.category_id, weight=row.weight)
            for item in self.items
            for row in (item.row,)
        ]
        weights = [Category(id=each.id, weight=each.weight, drop_lowest=each.drop_lowest) for each in self.categories]
        object.__setattr__(self, "_parts", parts)
        object.__setattr__(self, "_weights", weights)
        object.__setattr__(self, "_hidden", frozenset(item.row.id for item in self.items if item.row.hidden))

    def total(self, grades: Mapping[UUID, Given], *, seen: bool) -> Total:
        """Return what somebody's grades come to; `seen`: only of what the student may see."""
        points = {
            item_id: grade.points
            for item_id, grade in grades.items()
            if grade.points is not None and not (seen and (not grade.returned or item_id in self._hidden))
        }
        return total(self._parts, self._weights, points)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentGrades:
    """One student's grades, by item; `namesake`: somebody else in the class has a name that reads the same."""

    user: UserRow
    namesake: bool = False
    grades: Mapping[UUID, Given] = field(default_factory=dict)


_CLASS, _CLASSES = bindparam("class_id", type_=Uuid), bindparam("class_ids", type_=ARRAY(Uuid))
_PERSON = bindparam("person_id", type_=Uuid)
_CATEGORIES = prepared(
    select(CategoryRow)
    .where(CategoryRow.class_id == any_(_CLASSES))
    .order_by(CategoryRow.position, CategoryRow.id)
    .execution_options(populate_existing=True)
)
_BOOKS = prepared(
    select(GradebookRow).where(GradebookRow.class_id == any_(_CLASSES)).execution_options(populate_existing=True)
)
_STUDENTS = (
    select(UserRow)
    .join(MembershipRow, MembershipRow.user_id == UserRow.id)
    .where(MembershipRow.class_id == _CLASS, MembershipRow.role == ClassRole.STUDENT)
)
_ALL_STUDENTS = prepared(_STUDENTS)
_WITH_NAMESAKES = _STUDENTS.add_columns(namesake_in(_CLASS).label("namesake"))
_SOME_STUDENTS = prepared(by_name(_WITH_NAMESAKES))
_FOUND_STUDENTS = prepared(by_name(searched(_WITH_NAMESAKES, addresses=True)))
_ONESELF = prepared(by_name(_WITH_NAMESAKES.where(MembershipRow.user_id == _PERSON)))
_CLASSES_ATTENDED = prepared(
    select(ClassRow)
    .join(MembershipRow, MembershipRow.class_id == ClassRow.id)
    .where(
        MembershipRow.user_id == _PERSON,
        MembershipRow.role == ClassRole.STUDENT,
        ClassRow.deleted_at.is_(None),
    )
    .order_by(ClassRow.id.desc())
    .limit(CLASSES_MAX)
)


async def schemes_of(session: Asking, class_ids: Sequence[UUID]) -> dict[UUID, Scheme]:
    """Return what the grades of classes are put together from. Three queries, however many they are."""
    items: dict[UUID, list[Item]] = {}
    for item in items_of(await session.execute(ITEMS, {"class_ids": class_ids})):
        items.setdefault(item.row.class_id, []).append(item)
    categories: dict[UUID, list[CategoryRow]] = {}
    for category in await session.scalars(_CATEGORIES, {"class_ids": class_ids}):
        categories.setdefault(category.class_id, []).append(category)
    books = {book.class_id: book for book in await session.scalars(_BOOKS, {"class_ids": class_ids})}
    return {
        class_id: Scheme(
            items=items.get(class_id, []),
            categories=categories.get(class_id, []),
            letters=[] if book is None else [(label, Decimal(lowest)) for label, lowest in book.letters],
            version=0 if book is None else book.version,
        )
        for class_id in class_ids
        for book in (books.get(class_id),)
    }


async def scheme_of(session: Asking, class_id: UUID) -> Scheme:
    """Return what a class's grades are put together from."""
    return (await schemes_of(session, [class_id]))[class_id]


async def read_book(
    session: Asking, person: Person, access: ClassAccess, page: PeopleRequest
) -> tuple[Scheme, list[StudentGrades], str | None]:
    """Return a class's gradebook with one page of its students, by name; to a student, their own row."""
    scheme = await scheme_of(session, access.row.id)
    values = {
        "class_id": access.row.id,
        "person_id": person.id,
        **await page.by_name(session, of=STUDENTS_LIST),
    }
    everybody = _FOUND_STUDENTS if page.query.strip() else _SOME_STUDENTS
    found = (await session.execute(everybody if access.teaches else _ONESELF, values)).all()
    shown, next_cursor = page.cut(found, [user.id for user, _ in found], of=STUDENTS_LIST)
    grades = await grades_of(session, [item.row.id for item in scheme.items], [user.id for user, _ in shown])
    students = [StudentGrades(user=user, namesake=namesake, grades=grades.get(user.id, {})) for user, namesake in shown]
    return scheme, students, next_cursor


async def all_students(session: Asking, class_id: UUID, scheme: Scheme) -> list[StudentGrades]:
    """Return the grades of all students of a class, by their names."""
    users = (await session.scalars(_ALL_STUDENTS, {"class_id": class_id})).all()
    grades = await grades_of(session, [item.row.id for item in scheme.items], [user.id for user in users])
    return [
        StudentGrades(user=user, grades=grades.get(user.id, {}))
        for user in sorted(users, key=lambda user: (user.sort_name, user.id))
    ]


_GIVEN = prepared(
    select(
        GradeRow.user_id,
        GradeRow.item_id,
        GradeRow.points,
        GradeRow.excused,
        GradeRow.version,
        GradeRow.returned_at.is_not(None).label("returned"),
    ).where(
        GradeRow.user_id == any_(bindparam("user_ids", type_=ARRAY(Uuid))),
        GradeRow.item_id == any_(bindparam("item_ids", type_=ARRAY(Uuid))),
        GradeRow.version > 0,
    )
)


async def grades_of(
    session: Asking, item_ids: Sequence[UUID], user_ids: Sequence[UUID]
) -> dict[UUID, dict[UUID, Given]]:
    """Return grades by student and item. One query."""
    found = await session.execute(_GIVEN, {"user_ids": user_ids, "item_ids": item_ids})
    grades: dict[UUID, dict[UUID, Given]] = {}
    for grade in cast(Iterable[Given], found):
        grades.setdefault(grade.user_id, {})[grade.item_id] = grade
    return grades


async def own_books(session: Asking, person: Person) -> list[tuple[ClassRow, Scheme, StudentGrades]]:
    """Return somebody's own grades in every class in which they are a student, newest class first."""
    user = await session.get(UserRow, person.id)
    assert user is not None
    classes = (await session.scalars(_CLASSES_ATTENDED, {"person_id": person.id})).all()
    schemes = await schemes_of(session, [row.id for row in classes])
    item_ids = [item.row.id for scheme in schemes.values() for item in scheme.items]
    grades = (await grades_of(session, item_ids, [person.id])).get(person.id, {})
    return [(row, schemes[row.id], StudentGrades(user=user, grades=grades)) for row in classes]


def scale_of(item: Item) -> list[tuple[str, Decimal]]:
    """Return the steps of an item's scale."""
    marks = marks_of(item.assignment.scale) if item.assignment is not None else None
    return [(mark.title, mark.points) for mark in marks or []]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of a grade, with the names of those it is about."""

    row: GradeChangeRow
    student: str
    changed_by: str | None


async def list_changes(
    session: Asking, class_id: UUID, page: PageRequest, *, item_id: UUID | None, user_id: UUID | None
) -> tuple[list[Change], str | None]:
    """Return one page of what was changed in a gradebook, newest first; of one item or student, where that is asked for."""
    values = {
        "class_id": class_id,
        "item_id": item_id,
        "user_id": user_id,
        **page.values(of=CHANGES_LIST, newest_first=True),
    }
    statement = _changes(one_item=item_id is not None, one_student=user_id is not None)
    found = (await session.execute(statement, values)).all()
    shown, next_cursor = page.cut(found, [row[0].id for row in found], of=CHANGES_LIST)
    return [Change(row=row, student=student, changed_by=by) for row, student, by in shown], next_cursor


@cache
def _changes(*, one_item: bool, one_student: bool) -> Select[GradeChangeRow, str, str | None]:
    changer = aliased(UserRow)
    statement = (
        select(GradeChangeRow, UserRow.name, changer.name)
        .join(UserRow, UserRow.id == GradeChangeRow.user_id)
        .outerjoin(changer, changer.id == GradeChangeRow.changed_by)
        .where(GradeChangeRow.class_id == _CLASS)
    )
    if one_item:
        statement = statement.where(GradeChangeRow.item_id == bindparam("item_id", type_=Uuid))
    if one_student:
        statement = statement.where(GradeChangeRow.user_id == bindparam("user_id", type_=Uuid))
    return paged(statement, GradeChangeRow.id, newest_first=True)
