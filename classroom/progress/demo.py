"""What the demo class's board of progress shows: states as a class has them in the middle of a week."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from classroom.progress.board import add_board
from classroom.progress.models import CellRow, ColumnRow, ColumnType, RemarkRow
from documents.progress import State
from persistence.base import utc_now

READING = "Read chapter 4: Weather"
TALK = "Talk: a river near us"
TEST = "Vocabulary test"
REMARK = "Begin with the pictures on page 41. We look at it together on Thursday."

# One entry per student, in the order in which they are given: state, score, stuck.
DemoCell = tuple[State | None, float | None, bool]
_OPENED: DemoCell = (State.OPENED, None, False)
_WORKING: DemoCell = (State.WORKING, None, False)
_HANDED_IN: DemoCell = (State.HANDED_IN, None, False)
_NOTHING: DemoCell = (None, None, False)
_DOCUMENTS: tuple[DemoCell, ...] = (_WORKING, _OPENED, _WORKING)
_OWN: dict[str, tuple[DemoCell, ...]] = {
    READING: (_HANDED_IN, (State.OPENED, None, True), _HANDED_IN),
    TALK: (_WORKING, _NOTHING, _HANDED_IN),
    TEST: ((State.GRADED, 8.5, False), (State.GRADED, 7.0, False), (State.GRADED, 9.5, False)),
}


class DemoActivity(NamedTuple):
    """Something that the board shows besides: its column, and how far each student is with it."""

    column: ColumnRow
    cells: tuple[DemoCell, ...]


async def add_demo_board(
    session: AsyncSession,
    *,
    class_id: UUID,
    teacher_id: UUID,
    students: Sequence[UUID],
    activities: Sequence[DemoActivity] = (),
) -> None:
    """Add the board when all else of the class is there; its documents become columns, too."""
    now = utc_now()
    own = [
        ColumnRow(title=READING, type=ColumnType.READING, due_at=now - timedelta(days=1), hidden=False),
        ColumnRow(title=TALK, type=ColumnType.PRESENTATION, due_at=now + timedelta(days=3), hidden=False),
        ColumnRow(title=TEST, type=ColumnType.TEST, hidden=False),
        *(activity.column for activity in activities),
    ]
    states = _OWN | {activity.column.title or "": activity.cells for activity in activities}

    def fill(columns: Sequence[ColumnRow]) -> tuple[Iterable[CellRow], Iterable[RemarkRow]]:
        cells = [
            CellRow(
                column_id=column.id,
                user_id=student,
                state=state,
                score=score,
                stuck=stuck,
                changed_at=now - timedelta(minutes=7 * (row + 1)),
            )
            for column in columns
            for row, (student, (state, score, stuck)) in enumerate(
                zip(students, states.get(column.title or "", _DOCUMENTS), strict=False)
            )
            if state is not None
        ]
        stuck_at = next(column for column in columns if column.title == READING)
        return cells, [RemarkRow(column_id=stuck_at.id, user_id=students[1], remark=REMARK, written_by=teacher_id)]

    await add_board(session, class_id, own_columns=own, fill=fill)
