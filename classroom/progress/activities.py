"""Keep a column in step with what it is about: its title and due date, whether it is there at all, and the scores it shows."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ARRAY, Numeric, Uuid, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from classroom.progress.actions import ActivityRef
from classroom.progress.board import add_missing_columns, ensure_board, lock_board, next_position, refresh
from classroom.progress.models import CellRow, ColumnRow, ColumnType
from collab_server.live import LiveDocuments
from documents.progress import State
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id


async def follow_activity(
    transaction: Transaction, live: LiveDocuments, *, class_id: UUID, activity: ActivityRef, shown: bool = True
) -> None:
    """Give an activity its column, with its title and due date; not `shown`, its column is away until it is shown again.

    Call it in the transaction that changed the activity, for kinds that are no documents, after what else it locks.
    """
    session = transaction.session
    await session.flush()
    board = await ensure_board(session, class_id) if shown else await lock_board(session, class_id)
    if board is None:
        return
    values = {"title": activity.title, "due_at": activity.due_at, "removed_at": None if shown else utc_now()}
    changed = await session.scalar(
        update(ColumnRow)
        .where(
            ColumnRow.class_id == class_id,
            ColumnRow.activity_kind == activity.kind,
            ColumnRow.activity_id == activity.id,
        )
        .values(**values)
        .returning(ColumnRow.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None and shown:
        await add_missing_columns(session, class_id)
        await session.execute(
            insert(ColumnRow).values(
                id=new_id(),
                class_id=class_id,
                activity_kind=activity.kind,
                activity_id=activity.id,
                type=ColumnType(activity.kind),
                position=await next_position(session, class_id),
                **values,
            )
        )
    await refresh(transaction, live, board)


async def show_scores(
    transaction: Transaction,
    live: LiveDocuments,
    *,
    class_id: UUID,
    activity: ActivityRef,
    scores: Mapping[UUID, Decimal | None],
) -> None:
    """Show other scores with what is graded already, None for none: they are told, or held back, for many at once."""
    session = transaction.session
    board = await lock_board(session, class_id)
    if board is None or not scores:
        return
    given = select(
        func.unnest(bindparam("people", list(scores), type_=ARRAY(Uuid))).label("user_id"),
        func.unnest(bindparam("scores", list(scores.values()), type_=ARRAY(Numeric))).label("score"),
    ).subquery()
    column = (
        select(ColumnRow.id)
        .where(
            ColumnRow.class_id == class_id,
            ColumnRow.activity_kind == activity.kind,
            ColumnRow.activity_id == activity.id,
        )
        .scalar_subquery()
    )
    await session.execute(
        update(CellRow)
        .where(CellRow.column_id == column, CellRow.user_id == given.c.user_id, CellRow.state == State.GRADED)
        .values(score=given.c.score)
        .execution_options(synchronize_session=False)
    )
    await refresh(transaction, live, board)
