"""A person's classes. Their memberships go with the account."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from auth.personal.ports import ROWS_MAX, Hindrance, Item, PersonalRecords, Subject, table
from classroom.classes.models import ClassRole, ClassRow, MembershipRow


def taught_by(subject: Subject) -> Select[UUID]:
    """Select the classes in which somebody is a teacher: what they made there, they still see."""
    return select(MembershipRow.class_id).where(
        MembershipRow.user_id == subject.id, MembershipRow.role == ClassRole.TEACHER
    )


@dataclass(frozen=True, slots=True)
class ClassRecords(PersonalRecords):
    """See PersonalRecords."""

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords."""
        found = await session.execute(
            select(ClassRow.id.label("class_id"), ClassRow.title, MembershipRow.role, MembershipRow.joined_at)
            .join(MembershipRow, MembershipRow.class_id == ClassRow.id)
            .where(MembershipRow.user_id == subject.id)
            .order_by(ClassRow.id)
            .limit(ROWS_MAX)
        )
        return table("memberships", found)

    async def hindrances(self, session: AsyncSession, subject: Subject, *, lock: bool) -> Sequence[Hindrance]:
        """Return the classes of which this person is the only teacher."""
        other = aliased(MembershipRow)
        taught = (
            select(ClassRow.id, ClassRow.title)
            .join(MembershipRow, MembershipRow.class_id == ClassRow.id)
            .where(
                MembershipRow.user_id == subject.id,
                MembershipRow.role == ClassRole.TEACHER,
                ClassRow.deleted_at.is_(None),
            )
            .order_by(ClassRow.id)
        )
        if lock:
            # Whoever makes the other teacher a student, or takes them out, locks the class first, too. Looked at afterwards, in a
            # statement of its own, it is as those have left it.
            await session.execute(taught.with_for_update(of=ClassRow))
        alone = ~exists().where(
            other.class_id == ClassRow.id, other.role == ClassRole.TEACHER, other.user_id != subject.id
        )
        found = await session.execute(taught.where(alone))
        return [Hindrance(class_id, title) for class_id, title in found.all()]
