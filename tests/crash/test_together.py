"""One truth: whatever a lesson was doing when the server was killed, its rows and its documents say the same afterwards."""

import asyncio
import random
import signal
from collections import Counter
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.conftest import StartServer
from tests.crash.lesson import LiveLesson
from tests.crash.lesson_check import ROOTS, Found, check_polls, check_progress, check_stages, read, said
from tests.extent import LONG, extent
from tests.raw_client import raw_client
from tests.running_server import RunningServer

pytestmark = pytest.mark.slow

KILLS = extent(3, long=100)
LONGEST_ROUND = 120
"""A round goes on for at most this many answers, and for at least a third of it: everybody has done something by then."""
PER_LESSON = 10
"""A poll has nine rounds, so a long run begins another lesson from time to time."""
OTHERS = (
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    " and backend_type = 'client backend'"
)


async def kill_in_the_middle(server: RunningServer, watching: asyncpg.Connection) -> None:
    """Kill the server at a moment at which it has changed rows and not committed them."""
    async with asyncio.timeout(30):
        while True:
            server.process.send_signal(signal.SIGSTOP)
            # Of a stopped server a transaction that waits for the next statement waits for good.
            if await watching.fetchval(f"{OTHERS} and state = 'idle in transaction' and backend_xid is not null"):
                await asyncio.to_thread(server.kill)
                return
            server.process.send_signal(signal.SIGCONT)


async def everyone_has_gone(watching: asyncpg.Connection) -> None:
    """Wait until the database has noticed that the server is dead."""
    async with asyncio.timeout(30):
        while await watching.fetchval(OTHERS):  # noqa: ASYNC110 -- a database tells nobody
            await asyncio.sleep(0.005)


def check_what_people_know(lesson: LiveLesson, found: Found) -> None:
    """Check that everything is as its owner was told last, or as they have asked since."""
    ledger = lesson.ledger
    hands = {str(row["user_id"]) for row in found.of("raised_hands", session_id=UUID(lesson.session["id"]))}
    for student in lesson.students:
        cells = {str(row["column_id"]): row for row in found.of("progress_cells", user_id=UUID(student.id))}
        own, *others = lesson.columns
        ledger.settle(("hand", student.id), student.id in hands, begins=False)
        ledger.settle(("stuck", student.id), own in cells and cells[own]["stuck"], begins=False)
        for column in others:
            state = cells[column]["state"] if column in cells else None
            ledger.settle(("cell", student.id, column), state, begins=None)
    for name, poll in lesson.polls.items():
        row = found.one("polls", id=UUID(poll["id"]))
        check_poll(lesson, name, {each: row[each] for each in ("state", "round")})
        for student in lesson.students if name != "anonymous" else ():
            check_ballot(lesson, found, name, student.id)
    check_urns(lesson, found)
    check_stage(lesson, found.one("stages", session_id=UUID(lesson.session["id"])))


def check_poll(lesson: LiveLesson, name: str, now: dict[str, Any]) -> None:
    key, ledger = ("poll", name), lesson.ledger
    if key not in ledger.asked:
        assert now == ledger.told.get(key, {"state": "draft", "round": 1})
    ledger.believe(key, now)


def check_stage(lesson: LiveLesson, row: dict[str, Any]) -> None:
    document_id = None if row["shown_document_id"] is None else str(row["shown_document_id"])
    now = {"locked": row["locked"], "roam": row["roam"], "document_id": document_id}
    if "stage" not in lesson.ledger.asked:
        assert now == lesson.ledger.told.get("stage", {"locked": False, "roam": False, "document_id": None})
    lesson.ledger.believe("stage", now)


def check_ballot(lesson: LiveLesson, found: Found, name: str, student_id: str) -> None:
    key, poll_id, ledger = ("ballot", name, student_id), UUID(lesson.polls[name]["id"]), lesson.ledger
    told, asked = ledger.told.get(key), ledger.asked.pop(key, None)
    cast = {row["round"]: row["choices"] for row in found.of("poll_ballots", poll_id=poll_id, user_id=UUID(student_id))}
    if told is not None:
        assert cast[told[0]] in (told[1], asked)
    elif asked is None:
        assert cast == {}
    if cast:
        ledger.told[key] = (max(cast), cast[max(cast)])


def check_urns(lesson: LiveLesson, found: Found) -> None:
    """Nobody can tell whose an anonymous ballot is; but there are as many as people know of, and no more than people."""
    voters: Counter[int] = Counter()
    for student in lesson.students:
        key = ("ballot", "anonymous", student.id)
        lesson.ledger.asked.pop(key, None)
        if key in lesson.ledger.told:
            voters[lesson.ledger.told[key][0]] += 1
    for row in found.of("poll_rounds", poll_id=UUID(lesson.polls["anonymous"]["id"])):
        assert voters[row["round"]] <= len(row["urn"] or []) <= len(lesson.students)


async def check_what_is_served(lesson: LiveLesson, found: Found) -> None:
    """Check that the server that has started again shows what the log says."""
    for row in found.rows["documents"]:
        if row["class_id"] == UUID(lesson.class_id) and row["kind"] in ROOTS:
            address = lesson.url.replace("http", "ws")
            async with raw_client(address, str(row["id"]), lesson.teacher.token) as client:
                await client.joined()
                assert said([client.document().get_update()], ROOTS[row["kind"]]) == found.documents[row["id"]]


async def test_a_killed_server_leaves_rows_and_documents_that_agree(start_server: StartServer) -> None:
    server = await asyncio.to_thread(lambda: start_server(access_token_seconds="86400", room_unload_seconds="0"))
    chosen = random.Random(4)
    watching = await asyncpg.connect(server.settings["database_url"])
    lesson = None
    interrupted = 0
    for number in range(KILLS):
        if lesson is None or number % PER_LESSON == 0:
            lesson = await asyncio.to_thread(LiveLesson, server, seed=number)
        async with lesson.at_work():
            await lesson.has_heard(lesson.ledger.answered.total() + chosen.randint(LONGEST_ROUND // 3, LONGEST_ROUND))
            await kill_in_the_middle(server, watching)
        interrupted += len(lesson.ledger.asked)
        await everyone_has_gone(watching)
        found = await read(server.settings["database_url"])
        check_polls(found)
        check_stages(found)
        check_progress(found)
        check_what_people_know(lesson, found)
        await asyncio.to_thread(server.start)
        await check_what_is_served(lesson, found)
        if LONG:
            print(f"kill {number + 1}: {dict(lesson.ledger.answered)}")  # noqa: T201 -- the nightly run's report
    assert lesson is not None
    assert interrupted >= KILLS
    assert set(lesson.ledger.answered) == {"ballot", "hand", "stuck", "poll", "stage", "cell"}
    await watching.close()
    assert "Traceback" not in server.output
