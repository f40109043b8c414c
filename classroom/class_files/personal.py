"""The files that a person has added to classes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.personal.ports import ROWS_MAX, Item, PersonalRecords, Subject, table
from classroom.class_files.models import ClassFileRow
from classroom.classes.models import ClassRow


@dataclass(frozen=True, slots=True)
class ClassFileRecords(PersonalRecords):
    """What is shared in a class stays there, and names nobody. The files themselves are among the uploads."""

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords."""
        found = await session.execute(
            select(
                ClassRow.title.label("class"),
                ClassFileRow.name,
                ClassFileRow.audience,
                ClassFileRow.created_at.label("added_at"),
            )
            .join(ClassRow, ClassRow.id == ClassFileRow.class_id)
            .where(ClassFileRow.added_by == subject.id, ClassFileRow.removed_at.is_(None))
            .order_by(ClassFileRow.id)
            .limit(ROWS_MAX)
        )
        return table("class_files", found)
