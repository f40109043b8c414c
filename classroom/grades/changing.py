"""Change gradebooks: grades in the grid, the items and their weights, categories and letters, what is hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import ChangedMeanwhile, FieldInvalid, NotFound
from classroom.classes.models import ClassRole, MembershipRow
from classroom.grades.actions import (
    ITEMS,
    Item,
    Worth,
    changed_meanwhile,
    items_of,
    lock_grades,
    show_on_board,
    worth_of,
    write_grade,
)
from classroom.grades.models import CategoryRow, GradebookRow, GradeRow, GradeSource, ItemRow
from classroom.progress.activities import show_scores
from collab_server.live import LiveDocuments
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange:
    """A grade to set in the grid. `version`: of the grade that it takes the place of, 0 where there was none."""

    item_id: UUID
    user_id: UUID
    worth: Worth
    version: int


async def change_grades(
    transaction: Transaction,
    live: LiveDocuments,
    person: Person,
    class_id: UUID,
    changes: Sequence[CellChange],
    *,
    source: GradeSource,
) -> list[GradeRow]:
    """Set grades, all of them or none. Students see them at once, unless the item is hidden.

    Raises:
        ChangedMeanwhile: somebody else has changed some of them since.
        NotFound: the gradebook has no such item, or the class no such student.
        FieldInvalid: a grade is named twice.
    """
    session, at = transaction.session, utc_now()
    wanted = {(change.item_id, change.user_id): change for change in changes}
    if len(wanted) < len(changes):
        raise FieldInvalid("changes", "must name each grade once")
    items = await _items(session, class_id, {change.item_id for change in changes})
    await _check_students(session, class_id, {change.user_id for change in changes})
    rows = await lock_grades(session, list(wanted), at=at)
    nothing: dict[str, Any] = {}
    stale = [
        (row, nothing, wanted[cell].worth.plain())
        for cell, row in rows.items()
        if row.version != wanted[cell].version and worth_of(row) != wanted[cell].worth
    ]
    if stale:
        raise await changed_meanwhile(session, stale)
    changed = []
    for cell, row in rows.items():
        if worth_of(row) != wanted[cell].worth or row.returned_at is None:
            write_grade(
                session,
                row,
                wanted[cell].worth,
                class_id=class_id,
                by=person.id,
                at=at,
                source=source,
                returned_at=at,
            )
            changed.append(row)
    await session.flush()
    for item_id, item in items.items():
        await show_on_board(transaction, live, item, [row for row in changed if row.item_id == item_id])
    return [rows[cell] for cell in wanted]


async def change_item(transaction: Transaction, live: LiveDocuments, item: Item, changes: Mapping[str, Any]) -> None:
    """Rename an item, weigh it otherwise, put it into another category, hide it or show it.

    What was hidden and is shown, students see at once, on the board of progress as well; and the other way round.

    Raises:
        FieldInvalid: an assignment's title and full marks are the assignment's.
        NotFound: there is no such category.
    """
    row = item.row
    for name in ("title", "points_max"):
        if name in changes and row.assignment_id is not None:
            raise FieldInvalid(name, "is that of the assignment")
    await check_category(transaction.session, row.class_id, changes.get("category_id"))
    hidden = row.hidden
    for name, value in changes.items():
        setattr(row, name, value)
    await transaction.session.flush()
    if item.activity is None or hidden == row.hidden:
        return
    grades = await transaction.session.scalars(
        select(GradeRow).where(GradeRow.item_id == row.id, GradeRow.returned_at.is_not(None))
    )
    await show_scores(
        transaction,
        live,
        class_id=row.class_id,
        activity=item.activity,
        scores={grade.user_id: None if row.hidden else grade.points for grade in grades},
    )


async def remove_item(session: AsyncSession, class_id: UUID, item_id: UUID, *, removed: bool) -> ItemRow:
    """Take a column of one's own out of a gradebook, or bring it back with its grades.

    Raises:
        NotFound: there is no such column.
    """
    row = await session.scalar(
        select(ItemRow).where(ItemRow.id == item_id, ItemRow.class_id == class_id, ItemRow.assignment_id.is_(None))
    )
    if row is None or (row.removed_at is None) != removed:
        raise NotFound
    row.removed_at = utc_now() if removed else None
    return row


async def order_items(session: AsyncSession, class_id: UUID, item_ids: Sequence[UUID]) -> None:
    """Put the items into this order; those that are not named stay behind them.

    Raises:
        FieldInvalid: one of them is not in the gradebook, or named twice.
    """
    found = items_of(await session.execute(ITEMS, {"class_ids": [class_id]}))
    rows = {item.row.id: item.row for item in found}
    if len(set(item_ids)) < len(item_ids) or not rows.keys() >= set(item_ids):
        raise FieldInvalid("item_ids", "must name items of this gradebook, each once")
    named = set(item_ids)
    for position, item_id in enumerate([*item_ids, *(each for each in rows if each not in named)]):
        rows[item_id].position = position


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCategory:
    """A category as it shall be; without an id, a new one."""

    id: UUID | None
    title: str
    weight: Decimal
    drop_lowest: int


async def change_scheme(
    session: AsyncSession,
    class_id: UUID,
    *,
    categories: Sequence[WantedCategory],
    letters: Sequence[tuple[str, Decimal]],
    version: int,
) -> None:
    """Say which categories and letters there are, and nothing else; items of a category that is gone are in none.

    Raises:
        ChangedMeanwhile: somebody else has changed them since.
        NotFound: there is no such category.
    """
    await session.execute(
        insert(GradebookRow).values(class_id=class_id, letters=[], version=0).on_conflict_do_nothing()
    )
    book = await session.scalar(
        select(GradebookRow)
        .where(GradebookRow.class_id == class_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert book is not None
    rows = {row.id: row for row in await session.scalars(select(CategoryRow).where(CategoryRow.class_id == class_id))}
    kept_letters = [[label, str(lowest)] for label, lowest in letters]
    if book.version != version:
        raise ChangedMeanwhile(
            "Somebody else has changed how the grades are put together.",
            [{"current": _plain(rows.values(), book.letters), "yours": _wanted(categories, kept_letters)}],
        )
    named = {each.id for each in categories if each.id is not None}
    if not named <= rows.keys():
        raise NotFound
    await session.execute(delete(CategoryRow).where(CategoryRow.class_id == class_id, CategoryRow.id.not_in(named)))
    for position, each in enumerate(categories):
        row = rows[each.id] if each.id is not None else CategoryRow(id=new_id(), class_id=class_id)
        row.title, row.weight, row.drop_lowest, row.position = each.title, each.weight, each.drop_lowest, position
        session.add(row)
    book.letters = kept_letters
    book.version += 1
    await session.flush()


async def check_category(session: AsyncSession, class_id: UUID, category_id: UUID | None) -> None:
    """Check that a class has a category; none is right always.

    Raises:
        NotFound: it has not.
    """
    if category_id is None:
        return
    known = await session.scalar(
        select(CategoryRow.id).where(CategoryRow.id == category_id, CategoryRow.class_id == class_id)
    )
    if known is None:
        raise NotFound


def _plain(rows: Any, letters: Sequence[Any]) -> dict[str, Any]:
    ordered = sorted(rows, key=lambda row: row.position)
    return {"categories": [_category(row) for row in ordered], "letters": list(letters)}


def _wanted(categories: Sequence[WantedCategory], letters: Sequence[Any]) -> dict[str, Any]:
    return {"categories": [_category(each) for each in categories], "letters": list(letters)}


def _category(each: Any) -> dict[str, Any]:
    return {
        "id": None if each.id is None else str(each.id),
        "title": each.title,
        "weight": float(each.weight),
        "drop_lowest": each.drop_lowest,
    }


async def _items(session: AsyncSession, class_id: UUID, ids: set[UUID]) -> dict[UUID, Item]:
    found = await session.execute(ITEMS.where(ItemRow.id.in_(ids)), {"class_ids": [class_id]})
    items = {item.row.id: item for item in items_of(found)}
    if items.keys() != ids:
        raise NotFound
    return items


async def _check_students(session: AsyncSession, class_id: UUID, ids: set[UUID]) -> None:
    found = await session.scalars(
        select(MembershipRow.user_id).where(
            MembershipRow.class_id == class_id,
            MembershipRow.role == ClassRole.STUDENT,
            MembershipRow.user_id.in_(ids),
        )
    )
    if set(found) != ids:
        raise NotFound
