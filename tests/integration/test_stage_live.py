"""A session's stage as stock clients see it, on a real server: everybody reads it, the server alone writes it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.running_server import RunningServer
from tests.school import Account, School
from tests.yjs_peers import Peer, Peers, yjs_peers

pytestmark = [pytest.mark.node, pytest.mark.postgres]

DIALECTS = ("y-websocket", "hocuspocus")
ROOTS = ("stage", "people")


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


class Lesson:
    """A session that runs, with a teacher, a student and somebody of another class."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        school = School(server.url)
        self.teacher = school.register("Ms. Okafor", "teacher")
        self.zoe = school.register("Zoë Brandt", "student")
        self.stranger = school.register("Someone", "teacher")
        opened = school.open_class(self.teacher, self.zoe)
        self.board = school.open_board(self.teacher, opened["id"], title="The cell")
        started = self.teacher.api.post(f"/api/classes/{opened['id']}/sessions/start", json={}).raise_for_status()
        self.session: dict[str, Any] = started.json()
        self.path = f"/api/sessions/{self.session['id']}"

    async def call(self, who: Account, method: str, path: str = "", **body: Any) -> None:
        answer = await asyncio.to_thread(who.api.request, method, f"{self.path}{path}", json=body or None)
        answer.raise_for_status()

    async def enter(self, peers: Peers, person: Account, dialect: str) -> Peer:
        return await peers.open(dialect, self.server.websocket_url, self.session["stage_document_id"], person.token)


@pytest.fixture
def lesson(shared_server: RunningServer) -> Lesson:
    return Lesson(shared_server)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_9_stock_clients_follow_the_stage_from_start_to_end(lesson: Lesson, peers: Peers, dialect: str) -> None:
    seen = await (await lesson.enter(peers, lesson.zoe, dialect)).synced()
    assert {**(await seen.do("read", map="stage")), "started_at": ""} == {
        "state": "running",
        "started_at": "",
        "activity": {"kind": "none"},
        "put_by": None,
        "presenter": None,
        "presenter_id": None,
        "locked": False,
        "roam": False,
        "timer": None,
    }
    put = {"kind": "document", "document_id": lesson.board["id"]}
    await lesson.call(lesson.teacher, "PATCH", "/stage", activity=put, locked=True, presenter_id=lesson.zoe.id)
    stage = await seen.becomes(lambda root: root["activity"]["kind"] == "document", "read", map="stage")
    assert stage["activity"] == {**put, "document_kind": "whiteboard", "title": "The cell"}
    assert stage["put_by"] == {"user_id": lesson.teacher.id, "name": "Ms. Okafor"}
    assert (stage["locked"], stage["presenter_id"]) == (True, lesson.zoe.id)
    await lesson.call(lesson.zoe, "PUT", "/hand")
    (hand,) = await seen.becomes(lambda hands: len(hands) == 1, "readArray", array="hands")
    assert {**hand, "raised_at": ""} == {"user_id": lesson.zoe.id, "name": "Zoë Brandt", "raised_at": ""}
    await lesson.call(lesson.zoe, "POST", "/attendance")
    await lesson.call(lesson.teacher, "POST", "/end")
    await seen.becomes(lambda root: root["state"] == "ended", "read", map="stage")
    assert await seen.do("readArray", array="hands") == []
    assert await seen.do("read", map="people") == {lesson.zoe.id: {"name": "Zoë Brandt", "role": "student"}}


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_9_neither_students_nor_teachers_write_the_stage(lesson: Lesson, peers: Peers, dialect: str) -> None:
    witness = await (await lesson.enter(peers, lesson.zoe, dialect)).synced()
    before = [await witness.do("read", map=root) for root in ROOTS]
    for person in (lesson.zoe, lesson.teacher):
        for write in (
            {"root": "stage", "key": "locked", "value": True},
            {"root": "stage", "key": "activity", "value": {"kind": "document", "document_id": "x"}},
            {"root": "people", "key": person.id, "value": {"name": "Head"}},
            {"root": "elsewhere", "key": "a", "value": 1},
        ):
            forger = await (await lesson.enter(peers, person, dialect)).synced()
            await forger.do("set", **write)
            await refused(forger, dialect)
        forger = await (await lesson.enter(peers, person, dialect)).synced()
        await forger.do("push", root="hands", value={"user_id": person.id, "name": "Me first"})
        await refused(forger, dialect)
    # Whoever comes now, and who was there, sees what the server wrote.
    await lesson.call(lesson.teacher, "PATCH", "/stage", roam=True)
    late = await (await lesson.enter(peers, lesson.zoe, dialect)).synced()
    for peer in (witness, late):
        await peer.becomes(lambda root: root["roam"], "read", map="stage")
        assert [await peer.do("read", map=root) for root in ROOTS] == [{**before[0], "roam": True}, before[1]]
        assert await peer.do("readArray", array="hands") == []


async def refused(peer: Peer, dialect: str) -> None:
    if dialect == "hocuspocus":
        await peer.heard(event="denied", reason="write_refused")
    else:
        await peer.heard(event="closed", code=4403)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_who_is_not_in_the_class_sees_no_stage(lesson: Lesson, peers: Peers, dialect: str) -> None:
    stranger = await lesson.enter(peers, lesson.stranger, dialect)
    if dialect == "hocuspocus":
        await stranger.heard(event="denied", reason="not_found")
    else:
        await stranger.heard(event="closed", code=4404)
