"""Stock Yjs clients and decks: who may write, and the server's own slides arriving on open decks."""

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pycrdt import Doc

from documents import slides
from documents.kinds import Kind
from documents.reading import declare, read_roots
from documents.slides import Slide
from tests import pdfs
from tests.running_server import RunningServer
from tests.school import Account, School
from tests.yjs_peers import Peer, Peers, yjs_peers

pytestmark = [pytest.mark.node, pytest.mark.postgres]


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


class Lesson:
    """A class with a teacher, a student and a deck."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        school = School(server.url)
        self.teacher, self.zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë", "student")
        self.class_id = school.open_class(self.teacher, self.zoe)["id"]
        made = self.teacher.api.post(
            f"/api/classes/{self.class_id}/documents", json={"kind": "slides", "title": "Cells", "students": "write"}
        )
        self.deck: str = made.raise_for_status().json()["id"]

    async def enter(self, peers: Peers, person: Account, dialect: str = "hocuspocus") -> Peer:
        peer = await peers.open(dialect, self.server.websocket_url, self.deck, person.token)
        await peer.synced()
        return peer


@pytest.fixture
def lesson(shared_server: RunningServer) -> Lesson:
    return Lesson(shared_server)


async def shown(peer: Peer) -> dict[str, Any]:
    return read_roots(Kind.SLIDES, [await peer.update()])


def slides_in(encoded: str) -> list[Any]:
    return list(read_roots(Kind.SLIDES, [base64.b64decode(encoded)])["slides"])


async def write(peer: Peer, *added: Slide) -> None:
    """Let a client append slides to what it knows."""
    doc: Doc[Any] = Doc()
    doc.apply_update(await peer.update())
    declare(doc, Kind.SLIDES)
    with doc.transaction():
        slides.append(doc, added)
    await peer.do("apply", update=base64.b64encode(doc.get_update()).decode())


@pytest.mark.parametrize("dialect", ["hocuspocus", "y-websocket"])
async def test_teachers_write_decks_with_any_client_and_students_read_them(
    lesson: Lesson, peers: Peers, dialect: str
) -> None:
    teacher = await lesson.enter(peers, lesson.teacher, dialect)
    zoe = await lesson.enter(peers, lesson.zoe, dialect)
    await write(teacher, Slide("a", "One"), Slide("b", "Two", board_id="x"))
    await zoe.becomes(lambda position: position == {"pace": "teacher", "slide_id": "a"}, "read", map="position")
    await teacher.do("set", root="position", key="slide_id", value="b")
    await zoe.becomes(lambda position: position["slide_id"] == "b", "read", map="position")
    assert (await shown(zoe))["slides"] == [
        {"id": "a", "title": "One"},
        {"id": "b", "title": "Two", "board_id": "x"},
    ]


async def test_a_student_who_writes_into_a_deck_is_refused(lesson: Lesson, peers: Peers) -> None:
    teacher = await lesson.enter(peers, lesson.teacher)
    zoe = await peers.open("hocuspocus", lesson.server.websocket_url, lesson.deck, lesson.zoe.token)
    await zoe.heard(event="authenticated", scope="readonly")
    await zoe.synced()
    await zoe.do("set", root="position", key="slide_id", value="z")
    await zoe.heard(event="denied", reason="write_refused")
    assert "slide_id" not in (await shown(teacher))["position"]


async def test_slides_arrive_on_open_decks_while_they_are_made(lesson: Lesson, peers: Peers) -> None:
    zoe = await lesson.enter(peers, lesson.zoe)
    answer = lesson.teacher.api.post(
        f"/api/documents/{lesson.deck}/slides", files={"file": ("a.pdf", pdfs.pdf(12), "application/pdf")}
    )
    assert answer.status_code == 202
    await zoe.becomes(lambda position: "slide_id" in position, "read", map="position")

    await zoe.becomes(lambda update: len(slides_in(update)) == 12, "encode")
    assert [slide["title"] for slide in (await shown(zoe))["slides"]] == [f"Cells {page}" for page in range(1, 13)]


async def test_a_deck_outlives_the_server(server: RunningServer, peers: Peers) -> None:
    lesson = Lesson(server)
    teacher = await lesson.enter(peers, lesson.teacher)
    lesson.teacher.api.post(
        f"/api/documents/{lesson.deck}/slides", files={"file": ("a.pdf", pdfs.pdf(40), "application/pdf")}
    ).raise_for_status()
    await teacher.becomes(lambda position: "slide_id" in position, "read", map="position")
    server.kill()
    server.start()
    # The lease of the killed server runs out, then the new one goes on.
    async with asyncio.timeout(60):
        await teacher.synced()
        while True:
            told = lesson.teacher.api.get(f"/api/documents/{lesson.deck}/slides").raise_for_status().json()
            if told["uploads"][0]["state"] == "done":
                break
            await asyncio.sleep(0.2)
    assert len(told["pages"]) == 40
    zoe = await lesson.enter(peers, lesson.zoe, "y-websocket")
    assert [slide["page"] for slide in (await shown(zoe))["slides"]] == list(range(1, 41))
