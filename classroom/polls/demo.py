"""The poll of the demo class: open, with some votes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from classroom.documents.actions import add_document
from classroom.polls.actions import prepared
from classroom.polls.models import PollBallotRow, PollRoundRow
from classroom.polls.picture import picture, standing
from classroom.polls.rules import ask
from documents.access import Level
from documents.kinds import Kind
from documents.poll import PollState, PollType
from documents.poll_tally import count
from persistence.ids import new_id

QUESTION = "Where does most of the rain come from?"
OPTIONS = ("From the sea", "From lakes and rivers", "From plants")
CHOICES = ("o1", "o3")


async def add_demo_poll(session: AsyncSession, *, class_id: UUID, teacher_id: UUID, students: Sequence[UUID]) -> None:
    """Add the poll; the first students have voted, the others may."""
    row = prepared(
        class_id=class_id,
        created_by=teacher_id,
        ask=ask(question=QUESTION, kind=PollType.SINGLE, texts=OPTIONS),
    )
    row.state = PollState.OPEN
    tally = PollRoundRow(poll_id=row.id, round=1, tally=count(row.type, [[each] for each in CHOICES]).kept())
    document = await add_document(
        session,
        class_id=class_id,
        created_by=teacher_id,
        kind=Kind.POLL,
        title=QUESTION,
        students=Level.READ,
        content=picture(standing(row), {1: tally}),
    )
    row.document_id = document.id
    session.add(row)
    await session.flush()
    session.add(tally)
    for student, choice in zip(students, CHOICES, strict=False):
        session.add(PollBallotRow(id=new_id(), poll_id=row.id, round=1, user_id=student, choices=[choice]))
    await session.flush()
