"""The courses that a teacher has made."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.personal.ports import ROWS_MAX, Item, PersonalRecords, Subject, table
from classroom.courses.models import CourseClassRow, CourseRow
from persistence.database import Transaction


@dataclass(frozen=True, slots=True)
class CourseRecords(PersonalRecords):
    """A course belongs to the teachers of its classes as well, and stays. Without any it is only its maker's, and goes."""

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords."""
        found = await session.execute(
            select(
                CourseRow.id,
                CourseRow.title,
                CourseRow.category,
                CourseRow.description,
                CourseRow.created_at,
                CourseRow.published_at,
            )
            .where(CourseRow.created_by == subject.id, CourseRow.deleted_at.is_(None))
            .order_by(CourseRow.id)
            .limit(ROWS_MAX)
        )
        return table("courses", found)

    async def release(self, transaction: Transaction, subject: Subject) -> None:
        """See PersonalRecords."""
        classes = exists().where(CourseClassRow.course_id == CourseRow.id)
        await transaction.session.execute(
            delete(CourseRow)
            .where(CourseRow.created_by == subject.id, ~classes)
            .execution_options(synchronize_session=False)
        )
