"""What is read of courses: the catalogue, its shelves, and one course with its classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, func, or_, select

from auth.actions import Person
from auth.http.pagination import PageRequest, paged
from auth.rules import like_pattern
from classroom.classes.actions import Teacher, count_students, teachers_of
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.courses.actions import CourseAccess, is_in, teaches
from classroom.courses.models import CourseClassRow, CourseRow
from classroom.courses.rules import search_words
from persistence.reading import Asking, prepared

COURSES_LIST = "courses"
OWN_COURSES_LIST = "own courses"
CATEGORIES_MAX = 200


class ShownCourse(NamedTuple):
    """What the catalogue shows of a course."""

    id: UUID
    title: str
    category: str
    description: str
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCourse:
    """A course as the catalogue shows it to somebody. `in_class`: the class of it in which they are a student."""

    row: CourseRow | ShownCourse
    teachers: Sequence[Teacher]
    class_count: int
    teaches: bool
    in_class: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOfCourse:
    """A class of a course, and what who asks is in it."""

    row: ClassRow
    place: CourseClassRow
    teachers: Sequence[Teacher]
    students: int
    role: ClassRole | None


_OWN_PLACE = (MembershipRow.class_id == ClassRow.id) & (MembershipRow.user_id == bindparam("person_id", type_=Uuid))
_CLASSES = prepared(
    select(ClassRow, CourseClassRow, MembershipRow.role)
    .join(CourseClassRow, CourseClassRow.class_id == ClassRow.id)
    .outerjoin(MembershipRow, _OWN_PLACE)
    .where(CourseClassRow.course_id == bindparam("course_id", type_=Uuid), ClassRow.deleted_at.is_(None))
    .order_by(ClassRow.id)
)
_PLACES = prepared(
    select(CourseClassRow.course_id, ClassRow.id, MembershipRow.role)
    .join(ClassRow, ClassRow.id == CourseClassRow.class_id)
    .outerjoin(MembershipRow, _OWN_PLACE)
    .where(CourseClassRow.course_id == any_(bindparam("course_ids", type_=ARRAY(Uuid))), ClassRow.deleted_at.is_(None))
    .order_by(ClassRow.id)
)


async def list_courses(
    session: Asking, person: Person, page: PageRequest, *, query: str, category: str | None, own: bool
) -> tuple[list[ListedCourse], str | None]:
    """Return one page of courses, newest first: of those in the catalogue, or of one's own, drafts included.

    query: words that a course has to contain; category: one shelf only.
    """
    words = search_words(query)
    of = OWN_COURSES_LIST if own else COURSES_LIST
    values = {
        "person_id": person.id,
        "category": category,
        **{f"word{number}": like_pattern(word) for number, word in enumerate(words)},
        **page.values(of=of, newest_first=True),
    }
    statement = _courses(own=own, one_category=category is not None, words=len(words))
    found = [(ShownCourse(*row), bool(teaching)) for *row, teaching in (await session.execute(statement, values)).all()]
    shown, next_cursor = page.cut(found, [row.id for row, _ in found], of=of)
    return await _listed(session, person, shown), next_cursor


@cache
def _courses(*, own: bool, one_category: bool, words: int) -> Select[*tuple[Any, ...]]:
    person = bindparam("person_id", type_=Uuid)
    columns = [getattr(CourseRow, name) for name in ShownCourse._fields]
    statement = select(*columns, teaches(person).label("teaches")).where(CourseRow.deleted_at.is_(None))
    if own:
        statement = statement.where(or_(teaches(person), is_in(person)))
    else:
        statement = statement.where(CourseRow.published_at.is_not(None))
    if one_category:
        statement = statement.where(CourseRow.category == bindparam("category"))
    for number in range(words):
        statement = statement.where(CourseRow.search_text.like(bindparam(f"word{number}"), escape="\\"))
    return paged(statement, CourseRow.id, newest_first=True)


_CATEGORIES = prepared(
    select(CourseRow.category, func.count())
    .where(CourseRow.published_at.is_not(None), CourseRow.deleted_at.is_(None))
    .group_by(CourseRow.category)
    .order_by(CourseRow.category)
    .limit(CATEGORIES_MAX)
)


async def list_categories(session: Asking) -> list[tuple[str, int]]:
    """Return the shelves of the catalogue with how many courses stand on each, by name."""
    found = await session.execute(_CATEGORIES)
    return [(category, count) for category, count in found.all()]


def summed_up(course: CourseAccess, classes: Sequence[ClassOfCourse]) -> ListedCourse:
    """Return one course as the catalogue shows it, given its classes."""
    return ListedCourse(
        row=course.row,
        teachers=list({teacher.id: teacher for each in classes for teacher in each.teachers}.values()),
        class_count=len(classes),
        teaches=course.teaches,
        in_class=next((each.row.id for each in classes if each.role is ClassRole.STUDENT), None),
    )


async def classes_of(session: Asking, person: Person, course: CourseAccess) -> list[ClassOfCourse]:
    """Return the classes of a course, in the order in which they were made."""
    found = (await session.execute(_CLASSES, {"course_id": course.row.id, "person_id": person.id})).all()
    ids = [row.id for row, _, _ in found]
    teachers = await teachers_of(session, ids)
    students = await count_students(session, ids)
    return [
        ClassOfCourse(
            row=row, place=place, teachers=teachers.get(row.id, []), students=students.get(row.id, 0), role=role
        )
        for row, place, role in found
    ]


async def _listed(session: Asking, person: Person, courses: Sequence[tuple[ShownCourse, bool]]) -> list[ListedCourse]:
    found = (
        await session.execute(_PLACES, {"course_ids": [row.id for row, _ in courses], "person_id": person.id})
    ).all()
    places: dict[UUID, list[tuple[UUID, ClassRole | None]]] = {}
    for course_id, class_id, role in found:
        places.setdefault(course_id, []).append((class_id, role))
    teachers = await teachers_of(session, [class_id for _, class_id, _ in found])
    listed = []
    for row, teaching in courses:
        classes = places.get(row.id, [])
        people = {teacher.id: teacher for class_id, _ in classes for teacher in teachers.get(class_id, [])}
        listed.append(
            ListedCourse(
                row=row,
                teachers=list(people.values()),
                class_count=len(classes),
                teaches=teaching,
                in_class=next((class_id for class_id, role in classes if role is ClassRole.STUDENT), None),
            )
        )
    return listed
