"""Make courses, publish them, and say which classes are of them.

``access_course`` is the only way to a course: it also checks what the person may do with it.
"""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Conflict, Forbidden, NotFound
from auth.permissions import Action, permits_in_class, require
from classroom.classes.actions import ClassAccess
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.courses.models import CourseClassRow, CourseRow, Enrolment
from classroom.courses.rules import CLASSES_MAX, searchable
from persistence.base import utc_now
from persistence.ids import new_id
from persistence.reading import Asking, Bound, prepared


@dataclass(frozen=True, slots=True)
class CourseAccess:
    """A course, and whether who asked for it teaches it: has made it, or teaches one of its classes."""

    row: CourseRow
    teaches: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a course says about itself."""

    title: str
    category: str
    description: str


async def access_course(
    session: Asking, person: Person, course_id: UUID, *, teach: bool = False, deleted: bool = False
) -> CourseAccess:
    """Return a course for somebody who may see it: everybody, once it is published.

    Args:
        session: where to look.
        person: who asks.
        course_id: which course.
        teach: whether what follows is only for who teaches it.
        deleted: whether a deleted course will do; only who teaches it can still see one.

    Raises:
        NotFound: there is no such course, or it is not published and not theirs.
        Forbidden: only who teaches it may do this.
    """
    found = (await session.execute(_course(), {"course_id": course_id, "person_id": person.id})).one_or_none()
    if found is None:
        raise NotFound
    row, teaching, inside = found
    if row.deleted_at is not None and not (deleted and teaching):
        raise NotFound
    if row.published_at is None and not (teaching or inside):
        raise NotFound
    if teach and not teaching:
        raise Forbidden
    return CourseAccess(row, bool(teaching))


@cache
def _course() -> Select[CourseRow, bool, bool]:
    person = bindparam("person_id", type_=Uuid)
    return prepared(
        select(CourseRow, teaches(person).label("teaches"), is_in(person).label("is_in")).where(
            CourseRow.id == bindparam("course_id", type_=Uuid)
        )
    )


def teaches(user_id: Bound[UUID]) -> ColumnElement[bool]:
    """Say in SQL that somebody has made a course or teaches one of its classes."""
    return or_(CourseRow.created_by == user_id, _member(user_id, MembershipRow.role == ClassRole.TEACHER))


def is_in(user_id: Bound[UUID]) -> ColumnElement[bool]:
    """Say in SQL that somebody is in one of a course's classes."""
    return _member(user_id)


async def create_course(session: AsyncSession, person: Person, words: Words) -> CourseRow:
    """Make a course that nobody else sees yet.

    Raises:
        Forbidden: the person is no teacher.
    """
    require(Action.CREATE_COURSES, person.role)
    return await add_course(session, words, created_by=person.id)


async def add_course(session: AsyncSession, words: Words, *, created_by: UUID) -> CourseRow:
    """Add a course that nobody else sees yet, without asking who may."""
    row = CourseRow(id=new_id(), created_by=created_by, created_at=utc_now())
    await say(session, row, words)
    session.add(row)
    await session.flush()
    return row


async def say(session: AsyncSession, row: CourseRow, words: Words) -> None:
    """Let a course say something else about itself."""
    row.title, row.description = words.title, words.description
    row.category = await _category(session, words.category)
    row.search_text = searchable(row.title, row.category, row.description)
    row.updated_at = utc_now()


def publish(row: CourseRow, *, published: bool) -> None:
    """Put a course into the catalogue, or take it out again. Who is in its classes stays."""
    if published != (row.published_at is not None):
        row.published_at = utc_now() if published else None


def delete_course(row: CourseRow) -> None:
    """Put a course away, until somebody who teaches it restores it. Its classes stay as they are."""
    row.deleted_at = utc_now()


def restore_course(row: CourseRow) -> None:
    """Bring a deleted course back as it was."""
    row.deleted_at = None


async def put_class(
    session: AsyncSession, course: CourseAccess, access: ClassAccess, *, enrolment: Enrolment, seats: int | None
) -> None:
    """Make a class one of a course, or change how one gets into it.

    Raises:
        Forbidden: the person does not teach both.
        Conflict: the class is of another course, or the course has as many classes as one may have.
    """
    if not (course.teaches and permits_in_class(Action.TEACH_CLASS, access.role)):
        raise Forbidden
    # Two who do the same at once come one after the other.
    await session.execute(select(ClassRow.id).where(ClassRow.id == access.row.id).with_for_update(key_share=True))
    row = await session.get(CourseClassRow, access.row.id, populate_existing=True)
    if row is not None and row.course_id == course.row.id:
        row.enrolment, row.seats = enrolment, seats
    elif row is not None and await _stands(session, row.course_id):
        raise Conflict("class_of_another_course", "This class is of another course. Take it out there first.")
    else:
        await _leave_room(session, course)
        if row is not None:
            await session.delete(row)
            await session.flush()
        session.add(CourseClassRow(class_id=access.row.id, course_id=course.row.id, enrolment=enrolment, seats=seats))
    await session.flush()


async def remove_class(session: AsyncSession, course: CourseAccess, class_id: UUID) -> None:
    """Take a class out of a course; the class itself, and who is in it, stays.

    Raises:
        NotFound: it is not of the course.
    """
    row = await session.get(CourseClassRow, class_id)
    if row is None or row.course_id != course.row.id:
        raise NotFound
    await session.delete(row)


def _member(user_id: Bound[UUID], *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        CourseClassRow.course_id == CourseRow.id,
        ClassRow.id == CourseClassRow.class_id,
        ClassRow.deleted_at.is_(None),
        MembershipRow.class_id == ClassRow.id,
        MembershipRow.user_id == user_id,
        *more,
    )


async def _category(session: AsyncSession, category: str) -> str:
    """Return a category as it is written already, where it differs only in case: one shelf, not two."""
    known = await session.scalar(
        select(CourseRow.category)
        .where(func.lower(CourseRow.category) == func.lower(category), CourseRow.deleted_at.is_(None))
        .order_by(CourseRow.id)
        .limit(1)
    )
    return known or category


async def _stands(session: AsyncSession, course_id: UUID) -> bool:
    return bool(await session.scalar(select(exists().where(CourseRow.id == course_id, CourseRow.deleted_at.is_(None)))))


async def _leave_room(session: AsyncSession, course: CourseAccess) -> None:
    count = await session.scalar(
        select(func.count()).select_from(CourseClassRow).where(CourseClassRow.course_id == course.row.id)
    )
    if (count or 0) >= CLASSES_MAX:
        raise Conflict("too_many_classes", f"A course has at most {CLASSES_MAX} classes.")
