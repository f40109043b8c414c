"""What somebody is told of their own vote."""

from dataclasses import dataclass

from sqlalchemy import select

from auth.actions import Person
from classroom.polls.actions import AccessedPoll
from classroom.polls.anonymity import BallotKey, Urn
from classroom.polls.models import PollBallotRow, PollRoundRow
from classroom.polls.picture import standing
from classroom.polls.rules import score
from persistence.reading import Asking


@dataclass(frozen=True, slots=True)
class Own:
    """One's own ballot in the present round. Of an anonymous one only whether it is there."""

    voted: bool
    choices: list[str] | None = None
    score: float | None = None


async def own_ballot(session: Asking, person: Person, poll: AccessedPoll, *, key: BallotKey) -> Own:
    """Return one's own ballot."""
    row = poll.row
    if row.anonymous:
        marks = await session.scalar(
            select(PollRoundRow.marks).where(PollRoundRow.poll_id == row.id, PollRoundRow.round == row.round)
        )
        return Own(voted=Urn(marks or b"", ()).voted(key.mark(row.id, row.round, person.id)))
    choices = await session.scalar(
        select(PollBallotRow.choices).where(
            PollBallotRow.poll_id == row.id, PollBallotRow.round == row.round, PollBallotRow.user_id == person.id
        )
    )
    if choices is None:
        return Own(voted=False)
    how = standing(row)
    return Own(voted=True, choices=choices, score=score(how.asked, choices) if how.tells_answers else None)
