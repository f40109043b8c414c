"""Move many people along at once: a class that votes in two seconds does not wait for a statement each."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import ARRAY, Table, Text, Uuid, and_, any_, bindparam, func, literal, select, update
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects.postgresql import insert

from classroom.classes.models import ClassRole, MembershipRow
from classroom.progress.actions import ActivityRef, move
from classroom.progress.models import BoardRow, CellRow, ColumnRow, PageRow
from classroom.progress.rules import Standing, moved
from collab_server.live import LiveDocuments
from documents.kinds import Kind
from documents.progress import Cell, State, put_cell
from persistence.base import utc_now
from persistence.database import Transaction

_cells = cast(Table, CellRow.__table__)


async def move_together(
    transaction: Transaction,
    live: LiveDocuments,
    *,
    class_id: UUID,
    user_ids: Sequence[UUID],
    activity: ActivityRef,
    to: State,
) -> None:
    """Do what `move` does for each of several people, in a few statements. Not for grades: they have scores of their own."""
    if not user_ids:
        return
    session = transaction.session
    # The first one alone: with it the activity gets its column, where it has none.
    await move(transaction, live, class_id=class_id, user_id=user_ids[0], activity=activity, to=to)
    people = literal(sorted(set(user_ids[1:])), ARRAY(Uuid))
    found = (
        await session.execute(
            select(
                BoardRow.document_id,
                ColumnRow.id,
                ColumnRow.hidden,
                ColumnRow.removed_at,
                MembershipRow.user_id,
                CellRow.state,
                CellRow.stuck,
                CellRow.score,
            )
            .join(ColumnRow, ColumnRow.class_id == BoardRow.class_id)
            .join(
                MembershipRow,
                and_(MembershipRow.class_id == BoardRow.class_id, MembershipRow.role == ClassRole.STUDENT),
            )
            .outerjoin(CellRow, and_(CellRow.column_id == ColumnRow.id, CellRow.user_id == MembershipRow.user_id))
            .where(
                BoardRow.class_id == class_id,
                ColumnRow.activity_kind == activity.kind,
                ColumnRow.activity_id == activity.id,
                MembershipRow.user_id == any_(people),
            )
            .order_by(MembershipRow.user_id)
            .with_for_update(key_share=True, read=True, of=BoardRow)
        )
    ).all()
    behind: list[UUID] = []
    fresh: list[UUID] = []
    for row in found:
        before = Standing(state=row.state, stuck=bool(row.stuck), score=row.score)
        if moved(before, to) != before:
            (behind if before.says_something else fresh).append(row.user_id)
    if not found or not (behind or fresh):
        return
    now = utc_now()
    board, column, hidden, removed_at = found[0][:4]
    values = {"state": to, "stuck": False, "score": None, "changed_at": now}
    earlier = [state.value for state in State if state.rank < to.rank]
    changed = list(
        await session.scalars(
            update(CellRow)
            .where(
                CellRow.column_id == column,
                CellRow.user_id == any_(literal(behind, ARRAY(Uuid))),
                # Whoever has come further meanwhile stays there.
                CellRow.state.is_(None) | (cast_to(CellRow.state, Text) == any_(literal(earlier, ARRAY(Text)))),
            )
            .values(**values)
            .returning(CellRow.user_id)
            .execution_options(synchronize_session=False)
        )
    )
    if fresh:
        given = func.unnest(bindparam("people", fresh, type_=ARRAY(Uuid)))
        source = select(
            literal(column, Uuid),
            given,
            literal(to.value, Text),
            literal(value=False),
            literal(now, _cells.c.changed_at.type),
        )
        changed += await session.scalars(
            insert(_cells)
            .from_select(["column_id", "user_id", "state", "stuck", "changed_at"], source)
            .on_conflict_do_nothing()
            .returning(_cells.c.user_id)
        )
    for missed in sorted({*behind, *fresh} - set(changed)):
        await move(transaction, live, class_id=class_id, user_id=missed, activity=activity, to=to)
    if removed_at is not None or not changed:
        return
    cell = Cell(state=to, stuck=False, score=None, at=now)
    for person in changed:
        live.edit(transaction, board, Kind.PROGRESS, lambda doc, p=str(person): put_cell(doc, p, str(column), cell))  # type: ignore[misc]
    if hidden:
        return
    pages = await session.execute(
        select(PageRow.document_id, PageRow.user_id).where(
            PageRow.class_id == class_id, PageRow.user_id == any_(literal(sorted(changed), ARRAY(Uuid)))
        )
    )
    for page, person in pages.all():
        live.edit(transaction, page, Kind.PROGRESS, lambda doc, p=str(person): put_cell(doc, p, str(column), cell))  # type: ignore[misc]
