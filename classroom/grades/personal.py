"""A student's grades. They go with the account, and so does their history."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.personal.ports import ROWS_MAX, Item, PersonalRecords, Subject, table
from classroom.assignments.models import AssignmentRow
from classroom.classes.models import ClassRow
from classroom.grades.models import GradeChangeRow, GradeRow, ItemRow


@dataclass(frozen=True, slots=True)
class GradeRecords(PersonalRecords):
    """What was given back and is not hidden: an archive shows nothing before its time. Who graded is somebody else's data."""

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords."""
        title = func.coalesce(ItemRow.title, AssignmentRow.title).label("title")
        seen = (GradeRow.returned_at.is_not(None), ItemRow.hidden.is_(False), ItemRow.removed_at.is_(None))
        grades = await session.execute(
            select(
                ClassRow.title.label("class"),
                title,
                GradeRow.points,
                func.coalesce(ItemRow.points_max, AssignmentRow.points_max).label("points_max"),
                GradeRow.excused,
                GradeRow.graded_at,
                GradeRow.returned_at,
            )
            .join(ItemRow, ItemRow.id == GradeRow.item_id)
            .join(ClassRow, ClassRow.id == ItemRow.class_id)
            .outerjoin(AssignmentRow, AssignmentRow.id == ItemRow.assignment_id)
            .where(GradeRow.user_id == subject.id, *seen)
            .order_by(GradeRow.item_id)
            .limit(ROWS_MAX)
        )
        changes = await session.execute(
            select(
                ClassRow.title.label("class"),
                title,
                GradeChangeRow.points_before,
                GradeChangeRow.points_after,
                GradeChangeRow.excused_before,
                GradeChangeRow.excused_after,
                GradeChangeRow.changed_at,
            )
            .join(ItemRow, ItemRow.id == GradeChangeRow.item_id)
            .join(GradeRow, and_(GradeRow.item_id == ItemRow.id, GradeRow.user_id == GradeChangeRow.user_id))
            .join(ClassRow, ClassRow.id == ItemRow.class_id)
            .outerjoin(AssignmentRow, AssignmentRow.id == ItemRow.assignment_id)
            .where(GradeChangeRow.user_id == subject.id, *seen)
            .order_by(GradeChangeRow.id)
            .limit(ROWS_MAX)
        )
        return [*table("grades", grades), *table("grade_changes", changes)]
