"""Write lessons, put them in order, publish them.

``access_lesson`` is the only way to a lesson: it also checks what the person may do with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Conflict, FieldInvalid, Forbidden, NotFound
from auth.permissions import Action, permits_in_class
from classroom.classes.actions import ClassAccess
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.lessons.content import EMPTY
from classroom.lessons.models import LessonRow, LessonTextRow, UnitRow
from classroom.lessons.rules import LESSONS_MAX, UNITS_MAX, Publication, publication, reordered
from classroom.progress.actions import ActivityRef
from classroom.progress.columns import follow_activity
from classroom.progress.models import ActivityKind
from collab_server.live import LiveDocuments
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.reading import Asking, prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonAccess:
    """A lesson, and what the person who asked for it is in its class. `now`: the database's clock, which decides who sees it."""

    row: LessonRow
    unit: UnitRow
    role: ClassRole
    now: datetime

    @property
    def teaches(self) -> bool:
        """Tell whether the person is a teacher of the lesson's class."""
        return permits_in_class(Action.TEACH_CLASS, self.role)

    @property
    def publication(self) -> Publication:
        """Return who sees the lesson now."""
        return publication(self.row.published_at, now=self.now)


_LESSON = prepared(
    select(LessonRow, UnitRow, MembershipRow.role, func.now())
    .join(UnitRow, UnitRow.id == LessonRow.unit_id)
    .join(ClassRow, ClassRow.id == LessonRow.class_id)
    .join(MembershipRow, MembershipRow.class_id == ClassRow.id)
    .where(
        LessonRow.id == bindparam("lesson_id", type_=Uuid),
        MembershipRow.user_id == bindparam("person_id", type_=Uuid),
        ClassRow.deleted_at.is_(None),
    )
)


async def access_lesson(
    session: Asking, person: Person, lesson_id: UUID, *, teach: bool = False, deleted: bool = False
) -> LessonAccess:
    """Return a lesson for somebody who may see it: the class once it is published, its teachers always.

    Args:
        session: where to look.
        person: who asks.
        lesson_id: which lesson.
        teach: whether what follows is only for teachers of the class.
        deleted: whether a deleted lesson will do; only teachers can still see one.

    Raises:
        NotFound: there is no such lesson, or none for this person.
        Forbidden: only teachers may do this.
    """
    found = (await session.execute(_LESSON, {"lesson_id": lesson_id, "person_id": person.id})).one_or_none()
    if found is None or not permits_in_class(Action.SEE_CLASS, found[2]):
        raise NotFound
    access = LessonAccess(row=found[0], unit=found[1], role=found[2], now=found[3])
    if not access.teaches and access.publication is not Publication.PUBLISHED:
        raise NotFound
    if (access.row.deleted_at is not None or access.unit.deleted_at is not None) and not (deleted and access.teaches):
        raise NotFound
    if teach and not access.teaches:
        raise Forbidden
    return access


async def access_unit(session: AsyncSession, access: ClassAccess, unit_id: UUID, *, deleted: bool = False) -> UnitRow:
    """Return a unit of a class.

    Raises:
        NotFound: the class has no such unit.
    """
    row = await session.get(UnitRow, unit_id)
    if row is None or row.class_id != access.row.id or (row.deleted_at is not None and not deleted):
        raise NotFound
    return row


async def add_unit(session: AsyncSession, class_id: UUID, *, title: str) -> UnitRow:
    """Add a unit behind the others. The class must be locked.

    Raises:
        Conflict: the class has as many as it may have.
    """
    count, last = await _count(session, UnitRow, class_id)
    if count >= UNITS_MAX:
        raise Conflict("too_many_units", f"A class has at most {UNITS_MAX} units. Delete one first.")
    row = UnitRow(id=new_id(), class_id=class_id, title=title, position=last + 1)
    session.add(row)
    await session.flush()
    return row


async def add_lesson(
    session: AsyncSession,
    *,
    class_id: UUID,
    unit_id: UUID,
    title: str,
    created_by: UUID | None,
    content: Any = EMPTY,
    published_at: datetime | None = None,
) -> LessonRow:
    """Add a lesson behind the others of its unit; a draft, unless it is told from when on the class sees it. The class must be locked.

    Raises:
        Conflict: the class has as many as it may have.
    """
    count, last = await _count(session, LessonRow, class_id)
    if count >= LESSONS_MAX:
        raise Conflict("too_many_lessons", f"A class has at most {LESSONS_MAX} lessons. Delete one first.")
    now = utc_now()
    row = LessonRow(
        id=new_id(),
        class_id=class_id,
        unit_id=unit_id,
        title=title,
        position=last + 1,
        published_at=published_at,
        created_by=created_by,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    session.add(LessonTextRow(lesson_id=row.id, content=dict(content), version=1, edited_by=created_by, edited_at=now))
    await session.flush()
    return row


async def rename(transaction: Transaction, live: LiveDocuments, access: LessonAccess, *, title: str) -> None:
    """Give a lesson another title, and its column on the board of progress with it."""
    before = access.row.title
    if title != before:
        access.row.title, access.row.updated_at = title, utc_now()
        await _follow(transaction, live, access.row, before=before)


def publish(access: LessonAccess, *, at: datetime | None) -> None:
    """Let the class see a lesson: now, or from a moment on.

    Raises:
        FieldInvalid: the moment has passed.
    """
    if at is None:
        if access.publication is not Publication.PUBLISHED:
            access.row.published_at = access.now
    elif at <= access.now:
        raise FieldInvalid("at", "must be in the future")
    else:
        access.row.published_at = at


def unpublish(access: LessonAccess) -> None:
    """Make a lesson a draft again. How far the students have come with it is kept."""
    access.row.published_at = None


async def delete_lesson(transaction: Transaction, live: LiveDocuments, access: LessonAccess) -> None:
    """Put a lesson away, until a teacher restores it."""
    access.row.deleted_at = utc_now()
    await _follow(transaction, live, access.row)


async def restore_lesson(transaction: Transaction, live: LiveDocuments, access: LessonAccess) -> None:
    """Bring a deleted lesson back as it was; its unit too, if that was deleted."""
    access.row.deleted_at = None
    access.unit.deleted_at = None
    await _follow(transaction, live, access.row)


async def put_unit_away(transaction: Transaction, live: LiveDocuments, unit: UnitRow, *, deleted: bool) -> None:
    """Delete a unit with its lessons, or restore it with them."""
    unit.deleted_at = utc_now() if deleted else None
    lessons = await transaction.session.scalars(
        select(LessonRow).where(LessonRow.unit_id == unit.id, LessonRow.deleted_at.is_(None))
    )
    for row in lessons.all():
        await _follow(transaction, live, row, shown=not deleted)


async def put_in_order(session: AsyncSession, class_id: UUID, wanted: Sequence[tuple[UUID, Sequence[UUID]]]) -> None:
    """Put units and lessons in order. The class must be locked.

    Raises:
        FieldInvalid: something is named that is not there, or twice.
    """
    units = {
        row.id: row
        for row in (
            await session.scalars(
                select(UnitRow)
                .where(UnitRow.class_id == class_id, UnitRow.deleted_at.is_(None))
                .order_by(UnitRow.position, UnitRow.id)
            )
        ).all()
    }
    lessons = {
        row.id: row
        for row in (
            await session.scalars(
                select(LessonRow)
                .where(LessonRow.class_id == class_id, LessonRow.deleted_at.is_(None))
                .order_by(LessonRow.position, LessonRow.id)
            )
        ).all()
    }
    present: dict[UUID, list[UUID]] = {unit: [] for unit in units}
    for row in lessons.values():
        if row.unit_id in present:
            present[row.unit_id].append(row.id)
    try:
        order = reordered(present, wanted)
    except ValueError as error:
        raise FieldInvalid("units", str(error)) from error
    for position, (unit, those) in enumerate(order.items()):
        units[unit].position = position
        for place, lesson in enumerate(those):
            lessons[lesson].unit_id, lessons[lesson].position = unit, place


async def _count(session: AsyncSession, rows: type[UnitRow] | type[LessonRow], class_id: UUID) -> tuple[int, int]:
    """Return how many there are, and the last position."""
    found = (
        await session.execute(
            select(func.count(), func.max(rows.position)).where(rows.class_id == class_id, rows.deleted_at.is_(None))
        )
    ).one()
    count, last = found
    return count, last if count else -1


async def _follow(
    transaction: Transaction,
    live: LiveDocuments,
    row: LessonRow,
    *,
    before: str | None = None,
    shown: bool | None = None,
) -> None:
    await follow_activity(
        transaction,
        live,
        class_id=row.class_id,
        activity=ActivityRef(ActivityKind.LESSON, row.id, title=row.title),
        before=before,
        shown=row.deleted_at is None if shown is None else shown,
    )
