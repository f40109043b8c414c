"""Decks, as somebody at them sees and uses them."""

import re
import time
from typing import Any

from playwright.sync_api import Locator, Page, expect
from pycrdt import Array, Doc, YMessageType, create_sync_message, create_update_message, handle_sync_message
from websockets import connect

from classroom.slides.sample import water_cycle
from documents.kinds import Kind
from documents.reading import declare
from tests.conftest import in_own_loop
from tests.end_to_end.conftest import Room
from tests.school import Account, School

# Pages are made on the server, and drawn in the browser, by processors that other tests use as well.
PATIENCE_MILLISECONDS = 60_000


def upload(person: Account, deck_id: str, pdf: bytes) -> None:
    """Bring a PDF into a deck, and wait until all its pages are made."""
    address = f"/api/documents/{deck_id}/slides"
    person.api.post(address, files={"file": ("a.pdf", pdf)}).raise_for_status()
    while person.api.get(address).raise_for_status().json()["uploads"][0]["state"] != "done":
        time.sleep(0.02)


class Lesson:
    """A class with a teacher, a student and a deck."""

    def __init__(self, room: Room, school: School) -> None:
        self.room = room
        self.teacher, self.zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
        self.class_id: str = school.open_class(self.teacher, self.zoe)["id"]
        made = self.teacher.api.post(
            f"/api/classes/{self.class_id}/documents", json={"kind": "slides", "title": "Water", "students": "read"}
        )
        self.deck: str = made.raise_for_status().json()["id"]

    def fill(self) -> "Lesson":
        """Let the deck have slides before anybody looks at it."""
        upload(self.teacher, self.deck, water_cycle())
        return self

    def told(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.teacher.api.get(f"/api/documents/{self.deck}/slides").raise_for_status().json()
        return answer

    def spoil(self) -> None:
        """Write into the deck what is no slide, with another client."""

        async def write() -> None:
            url = f"{self.room.url.replace('http', 'ws')}/collab/{self.deck}?token={self.teacher.token}"
            doc: Doc[Any] = Doc()
            declare(doc, Kind.SLIDES)
            async with connect(url) as socket:
                await socket.send(create_sync_message(doc))
                while not len(doc.get("slides", type=Array)):
                    message = await socket.recv()
                    assert isinstance(message, bytes)
                    if message[0] == YMessageType.SYNC:
                        reply = handle_sync_message(message[1:], doc)
                        if reply is not None:
                            await socket.send(reply)
                before = doc.get_state()
                doc.get("slides", type=Array).extend(["text", {"id": 5}, {"id": "x", "file_id": "nowhere", "page": 9}])
                await socket.send(create_update_message(doc.get_update(before)))
                await socket.recv()

        in_own_loop(write)

    def enter(self, person: Account, **options: Any) -> Page:
        page = self.room.sign_in(person, **options)
        page.goto(f"{self.room.url}/classes/{self.class_id}/documents/{self.deck}")
        page.locator("[data-deck-ready=true]").wait_for()
        return page


def at(page: Page, number: int) -> None:
    """Expect a page at a slide."""
    expect(page.locator(f"[data-number='{number}']")).to_be_visible()


def sharp(page: Page, number: int) -> Locator:
    """Wait until a page of the PDF is drawn by pdf.js."""
    page.locator(f"[data-page='{number}'] canvas[data-drawn=true]").wait_for(timeout=PATIENCE_MILLISECONDS)
    return page.locator(f"[data-page='{number}']")


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).click()


def draw(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a line on the slide, in shares of its width and height."""
    page.locator("[data-annotations=drawing][data-ready=true]").wait_for()
    # In a lesson there may be a board, with tools of its own, kept behind the deck.
    pen = "[data-annotations] [data-testid=toolbar-freedraw]"
    page.wait_for_function(f"document.querySelector('{pen}')?.checked === true")
    box = page.locator("[data-slide]").bounding_box()
    assert box is not None
    for number, (x, y) in enumerate((start, end)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=1 + 6 * number)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def ink_at(page: Page, x: float, y: float) -> bool:
    """Tell whether something dark is drawn on the annotation layer at this share of the slide."""
    found: bool = page.evaluate(
        """([x, y]) => {
            const page = document.querySelector('[data-slide]').getBoundingClientRect();
            const canvas = document.querySelector('[data-annotations] canvas.static');
            if (!canvas) return false;
            const box = canvas.getBoundingClientRect();
            const at = [page.left + x * page.width - box.left, page.top + y * page.height - box.top];
            const scale = canvas.width / box.width;
            const size = 7;
            const pixels = canvas.getContext('2d').getImageData(
                Math.round(at[0] * scale) - 3, Math.round(at[1] * scale) - 3, size, size).data;
            for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 128) return true;
            return false;
        }""",
        [x, y],
    )
    return found


def shows_ink(page: Page, x: float, y: float) -> None:
    page.locator("[data-annotations][data-ready=true]").wait_for()
    deadline = time.monotonic() + 20
    while not ink_at(page, x, y):
        assert time.monotonic() < deadline, f"no mark at {x}, {y}"
        page.evaluate("new Promise((done) => requestAnimationFrame(done))")
