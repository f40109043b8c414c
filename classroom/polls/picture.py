"""What everybody sees of a poll: its document, drawn from its rows in the transaction that changes them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from classroom.polls.models import PollQuestionRow, PollRoundRow, PollRow
from classroom.polls.rules import Ask, Standing, document_poll, document_results
from collab_server.live import LiveDocuments
from documents.kinds import Kind
from documents.poll import PollType, show
from documents.poll_tally import Tally
from documents.writing import Change
from persistence.database import Transaction


def asked(poll: PollRow) -> Ask:
    """Return what a poll asks."""
    return Ask.of(poll.question, poll.type, poll.settings)


def standing(poll: PollRow) -> Standing:
    """Return how a poll stands."""
    return Standing(
        id=poll.id,
        asked=asked(poll),
        anonymous=poll.anonymous,
        mode=poll.results,
        state=poll.state,
        published=poll.published,
        round=poll.round,
        closes_at=poll.closes_at,
        hidden=frozenset(poll.hidden_texts),
    )


async def rounds_of(session: AsyncSession, poll: PollRow) -> dict[int, PollRoundRow]:
    """Return the rounds of a poll by their numbers, the present one among them. The poll must be locked."""
    found = await session.scalars(select(PollRoundRow).where(PollRoundRow.poll_id == poll.id))
    rounds = {row.round: row for row in found}
    if poll.round not in rounds:
        row = PollRoundRow(poll_id=poll.id, round=poll.round, tally=Tally().kept())
        session.add(row)
        rounds[poll.round] = row
    return rounds


async def questions_of(session: AsyncSession, poll_id: UUID) -> list[PollQuestionRow]:
    """Return the questions of a Q&A, by their ids: in the order of asking, or of chance where it is anonymous."""
    found = await session.scalars(
        select(PollQuestionRow).where(PollQuestionRow.poll_id == poll_id).order_by(PollQuestionRow.id)
    )
    return list(found)


async def question_ids(session: AsyncSession, poll: PollRow) -> list[str]:
    """Return the questions that can be voted for."""
    return [str(row.id) for row in await questions_of(session, poll.id) if not row.hidden]


async def draw(
    transaction: Transaction,
    poll: PollRow,
    *,
    live: LiveDocuments,
    rounds: Mapping[int, PollRoundRow] | None = None,
    by: UUID | None = None,
) -> None:
    """Make the poll's document say what its rows say, when the transaction commits. The poll must be locked."""
    if rounds is None:
        rounds = await rounds_of(transaction.session, poll)
    questions = await questions_of(transaction.session, poll.id) if poll.type is PollType.Q_AND_A else []
    change = picture(standing(poll), rounds, questions)
    live.edit(transaction, poll.document_id, Kind.POLL, change, by=by)


def picture(how: Standing, rounds: Mapping[int, PollRoundRow], questions: Sequence[PollQuestionRow] = ()) -> Change:
    """Return the change that makes a document show a poll as it stands."""
    tallies = {number: Tally.of(row.tally) for number, row in rounds.items()}
    present = tallies.pop(how.round)
    poll = document_poll(how)
    results = document_results(how, present, earlier=tallies, questions=[question_facts(row) for row in questions])
    return lambda doc: show(doc, poll=poll, results=results)


def question_facts(row: PollQuestionRow) -> dict[str, Any]:
    """Return what the rules need to know of a question."""
    return {"id": str(row.id), "text": row.text, "answered": row.answered, "hidden": row.hidden}
