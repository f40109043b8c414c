"""A person's votes and questions, in polls that are not anonymous. Of the others nobody knows whose they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.personal.ports import ROWS_MAX, Item, PersonalRecords, Subject, table
from classroom.polls.models import PollBallotRow, PollQuestionRow, PollRow


@dataclass(frozen=True, slots=True)
class PollRecords(PersonalRecords):
    """Votes stay counted, and name nobody."""

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords."""
        ballots = await session.execute(
            select(
                PollRow.id.label("poll_id"),
                PollRow.question,
                PollBallotRow.round,
                PollBallotRow.choices,
                PollBallotRow.cast_at,
            )
            .join(PollBallotRow, PollBallotRow.poll_id == PollRow.id)
            .where(PollBallotRow.user_id == subject.id)
            .order_by(PollBallotRow.id)
            .limit(ROWS_MAX)
        )
        questions = await session.execute(
            select(PollRow.id.label("poll_id"), PollRow.question, PollQuestionRow.text, PollQuestionRow.asked_at)
            .join(PollQuestionRow, PollQuestionRow.poll_id == PollRow.id)
            .where(PollQuestionRow.author_id == subject.id)
            .order_by(PollQuestionRow.id)
            .limit(ROWS_MAX)
        )
        return [*table("ballots", ballots), *table("questions", questions)]
