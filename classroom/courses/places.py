"""The places in a class: how many students it takes, however they come in."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.errors import Conflict
from classroom.classes.models import ClassRole, MembershipRow
from classroom.courses.models import CourseClassRow


async def keep_within_seats(session: AsyncSession, class_id: UUID) -> None:
    """Refuse the student who has just been added in this transaction, if the class is over its seats by that.

    Raises:
        Conflict: the class is full.
    """
    # Of several who come at once, each waits here and then counts those before.
    seats = await session.scalar(
        select(CourseClassRow.seats)
        .where(CourseClassRow.class_id == class_id, CourseClassRow.seats.is_not(None))
        .with_for_update()
    )
    if seats is None:
        return
    students = await session.scalar(
        select(func.count())
        .select_from(MembershipRow)
        .where(MembershipRow.class_id == class_id, MembershipRow.role == ClassRole.STUDENT)
    )
    if (students or 0) > seats:
        raise Conflict("class_full", "This class is full. Ask its teacher.")
