"""What came of a poll: for the page, and as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.errors import Conflict, Forbidden
from auth.models import UserRow
from classroom.polls.actions import AccessedPoll
from classroom.polls.models import PollBallotRow, PollQuestionRow, PollRoundRow
from classroom.polls.picture import questions_of, rounds_of, standing
from classroom.polls.rules import Standing, cell, moment, score
from documents.poll import PollType
from documents.poll_tally import Tally, folded, results, texts

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets read UTF-8 only when the file begins with it."""


@dataclass(frozen=True, slots=True)
class NamedBallot:
    """Somebody's ballot, for teachers."""

    round: int
    user_id: UUID | None
    name: str
    choices: list[str]
    score: float | None
    cast_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that one person may see of a poll's results. `rounds`: what `results` says of each, by its number."""

    standing: Standing
    rounds: dict[int, dict[str, Any]]
    texts: list[tuple[str, int, bool]] = field(default_factory=list)
    questions: list[tuple[PollQuestionRow, str | None, int]] = field(default_factory=list)
    ballots: list[NamedBallot] = field(default_factory=list)


async def report(session: AsyncSession, poll: AccessedPoll) -> Report:
    """Return the results: for teachers at any time but while they are sealed, for others once they are shown.

    Raises:
        Forbidden: they are not shown to everybody.
    """
    how = standing(poll.row)
    if not (poll.teaches or how.shown):
        raise Forbidden
    rounds = await rounds_of(session, poll.row)
    if how.sealed:
        return Report(standing=how, rounds={number: _voters(row) for number, row in rounds.items()})
    questions = await questions_of(session, poll.row.id) if how.asked.type is PollType.Q_AND_A else []
    if not poll.teaches:
        questions = [row for row in questions if not row.hidden]
    tally = Tally.of(rounds[how.round].tally)
    hidden = how.hidden | {str(row.id) for row in questions if row.hidden}
    return Report(
        standing=how,
        rounds={
            number: results(
                how.asked.type,
                Tally.of(row.tally),
                option_ids=how.asked.option_ids,
                hidden=frozenset() if poll.teaches else hidden,
            )
            for number, row in sorted(rounds.items())
        },
        texts=[
            (text, count, folded(text) in how.hidden)
            for text, count in (texts(tally) if how.asked.type.takes_text else ())
            if poll.teaches or folded(text) not in how.hidden
        ],
        questions=await _with_authors(session, questions, tally, teaches=poll.teaches),
        ballots=await _ballots(session, poll, how) if poll.teaches and not how.anonymous else [],
    )


def table(found: Report) -> str:
    """Return the results as CSV: of a named poll a line per ballot, of an anonymous one a line per answer, of a Q&A one per question.

    Raises:
        Conflict: the results are sealed.
    """
    if found.standing.sealed:
        raise Conflict("results_sealed", "The results of this anonymous poll can be seen when it is closed.")
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerows([cell(value) for value in line] for line in _lines(found))
    return BYTE_ORDER_MARK + sheet.getvalue()


def _lines(found: Report) -> Iterator[Sequence[object]]:
    if found.standing.asked.type is PollType.Q_AND_A:
        return _question_lines(found)
    return _tally_lines(found) if found.standing.anonymous else _ballot_lines(found)


def _question_lines(found: Report) -> Iterator[Sequence[object]]:
    asked_by = () if found.standing.anonymous else ("name", "user_id")
    yield ("question", *asked_by, "votes", "answered", "hidden")
    for row, author, votes in found.questions:
        asker = () if found.standing.anonymous else (author or "", row.author_id or "")
        yield (row.text, *asker, votes, *("yes" if each else "no" for each in (row.answered, row.hidden)))


def _ballot_lines(found: Report) -> Iterator[Sequence[object]]:
    scored = found.standing.asked.type is PollType.SCORED
    yield ("round", "name", "user_id", "answer", "time", *(("score",) if scored else ()))
    names = _names(found)
    for each in found.ballots:
        answer = "; ".join(names.get(choice, choice) for choice in each.choices)
        points = (each.score,) if scored else ()
        yield (each.round, each.name, each.user_id or "", answer, moment(each.cast_at), *points)


def _tally_lines(found: Report) -> Iterator[Sequence[object]]:
    ranked = found.standing.asked.type is PollType.RANKING
    yield ("round", "answer", "points" if ranked else "votes", "voters")
    names = _names(found)
    for number, each in found.rounds.items():
        for key, count in each["counts"].items():
            yield (number, names.get(key, key), count, each["voters"])


def _names(found: Report) -> dict[str, str]:
    return {option.id: option.text or option.id for option in found.standing.asked.options}


def _voters(row: PollRoundRow) -> dict[str, Any]:
    return {"voters": row.tally["voters"]}


async def _with_authors(
    session: AsyncSession, questions: Sequence[PollQuestionRow], tally: Tally, *, teaches: bool
) -> list[tuple[PollQuestionRow, str | None, int]]:
    names: dict[UUID, str] = {}
    if teaches and questions:
        ids = {row.author_id for row in questions if row.author_id is not None}
        found = await session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(ids)))
        names = {row.id: row.name for row in found.all()}
    listed = [
        (row, None if row.author_id is None else names.get(row.author_id), tally.marks[str(row.id)])
        for row in questions
    ]
    return sorted(listed, key=lambda each: (-each[2], each[0].id))


async def _ballots(session: AsyncSession, poll: AccessedPoll, how: Standing) -> list[NamedBallot]:
    found = await session.execute(
        select(PollBallotRow, UserRow.name)
        .outerjoin(UserRow, UserRow.id == PollBallotRow.user_id)
        .where(PollBallotRow.poll_id == poll.row.id)
        .order_by(PollBallotRow.round, UserRow.name, PollBallotRow.id)
    )
    scored = how.asked.type is PollType.SCORED
    return [
        NamedBallot(
            row.round,
            row.user_id,
            name or "",
            row.choices,
            score(how.asked, row.choices) if scored else None,
            row.cast_at,
        )
        for row, name in found.all()
    ]
