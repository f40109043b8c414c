"""What is read of gradebooks: all of a class's for its teachers, their own grades for students, and what changed when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from auth.actions import Person
from auth.http.pagination import PageRequest
from auth.models import UserRow
from classroom.assignments.actions import marks_of
from classroom.classes.actions import ClassAccess
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.grades.actions import Item, items_of
from classroom.grades.models import CategoryRow, GradebookRow, GradeChangeRow, GradeRow
from classroom.grades.rules import Category, Part, Total, total

STUDENTS_LIST = "gradebook"
CHANGES_LIST = "grade changes"
CLASSES_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What a class's grades are put together from. `letters`: label and lowest percent, best first."""

    items: Sequence[Item]
    categories: Sequence[CategoryRow] = ()
    letters: Sequence[tuple[str, Decimal]] = ()
    version: int = 0

    def total(self, grades: Mapping[UUID, GradeRow], *, seen: bool) -> Total:
        """Return what somebody's grades come to; `seen`: only of what the student may see."""
        shown = [item for item in self.items if not (seen and item.row.hidden)]
        return total(
            [
                Part(
                    id=item.row.id,
                    points_max=item.points_max,
                    category_id=item.row.category_id,
                    weight=item.row.weight,
                )
                for item in shown
            ],
            [Category(id=each.id, weight=each.weight, drop_lowest=each.drop_lowest) for each in self.categories],
            {
                item.row.id: grade.points
                for item in shown
                if (grade := grades.get(item.row.id)) is not None
                and grade.points is not None
                and not (seen and grade.returned_at is None)
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentGrades:
    """One student's grades, by item."""

    user: UserRow
    grades: Mapping[UUID, GradeRow] = field(default_factory=dict)


async def schemes_of(session: AsyncSession, class_ids: Sequence[UUID]) -> dict[UUID, Scheme]:
    """Return what the grades of classes are put together from. Three queries, however many they are."""
    items: dict[UUID, list[Item]] = {}
    for row, assignment in (await session.execute(items_of(class_ids))).all():
        items.setdefault(row.class_id, []).append(Item(row=row, assignment=assignment))
    categories: dict[UUID, list[CategoryRow]] = {}
    for category in await session.scalars(
        select(CategoryRow)
        .where(CategoryRow.class_id.in_(class_ids))
        .order_by(CategoryRow.position, CategoryRow.id)
        .execution_options(populate_existing=True)
    ):
        categories.setdefault(category.class_id, []).append(category)
    books = {
        book.class_id: book
        for book in await session.scalars(
            select(GradebookRow).where(GradebookRow.class_id.in_(class_ids)).execution_options(populate_existing=True)
        )
    }
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


async def scheme_of(session: AsyncSession, class_id: UUID) -> Scheme:
    """Return what a class's grades are put together from."""
    return (await schemes_of(session, [class_id]))[class_id]


async def read_book(
    session: AsyncSession, person: Person, access: ClassAccess, page: PageRequest
) -> tuple[Scheme, list[StudentGrades], str | None]:
    """Return a class's gradebook with one page of its students; to a student, their own row."""
    scheme = await scheme_of(session, access.row.id)
    statement = (
        select(UserRow)
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .where(MembershipRow.class_id == access.row.id, MembershipRow.role == ClassRole.STUDENT)
    )
    if not access.teaches:
        statement = statement.where(MembershipRow.user_id == person.id)
    statement = page.narrow(statement, MembershipRow.user_id, of=STUDENTS_LIST)
    found = (await session.scalars(statement)).all()
    users, next_cursor = page.cut(found, [user.id for user in found], of=STUDENTS_LIST)
    grades = await grades_of(session, [item.row.id for item in scheme.items], [user.id for user in users])
    return scheme, [StudentGrades(user=user, grades=grades.get(user.id, {})) for user in users], next_cursor


async def all_students(session: AsyncSession, class_id: UUID, scheme: Scheme) -> list[StudentGrades]:
    """Return the grades of all students of a class, by their names."""
    users = (
        await session.scalars(
            select(UserRow)
            .join(MembershipRow, MembershipRow.user_id == UserRow.id)
            .where(MembershipRow.class_id == class_id, MembershipRow.role == ClassRole.STUDENT)
        )
    ).all()
    grades = await grades_of(session, [item.row.id for item in scheme.items], [user.id for user in users])
    return [
        StudentGrades(user=user, grades=grades.get(user.id, {}))
        for user in sorted(users, key=lambda user: (user.name.casefold(), user.id))
    ]


async def grades_of(
    session: AsyncSession, item_ids: Sequence[UUID], user_ids: Sequence[UUID]
) -> dict[UUID, dict[UUID, GradeRow]]:
    """Return grades by student and item. One query."""
    found = await session.scalars(
        select(GradeRow)
        .where(GradeRow.user_id.in_(user_ids), GradeRow.item_id.in_(item_ids), GradeRow.version > 0)
        .execution_options(populate_existing=True)
    )
    grades: dict[UUID, dict[UUID, GradeRow]] = {}
    for row in found:
        grades.setdefault(row.user_id, {})[row.item_id] = row
    return grades


async def own_books(session: AsyncSession, person: Person) -> list[tuple[ClassRow, Scheme, StudentGrades]]:
    """Return somebody's own grades in every class in which they are a student, newest class first."""
    user = await session.get(UserRow, person.id)
    assert user is not None
    classes = (
        await session.scalars(
            select(ClassRow)
            .join(MembershipRow, MembershipRow.class_id == ClassRow.id)
            .where(
                MembershipRow.user_id == person.id,
                MembershipRow.role == ClassRole.STUDENT,
                ClassRow.deleted_at.is_(None),
            )
            .order_by(ClassRow.id.desc())
            .limit(CLASSES_MAX)
        )
    ).all()
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
    session: AsyncSession, class_id: UUID, page: PageRequest, *, item_id: UUID | None, user_id: UUID | None
) -> tuple[list[Change], str | None]:
    """Return one page of what was changed in a gradebook, newest first; of one item or student, where that is asked for."""
    changer = aliased(UserRow)
    statement = (
        select(GradeChangeRow, UserRow.name, changer.name)
        .join(UserRow, UserRow.id == GradeChangeRow.user_id)
        .outerjoin(changer, changer.id == GradeChangeRow.changed_by)
        .where(GradeChangeRow.class_id == class_id)
    )
    if item_id is not None:
        statement = statement.where(GradeChangeRow.item_id == item_id)
    if user_id is not None:
        statement = statement.where(GradeChangeRow.user_id == user_id)
    statement = page.narrow(statement, GradeChangeRow.id, of=CHANGES_LIST, newest_first=True)
    found = (await session.execute(statement)).all()
    shown, next_cursor = page.cut(found, [row[0].id for row in found], of=CHANGES_LIST)
    return [Change(row=row, student=student, changed_by=by) for row, student, by in shown], next_cursor
