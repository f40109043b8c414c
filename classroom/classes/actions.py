"""Make classes and join them; who is in them is in ``members.py``.

``access_class`` is the only way to a class: it also checks what the person may do with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Uuid, any_, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from auth.actions import Person
from auth.errors import Forbidden, NotFound
from auth.http.pagination import PageRequest, paged
from auth.models import UserRow
from auth.permissions import Action, permits_in_class, require
from auth.ports import AccessListener
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.classes.rules import new_join_code, read_join_code, shown_join_code
from classroom.courses.models import CourseClassRow, CourseRow
from classroom.courses.places import keep_within_seats
from classroom.errors import UnknownJoinCode
from classroom.roster.models import ClassInvitationRow
from persistence.base import utc_now
from persistence.database import Transaction, violated_constraint
from persistence.ids import new_id
from persistence.reading import Asking, prepared

CLASSES_LIST = "classes"
JOIN_CODE_TRIES = 5


@dataclass(frozen=True, slots=True)
class ClassAccess:
    """A class, and what the person who asked for it is in it."""

    row: ClassRow
    role: ClassRole

    @property
    def teaches(self) -> bool:
        """Tell whether the person is a teacher of the class."""
        return permits_in_class(Action.TEACH_CLASS, self.role)


@dataclass(frozen=True, slots=True)
class Teacher:
    """A teacher of a class, as everybody sees them who sees the class."""

    id: UUID
    name: str
    color: str
    picture: UUID | None


@dataclass(frozen=True, slots=True)
class CourseOf:
    """The course that a class is one of."""

    id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class ClassView:
    """A class as one of its members sees it."""

    row: ClassRow
    role: ClassRole
    teachers: Sequence[Teacher]
    student_count: int
    course: CourseOf | None


def namesake_in(class_id: BindParameter[UUID]) -> ColumnElement[bool]:
    """Return whether somebody else in a class has a name that reads the same as the selected person's."""
    other, membership = aliased(UserRow), aliased(MembershipRow)
    return exists().where(
        other.sort_name == UserRow.sort_name,
        other.id != UserRow.id,
        membership.user_id == other.id,
        membership.class_id == class_id,
    )


_A_CLASS, _CLASSES_ASKED = bindparam("class_id", type_=Uuid), bindparam("class_ids", type_=ARRAY(Uuid))
_WITH_ROLE = (
    select(ClassRow, MembershipRow.role)
    .join(MembershipRow, MembershipRow.class_id == ClassRow.id)
    .where(MembershipRow.user_id == bindparam("person_id", type_=Uuid))
)
_CLASS = prepared(_WITH_ROLE.where(ClassRow.id == _A_CLASS))
_CLASSES = paged(_WITH_ROLE.where(ClassRow.deleted_at.is_(None)), ClassRow.id, newest_first=True)
_TEACHERS = prepared(
    select(MembershipRow.class_id, UserRow.id, UserRow.name, UserRow.color, UserRow.picture_id)
    .join(UserRow, UserRow.id == MembershipRow.user_id)
    .where(MembershipRow.class_id == any_(_CLASSES_ASKED), MembershipRow.role == ClassRole.TEACHER)
    .order_by(MembershipRow.joined_at, UserRow.id)
)
_STUDENTS = prepared(
    select(MembershipRow.class_id, func.count().label("students"))
    .where(MembershipRow.class_id == any_(_CLASSES_ASKED), MembershipRow.role == ClassRole.STUDENT)
    .group_by(MembershipRow.class_id)
)
_COURSES = prepared(
    select(CourseClassRow.class_id, CourseRow.id, CourseRow.title)
    .join(CourseRow, CourseRow.id == CourseClassRow.course_id)
    .where(CourseClassRow.class_id == any_(_CLASSES_ASKED), CourseRow.deleted_at.is_(None))
)


async def access_class(
    session: Asking,
    person: Person,
    class_id: UUID,
    *,
    teach: bool = False,
    deleted: bool = False,
    lock: bool = False,
) -> ClassAccess:
    """Return a class for one of its members.

    Args:
        session: where to look.
        person: who asks.
        class_id: which class.
        teach: whether what follows is only for its teachers.
        deleted: whether a deleted class will do; only its teachers can still see one.
        lock: whether others who change the class are to wait until the transaction ends.

    Raises:
        NotFound: there is no such class, or the person is not in it.
        Forbidden: only its teachers may do this.
    """
    statement = _CLASS.with_for_update(of=ClassRow, key_share=True) if lock else _CLASS
    found = (await session.execute(statement, {"class_id": class_id, "person_id": person.id})).one_or_none()
    if found is None or not permits_in_class(Action.SEE_CLASS, found[1]):
        raise NotFound
    access = ClassAccess(found[0], found[1])
    if access.row.deleted_at is not None and not (deleted and access.teaches):
        raise NotFound
    if teach and not access.teaches:
        raise Forbidden
    return access


async def create_class(session: AsyncSession, person: Person, *, title: str) -> ClassRow:
    """Make a class; who makes it is its first teacher.

    Raises:
        Forbidden: the person is no teacher.
    """
    require(Action.CREATE_CLASSES, person.role)
    return await add_class(session, title=title, teacher_id=person.id)


async def add_class(session: AsyncSession, *, title: str, teacher_id: UUID) -> ClassRow:
    """Add a class and its first teacher, without asking who may."""
    row = ClassRow(id=new_id(), title=title, join_code=new_join_code(), created_by=teacher_id)
    await _with_a_free_join_code(session, row)
    await add_member(session, class_id=row.id, user_id=teacher_id, role=ClassRole.TEACHER)
    return row


async def add_member(session: AsyncSession, *, class_id: UUID, user_id: UUID, role: ClassRole) -> bool:
    """Add somebody to a class; tell whether they were not in it before. An invitation to it has served its purpose by that."""
    added = await session.scalar(
        insert(MembershipRow)
        .values(class_id=class_id, user_id=user_id, role=role)
        .on_conflict_do_nothing()
        .returning(MembershipRow.user_id)
    )
    if added is None:
        return False
    await session.execute(
        delete(ClassInvitationRow).where(
            ClassInvitationRow.class_id == class_id,
            UserRow.id == user_id,
            ClassInvitationRow.email == func.lower(UserRow.email),
        )
    )
    return True


async def view_class(session: Asking, access: ClassAccess) -> ClassView:
    """Return a class as the person who asked for it sees it."""
    return (await _views(session, [(access.row, access.role)]))[0]


async def list_classes(session: Asking, person: Person, page: PageRequest) -> tuple[list[ClassView], str | None]:
    """Return one page of the person's classes, newest first."""
    values = {"person_id": person.id, **page.values(of=CLASSES_LIST, newest_first=True)}
    found = [(row, role) for row, role in (await session.execute(_CLASSES, values)).all()]
    shown, next_cursor = page.cut(found, [row.id for row, _ in found], of=CLASSES_LIST)
    return await _views(session, shown), next_cursor


async def delete_class(transaction: Transaction, access: ClassAccess, *, live: AccessListener) -> None:
    """Put a class away: nobody sees it or opens its documents, until a teacher restores it."""
    access.row.deleted_at = utc_now()
    # Open documents of the class are known to the engine only by their own ids: it decides again about all.
    transaction.after_commit(live.access_changed)


def restore_class(transaction: Transaction, access: ClassAccess, *, live: AccessListener) -> None:
    """Bring a deleted class back as it was."""
    access.row.deleted_at = None
    transaction.after_commit(live.access_changed)


async def renew_join_code(session: AsyncSession, access: ClassAccess) -> None:
    """Give a class another join code; the old one is unknown from now on."""
    access.row.join_code = new_join_code()
    await _with_a_free_join_code(session, access.row)


def join_link(row: ClassRow, *, public_url: str) -> str:
    """Return the address of the page on which one joins a class."""
    return f"{public_url}/join/{shown_join_code(row.join_code)}"


async def class_by_join_code(session: Asking, text: str) -> ClassRow:
    """Return the class that a join code belongs to.

    Raises:
        UnknownJoinCode: no class has it.
    """
    code = read_join_code(text)
    row = await session.scalar(select(ClassRow).where(ClassRow.join_code == code, ClassRow.deleted_at.is_(None)))
    if row is None:
        raise UnknownJoinCode
    return row


async def join_class(transaction: Transaction, person: Person, text: str, *, live: AccessListener) -> ClassAccess:
    """Join a class with its code; whoever is in it already stays what they are.

    Raises:
        UnknownJoinCode: no class has this code.
        Conflict: the class is full.
        Forbidden: the account is for the house's office, not for a class.
    """
    require(Action.JOIN_CLASSES, person.role)
    row = await class_by_join_code(transaction.session, text)
    if await add_member(transaction.session, class_id=row.id, user_id=person.id, role=ClassRole.STUDENT):
        await keep_within_seats(transaction.session, row.id)
        transaction.after_commit(lambda: live.access_changed(user_id=person.id))
    return await access_class(transaction.session, person, row.id)


async def teacher_names(session: Asking, row: ClassRow) -> list[str]:
    """Return the names of a class's teachers, for whoever holds its join code."""
    return [teacher.name for teacher in (await teachers_of(session, [row.id])).get(row.id, [])]


async def teachers_of(session: Asking, class_ids: Sequence[UUID]) -> dict[UUID, list[Teacher]]:
    """Return the teachers of classes, in the order in which they joined. One query."""
    found = await session.execute(_TEACHERS, {"class_ids": class_ids})
    teachers: dict[UUID, list[Teacher]] = {}
    for class_id, user_id, name, color, picture in found.all():
        teachers.setdefault(class_id, []).append(Teacher(user_id, name, color, picture))
    return teachers


async def count_students(session: Asking, class_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the students of classes; those that have none are left out. One query."""
    counted = await session.execute(_STUDENTS, {"class_ids": class_ids})
    return {row.class_id: row.students for row in counted.all()}


async def _with_a_free_join_code(session: AsyncSession, row: ClassRow) -> None:
    for _ in range(JOIN_CODE_TRIES):
        try:
            async with session.begin_nested():
                session.add(row)
                await session.flush()
        except IntegrityError as error:
            if violated_constraint(error) != "uq_classes_join_code":
                raise
            row.join_code = new_join_code()
        else:
            return
    raise RuntimeError("no free join code was found: the alphabet is used up or the random source is broken")


async def _views(session: Asking, found: Sequence[tuple[ClassRow, ClassRole]]) -> list[ClassView]:
    class_ids = [row.id for row, _ in found]
    teachers = await teachers_of(session, class_ids)
    students = await count_students(session, class_ids)
    courses = await _courses(session, class_ids)
    return [
        ClassView(row, role, teachers.get(row.id, []), students.get(row.id, 0), courses.get(row.id))
        for row, role in found
    ]


async def _courses(session: Asking, class_ids: Sequence[UUID]) -> dict[UUID, CourseOf]:
    found = await session.execute(_COURSES, {"class_ids": class_ids})
    return {class_id: CourseOf(course_id, title) for class_id, course_id, title in found.all()}
