"""The questions of a Q&A: asked by everybody, answered and hidden by teachers. Votes for them are ballots."""

from uuid import UUID

from sqlalchemy import func, select

from auth.actions import Person
from auth.errors import Conflict, FieldInvalid, NotFound, TooManyAttempts
from auth.throttle import Throttle
from classroom.polls.actions import AccessedPoll
from classroom.polls.models import PollQuestionRow
from classroom.polls.picture import draw
from classroom.polls.rules import QUESTIONS_MAX, QUESTIONS_PER_PERSON, TEXT_MAX_CHARS, clean, takes_ballots
from collab_server.live import LiveDocuments
from documents.poll import PollType
from persistence.base import utc_now
from persistence.database import Transaction

RANDOM_UUID_VERSION = 4


async def ask_question(
    transaction: Transaction,
    person: Person,
    poll: AccessedPoll,
    question_id: UUID,
    text: str,
    *,
    live: LiveDocuments,
    anonymous_questions: Throttle,
) -> PollQuestionRow:
    """Add somebody's question under the id that their program chose: sent twice, it is asked once. The poll must be locked.

    Raises:
        BallotInvalid: the text is empty or too long.
        Conflict: it is no Q&A, not open, full, or the id is taken.
        FieldInvalid: the id is not random, and might tell when or where it was made.
        TooManyAttempts: of this person.
    """
    row, session = poll.row, transaction.session
    _check_type(poll)
    if question_id.version != RANDOM_UUID_VERSION:
        raise FieldInvalid("question_id", "must be a random UUID (version 4)")
    words = clean(text, max_chars=TEXT_MAX_CHARS)
    found = await session.get(PollQuestionRow, question_id)
    if found is not None:
        if found.poll_id == row.id and found.text == words:
            return found
        raise Conflict("question_exists", "Another question has this id.")
    if not takes_ballots(row.state, closes_at=row.closes_at, at=utc_now()):
        raise Conflict("poll_closed", "The poll is not open. Your question came too late.")
    asked, own = (
        await session.execute(
            select(func.count(), func.count().filter(PollQuestionRow.author_id == person.id)).where(
                PollQuestionRow.poll_id == row.id
            )
        )
    ).one()
    if asked >= QUESTIONS_MAX or own >= QUESTIONS_PER_PERSON:
        raise Conflict("too_many_questions", "There are as many questions as there can be.")
    if row.anonymous and (wait := anonymous_questions.take(f"{row.id} {person.id}")) > 0:
        raise TooManyAttempts(wait)
    question = PollQuestionRow(
        id=question_id,
        poll_id=row.id,
        text=words,
        author_id=None if row.anonymous else person.id,
        answered=False,
        hidden=False,
        asked_at=None if row.anonymous else utc_now(),
    )
    session.add(question)
    await session.flush()
    await draw(transaction, row, live=live)
    return question


async def change_question(
    transaction: Transaction,
    person: Person,
    poll: AccessedPoll,
    question_id: UUID,
    *,
    live: LiveDocuments,
    answered: bool | None,
    hidden: bool | None,
) -> PollQuestionRow:
    """Say that a question is answered, or hide it; for teachers. The poll must be locked.

    Raises:
        NotFound: the poll has no such question.
        Conflict: it is no Q&A.
    """
    _check_type(poll)
    question = await transaction.session.get(PollQuestionRow, question_id)
    if question is None or question.poll_id != poll.row.id:
        raise NotFound
    question.answered = question.answered if answered is None else answered
    question.hidden = question.hidden if hidden is None else hidden
    await draw(transaction, poll.row, live=live, by=person.id)
    return question


def _check_type(poll: AccessedPoll) -> None:
    if poll.row.type is not PollType.Q_AND_A:
        raise Conflict("poll_without_questions", "Questions are asked in a Q&A only.")
