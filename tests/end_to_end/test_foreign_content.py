"""Boards, decks and progress boards into which other programs wrote anything they may, in a browser: never a blank page."""

import base64
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from pycrdt import Array, Doc, Map

from documents.kinds import Kind
from documents.reading import declare
from tests.conftest import in_own_loop
from tests.end_to_end.board import Board, elements
from tests.end_to_end.classroom import LiveClassroom
from tests.end_to_end.conftest import Room
from tests.school import Account, School
from tests.yjs_peers import yjs_peers

pytestmark = [pytest.mark.browser, pytest.mark.node]

WRONG: tuple[Any, ...] = (None, 7, -1e6, 1e300, "x", "", True, {}, {"a": {}}, [], [None], [["a"]], [{"id": 3}])
FIELDS: dict[str, tuple[str, ...]] = {
    "rectangle": (
        *("angle", "strokeColor", "backgroundColor", "fillStyle", "strokeWidth", "strokeStyle", "roughness", "opacity"),
        *("groupIds", "frameId", "roundness", "seed", "boundElements", "updated", "link", "locked", "customData"),
        *("isDeleted", "index"),
    ),
    "text": (
        *("fontSize", "fontFamily", "textAlign", "verticalAlign", "containerId", "originalText", "lineHeight"),
        *("autoResize", "baseline"),
    ),
    "arrow": (
        *("points", "lastCommittedPoint", "startBinding", "endBinding", "startArrowhead", "endArrowhead", "elbowed"),
        *("fixedSegments", "startIsSpecial"),
    ),
    "line": ("points", "polygon"),
    "freedraw": ("points", "pressures", "simulatePressure"),
    "image": ("fileId", "status", "scale", "crop"),
    "frame": ("name",),
    "embeddable": ("link",),
    "iframe": ("link",),
}
MORE: dict[str, dict[str, Any]] = {
    "text": {"text": "words", "originalText": "words", "fontSize": 20, "fontFamily": 5},
    "arrow": {"points": [[0, 0], [30, 30]]},
    "line": {"points": [[0, 0], [30, 30]]},
    "freedraw": {"points": [[0, 0], [30, 30]], "pressures": []},
    "image": {"fileId": "nowhere", "status": "saved"},
}


def element(key: str, kind: str, number: int, **more: Any) -> dict[str, Any]:
    place = {"x": 150 + number % 40 * 20, "y": 150 + number // 40 * 20, "width": 15, "height": 15}
    versions = {"version": 1, "versionNonce": number, "index": f"a0{number:04}V"}
    return {"id": key, "type": kind, **place, **versions, **MORE.get(kind, {}), **more}


def spoiled_elements() -> dict[str, Any]:
    """Return elements that are almost right: every field of every type once with every wrong value."""
    numbers = itertools.count()
    found: dict[str, Any] = {}
    for kind, fields in FIELDS.items():
        for field, value in itertools.product(fields, WRONG):
            number = next(numbers)
            found[f"e{number}"] = element(f"e{number}", kind, number, **{field: value})
    # Nor need what belongs together.
    found["loop"] = element("loop", "text", 1, containerId="loop", frameId="loop", groupIds=["g", "g"])
    found["bound"] = element("bound", "rectangle", 2, boundElements=[{"id": "gone", "type": "text"}])
    found["array"], found["number"], found["words"] = [1], 3, "words"
    found["good"] = element("good", "rectangle", 3, x=400, y=400, width=200, height=100)
    return found


def put_elements(doc: Doc[Any]) -> None:
    for key, value in spoiled_elements().items():
        doc.get("elements", type=Map)[key] = value
    for key, value in (("nowhere", {"url": 5}), ("f", None), ("g", {"url": "javascript:alert(1)", "media_type": {}})):
        doc.get("files", type=Map)[key] = value


class Lesson:
    """A class, and a program that writes what it likes into its documents."""

    def __init__(self, room: Room, school: School) -> None:
        self.room, self.school = room, school
        self.teacher, self.zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
        self.klass = school.open_class(self.teacher, self.zoe)

    def write(self, who: Account, document: str, kind: Kind, change: Callable[[Doc[Any]], None]) -> None:
        async def write() -> None:
            url = self.room.url.replace("http", "ws")
            async with yjs_peers() as peers:
                peer = await (await peers.open("hocuspocus", url, document, who.token)).synced()
                doc: Doc[Any] = Doc()
                doc.apply_update(await peer.update())
                declare(doc, kind)
                with doc.transaction():
                    change(doc)
                await peer.do("apply", update=base64.b64encode(doc.get_update()).decode())
                await peer.do("spoil", roots=[*kind.roots])
                await peer.saved()

        in_own_loop(write)


@pytest.fixture
def lesson(room: Room, school: School) -> Lesson:
    return Lesson(room, school)


def test_a_board_with_every_field_wrong_once_is_drawn_on(lesson: Lesson) -> None:
    board = lesson.school.open_board(lesson.teacher, lesson.klass["id"])
    lesson.write(lesson.zoe, board["id"], Kind.WHITEBOARD, put_elements)
    teacher = Board(lesson.room.sign_in(lesson.teacher), lesson.room.url, board).open()
    before = len(elements(lesson.teacher, board))
    teacher.draw("r", (500, 600), (640, 700))
    teacher.shows("Saved")
    zoe = Board(lesson.room.sign_in(lesson.zoe), lesson.room.url, board).open()
    zoe.draw("r", (700, 600), (840, 700))
    zoe.shows("Saved")
    found = {each["id"] for each in elements(lesson.teacher, board)}
    assert "good" in found
    assert len(found) == before + 2


def test_a_spoiled_board_on_stage_leaves_the_classroom_whole(lesson: Lesson) -> None:
    board = lesson.school.open_board(lesson.teacher, lesson.klass["id"], title="Spoiled")
    sound = lesson.school.open_board(lesson.teacher, lesson.klass["id"], title="Sound")
    lesson.write(lesson.zoe, board["id"], Kind.WHITEBOARD, put_elements)
    path = f"/api/classes/{lesson.klass['id']}/sessions/start"
    session = lesson.teacher.api.post(path, json={}).raise_for_status().json()
    zoe = LiveClassroom(lesson.room.sign_in(lesson.zoe), lesson.room.url, lesson.klass["id"]).open()
    for shown, title in ((board, "Spoiled"), (sound, "Sound"), (board, "Spoiled")):
        activity = {"kind": "document", "document_id": shown["id"]}
        lesson.teacher.api.patch(f"/api/sessions/{session['id']}/stage", json={"activity": activity}).raise_for_status()
        zoe.shows(title)
        expect(zoe.canvas).to_be_visible()
        zoe.writable(True)


def test_a_spoiled_deck_is_shown_and_tidied_up(lesson: Lesson) -> None:
    made = lesson.teacher.api.post(
        f"/api/classes/{lesson.klass['id']}/documents", json={"kind": "slides", "title": "Deck", "students": "read"}
    )
    deck = made.raise_for_status().json()["id"]

    def change(doc: Doc[Any]) -> None:
        doc.get("slides", type=Array).extend(
            [
                Map({"id": "a", "title": "One"}),
                Map({"id": "b", "board_id": "nowhere", "poll_id": "nowhere", "file_id": "../../etc", "page": 1}),
                Map({"id": "c", "title": Map({"a": 1}), "page": 1.5}),
                {"id": "d", "title": "Plain"},
                Map({"id": "a", "title": "Twice"}),
            ]
        )
        position = doc.get("position", type=Map)
        position["slide_id"], position["pace"] = {"a": 1}, ["teacher"]
        doc.get("deck", type=Map)["annotations"] = 5

    lesson.write(lesson.teacher, deck, Kind.SLIDES, change)
    address = f"{lesson.room.url}/classes/{lesson.klass['id']}/documents/{deck}"
    zoe = lesson.room.sign_in(lesson.zoe)
    zoe.goto(address)
    expect(zoe.locator("[data-number='1']")).to_be_visible()
    teacher = lesson.room.sign_in(lesson.teacher)
    teacher.goto(address)
    expect(teacher.locator("[data-number='1']")).to_be_visible()
    for number in ("2", "3", "4"):
        teacher.keyboard.press("ArrowRight")
        expect(teacher.locator(f"[data-number='{number}']")).to_be_visible()
    teacher.get_by_role("button", name="Tidy up").click()
    expect(teacher.get_by_role("button", name="Tidy up")).to_have_count(0)
    expect(teacher.locator("[data-deck-ready=true]")).to_be_visible()


def test_a_spoiled_progress_board_is_shown_and_put_right(lesson: Lesson) -> None:
    path = f"/api/classes/{lesson.klass['id']}/progress"
    column = lesson.teacher.api.post(f"{path}/columns", json={"title": "Talk"}).raise_for_status().json()["id"]
    cell = f"{path}/cells/{lesson.zoe.id}/{column}"
    lesson.teacher.api.put(cell, json={"state": "handed_in"}).raise_for_status()
    own = lesson.zoe.api.get(path).raise_for_status().json()["document_id"]
    board = lesson.teacher.api.get(path).raise_for_status().json()["document_id"]

    def change(doc: Doc[Any]) -> None:
        doc.get("rows", type=Map)[lesson.zoe.id] = {column: [1]}
        doc.get("rows", type=Map)["stranger"] = 5
        doc.get("people", type=Map)["stranger"] = {"name": {"a": 1}}
        doc.get("marks", type=Map)[lesson.zoe.id] = {column: {"not": "text"}}
        doc.get("columns", type=Array).extend([Map({"id": 5}), "words", Map({"id": column, "title": 3})])

    for document in (board, own):
        lesson.write(lesson.teacher, document, Kind.PROGRESS, change)
    address = f"{lesson.room.url}/classes/{lesson.klass['id']}?tab=progress"
    zoe = lesson.room.sign_in(lesson.zoe)
    zoe.goto(address)
    expect(zoe.get_by_text("Talk").first).to_be_visible()
    teacher = lesson.room.sign_in(lesson.teacher)
    teacher.goto(address)
    expect(teacher.get_by_role("grid")).to_be_visible()
    teacher.get_by_role("status").get_by_role("button").click()
    expect(teacher.get_by_role("gridcell", name="Handed in")).to_be_visible()
    expect(teacher.get_by_role("row")).to_have_count(2)
    expect(zoe.get_by_text("Handed in").first).to_be_visible()
