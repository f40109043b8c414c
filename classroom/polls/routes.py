"""Polls, ballots and results."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from auth.dependencies import BearerToken, CurrentPerson, RequestReader, RequestTransaction
from auth.errors import FieldInvalid, TokenMissing
from auth.http.once import OncePerKey
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from auth.tokens import Claims
from classroom.classes.actions import access_class
from classroom.polls import actions, own, questions, reports
from classroom.polls.actions import AccessedPoll, access_poll
from classroom.polls.models import PollQuestionRow, PollRow
from classroom.polls.picture import asked, standing
from classroom.polls.reports import Report
from classroom.polls.rules import Ask, PollInvalid
from classroom.polls.schemas import (
    BallotLine,
    CastBallot,
    CountedBallot,
    HideText,
    NewPoll,
    NewQuestion,
    OwnBallot,
    Poll,
    PollChanges,
    PollCopy,
    PollOption,
    PollPage,
    PollResults,
    PollRound,
    PollTime,
    Question,
    QuestionChanges,
    RoundResults,
    TextCount,
)
from classroom.progress.columns import follow_documents
from classroom.services import Parts
from classroom.sessions import stage
from documents.poll import PollState

router = APIRouter(tags=["polls"], route_class=ReadingRoute)

CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "A table, in UTF-8.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}


async def claims_of(services: Parts, token: BearerToken) -> Claims:
    """Return what a valid token says, without asking the database: for what asks it for many people at once.

    Raises:
        Unauthenticated: the token is missing or does not hold.
    """
    if token is None:
        raise TokenMissing
    return services.issuer.verify(token.credentials)


TokenClaims = Annotated[Claims, Depends(claims_of)]


@router.post("/classes/{class_id}/polls", status_code=201, responses=problems(401, 403, 404, 413, 422))
async def create_poll(
    class_id: UUID, body: NewPoll, person: CurrentPerson, transaction: RequestTransaction, once: OncePerKey
) -> Poll:
    """Prepare a poll; for the class's teachers. Students see it when it is opened."""

    async def create() -> Poll:
        access = await access_class(transaction.session, person, class_id)
        row = await actions.create_poll(
            transaction.session,
            person,
            access,
            _ask(body),
            anonymous=body.anonymous,
            results=body.results,
            seconds=body.seconds,
        )
        return _poll(row, teaches=True)

    return await once.create(body, Poll, create)


@router.get("/classes/{class_id}/polls", responses=problems(401, 404, 422))
async def list_polls(class_id: UUID, person: CurrentPerson, reader: RequestReader, page: WantedPage) -> PollPage:
    """List the polls of a class that one may see, newest first."""
    access = await access_class(reader, person, class_id)
    found, next_cursor = await actions.list_polls(reader, person, access, page)
    return PollPage(items=[_poll(row, teaches=access.teaches) for row in found], next_cursor=next_cursor)


@router.get("/polls/{poll_id}", responses=problems(401, 404))
async def get_poll(poll_id: UUID, person: CurrentPerson, reader: RequestReader) -> Poll:
    """Return a poll."""
    return _seen(await access_poll(reader, person, poll_id))


@router.patch("/polls/{poll_id}", responses=problems(401, 403, 404, 409, 413, 422))
async def update_poll(poll_id: UUID, body: PollChanges, person: CurrentPerson, transaction: RequestTransaction) -> Poll:
    """Ask something else; for teachers, until the poll is opened."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True, lock=True)
    wanted = body.over(poll.row, asked(poll.row))
    actions.change_poll(poll, _ask(wanted), anonymous=wanted.anonymous, results=wanted.results, seconds=wanted.seconds)
    return _seen(poll)


@router.delete("/polls/{poll_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_poll(poll_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts) -> None:
    """Delete a poll; for teachers, who can restore its document."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True, lock=True)
    await stage.document_gone(transaction, person, poll.document.row, live=services.live)
    await actions.delete_poll(transaction, poll, live=services.live)
    await follow_documents(transaction, services.live, class_id=poll.row.class_id)


@router.post("/polls/{poll_id}/copy", status_code=201, responses=problems(401, 403, 404, 413, 422))
async def copy_poll(
    *,
    poll_id: UUID,
    body: PollCopy | None = None,
    person: CurrentPerson,
    transaction: RequestTransaction,
    once: OncePerKey,
) -> Poll:
    """Prepare the same poll once more, in this or another class; for teachers of both."""

    async def create() -> Poll:
        session = transaction.session
        poll = await access_poll(session, person, poll_id, teach=True)
        access = await access_class(session, person, (body and body.class_id) or poll.row.class_id)
        return _poll(await actions.copy_poll(session, person, poll, access), teaches=True)

    return await once.create(body or PollCopy(), Poll, create)


@router.post("/polls/{poll_id}/open", responses=problems(401, 403, 404, 409, 413, 422))
async def open_poll(
    *,
    poll_id: UUID,
    body: PollTime | None = None,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> Poll:
    """Let people vote; for teachers. A closed poll is opened again, with its ballots; an anonymous one that has some is not."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True, lock=True)
    shown = await stage.lock_stage_of(transaction.session, poll.document.row)
    asked_anew = poll.row.state is PollState.DRAFT
    await actions.open_poll(transaction, person, poll, live=services.live, seconds=body.seconds if body else None)
    if shown is not None:
        # What is asked is its name from now on.
        await stage.show(transaction, *shown, live=services.live, by=person.id)
    if asked_anew:
        await follow_documents(transaction, services.live, class_id=poll.row.class_id)
    transaction.after_commit(services.polls.bell.look)
    return _seen(poll)


@router.post("/polls/{poll_id}/close", responses=problems(401, 403, 404, 409))
async def close_poll(poll_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts) -> Poll:
    """Take no more ballots; for teachers."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True, lock=True)
    await actions.close_poll(transaction, person, poll, live=services.live, key=services.polls.key)
    return _seen(poll)


@router.post("/polls/{poll_id}/publish", responses=problems(401, 403, 404, 409))
async def publish_poll(poll_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts) -> Poll:
    """Show everybody the results; for teachers."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True, lock=True)
    await actions.show_results(transaction, person, poll, live=services.live, shown=True)
    return _seen(poll)


@router.post("/polls/{poll_id}/unpublish", responses=problems(401, 403, 404, 409))
async def unpublish_poll(
    poll_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Poll:
    """Hide the results; for teachers. Whoever has seen them has seen them."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True, lock=True)
    await actions.show_results(transaction, person, poll, live=services.live, shown=False)
    return _seen(poll)


@router.post("/polls/{poll_id}/rounds", responses=problems(401, 403, 404, 409, 413, 422))
async def begin_round(
    *,
    poll_id: UUID,
    body: PollRound | None = None,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> Poll:
    """Ask the same once more; for teachers. The rounds before are kept and shown beside it."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True, lock=True)
    if body is None or body.after is None or body.after == poll.row.round:
        await actions.begin_round(transaction, person, poll, live=services.live, seconds=body.seconds if body else None)
        transaction.after_commit(services.polls.bell.look)
    return _seen(poll)


@router.put("/polls/{poll_id}/timer", responses=problems(401, 403, 404, 409, 413, 422))
async def set_timer(
    poll_id: UUID, body: PollTime, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Poll:
    """Let an open poll end so many seconds from now, or not by itself; for teachers."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True, lock=True)
    await actions.set_timer(transaction, person, poll, live=services.live, seconds=body.seconds)
    transaction.after_commit(services.polls.bell.look)
    return _seen(poll)


@router.put("/polls/{poll_id}/hidden", status_code=204, responses=problems(401, 403, 404, 409, 413, 422))
async def hide_text(
    poll_id: UUID, body: HideText, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Take words out of what everybody sees, or put them back; for teachers."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True, lock=True)
    await actions.hide_text(transaction, person, poll, live=services.live, text=body.text, hidden=body.hidden)


@router.put("/polls/{poll_id}/ballot", responses=problems(401, 404, 409, 413, 422, 503))
async def cast_ballot(poll_id: UUID, body: CastBallot, claims: TokenClaims, services: Parts) -> CountedBallot:
    """Vote, or replace one's vote, while the poll is open. The same ballot sent again counts once."""
    counted = await services.polls.box.cast(
        poll_id, claims, choices=tuple(body.choices), secret=body.secret, number=body.round
    )
    return CountedBallot(round=counted.round, choices=counted.choices, secret=counted.secret)


@router.get("/polls/{poll_id}/ballot", responses=problems(401, 404))
async def get_ballot(poll_id: UUID, person: CurrentPerson, reader: RequestReader, services: Parts) -> OwnBallot:
    """Return one's own ballot; of an anonymous poll nobody knows more than that there is one."""
    poll = await access_poll(reader, person, poll_id)
    found = await own.own_ballot(reader, person, poll, key=services.polls.key)
    return OwnBallot(round=poll.row.round, voted=found.voted, choices=found.choices, score=found.score)


@router.put(
    "/polls/{poll_id}/questions/{question_id}", status_code=201, responses=problems(401, 404, 409, 413, 422, 429)
)
async def ask_question(
    *,
    poll_id: UUID,
    question_id: UUID,
    body: NewQuestion,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> Question:
    """Put a question into a Q&A, under a random id of one's own choice: sent again it is asked once."""
    poll = await access_poll(transaction.session, person, poll_id, lock=True)
    row = await questions.ask_question(
        transaction,
        person,
        poll,
        question_id,
        body.text,
        live=services.live,
        anonymous_questions=services.polls.anonymous_questions,
    )
    return _question(row, None, 0)


@router.patch("/polls/{poll_id}/questions/{question_id}", responses=problems(401, 403, 404, 409, 413, 422))
async def update_question(
    *,
    poll_id: UUID,
    question_id: UUID,
    body: QuestionChanges,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> None:
    """Say that a question is answered, or hide it; for teachers."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True, lock=True)
    await questions.change_question(
        transaction, person, poll, question_id, live=services.live, answered=body.answered, hidden=body.hidden
    )


@router.get("/polls/{poll_id}/results", responses=problems(401, 403, 404))
async def get_results(poll_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> PollResults:
    """Return the results: for teachers, and once they are shown for everybody."""
    poll = await access_poll(transaction.session, person, poll_id)
    return _results(poll, await reports.report(transaction.session, poll))


@router.get(
    "/polls/{poll_id}/results.csv",
    response_class=Response,
    responses={**CSV, **problems(401, 403, 404, 409)},
)
async def download_results(poll_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> Response:
    """Download the results as a table; for teachers."""
    poll = await access_poll(transaction.session, person, poll_id, teach=True)
    sheet = reports.table(await reports.report(transaction.session, poll))
    name = quote(f"{poll.row.question[:80]}.csv", safe="")
    return Response(
        sheet,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "private, no-store"},
    )


def _ask(body: NewPoll) -> Ask:
    try:
        return body.asked()
    except PollInvalid as error:
        raise FieldInvalid(error.field, error.message) from None


def _seen(poll: AccessedPoll) -> Poll:
    return _poll(poll.row, teaches=poll.teaches)


def _poll(row: PollRow, *, teaches: bool) -> Poll:
    what, how = asked(row), standing(row)
    tells = teaches or how.tells_answers
    return Poll(
        id=row.id,
        document_id=row.document_id,
        class_id=row.class_id,
        question=row.question,
        type=row.type,
        options=[
            PollOption(id=each.id, text=each.text, correct=each.correct if tells else None) for each in what.options
        ],
        max_choices=what.several,
        low_label=what.low_label,
        high_label=what.high_label,
        points=what.points,
        anonymous=row.anonymous,
        results=row.results,
        shown=how.shown,
        state=row.state,
        round=row.round,
        seconds=row.seconds,
        closes_at=row.closes_at,
        created_at=row.created_at,
    )


def _results(poll: AccessedPoll, found: Report) -> PollResults:
    how = found.standing
    rounds = [_round(number, each) for number, each in found.rounds.items()]
    now = next(each for each in rounds if each.round == how.round)
    return PollResults(
        poll_id=how.id,
        state=how.state,
        round=how.round,
        shown=how.shown,
        sealed=how.sealed,
        voters=now.voters,
        counts=now.counts,
        mean=now.mean,
        places=now.places,
        rounds=rounds,
        texts=[TextCount(text=text, count=count, hidden=hidden) for text, count, hidden in found.texts],
        questions=[_question(*each) for each in found.questions],
        ballots=[
            BallotLine(
                round=each.round,
                user_id=each.user_id,
                name=each.name,
                choices=each.choices,
                score=each.score,
                cast_at=each.cast_at,
            )
            for each in found.ballots
        ],
        correct=how.asked.correct if how.asked.correct and (poll.teaches or how.tells_answers) else None,
    )


def _round(number: int, found: dict[str, Any]) -> RoundResults:
    return RoundResults(
        round=number,
        voters=found["voters"],
        counts=found.get("counts"),
        mean=found.get("mean"),
        places=found.get("places"),
    )


def _question(row: PollQuestionRow, author: str | None, votes: int) -> Question:
    return Question(id=row.id, text=row.text, answered=row.answered, hidden=row.hidden, votes=votes, author=author)
