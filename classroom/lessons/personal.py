"""The lessons that a student has read, and those that a teacher has written."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.personal.ports import ROWS_MAX, Item, PersonalRecords, Subject, table
from classroom.classes.models import ClassRow
from classroom.classes.personal import taught_by
from classroom.lessons.models import LessonReaderRow, LessonRow, LessonTextRow
from persistence.base import utc_now


@dataclass(frozen=True, slots=True)
class LessonRecords(PersonalRecords):
    """Lessons stay for their class, and name nobody; who has read them goes with the account."""

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords."""
        read = await session.execute(
            select(
                ClassRow.title.label("class"),
                LessonRow.title.label("lesson"),
                LessonReaderRow.opened_at,
                LessonReaderRow.completed_at,
            )
            .join(LessonRow, LessonRow.id == LessonReaderRow.lesson_id)
            .join(ClassRow, ClassRow.id == LessonRow.class_id)
            .where(
                LessonReaderRow.user_id == subject.id,
                LessonRow.published_at <= utc_now(),
                LessonRow.deleted_at.is_(None),
            )
            .order_by(LessonRow.id)
            .limit(ROWS_MAX)
        )
        written = await session.execute(
            select(
                LessonRow.id,
                ClassRow.title.label("class"),
                LessonRow.title,
                LessonTextRow.content,
                LessonRow.created_at,
                LessonRow.published_at,
            )
            .join(LessonTextRow, LessonTextRow.lesson_id == LessonRow.id)
            .join(ClassRow, ClassRow.id == LessonRow.class_id)
            .where(
                LessonRow.created_by == subject.id,
                LessonRow.class_id.in_(taught_by(subject)),
                LessonRow.deleted_at.is_(None),
            )
            .order_by(LessonRow.id)
            .limit(ROWS_MAX)
        )
        return [*table("lessons_read", read), *table("lessons", written)]
