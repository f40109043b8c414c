"""Find a cell of a board and change it: the statements that run with everything that somebody does.

They are put together once, on tables instead of mapped classes: with twenty changes a second, making them anew each time would be most of
the work.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from classroom.classes.models import ClassRole, MembershipRow
from classroom.progress.models import ActivityKind, BoardRow, CellRow, ColumnRow, PageRow
from classroom.progress.rules import Standing
from documents.progress import State
from persistence.base import TextEnum

_boards = cast(Table, BoardRow.__table__)
_columns = cast(Table, ColumnRow.__table__)
_cells = cast(Table, CellRow.__table__)
_pages = cast(Table, PageRow.__table__)
_memberships = cast(Table, MembershipRow.__table__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One cell of a board: where it is kept, where it is shown, and what it says."""

    board_document: UUID
    class_id: UUID
    column_id: UUID
    user_id: UUID
    activity_id: UUID | None
    hidden: bool
    removed_at: datetime | None
    standing: Standing

    @property
    def is_shown(self) -> bool:
        """Tell whether the column is on the board at all."""
        return self.removed_at is None


def _finding(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    # Locks the board against those who change more than a cell; if the column is there, which is what they would add.
    return (
        select(
            _boards.c.document_id,
            _columns.c.id,
            _columns.c.activity_id,
            _columns.c.hidden,
            _columns.c.removed_at,
            _cells.c.state,
            _cells.c.stuck,
            _cells.c.score,
        )
        .select_from(_boards)
        .join(_columns, _columns.c.class_id == _boards.c.class_id)
        .join(
            _memberships,
            and_(
                _memberships.c.class_id == _boards.c.class_id,
                _memberships.c.user_id == bindparam("user"),
                _memberships.c.role == ClassRole.STUDENT,
            ),
        )
        .outerjoin(_cells, and_(_cells.c.column_id == _columns.c.id, _cells.c.user_id == bindparam("user")))
        .where(_boards.c.class_id == bindparam("class"), which)
        .with_for_update(key_share=True, read=True, of=_boards)
    )


_BY_ACTIVITY = _finding(
    and_(
        _columns.c.activity_kind == bindparam("kind", type_=TextEnum(ActivityKind)),
        _columns.c.activity_id == bindparam("activity"),
    )
)
_BY_COLUMN = _finding(_columns.c.id == bindparam("column"))

_AS_FOUND = and_(
    _cells.c.column_id == bindparam("of_column"),
    _cells.c.user_id == bindparam("of_user"),
    _cells.c.state.is_not_distinct_from(bindparam("found_state", type_=TextEnum(State))),
    _cells.c.stuck == bindparam("found_stuck"),
    _cells.c.score.is_not_distinct_from(bindparam("found_score", type_=_cells.c.score.type)),
)
# Read by the statement that writes: a page that is made at this moment either sees the cell, or is seen here.
_PAGE = (
    select(_pages.c.document_id)
    .where(_pages.c.class_id == bindparam("of_class"), _pages.c.user_id == bindparam("of_user"))
    .scalar_subquery()
)
_VALUES = {
    "state": bindparam("new_state", type_=TextEnum(State)),
    "stuck": bindparam("new_stuck"),
    "score": bindparam("new_score", type_=_cells.c.score.type),
    "changed_at": bindparam("now"),
}
_INSERT = (
    insert(_cells)
    .values(column_id=bindparam("of_column"), user_id=bindparam("of_user"), **_VALUES)
    .on_conflict_do_nothing()
    .returning(_cells.c.column_id, _PAGE)
)
_UPDATE = update(_cells).where(_AS_FOUND).values(**_VALUES).returning(_cells.c.column_id, _PAGE)
_DELETE = delete(_cells).where(_AS_FOUND).returning(_cells.c.column_id, _PAGE)


async def place_of_activity(
    session: AsyncSession, *, class_id: UUID, user_id: UUID, kind: ActivityKind, activity_id: UUID
) -> Place | None:
    """Return a student's cell for an activity; None where there is no such student, or no column for it yet."""
    found = await session.execute(
        _BY_ACTIVITY, {"class": class_id, "user": user_id, "kind": kind, "activity": activity_id}
    )
    return _place(found.one_or_none(), class_id, user_id)


async def place_of(session: AsyncSession, *, class_id: UUID, user_id: UUID, column_id: UUID) -> Place | None:
    """Return a student's cell in a column; None where the class has no such student or no such column."""
    found = await session.execute(_BY_COLUMN, {"class": class_id, "user": user_id, "column": column_id})
    return _place(found.one_or_none(), class_id, user_id)


async def replace(session: AsyncSession, place: Place, after: Standing, *, now: datetime) -> list[UUID] | None:
    """Change a cell from what it was found to say; None when it says something else by now.

    Returns the documents in which the cell is shown.
    """
    key = {"of_column": place.column_id, "of_user": place.user_id, "of_class": place.class_id}
    new = {"new_state": after.state, "new_stuck": after.stuck, "new_score": after.score, "now": now}
    before = place.standing
    found = {"found_state": before.state, "found_stuck": before.stuck, "found_score": before.score}
    if not before.says_something:
        written = (await session.execute(_INSERT, key | new)).one_or_none()
    elif after.says_something:
        written = (await session.execute(_UPDATE, key | new | found)).one_or_none()
    else:
        written = (await session.execute(_DELETE, key | found)).one_or_none()
    if written is None:
        return None
    if not place.is_shown:
        return []
    page: UUID | None = written[1]
    return [place.board_document] if page is None or place.hidden else [place.board_document, page]


def _place(found: Any, class_id: UUID, user_id: UUID) -> Place | None:
    if found is None:
        return None
    document_id, column_id, activity_id, hidden, removed_at, state, stuck, score = found
    return Place(
        board_document=document_id,
        class_id=class_id,
        column_id=column_id,
        user_id=user_id,
        activity_id=activity_id,
        hidden=hidden,
        removed_at=removed_at,
        standing=Standing(state=state, stuck=bool(stuck), score=score),
    )
