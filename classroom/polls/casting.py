"""Count ballots of one poll that have arrived together, in one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, and_, any_, bindparam, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person, people_for_tokens
from auth.errors import Conflict, NotFound, Unauthenticated
from auth.permissions import Action, permits_in_class
from auth.tokens import Claims, new_secret
from classroom.classes.models import ClassRole, ClassRow
from classroom.documents.access import DocumentAccess, document_accesses
from classroom.documents.models import DocumentRow
from classroom.polls.anonymity import BallotKey, Urn
from classroom.polls.models import PollBallotRow, PollRoundRow, PollRow
from classroom.polls.participation import record_voters
from classroom.polls.picture import asked, draw, question_ids, rounds_of
from classroom.polls.rules import BallotInvalid, read_choices, takes_ballots
from collab_server.live import LiveDocuments
from documents.poll import PollState, PollType
from documents.poll_tally import Tally
from persistence.database import Transaction
from persistence.ids import new_id

# One statement for any number of ballots, so that it is prepared once.
PUT_BALLOTS = text(
    """
    insert into poll_ballots (id, poll_id, round, user_id, choices, cast_at)
    select given.id, :poll_id, :round, given.user_id, given.choices::jsonb, :at
      from unnest(:ids, :user_ids, :choices) as given (id, user_id, choices)
    on conflict (poll_id, round, user_id) do update set choices = excluded.choices, cast_at = excluded.cast_at
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What somebody has sent. `at`: when it reached the server. `round`: the one it was meant for, if they said so."""

    claims: Claims
    choices: tuple[str | int, ...]
    at: datetime
    secret: str | None = None
    round: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A ballot that counts. `secret`: made for a voter who sent none, to replace the ballot with."""

    round: int
    choices: list[str]
    secret: str | None = None


Outcome = Counted | Exception


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who may vote."""

    id: UUID
    role: ClassRole


class Book(Protocol):
    """Who has voted what in one round."""

    def earlier(self, voter: Voter, ballot: Ballot) -> list[str] | None:
        """Return the voter's ballot so far; raises Conflict where it cannot be replaced."""

    def write(self, voter: Voter, ballot: Ballot, choices: list[str]) -> str | None:
        """Take a ballot; return the secret that was made for it, if one was."""

    async def save(self, session: AsyncSession, row: PollRoundRow, *, at: datetime) -> None:
        """Keep what was taken."""


async def cast_together(
    transaction: Transaction,
    poll_id: UUID,
    ballots: Sequence[Ballot],
    *,
    live: LiveDocuments,
    key: BallotKey,
) -> list[Outcome]:
    """Count ballots in the order in which they have come; return what became of each.

    One that is refused changes nothing for the others.
    """
    session = transaction.session
    found = (
        await session.execute(
            select(PollRow, DocumentRow)
            .join(DocumentRow, and_(DocumentRow.id == PollRow.document_id, DocumentRow.deleted_at.is_(None)))
            .join(ClassRow, and_(ClassRow.id == PollRow.class_id, ClassRow.deleted_at.is_(None)))
            .where(PollRow.id == poll_id)
            .with_for_update(of=PollRow)
        )
    ).one_or_none()
    voters = await _voters(session, None if found is None else found[1], [each.claims for each in ballots])
    if found is None:
        return [voters[each.claims.session_id] for each in ballots]  # type: ignore[misc]
    poll = found[0]
    ask = asked(poll)
    rounds = await rounds_of(session, poll)
    questions = await question_ids(session, poll) if poll.type is PollType.Q_AND_A else ()
    meant = {poll.round, *(each.round for each in ballots if each.round in rounds)}
    books = {number: await _book(session, poll, rounds[number], voters, key) for number in meant}
    tally = Tally.of(rounds[poll.round].tally)
    outcomes: list[Outcome] = []
    changed = False
    new_voters: list[UUID] = []
    for ballot in ballots:
        try:
            voter = _admitted(voters[ballot.claims.session_id], poll)
            choices = read_choices(ask, ballot.choices, questions=questions)
            book = books.get(poll.round if ballot.round is None else ballot.round)
            before = None if book is None else book.earlier(voter, ballot)
            if before is not None and before == choices:
                # The same once more: an answer was lost on the way, and it counts even if the poll is closed by now.
                outcomes.append(Counted(ballot.round or poll.round, choices))
                continue
            _check_time(poll, ballot)
            if before is None:
                new_voters.append(voter.id)
            else:
                tally.remove(poll.type, before)
            tally.add(poll.type, choices)
            outcomes.append(Counted(poll.round, choices, books[poll.round].write(voter, ballot, choices)))
            changed = True
        except (Conflict, BallotInvalid, NotFound, Unauthenticated) as refusal:
            outcomes.append(refusal)
    if changed:
        rounds[poll.round].tally = tally.kept()
        await books[poll.round].save(session, rounds[poll.round], at=ballots[-1].at)
        if not poll.anonymous:
            await record_voters(transaction, poll, new_voters, live=live)
        # Nobody is named as the author: the log must not say who came with which change of the numbers.
        await draw(transaction, poll, live=live, rounds=rounds)
    return outcomes


def _admitted(voter: Voter | Exception, poll: PollRow) -> Voter:
    if isinstance(voter, Exception):
        raise voter
    if poll.state is PollState.DRAFT:
        if permits_in_class(Action.TEACH_CLASS, voter.role):
            raise Conflict("poll_not_open", "The poll has not been opened yet.")
        raise NotFound
    return voter


def _check_time(poll: PollRow, ballot: Ballot) -> None:
    if ballot.round is not None and ballot.round != poll.round:
        raise Conflict("poll_round_over", "This round is over. Your vote came too late to count.")
    if not takes_ballots(poll.state, closes_at=poll.closes_at, at=ballot.at):
        raise Conflict("poll_closed", "The poll is closed. Your vote came too late to count.")


class NamedBook:
    """The ballots of people who are known."""

    def __init__(self, poll: PollRow, ballots: Mapping[UUID, list[str]]) -> None:
        self._poll = poll
        self._ballots = dict(ballots)
        self._taken: set[UUID] = set()

    def earlier(self, voter: Voter, ballot: Ballot) -> list[str] | None:
        """See Book."""
        return self._ballots.get(voter.id)

    def write(self, voter: Voter, ballot: Ballot, choices: list[str]) -> None:
        """See Book."""
        self._ballots[voter.id] = choices
        self._taken.add(voter.id)

    async def save(self, session: AsyncSession, row: PollRoundRow, *, at: datetime) -> None:
        """See Book."""
        taken = sorted(self._taken)
        await session.execute(
            PUT_BALLOTS.bindparams(
                bindparam("ids", [new_id() for _ in taken], type_=ARRAY(Uuid)),
                bindparam("user_ids", taken, type_=ARRAY(Uuid)),
                bindparam("choices", [json.dumps(self._ballots[each]) for each in taken], type_=ARRAY(Text)),
                poll_id=self._poll.id,
                round=self._poll.round,
                at=at,
            )
        )


class SealedBook:
    """The urn of an anonymous poll.

    Where this installation's secret has been replaced since, nobody can tell who has voted, and it takes no more ballots.
    """

    def __init__(self, poll: PollRow, row: PollRoundRow, key: BallotKey) -> None:
        self._poll = poll
        self._number = row.round
        self._urn = Urn(row.marks or b"", row.urn or ())
        self._key = key
        self._sealed = row.key_mark != key.key_mark(poll.id)

    def earlier(self, voter: Voter, ballot: Ballot) -> list[str] | None:
        """See Book."""
        if self._sealed:
            raise Conflict(
                "poll_sealed", "The school's key has been replaced since this poll began. Begin a new round."
            )
        before = None if ballot.secret is None else self._urn.ballot(ballot.secret)
        if self._urn.voted(self._mark(voter)) != (before is not None):
            raise Conflict(
                "ballot_sealed",
                "You have voted already, and it can be changed only from where you voted: nobody else knows which vote is yours.",
            )
        return before

    def write(self, voter: Voter, ballot: Ballot, choices: list[str]) -> str | None:
        """See Book."""
        made = new_secret() if ballot.secret is None else None
        self._urn.put(self._mark(voter), made or ballot.secret or "", choices)
        return made

    async def save(self, session: AsyncSession, row: PollRoundRow, *, at: datetime) -> None:
        """See Book."""
        row.marks = self._urn.kept_marks()
        row.urn = self._urn.kept_ballots()

    def _mark(self, voter: Voter) -> bytes:
        return self._key.mark(self._poll.id, self._number, voter.id)


async def _book(
    session: AsyncSession, poll: PollRow, row: PollRoundRow, voters: Mapping[UUID, Voter | Exception], key: BallotKey
) -> NamedBook | SealedBook:
    if poll.anonymous:
        if row.key_mark is None:
            row.key_mark = key.key_mark(poll.id)
        return SealedBook(poll, row, key)
    ids = [voter.id for voter in voters.values() if isinstance(voter, Voter)]
    found = await session.execute(
        select(PollBallotRow.user_id, PollBallotRow.choices).where(
            PollBallotRow.poll_id == poll.id,
            PollBallotRow.round == row.round,
            PollBallotRow.user_id == any_(literal(ids, ARRAY(Uuid))),
        )
    )
    return NamedBook(poll, {user_id: choices for user_id, choices in found.all() if user_id is not None})


async def _voters(
    session: AsyncSession, document: DocumentRow | None, claims: Sequence[Claims]
) -> dict[UUID, Voter | Exception]:
    """Return, by sign-in, who may vote, or why they may not: as one request alone would find it."""
    people = await people_for_tokens(session, claims)
    standing = [person.id for person in people.values() if isinstance(person, Person)]
    accesses = {} if document is None else await document_accesses(session, standing, document.id)
    return {
        login: (person if isinstance(person, Unauthenticated) else _voter(person.id, accesses.get(person.id)))
        for login, person in people.items()
    }


def _voter(person: UUID, access: DocumentAccess | None) -> Voter | NotFound:
    return NotFound() if access is None else Voter(person, access.role_in_class)
