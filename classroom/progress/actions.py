"""Move people along: the one function that everything calls in which somebody comes further.

``move`` works in the caller's transaction, so that what happened and what the board shows of it are one change. For many people at
once there is ``together.move_together``; opening and editing a document have no transaction of their own: see ``doings``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from classroom.classes.models import ClassRole, MembershipRow
from classroom.progress.board import add_missing_columns, ensure_board, next_position, refresh
from classroom.progress.models import ActivityKind, ColumnRow, ColumnType
from classroom.progress.places import Place, place_of_activity, replace
from classroom.progress.rules import Standing, moved
from collab_server.live import LiveDocuments
from documents.kinds import Kind
from documents.progress import Cell, State, put_cell
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id


@dataclass(frozen=True, slots=True)
class ActivityRef:
    """What somebody comes further with. A poll or a deck is its document: ``ActivityRef(ActivityKind.DOCUMENT, document_id)``.

    `title` and `due_at` are for the column that other kinds get at the first time; a document has its own title.
    """

    kind: ActivityKind
    id: UUID
    title: str = ""
    due_at: datetime | None = None


async def move(
    transaction: Transaction,
    live: LiveDocuments,
    *,
    class_id: UUID,
    user_id: UUID,
    activity: ActivityRef,
    to: State,
    score: float | None = None,
) -> bool:
    """Let somebody come further with an activity of a class; tell whether anything changed.

    Call it in the transaction of what happened, after what else it locks. The activity gets a column when it has none. Nobody falls
    back by it, so it may be called as often as something happens; whoever is no student of the class is passed over.

    score: with ``State.GRADED``.
    """
    session = transaction.session
    place = await _find(session, class_id, user_id, activity)
    if place is None:
        if not await _is_student(session, class_id, user_id):
            return False
        await add_columns(transaction, live, class_id, [activity])
        place = await _find(session, class_id, user_id, activity)
        if place is None:
            return False
    while True:
        after = moved(place.standing, to, score=score)
        if after == place.standing:
            return False
        if await write(transaction, live, place, after):
            return True
        # Somebody else has moved the same cell meanwhile.
        place = await _find(session, class_id, user_id, activity)
        if place is None:
            return False


async def take_back(
    transaction: Transaction,
    live: LiveDocuments,
    *,
    class_id: UUID,
    user_id: UUID,
    activity: ActivityRef,
    said: State,
    to: State,
) -> None:
    """Let somebody take back what they said themselves, "I am done" for instance; what a teacher has made of it since stays."""
    place = await _find(transaction.session, class_id, user_id, activity)
    if place is not None and place.standing.state is said:
        # Somebody else's change at this very moment goes first.
        await write(transaction, live, place, Standing(state=to))


async def write(
    transaction: Transaction, live: LiveDocuments, place: Place, after: Standing, *, by: UUID | None = None
) -> bool:
    """Change a cell from what it was found to say, in the row and in the documents; tell whether it still said that."""
    now = utc_now()
    documents = await replace(transaction.session, place, after, now=now)
    if documents is None:
        return False
    cell = Cell(state=after.state, stuck=after.stuck, score=after.score, at=now) if after.says_something else None
    person, column = str(place.user_id), str(place.column_id)
    for document_id in documents:
        live.edit(transaction, document_id, Kind.PROGRESS, lambda doc: put_cell(doc, person, column, cell), by=by)
    return True


async def add_columns(
    transaction: Transaction, live: LiveDocuments, class_id: UUID, activities: Iterable[ActivityRef]
) -> None:
    """Give activities their columns, and the class its board if it has none."""
    session = transaction.session
    board = await ensure_board(session, class_id)
    await add_missing_columns(session, class_id)
    for activity in activities:
        if activity.kind is not ActivityKind.DOCUMENT:
            await session.execute(
                insert(ColumnRow)
                .values(
                    id=new_id(),
                    class_id=class_id,
                    activity_kind=activity.kind,
                    activity_id=activity.id,
                    title=activity.title,
                    type=ColumnType(activity.kind),
                    due_at=activity.due_at,
                    position=await next_position(session, class_id),
                )
                .on_conflict_do_nothing()
            )
    await refresh(transaction, live, board)


async def _find(session: AsyncSession, class_id: UUID, user_id: UUID, activity: ActivityRef) -> Place | None:
    return await place_of_activity(
        session, class_id=class_id, user_id=user_id, kind=activity.kind, activity_id=activity.id
    )


async def _is_student(session: AsyncSession, class_id: UUID, user_id: UUID) -> bool:
    role = await session.scalar(
        select(MembershipRow.role).where(MembershipRow.class_id == class_id, MembershipRow.user_id == user_id)
    )
    return role is ClassRole.STUDENT
