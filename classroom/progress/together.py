"""Move many people along at once: a class that comes, or votes, in two seconds does not wait for a statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, String, Uuid, bindparam, select, text

from classroom.classes.models import ClassRole, MembershipRow
from classroom.progress.actions import ActivityRef, add_columns
from classroom.progress.rules import Standing, moved
from collab_server.live import LiveDocuments
from documents.kinds import Kind
from documents.progress import Cell, State, put_cell
from persistence.base import utc_now
from persistence.database import Transaction


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody has come as far as this with an activity. Of a grade, `show_scores` tells the score."""

    user_id: UUID
    activity: ActivityRef
    to: State


# Each statement is one for any number of people, so that it is prepared once. The lock: see places._finding.
_PLACES = text(
    """
    select given.number, boards.document_id, columns.id as column_id, columns.hidden, columns.removed_at,
           cells.state, coalesce(cells.stuck, false) as stuck, cells.score, pages.document_id as page_id
      from unnest(:users, :kinds, :activities) with ordinality as given (user_id, kind, activity_id, number)
      join progress_boards boards on boards.class_id = :class_id
      join progress_columns columns on columns.class_id = boards.class_id
           and columns.activity_kind = given.kind and columns.activity_id = given.activity_id
      join memberships on memberships.class_id = boards.class_id
           and memberships.user_id = given.user_id and memberships.role = 'student'
      left join progress_cells cells on cells.column_id = columns.id and cells.user_id = given.user_id
      left join progress_pages pages on pages.class_id = boards.class_id and pages.user_id = given.user_id
       for key share of boards
    """
).bindparams(
    bindparam("users", type_=ARRAY(Uuid)),
    bindparam("kinds", type_=ARRAY(String)),
    bindparam("activities", type_=ARRAY(Uuid)),
)

# In one order, so that two of these never wait for each other; whoever has come further meanwhile stays there.
_WRITE = text(
    """
    insert into progress_cells (column_id, user_id, state, stuck, changed_at)
    select given.column_id, given.user_id, given.state, false, :now
      from unnest(:columns, :users, :states) as given (column_id, user_id, state)
     order by given.column_id, given.user_id
        on conflict (column_id, user_id) do update
       set state = excluded.state, stuck = false, score = null, changed_at = excluded.changed_at
     where coalesce(array_position(:ranks, progress_cells.state), 0) < array_position(:ranks, excluded.state)
    returning column_id, user_id
    """
).bindparams(
    bindparam("columns", type_=ARRAY(Uuid)),
    bindparam("users", type_=ARRAY(Uuid)),
    bindparam("states", type_=ARRAY(String)),
    bindparam("ranks", [state.value for state in State], type_=ARRAY(String)),
)


async def move_together(
    transaction: Transaction, live: LiveDocuments, *, class_id: UUID, moves: Sequence[Move]
) -> None:
    """Do what `move` does for each of several people of a class, in a few statements."""
    furthest: dict[tuple[UUID, UUID], Move] = {}
    for each in sorted(moves, key=lambda each: each.to.rank):
        furthest[each.user_id, each.activity.id] = each
    moves = list(furthest.values())
    if not moves:
        return
    found = await _places(transaction, class_id, moves)
    if without_column := await _without_column(transaction, class_id, moves, found):
        await add_columns(transaction, live, class_id, without_column)
        found = await _places(transaction, class_id, moves)
    await _write(transaction, live, [(moves[place.number - 1], place) for place in found])


async def _places(transaction: Transaction, class_id: UUID, moves: Sequence[Move]) -> Sequence[Row[Any]]:
    found = await transaction.session.execute(
        _PLACES,
        {
            "class_id": class_id,
            "users": [move.user_id for move in moves],
            "kinds": [move.activity.kind.value for move in moves],
            "activities": [move.activity.id for move in moves],
        },
    )
    return found.all()


async def _without_column(
    transaction: Transaction, class_id: UUID, moves: Sequence[Move], found: Sequence[Row[Any]]
) -> list[ActivityRef]:
    """Return the activities of students that have no column; whoever is no student is passed over."""
    placed = {moves[place.number - 1].activity.id for place in found}
    strange = [move for move in moves if move.activity.id not in placed]
    if not strange:
        return []
    students = set(
        await transaction.session.scalars(
            select(MembershipRow.user_id).where(
                MembershipRow.class_id == class_id,
                MembershipRow.role == ClassRole.STUDENT,
                MembershipRow.user_id.in_({move.user_id for move in strange}),
            )
        )
    )
    return list({move.activity.id: move.activity for move in strange if move.user_id in students}.values())


async def _write(transaction: Transaction, live: LiveDocuments, moves: Sequence[tuple[Move, Row[Any]]]) -> None:
    further = {
        (place.column_id, move.user_id): (move, place)
        for move, place in moves
        if _stands(place) != moved(_stands(place), move.to)
    }
    if not further:
        return
    now = utc_now()
    written = await transaction.session.execute(
        _WRITE,
        {
            "columns": [column for column, _ in further],
            "users": [person for _, person in further],
            "states": [move.to.value for move, _ in further.values()],
            "now": now,
        },
    )
    for row in written.all():
        move, place = further[row.column_id, row.user_id]
        _show(transaction, live, move, place, now)


def _stands(place: Row[Any]) -> Standing:
    return Standing(state=None if place.state is None else State(place.state), stuck=place.stuck, score=place.score)


def _show(transaction: Transaction, live: LiveDocuments, move: Move, place: Row[Any], now: datetime) -> None:
    if place.removed_at is not None:
        return
    person, column = str(move.user_id), str(place.column_id)
    cell = Cell(state=move.to, stuck=False, score=None, at=now)
    shown = [place.document_id] if place.page_id is None or place.hidden else [place.document_id, place.page_id]
    for document_id in shown:
        live.edit(transaction, document_id, Kind.PROGRESS, lambda doc: put_cell(doc, person, column, cell))
