"""Enrol in a course, which is joining one of its classes, and drop it."""

from uuid import UUID

from sqlalchemy import select

from auth.actions import Person
from auth.errors import Conflict, NotFound
from auth.permissions import Action, require
from auth.ports import AccessListener
from classroom.classes.actions import add_member, class_by_join_code
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.courses.actions import CourseAccess
from classroom.courses.models import CourseClassRow, Enrolment
from classroom.courses.places import keep_within_seats
from classroom.courses.rules import refusal
from classroom.errors import UnknownJoinCode
from persistence.database import Transaction

_WORDS = {
    "enrolment_closed": "Nobody enrols in this class at the moment. Ask its teacher.",
    "class_full": "This class is full. Ask its teacher.",
}


async def enrol(
    transaction: Transaction,
    person: Person,
    course: CourseAccess,
    class_id: UUID,
    *,
    join_code: str | None,
    live: AccessListener,
) -> bool:
    """Join a class of a course as a student; tell whether that is new.

    Raises:
        Forbidden: the account is for the house's office, not for a class.
        NotFound: the course has no such class.
        Conflict: the class is closed or full, or the person is in another class of the course.
        UnknownJoinCode: the class wants its code, and this is not it.
    """
    require(Action.JOIN_CLASSES, person.role)
    session = transaction.session
    found = (
        await session.execute(
            select(CourseClassRow, ClassRow.join_code)
            .join(ClassRow, ClassRow.id == CourseClassRow.class_id)
            .where(
                CourseClassRow.course_id == course.row.id,
                CourseClassRow.class_id == class_id,
                ClassRow.deleted_at.is_(None),
            )
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    place: CourseClassRow = found[0]
    roles = await _roles(transaction, person, course)
    if class_id in roles:
        return False
    if ClassRole.STUDENT in roles.values():
        raise Conflict("already_enrolled", "You are in another class of this course. Drop that first.")
    closed = place.enrolment is Enrolment.CLOSED
    # How many are in it is counted below, where nobody else can come in between.
    why = refusal(published=course.row.published_at is not None, closed=closed, seats=None, students=0)
    if why is not None:
        raise Conflict(why, _WORDS[why])
    if place.enrolment is Enrolment.CODE and (await class_by_join_code(session, join_code or "")).id != class_id:
        raise UnknownJoinCode
    if not await add_member(session, class_id=class_id, user_id=person.id, role=ClassRole.STUDENT):
        return False
    await keep_within_seats(session, class_id)
    transaction.after_commit(lambda: live.access_changed(user_id=person.id))
    return True


async def drop(transaction: Transaction, person: Person, course: CourseAccess, *, live: AccessListener) -> list[UUID]:
    """Leave the classes of a course in which one is a student; return which. What one made there stays."""
    session = transaction.session
    left = [class_id for class_id, role in (await _roles(transaction, person, course)).items() if role == "student"]
    for class_id in left:
        membership = await session.get(MembershipRow, (class_id, person.id))
        if membership is not None:
            await session.delete(membership)
    if left:
        transaction.after_commit(lambda: live.access_changed(user_id=person.id))
    return left


async def _roles(transaction: Transaction, person: Person, course: CourseAccess) -> dict[UUID, ClassRole]:
    found = await transaction.session.execute(
        select(MembershipRow.class_id, MembershipRow.role)
        .join(CourseClassRow, CourseClassRow.class_id == MembershipRow.class_id)
        .join(ClassRow, ClassRow.id == MembershipRow.class_id)
        .where(
            CourseClassRow.course_id == course.row.id,
            MembershipRow.user_id == person.id,
            ClassRow.deleted_at.is_(None),
        )
        .order_by(MembershipRow.class_id)
    )
    return {row.class_id: row.role for row in found.all()}
