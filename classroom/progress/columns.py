"""The columns of a board: those that follow the class's documents, and the teachers' own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from uuid import UUID

from sqlalchemy import func, select

from auth.errors import Conflict, FieldInvalid, NotFound
from classroom.progress.actions import ActivityRef
from classroom.progress.board import add_missing_columns, columns_of, lock_board, next_position, refresh
from classroom.progress.models import BoardRow, ColumnRow, ColumnType
from collab_server.live import LiveDocuments
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id

COLUMNS_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChanges:
    """What to change about a column; what is left out (``...``) stays."""

    title: str | EllipsisType | None = ...
    type: ColumnType | EllipsisType = ...
    due_at: datetime | EllipsisType | None = ...
    hidden: bool | EllipsisType = ...


async def follow_documents(transaction: Transaction, live: LiveDocuments, *, class_id: UUID) -> None:
    """Bring the columns in step with the class's documents; call it in the transaction that changed one.

    A new document gets a column, a deleted one's goes until it is restored, and a student has those of the documents they may see.
    """
    await transaction.session.flush()
    board = await lock_board(transaction.session, class_id)
    if board is not None:
        await add_missing_columns(transaction.session, class_id)
        await refresh(transaction, live, board)


async def follow_activity(
    transaction: Transaction,
    live: LiveDocuments,
    *,
    class_id: UUID,
    activity: ActivityRef,
    shown: bool,
    before: str | None = None,
) -> None:
    """Bring the column of something else than a document in step with it; call it in the transaction that changed it.

    Without a column there is nothing to do: it gets one when somebody comes further with it.

    shown: whether it is still there. before: the title it had; a column that its teachers have named otherwise keeps their name.
    """
    session = transaction.session
    await session.flush()
    board = await lock_board(session, class_id)
    if board is None:
        return
    column = await session.scalar(
        select(ColumnRow)
        .where(
            ColumnRow.class_id == class_id,
            ColumnRow.activity_kind == activity.kind,
            ColumnRow.activity_id == activity.id,
        )
        .execution_options(populate_existing=True)
    )
    if column is None:
        return
    if before is not None and column.title == before:
        column.title = activity.title
    if shown and column.removed_at is not None:
        column.removed_at = None
    elif not shown and column.removed_at is None:
        column.removed_at = utc_now()
    await refresh(transaction, live, board)


async def add_column(
    transaction: Transaction,
    live: LiveDocuments,
    board: BoardRow,
    *,
    title: str,
    type: ColumnType,  # noqa: A002 -- its name in the interface
    due_at: datetime | None,
) -> ColumnRow:
    """Add a column of the teachers' own. The board must be locked.

    Raises:
        Conflict: there are as many as a board can show.
    """
    session = transaction.session
    count = await session.scalar(
        select(func.count())
        .select_from(ColumnRow)
        .where(ColumnRow.class_id == board.class_id, ColumnRow.removed_at.is_(None))
    )
    if (count or 0) >= COLUMNS_MAX:
        raise Conflict("too_many_columns", f"A board has at most {COLUMNS_MAX} columns. Remove one first.")
    column = ColumnRow(
        id=new_id(),
        class_id=board.class_id,
        title=title,
        type=type,
        due_at=due_at,
        position=await next_position(session, board.class_id),
        hidden=False,
    )
    session.add(column)
    await refresh(transaction, live, board)
    return column


async def change_column(
    transaction: Transaction, live: LiveDocuments, board: BoardRow, column_id: UUID, changes: ColumnChanges
) -> None:
    """Rename, hide or otherwise change a column. The board must be locked.

    Raises:
        NotFound: the board has no such column.
        FieldInvalid: only a document's column can go back to its own title, and its type is what it is.
    """
    column = await _column(transaction, board, column_id)
    follows = column.activity_kind is not None
    if changes.title is not ...:
        if changes.title is None and not follows:
            raise FieldInvalid("title", "is required")
        column.title = changes.title
    if changes.type is not ...:
        if follows:
            raise FieldInvalid("type", "is that of the activity")
        column.type = changes.type
    if changes.due_at is not ...:
        column.due_at = changes.due_at
    if changes.hidden is not ...:
        column.hidden = changes.hidden
    await refresh(transaction, live, board)


async def order_columns(
    transaction: Transaction, live: LiveDocuments, board: BoardRow, column_ids: Sequence[UUID]
) -> None:
    """Put the columns into this order; those that are not named stay behind them, in theirs. The board must be locked.

    Raises:
        FieldInvalid: one of them is not on the board, or named twice.
    """
    columns = {column.row.id: column.row for column in await columns_of(transaction.session, board.class_id)}
    if len(set(column_ids)) != len(column_ids) or not columns.keys() >= set(column_ids):
        raise FieldInvalid("column_ids", "must name columns of this board, each once")
    order = [*column_ids, *(column_id for column_id in columns if column_id not in set(column_ids))]
    for position, column_id in enumerate(order):
        columns[column_id].position = position
    await refresh(transaction, live, board)


async def remove_column(
    transaction: Transaction, live: LiveDocuments, board: BoardRow, column_id: UUID, *, removed: bool
) -> ColumnRow:
    """Take a column away, or bring it back with all that was in it. The board must be locked.

    Raises:
        NotFound: the class has no such column.
    """
    column = await _column(transaction, board, column_id, removed=not removed)
    column.removed_at = utc_now() if removed else None
    await refresh(transaction, live, board)
    return column


async def _column(transaction: Transaction, board: BoardRow, column_id: UUID, *, removed: bool = False) -> ColumnRow:
    column = await transaction.session.scalar(
        select(ColumnRow).where(
            ColumnRow.id == column_id,
            ColumnRow.class_id == board.class_id,
            ColumnRow.removed_at.is_not(None) if removed else ColumnRow.removed_at.is_(None),
        )
    )
    if column is None:
        raise NotFound
    return column
