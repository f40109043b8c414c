"""Many ballots at once, and ballots that nobody can tie to a person."""

import asyncio
import random
from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import text

from auth.errors import Conflict
from classroom.documents.export import updates_of
from classroom.polls.anonymity import MARK_BYTES, BallotKey
from classroom.polls.ballot_box import BallotBox
from classroom.polls.casting import Ballot, cast_together
from classroom.progress.doings import record
from collab_server.live import Activity
from documents.kinds import Kind
from documents.reading import read_roots
from persistence.base import utc_now
from tests.integration.conftest import Classroom, Client
from tests.integration.poll_room import SECRET, act, document, opened, students, vote

TABLES = ("polls", "poll_rounds", "poll_ballots", "poll_questions")


async def everything(classroom: Classroom, *tables: str) -> str:
    """Return all rows of tables as text."""
    async with classroom.api.services.database.transaction() as transaction:
        rows = [
            row
            for table in tables
            for row in await transaction.session.scalars(text(f"select cast(t as text) from {table} t"))
        ]
    return "\n".join(rows)


def claims(classroom: Classroom, client: Client):
    return classroom.api.services.issuer.verify(client.http.headers["Authorization"].removeprefix("Bearer "))


async def test_ballots_that_arrive_together_are_counted_in_few_transactions(classroom: Classroom) -> None:
    poll = await opened(classroom)
    voters = [classroom.student, *await students(classroom, 39)]
    chance = random.Random(4)
    classroom.api.live.edited.clear()
    said: dict[str, str] = {}

    async def one(client: Client) -> None:
        for _ in range(3):
            choice = chance.choice(["o1", "o2"])
            assert (await vote(client, poll, choice)).status_code == 200
            said[client.id] = choice

    await asyncio.gather(*(one(client) for client in voters))
    _, results = await document(classroom, poll)
    tally = Counter(said.values())
    assert results == {"round": 1, "voters": 40, "counts": {"o1": tally["o1"], "o2": tally["o2"]}}
    assert len(classroom.api.live.edited) < 40, "120 ballots, a few transactions"


async def test_a_refused_ballot_does_not_touch_those_it_arrived_with(classroom: Classroom) -> None:
    poll = await opened(classroom)
    voters = await students(classroom, 5)
    answers = await asyncio.gather(
        *(vote(client, poll, "o1" if number % 2 else "nonsense") for number, client in enumerate(voters)),
        vote(classroom.stranger, poll, "o1"),
    )
    assert [answer.status_code for answer in answers] == [422, 200, 422, 200, 422, 404]
    assert (await document(classroom, poll))[1]["counts"] == {"o1": 2, "o2": 0}


async def test_a_transaction_that_fails_leaves_rows_and_document_as_they_were(classroom: Classroom) -> None:
    poll = await opened(classroom)
    await vote(classroom.student, poll, "o1")
    services = classroom.api.services
    before = (await document(classroom, poll), await everything(classroom, *TABLES))

    async def fail() -> None:
        raise ConnectionError("killed in the middle")

    ballot = Ballot(claims=claims(classroom, classroom.student), choices=("o2",), at=utc_now())
    with pytest.raises(ConnectionError):  # noqa: PT012 -- the transaction ends where the block does
        async with services.database.transaction() as transaction:
            await cast_together(transaction, UUID(poll["id"]), [ballot], live=services.live, key=services.polls.key)
            transaction.before_commit(fail)
    assert (await document(classroom, poll), await everything(classroom, *TABLES)) == before
    await vote(classroom.student, poll, "o2")
    assert (await document(classroom, poll))[1]["counts"] == {"o1": 0, "o2": 1}


async def test_a_ballot_that_arrived_in_time_counts_although_the_poll_was_closed_meanwhile(
    classroom: Classroom,
) -> None:
    poll = await opened(classroom)
    arrived = utc_now()
    await act(classroom, poll, "close")
    services, voter = classroom.api.services, claims(classroom, classroom.student)
    late = BallotBox(services.database, services.live, services.polls.key)
    with pytest.raises(Conflict, match="too late"):
        await late.cast(UUID(poll["id"]), voter, choices=("o1",))
    in_time = BallotBox(services.database, services.live, services.polls.key, now=lambda: arrived)
    await in_time.cast(UUID(poll["id"]), voter, choices=("o1",))
    assert (await document(classroom, poll))[1]["voters"] == 1


async def test_an_anonymous_ballot_is_one_each_and_replaced_only_with_its_secret(
    classroom: Classroom, is_problem
) -> None:
    poll = await opened(classroom, anonymous=True)
    (other,) = await students(classroom, 1)
    mine, theirs = SECRET.format("mine"), SECRET.format("theirs")
    for _ in range(2):
        assert (await vote(classroom.student, poll, "o1", secret=mine)).json()["secret"] is None
    assert (await vote(other, poll, "o1", secret=theirs)).status_code == 200
    is_problem(await vote(classroom.student, poll, "o2"), 409, "ballot_sealed")
    is_problem(await vote(classroom.student, poll, "o2", secret=SECRET.format("new")), 409, "ballot_sealed")
    (third,) = await students(classroom, 1)
    is_problem(await vote(third, poll, "o2", secret=mine), 409, "ballot_sealed")
    assert (await vote(classroom.student, poll, "o2", secret=mine)).status_code == 200
    assert (await document(classroom, poll))[1] == {"round": 1, "voters": 2, "counts": {"o1": 1, "o2": 1}}
    own = (await classroom.student.get(f"/polls/{poll['id']}/ballot")).json()
    assert own == {"round": 1, "voted": True, "choices": None, "score": None}
    assert not (await third.get(f"/polls/{poll['id']}/ballot")).json()["voted"]

    made = (await vote(third, poll, "o1")).json()["secret"]
    assert (await vote(third, poll, "o2", secret=made)).status_code == 200


async def test_nothing_in_the_database_ties_an_anonymous_ballot_to_its_voter(classroom: Classroom) -> None:
    poll = await opened(classroom, anonymous=True, results="hidden", type="open_text", options=[])
    voters = [classroom.student, *await students(classroom, 7)]
    kept_before = await everything(classroom, "idempotency_keys", "auth_sessions", "users")
    for number, client in enumerate(voters):
        answer = await vote(client, poll, f"answer {number}", secret=SECRET.format(number))
        assert answer.status_code == 200
    assert await everything(classroom, "idempotency_keys", "auth_sessions", "users") == kept_before

    kept = await everything(classroom, *TABLES)
    assert not any(client.id in kept or SECRET.format(number) in kept for number, client in enumerate(voters))
    async with classroom.api.services.database.transaction() as transaction:
        session = transaction.session
        marks, urn = (await session.execute(text("select marks, urn from poll_rounds"))).one()
        authors = await session.scalars(
            text("select user_id from document_updates where document_id = :id and seq > 2"),
            {"id": UUID(poll["document_id"])},
        )
        assert set(authors) == {None}
    pieces = [marks[start : start + MARK_BYTES] for start in range(0, len(marks), MARK_BYTES)]
    assert pieces == sorted(pieces)
    assert [each[0] for each in urn] == sorted(each[0] for each in urn)
    order_of_marks = [
        next(
            number
            for number, client in enumerate(voters)
            if classroom.api.services.polls.key.mark(UUID(poll["id"]), 1, UUID(client.id)) == piece
        )
        for piece in pieces
    ]
    order_of_ballots = [int(choices[0].removeprefix("answer ")) for _, choices in urn]
    assert sorted(order_of_marks) == sorted(order_of_ballots) == list(range(8))
    assert (await document(classroom, poll))[1] == {"round": 1, "voters": 8}


async def test_hidden_results_of_an_anonymous_poll_are_hidden_from_the_teacher_too_until_it_closes(
    classroom: Classroom, is_problem
) -> None:
    poll = await opened(classroom, anonymous=True, results="hidden")
    await vote(classroom.student, poll, "o1", secret=SECRET.format(1))
    found = (await classroom.teacher.get(f"/polls/{poll['id']}/results")).json()
    assert (found["sealed"], found["voters"], found["counts"], found["ballots"]) == (True, 1, None, [])
    is_problem(await classroom.teacher.get(f"/polls/{poll['id']}/results.csv"), 409, "results_sealed")
    await act(classroom, poll, "close")
    found = (await classroom.teacher.get(f"/polls/{poll['id']}/results")).json()
    assert (found["sealed"], found["counts"], found["ballots"]) == (False, {"o1": 1, "o2": 0}, [])


async def test_an_anonymous_round_that_was_closed_takes_no_more_ballots_which_could_be_told_from_the_others(
    classroom: Classroom, is_problem
) -> None:
    (late,) = await students(classroom, 1)
    poll = await opened(classroom, anonymous=True, results="hidden")
    await act(classroom, poll, "close")
    await act(classroom, poll, "open")
    await vote(classroom.student, poll, "o1", secret=SECRET.format(1))
    await act(classroom, poll, "close")
    is_problem(await classroom.teacher.post(f"/polls/{poll['id']}/open"), 409, "anonymous_round_closed")
    is_problem(await vote(late, poll, "o2", secret=SECRET.format(2)), 409, "poll_closed")
    assert (await classroom.teacher.post(f"/polls/{poll['id']}/rounds", {"after": 1})).json()["round"] == 2
    assert (await vote(late, poll, "o2", secret=SECRET.format(2))).status_code == 200
    named = await opened(classroom)
    await vote(classroom.student, named, "o1")
    await act(classroom, named, "close")
    await act(classroom, named, "open")


async def test_with_another_key_a_round_takes_no_more_anonymous_ballots(classroom: Classroom, is_problem) -> None:
    poll = await opened(classroom, anonymous=True)
    await vote(classroom.student, poll, "o1", secret=SECRET.format(1))
    services = classroom.api.services
    key = BallotKey("another secret of this installation")
    box = BallotBox(services.database, services.live, key)
    with pytest.raises(Exception, match="key has been replaced"):
        await box.cast(UUID(poll["id"]), claims(classroom, classroom.student), choices=("o2",), secret=SECRET.format(2))
    assert (await document(classroom, poll))[1]["voters"] == 1


async def test_the_board_of_progress_moves_with_a_named_ballot_and_with_anonymous_ones_when_the_poll_is_closed(
    classroom: Classroom,
) -> None:
    async def states() -> list[str]:
        async with classroom.api.services.database.transaction() as transaction:
            found = await transaction.session.scalars(text("select state from progress_cells order by 1"))
            return list(found.all())

    named = await opened(classroom)
    await vote(classroom.student, named, "o1")
    assert await states() == ["handed_in"]
    secret = await opened(classroom, anonymous=True)
    await vote(classroom.student, secret, "o1", secret=SECRET.format(1))
    assert await states() == ["handed_in"]
    await act(classroom, secret, "close")
    assert await states() == ["handed_in", "handed_in"]


async def test_everybody_who_votes_together_is_moved_along_on_the_board_of_progress(classroom: Classroom) -> None:
    poll = await opened(classroom)
    voters = [classroom.student, *await students(classroom, 11)]
    board = (await classroom.teacher.get(f"/classes/{classroom.class_id}/progress")).json()["document_id"]
    mine = (await voters[3].get(f"/classes/{classroom.class_id}/progress")).json()["document_id"]
    services = classroom.api.services
    document = UUID(poll["document_id"])
    await record(services, [Activity(document, UUID(early.id), edited=False) for early in voters[:6]])
    await asyncio.gather(*(vote(client, poll, "o1") for client in voters))
    for document_id, people in ((board, voters), (mine, voters[3:4])):
        async with services.database.transaction() as transaction:
            rows = read_roots(Kind.PROGRESS, await updates_of(transaction.session, UUID(document_id)))["rows"]
        for client in people:
            assert [cell["state"] for cell in rows[client.id].values()] == ["handed_in"]
