"""Give grades: the one way to a grade, from a submission, the gradebook or a table. Every change is kept with who made it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.errors import ChangedMeanwhile, Conflict, NotFound
from auth.models import UserRow
from classroom.assignments.models import AssignmentRow
from classroom.grades.models import GradeChangeRow, GradeRow, GradeSource, ItemRow
from classroom.grades.rules import ITEMS_MAX
from classroom.progress.actions import ActivityRef, move
from classroom.progress.activities import show_scores
from classroom.progress.models import ActivityKind
from collab_server.live import LiveDocuments
from documents.progress import State
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.reading import prepared

CHANGED = "Somebody else has changed this grade meanwhile."


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a piece of work is worth: points, or none and excused, or neither: not graded."""

    points: Decimal | None = None
    excused: bool = False

    def plain(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"points": None if self.points is None else float(self.points), "excused": self.excused}


class Assigned(NamedTuple):
    """What a gradebook asks of an assignment; its row has it, too."""

    id: UUID
    title: str
    due_at: datetime | None
    points_max: Decimal | None
    scale: list[Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item with the title, the full marks and the scale that it is shown with."""

    row: ItemRow
    assignment: Assigned | AssignmentRow | None

    @property
    def title(self) -> str:
        """Return its title: an assignment's is the assignment's."""
        return self.row.title or ("" if self.assignment is None else self.assignment.title)

    @property
    def points_max(self) -> Decimal:
        """Return its full marks."""
        found = self.row.points_max if self.assignment is None else self.assignment.points_max
        assert found is not None, "an item without full marks is not in a gradebook"
        return found

    @property
    def is_graded(self) -> bool:
        """Tell whether there are points to reach."""
        return self.assignment is None or self.assignment.points_max is not None

    @property
    def activity(self) -> ActivityRef | None:
        """Return what it is on the board of progress."""
        return None if self.assignment is None else activity_of(self.assignment)


def activity_of(assignment: Assigned | AssignmentRow) -> ActivityRef:
    """Return what an assignment is on the board of progress."""
    return ActivityRef(ActivityKind.ASSIGNMENT, assignment.id, assignment.title, assignment.due_at)


def in_the_book() -> ColumnElement[bool]:
    """Say in SQL which items are in a gradebook: those that are published, graded, and not removed."""
    return and_(
        ItemRow.removed_at.is_(None),
        or_(
            ItemRow.assignment_id.is_(None),
            and_(
                AssignmentRow.published_at.is_not(None),
                AssignmentRow.deleted_at.is_(None),
                AssignmentRow.points_max.is_not(None),
            ),
        ),
    )


ITEMS = prepared(
    select(ItemRow, *(getattr(AssignmentRow, name) for name in Assigned._fields))
    .outerjoin(AssignmentRow, AssignmentRow.id == ItemRow.assignment_id)
    .where(ItemRow.class_id == any_(bindparam("class_ids", type_=ARRAY(Uuid))), in_the_book())
    .order_by(ItemRow.position, ItemRow.id)
    .execution_options(populate_existing=True)
)
"""The items in the gradebooks of classes (`class_ids`), in order: for `items_of`."""


def items_of(found: Iterable[Sequence[Any]]) -> list[Item]:
    """Return items, given what ITEMS gives."""
    return [
        Item(row=row, assignment=None if assignment_id is None else Assigned(assignment_id, *others))
        for row, assignment_id, *others in found
    ]


async def access_item(session: AsyncSession, class_id: UUID, item_id: UUID) -> Item:
    """Return an item of a class's gradebook.

    Raises:
        NotFound: it has no such item.
    """
    found = items_of(await session.execute(ITEMS.where(ItemRow.id == item_id), {"class_ids": [class_id]}))
    if not found:
        raise NotFound
    return found[0]


async def add_item(
    session: AsyncSession,
    *,
    class_id: UUID,
    assignment_id: UUID | None = None,
    title: str | None = None,
    points_max: Decimal | None = None,
    category_id: UUID | None = None,
    weight: Decimal | None = None,
    hidden: bool = False,
) -> ItemRow:
    """Add an item behind the others, without asking who may.

    Raises:
        Conflict: there are as many as a gradebook can show.
    """
    count, last = (
        await session.execute(
            select(
                func.count().filter(ItemRow.removed_at.is_(None)), func.coalesce(func.max(ItemRow.position), -1)
            ).where(ItemRow.class_id == class_id)
        )
    ).one()
    if count >= ITEMS_MAX:
        raise Conflict("too_many_items", f"A gradebook has at most {ITEMS_MAX} items.")
    row = ItemRow(
        id=new_id(),
        class_id=class_id,
        assignment_id=assignment_id,
        category_id=category_id,
        title=title,
        points_max=points_max,
        weight=weight,
        hidden=hidden,
        position=last + 1,
    )
    session.add(row)
    await session.flush()
    return row


async def lock_grades(
    session: AsyncSession, cells: Sequence[tuple[UUID, UUID]], *, at: datetime
) -> Mapping[tuple[UUID, UUID], GradeRow]:
    """Return the grades of (item, student), with nobody else changing them; one that is not there yet has version 0.

    In the order of their ids, so that two who change several never wait for each other.
    """
    ordered = sorted(set(cells))
    for chunk in (ordered[start : start + 1000] for start in range(0, len(ordered), 1000)):
        await session.execute(
            insert(GradeRow)
            .values(
                [
                    {"item_id": item, "user_id": user, "excused": False, "version": 0, "graded_at": at}
                    for item, user in chunk
                ]
            )
            .on_conflict_do_nothing()
        )
    items, users = {item for item, _ in ordered}, {user for _, user in ordered}
    found = await session.scalars(
        select(GradeRow)
        .where(GradeRow.item_id.in_(items), GradeRow.user_id.in_(users))
        .order_by(GradeRow.item_id, GradeRow.user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = {(row.item_id, row.user_id): row for row in found}
    return {cell: rows[cell] for cell in ordered}


async def lock_grade(session: AsyncSession, item_id: UUID, user_id: UUID, *, at: datetime) -> GradeRow:
    """Return one grade, with nobody else changing it."""
    return (await lock_grades(session, [(item_id, user_id)], at=at))[item_id, user_id]


def worth_of(row: GradeRow) -> Worth:
    """Return what a grade says."""
    return Worth(points=row.points, excused=row.excused)


def write_grade(
    session: AsyncSession,
    row: GradeRow,
    worth: Worth,
    *,
    class_id: UUID,
    by: UUID,
    at: datetime,
    source: GradeSource,
    returned_at: datetime | None,
) -> None:
    """Change a locked grade, and keep in the history that it was changed. `returned_at`: since when the student may see it."""
    before = worth_of(row)
    row.points, row.excused = worth.points, worth.excused
    row.version += 1
    row.graded_by, row.graded_at, row.returned_at = by, at, returned_at
    if before != worth:
        session.add(
            GradeChangeRow(
                id=new_id(),
                class_id=class_id,
                item_id=row.item_id,
                user_id=row.user_id,
                points_before=before.points,
                points_after=worth.points,
                excused_before=before.excused,
                excused_after=worth.excused,
                source=source,
                changed_by=by,
                changed_at=at,
            )
        )


async def changed_meanwhile(
    session: AsyncSession, stale: Sequence[tuple[GradeRow, Mapping[str, Any], Mapping[str, Any]]]
) -> ChangedMeanwhile:
    """Return the error for grades that somebody else has changed: each with what more it is now, and what was wanted."""
    ids = {row.graded_by for row, _, _ in stale if row.graded_by is not None}
    found = await session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(ids)))
    names = {row.id: row.name for row in found.all()}
    return ChangedMeanwhile(
        CHANGED,
        [
            {
                "item_id": str(row.item_id),
                "user_id": str(row.user_id),
                "current": {
                    **worth_of(row).plain(),
                    **current,
                    "version": row.version,
                    "graded_by": names.get(row.graded_by) if row.graded_by is not None else None,
                    "graded_at": row.graded_at.isoformat(),
                },
                "yours": dict(yours),
            }
            for row, current, yours in stale
        ],
    )


async def show_on_board(transaction: Transaction, live: LiveDocuments, item: Item, graded: Sequence[GradeRow]) -> None:
    """Let the board of progress show grades that were given back; call it after what else is locked."""
    activity = item.activity
    if activity is None:
        return
    class_id = item.row.class_id
    # Whoever hides the item at this moment comes before or after: no score is shown that somebody has just hidden.
    hidden = await transaction.session.scalar(
        select(ItemRow.hidden).where(ItemRow.id == item.row.id).with_for_update(read=True)
    )
    withheld: dict[UUID, Decimal | None] = {}
    for row in graded:
        if row.returned_at is None:
            continue
        score = None if hidden or row.points is None else row.points
        if score is None and row.version > 1:
            withheld[row.user_id] = None
        # Taken back, it is graded no more; what is not graded at all is given back without points.
        if row.points is None and not row.excused and item.is_graded:
            continue
        await move(
            transaction,
            live,
            class_id=class_id,
            user_id=row.user_id,
            activity=activity,
            to=State.GRADED,
            score=None if score is None else float(score),
        )
    if withheld:
        await show_scores(transaction, live, class_id=class_id, activity=activity, scores=withheld)
