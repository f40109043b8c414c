"""Stock Yjs clients on the real server: accounts, rights, PostgreSQL, and its sudden death."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.raw_client import eventually
from tests.running_server import RunningServer
from tests.school import Account, School
from tests.yjs_peers import Peer, Peers, yjs_peers

pytestmark = [pytest.mark.node, pytest.mark.postgres]


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


class Lesson:
    """A class with a teacher, two students and a board."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.school = School(server.url)
        self.teacher = self.school.register("Ms. Okafor", "teacher")
        self.zoe = self.school.register("Zoë", "student")
        self.mei = self.school.register("林美", "student")
        self.class_id = self.school.open_class(self.teacher, self.zoe, self.mei)["id"]
        self.board: str = self.school.open_board(self.teacher, self.class_id)["id"]

    async def enter(self, peers: Peers, person: Account, dialect: str = "hocuspocus", **options: Any) -> Peer:
        return await peers.open(dialect, self.server.websocket_url, self.board, person.token, **options)

    def allow(self, level: str, person: Account | None = None) -> None:
        address = f"/api/documents/{self.board}/access"
        if person is None:
            self.teacher.api.put(address, json={"students": level}).raise_for_status()
        else:
            self.teacher.api.put(f"{address}/{person.id}", json={"access": level}).raise_for_status()


@pytest.fixture
def lesson(shared_server: RunningServer) -> Lesson:
    return Lesson(shared_server)


async def test_1_what_was_saved_is_there_after_the_server_is_killed(server: RunningServer, peers: Peers) -> None:
    lesson = Lesson(server)
    teacher = await lesson.enter(peers, lesson.teacher)
    await teacher.synced()
    for number in range(120):
        await teacher.do("set", root="elements", key=f"e{number}", value={"n": number})
    await teacher.saved()
    lesson.server.kill()
    await teacher.do("set", root="elements", key="offline", value={"n": -1})
    lesson.server.start()
    zoe = await lesson.enter(peers, lesson.zoe, "y-websocket")
    elements = await zoe.becomes(lambda value: len(value) == 121, "read", map="elements")
    assert elements["e119"] == {"n": 119}
    await teacher.saved()


async def test_drawing_moves_the_time_at_which_a_document_was_changed(lesson: Lesson, peers: Peers) -> None:
    address = f"/api/documents/{lesson.board}"
    before = lesson.teacher.api.get(address).json()["updated_at"]
    zoe = await lesson.enter(peers, lesson.zoe)
    await zoe.do("set", root="elements", key="a", value=1)
    await zoe.saved()
    assert lesson.teacher.api.get(address).json()["updated_at"] > before


async def test_opening_and_drawing_on_a_board_move_the_student_on_the_progress_board(
    lesson: Lesson, peers: Peers
) -> None:
    def state() -> str | None:
        table = lesson.teacher.api.get(f"/api/classes/{lesson.class_id}/progress.csv").text
        return table.partition("Zoë")[2].partition("\n")[0]

    zoe = await lesson.enter(peers, lesson.zoe)
    await zoe.synced()
    await eventually(lambda: "opened" in (state() or ""), "opened")
    await zoe.do("set", root="elements", key="a", value=1)
    await zoe.saved()
    await eventually(lambda: "working" in (state() or ""), "working")


async def test_8_a_right_changes_on_an_open_board_at_once(lesson: Lesson, peers: Peers) -> None:
    zoe = await lesson.enter(peers, lesson.zoe)
    await zoe.heard(event="authenticated", scope="read-write")
    await zoe.synced()
    lesson.allow("read")
    await zoe.heard(event="authenticated", scope="readonly")
    lesson.allow("write", lesson.zoe)
    await zoe.heard(event="authenticated", scope="read-write")
    await zoe.do("set", root="elements", key="a", value=1)
    await zoe.saved()
    lesson.allow("none", lesson.zoe)
    await zoe.heard(event="denied", reason="not_found")
    answer = lesson.zoe.api.get(f"/api/documents/{lesson.board}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_8_a_reader_who_writes_is_refused_and_nobody_sees_it(lesson: Lesson, peers: Peers) -> None:
    lesson.allow("read")
    zoe = await lesson.enter(peers, lesson.zoe)
    await zoe.synced()
    await zoe.do("set", root="elements", key="forbidden", value=1)
    await zoe.heard(event="denied", reason="write_refused")
    teacher = await lesson.enter(peers, lesson.teacher)
    await teacher.synced()
    assert await teacher.do("read", map="elements") == {}


@pytest.mark.parametrize("dialect", ["y-websocket", "hocuspocus"])
async def test_8_removal_from_the_class_ends_open_sockets(lesson: Lesson, peers: Peers, dialect: str) -> None:
    mei = await lesson.enter(peers, lesson.mei, dialect)
    await mei.synced()
    lesson.teacher.api.delete(f"/api/classes/{lesson.class_id}/members/{lesson.mei.id}").raise_for_status()
    if dialect == "hocuspocus":
        await mei.heard(event="denied", reason="not_found")
    else:
        await mei.heard(event="closed", code=4404)


@pytest.mark.parametrize("dialect", ["y-websocket", "hocuspocus"])
async def test_8_signing_out_ends_the_sockets_of_that_sign_in(lesson: Lesson, peers: Peers, dialect: str) -> None:
    zoe = await lesson.enter(peers, lesson.zoe, dialect)
    await zoe.synced()
    lesson.zoe.api.post("/api/auth/logout").raise_for_status()
    if dialect == "hocuspocus":
        await zoe.heard(event="denied", reason="token_revoked")
    else:
        await zoe.heard(event="closed", code=4401)


async def test_8_deleting_a_board_sends_everyone_away_and_restoring_it_lets_them_back(
    lesson: Lesson, peers: Peers
) -> None:
    zoe = await lesson.enter(peers, lesson.zoe, "y-websocket")
    await zoe.synced()
    await zoe.do("set", root="elements", key="kept", value=1)
    teacher = await lesson.enter(peers, lesson.teacher)
    await teacher.becomes(lambda value: value == {"kept": 1}, "read", map="elements")
    lesson.teacher.api.delete(f"/api/documents/{lesson.board}").raise_for_status()
    await zoe.heard(event="closed", code=4404)
    lesson.teacher.api.post(f"/api/documents/{lesson.board}/restore").raise_for_status()
    again = await lesson.enter(peers, lesson.zoe, "y-websocket")
    await again.synced()
    assert await again.do("read", map="elements") == {"kept": 1}


@pytest.mark.parametrize(
    "document", ["00000000-0000-7000-8000-000000000000", "..%2f..%2fetc%2fpasswd", "a/../b", "not-an-id", ""]
)
async def test_unknown_documents_are_closed_with_4404(lesson: Lesson, peers: Peers, document: str) -> None:
    peer = await peers.open("y-websocket", lesson.server.websocket_url, document, lesson.zoe.token)
    await peer.heard(event="closed", code=4404)


async def test_other_addresses_take_no_websocket(lesson: Lesson, peers: Peers) -> None:
    peer = await peers.open("y-websocket", lesson.server.websocket_url, "../../etc/passwd", lesson.zoe.token)
    await peer.heard(event="closed", code=1006)


@pytest.mark.parametrize("token", ["eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.AAAA", "", None])
async def test_a_wrong_or_missing_token_is_closed_with_4401(lesson: Lesson, peers: Peers, token: str | None) -> None:
    peer = await peers.open("y-websocket", lesson.server.websocket_url, lesson.board, token)
    await peer.heard(event="closed", code=4401)


async def test_19_tokens_reach_no_log(lesson: Lesson, peers: Peers) -> None:
    for dialect in ("y-websocket", "hocuspocus"):
        await (await lesson.enter(peers, lesson.zoe, dialect)).synced()
    bearer = await peers.open(
        "y-websocket",
        lesson.server.websocket_url,
        lesson.board,
        None,
        protocols=["lectern.v1", f"bearer.{lesson.zoe.token}"],
    )
    await bearer.heard(event="status", status="connected")
    await bearer.synced()
    assert lesson.zoe.token not in lesson.server.output
    assert lesson.zoe.token.split(".")[2] not in lesson.server.output
