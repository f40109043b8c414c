"""Documents into which other programs wrote anything they may: nothing breaks, what makes sense is there, the teacher mends them."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest

from documents.kinds import Kind
from documents.slides import Slide
from tests import pdfs
from tests.integration.test_slides_live import write
from tests.running_server import RunningServer
from tests.school import Account, School
from tests.yjs_peers import Peer, Peers, yjs_peers

pytestmark = [pytest.mark.node, pytest.mark.postgres]

RECTANGLE = {
    "id": "good",
    "type": "rectangle",
    "x": 0,
    "y": 0,
    "width": 10,
    "height": 10,
    "version": 1,
    "versionNonce": 1,
    "index": "a0",
}


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


class Lesson:
    """A class whose session runs, and programs that write into its documents."""

    def __init__(self, server: RunningServer, peers: Peers) -> None:
        self.server, self.peers = server, peers
        school = School(server.url)
        self.teacher, self.zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë", "student")
        self.class_id = school.open_class(self.teacher, self.zoe)["id"]
        self.path = f"/api/classes/{self.class_id}"
        self.session: str = self.call(self.teacher, "POST", f"{self.path}/sessions/start", {}).json()["id"]

    def call(self, who: Account, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return who.api.request(method, path, json=body, **options).raise_for_status()

    def new(self, kind: str) -> str:
        made = self.call(self.teacher, "POST", f"{self.path}/documents", {"kind": kind, "title": "Cells"})
        return str(made.json()["id"])

    async def enter(self, who: Account, document: str) -> Peer:
        return await (await self.peers.open("hocuspocus", self.server.websocket_url, document, who.token)).synced()

    async def spoil(self, who: Account, document: str, kind: Kind, *, keys: Sequence[str] = ()) -> None:
        for _ in range(2):
            peer = await self.enter(who, document)
            await peer.do("spoil", roots=[*kind.roots, "unheard_of"], keys=list(keys))
            await peer.saved()
            await peer.do("close")

    def whatever_reads_documents_reads_it(self, document: str, formats: Sequence[str]) -> None:
        """Call all that concerns documents of every kind; nothing may be refused."""
        address = f"/api/documents/{document}"
        for who in (self.teacher, self.zoe):
            self.call(who, "GET", address)
            for each in formats:
                self.call(who, "GET", f"{address}/export?format={each}")
        moments = self.call(self.teacher, "GET", f"{address}/history").json()["items"]
        for moment in moments[:2]:
            self.call(self.teacher, "GET", f"{address}/history/{moment['last_seq']}/export?format={formats[0]}")
        self.call(self.teacher, "PATCH", address, {"title": "Plant cells"})
        self.call(self.teacher, "PUT", f"{address}/access", {"students": "read"})
        self.call(self.teacher, "DELETE", address)
        self.call(self.teacher, "POST", f"{address}/restore")
        shown = {"kind": "document", "document_id": document}
        self.call(self.teacher, "PATCH", f"/api/sessions/{self.session}/stage", {"activity": shown})


@pytest.fixture
def lesson(shared_server: RunningServer, peers: Peers) -> Lesson:
    return Lesson(shared_server, peers)


async def test_a_board_full_of_rubbish_is_a_board_and_an_earlier_moment_can_be_brought_back(lesson: Lesson) -> None:
    board = lesson.new("whiteboard")
    teacher = await lesson.enter(lesson.teacher, board)
    await teacher.do("set", root="elements", key="good", value=RECTANGLE)
    await teacher.saved()
    history = f"/api/documents/{board}/history"
    before = lesson.call(lesson.teacher, "GET", history).json()["items"][0]["last_seq"]
    await lesson.spoil(lesson.zoe, board, Kind.WHITEBOARD)
    lesson.whatever_reads_documents_reads_it(board, ["json", "yjs", "excalidraw"])
    exported = lesson.call(lesson.zoe, "GET", f"/api/documents/{board}/export?format=excalidraw").json()
    assert RECTANGLE.items() <= exported["elements"][0].items()
    # Others draw on, once it is back.
    teacher = await lesson.enter(lesson.teacher, board)
    await teacher.do("set", root="elements", key="more", value={**RECTANGLE, "id": "more", "index": "a1"})
    await teacher.saved()
    zoe = await lesson.enter(lesson.zoe, board)
    await zoe.becomes(lambda elements: {"good", "more"} <= elements.keys(), "read", map="elements")

    lesson.call(lesson.teacher, "POST", f"{history}/restore", {"seq": before})
    late = await lesson.enter(lesson.zoe, board)
    assert await late.do("read", map="elements") == {"good": RECTANGLE}


async def test_a_deck_full_of_rubbish_is_a_deck_and_is_tidied_up(lesson: Lesson) -> None:
    deck = lesson.new("slides")
    teacher = await lesson.enter(lesson.teacher, deck)
    await write(teacher, Slide("a", "One"), Slide("b", "Two"))
    keys = ["slide_id", "title", "pace", "annotations", "id", "a"]
    await lesson.spoil(lesson.teacher, deck, Kind.SLIDES, keys=keys)
    lesson.whatever_reads_documents_reads_it(deck, ["json", "yjs"])
    address = f"/api/documents/{deck}/slides"
    lesson.call(lesson.teacher, "PUT", f"{address}/access", {"students": "write"})
    lesson.call(lesson.teacher, "POST", f"{address}/a/board")
    shown = {"kind": "document", "document_id": deck, "slide_id": "b"}
    lesson.call(lesson.teacher, "PATCH", f"/api/sessions/{lesson.session}/stage", {"activity": shown})

    lesson.call(lesson.teacher, "POST", f"{address}/repair")
    tidy = lesson.call(lesson.zoe, "GET", f"/api/documents/{deck}/export?format=json").json()
    ids = [slide["id"] for slide in tidy["slides"]]
    assert {"a", "b"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert tidy["position"]["slide_id"] in ids
    assert tidy["position"]["pace"] == "teacher"
    assert all(isinstance(slide.get("title", ""), str) for slide in tidy["slides"])
    assert isinstance(tidy["deck"]["title"], str)


async def test_a_progress_board_full_of_rubbish_is_put_right_from_the_records(lesson: Lesson) -> None:
    path = f"{lesson.path}/progress"
    column = lesson.call(lesson.teacher, "POST", f"{path}/columns", {"title": "Talk"}).json()["id"]
    cell, remark = f"{path}/cells/{lesson.zoe.id}/{column}", f"{path}/marks/{lesson.zoe.id}/{column}"
    lesson.call(lesson.teacher, "PUT", cell, {"state": "handed_in"})
    lesson.call(lesson.teacher, "PUT", remark, {"remark": "Kept."})
    board: str = lesson.call(lesson.teacher, "GET", path).json()["document_id"]
    own: str = lesson.call(lesson.zoe, "GET", path).json()["document_id"]
    for document in (board, own):
        await lesson.spoil(lesson.teacher, document, Kind.PROGRESS, keys=[lesson.zoe.id, column])
    for address in (path, f"{path}/summary", f"{path}.csv"):
        lesson.call(lesson.teacher, "GET", address)
    for address in (path, "/api/me/progress"):
        lesson.call(lesson.zoe, "GET", address)
    lesson.call(lesson.teacher, "PUT", cell, {"state": "graded", "score": 3})
    lesson.call(lesson.teacher, "PATCH", f"{path}/columns/{column}", {"title": "Speech"})
    lesson.call(lesson.teacher, "POST", f"{lesson.path}/documents", {"kind": "whiteboard", "title": "Another"})

    lesson.call(lesson.teacher, "POST", f"{path}/rebuild")
    teacher, zoe = await lesson.enter(lesson.teacher, board), await lesson.enter(lesson.zoe, own)
    for peer in (teacher, zoe):
        rows = await peer.do("read", map="rows")
        assert rows.keys() == {lesson.zoe.id}
        assert rows[lesson.zoe.id][column]["state"] == "graded"
        assert await peer.do("read", map="people") == {lesson.zoe.id: {"name": "Zoë"}}
        assert await peer.do("read", map="marks") == {lesson.zoe.id: {column: "Kept."}}
        columns = await peer.do("readArray", array="columns")
        assert [each["title"] for each in columns if each["id"] == column] == ["Speech"]
        assert all(isinstance(each, dict) for each in columns)


async def test_what_is_made_over_a_spoiled_deck_arrives(lesson: Lesson) -> None:
    deck = lesson.new("slides")
    await lesson.spoil(lesson.teacher, deck, Kind.SLIDES, keys=["slide_id", "title", "pace"])
    upload = {"file": ("a.pdf", pdfs.pdf(3), "application/pdf")}
    lesson.call(lesson.teacher, "POST", f"/api/documents/{deck}/slides", files=upload)
    deadline = time.monotonic() + 60
    while True:
        told = lesson.call(lesson.teacher, "GET", f"/api/documents/{deck}/slides").json()
        if told["uploads"][0]["state"] == "done":
            break
        assert told["uploads"][0]["state"] != "failed"
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    slides = lesson.call(lesson.zoe, "GET", f"/api/documents/{deck}/export?format=json").json()["slides"]
    assert [each["page"] for each in slides if isinstance(each, dict) and each.get("file_id")] == [1, 2, 3]
