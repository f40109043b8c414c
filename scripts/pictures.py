"""Take the pictures of the documentation: `python -m scripts.pictures [NAME...]`, after `make test` has prepared the checkout.

Starts a server of its own with the demo class, lets its people meet in a browser, and writes docs/images/: small files, for pages that
are read on the web.
"""

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from classroom.demo import BOARD_TITLE, DEVELOPMENT_PASSWORD
from scripts import browser as installed_browser
from tests.end_to_end.conftest import BROWSER_FLAGS
from tests.running_server import RunningServer

IMAGES = Path(__file__).parent.parent / "docs" / "images"
WINDOW = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
COLORS = 128
TEACHER, ZOE, AMIR, MEI = (f"{name}@lectern.example" for name in ("teacher", "zoe", "amir", "mei"))


class Demo:
    """The demo class on a running server, and its people with windows of their own."""

    def __init__(self, chromium: Browser, url: str) -> None:
        self._chromium, self.url = chromium, url
        self.teacher = self.api(TEACHER)
        self.class_id: str = self.call(self.teacher, "GET", "/api/classes")["items"][0]["id"]
        items = self.call(self.teacher, "GET", f"/api/classes/{self.class_id}/documents")["items"]
        self.documents: dict[str, str] = {each["kind"]: each["id"] for each in items}

    def api(self, email: str) -> httpx.Client:
        """Return the interface as somebody has it."""
        client = httpx.Client(base_url=self.url, trust_env=False)
        signed_in = self.call(client, "POST", "/api/auth/login", {"email": email, "password": DEVELOPMENT_PASSWORD})
        client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        return client

    def call(self, who: httpx.Client, method: str, path: str, body: Any = None) -> Any:
        """Call the interface and return its answer."""
        answer = who.request(method, path, json=body).raise_for_status()
        return answer.json() if answer.content else None

    def sign_in(self, email: str, *, viewport: ViewportSize = WINDOW) -> Page:
        """Open somebody's first page."""
        context = self._chromium.new_context(
            viewport=viewport, locale="en-GB", color_scheme="light", reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(f"{self.url}/login")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password", exact=True).fill(DEVELOPMENT_PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="My classes").wait_for()
        return page

    def open(self, page: Page, address: str) -> Page:
        """Go to an address of the class."""
        page.goto(f"{self.url}/classes/{self.class_id}{address}")
        return page

    def document(self, page: Page, kind: str) -> Page:
        """Go to the class's document of a kind."""
        return self.open(page, f"/documents/{self.documents[kind]}")

    def live(self, email: str, *, viewport: ViewportSize = WINDOW) -> Page:
        """Let somebody enter the lesson."""
        return self.open(self.sign_in(email, viewport=viewport), "/live")


def main(names: list[str]) -> int:
    """Write the pictures that are named, or all; returns the exit code."""
    unknown = set(names) - PICTURES.keys()
    if unknown:
        print(f"There is no picture {', '.join(sorted(unknown))}; there are {', '.join(PICTURES)}.", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lectern-pictures-") as folder, sync_playwright() as playwright:
        server = RunningServer(data_dir=Path(folder) / "data", settings={"demo": "true"})
        server.start()
        chromium = playwright.chromium.launch(executable_path=installed_browser.require(), args=BROWSER_FLAGS)
        try:
            demo = Demo(chromium, server.url)
            for name in names or PICTURES:
                PICTURES[name](demo)
                # Each with windows of its own: who is in a room is seen on it.
                for context in chromium.contexts:
                    context.close()
        finally:
            chromium.close()
            server.close()
    return 0


def keep(page: Page, name: str) -> None:
    """Write what a page shows."""
    # What others draw and where they point is painted on a canvas, within a few frames: there is no element to wait for.
    page.wait_for_timeout(1000)
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    few = shot.quantize(COLORS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(IMAGES / f"{name}.png", optimize=True)


def board(demo: Demo) -> None:
    """A teacher and a student at one board, the student in the middle of a stroke."""
    teacher, zoe = (demo.document(demo.sign_in(email), "whiteboard") for email in (TEACHER, ZOE))
    for page in (teacher, zoe):
        page.locator("canvas.interactive").wait_for()
        page.get_by_text("Saved", exact=True).first.wait_for()
    zoe.mouse.move(980, 300)
    zoe.keyboard.press("p")
    zoe.mouse.down()
    for x, y in ((1000, 330), (1030, 300), (1060, 335), (1090, 305)):
        zoe.mouse.move(x, y, steps=8)
    teacher.get_by_label("2 people here").first.wait_for()
    teacher.mouse.move(700, 700)
    teacher.mouse.move(640, 620)
    keep(teacher, "board")


def classroom(demo: Demo) -> None:
    """A lesson: for the teacher, for a student on a phone, for one who comes late."""
    session = demo.call(demo.teacher, "POST", f"/api/classes/{demo.class_id}/sessions/start", {})["id"]

    def show(kind: str) -> None:
        shown = {"kind": "document", "document_id": demo.documents[kind]}
        demo.call(demo.teacher, "PATCH", f"/api/sessions/{session}/stage", {"activity": shown})

    show("whiteboard")
    teacher, zoe = demo.live(TEACHER), demo.live(ZOE, viewport=PHONE)
    demo.live(AMIR)
    for page in (teacher, zoe):
        page.locator("canvas.interactive").wait_for()
    demo.call(demo.api(ZOE), "PUT", f"/api/sessions/{session}/hand")
    teacher.get_by_role("button", name="1 hand is up").wait_for()
    teacher.get_by_role("button", name="3 people here").click()
    teacher.mouse.move(640, 500)
    keep(teacher, "classroom")
    keep(zoe, "classroom-phone")
    show("slides")
    show("poll")
    mei = demo.live(MEI)
    mei.get_by_role("button", name="What you missed").click()
    mei.get_by_role("complementary").get_by_text(BOARD_TITLE, exact=False).first.wait_for()
    keep(mei, "classroom-missed")
    demo.call(demo.teacher, "POST", f"/api/sessions/{session}/end")


def slides(demo: Demo) -> None:
    """A deck, with its overview, at the slide that is drawn on."""
    page = demo.document(demo.sign_in(TEACHER), "slides")
    page.locator("[data-deck-ready=true]").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator("[data-page='2'] canvas[data-drawn=true]").wait_for()
    page.get_by_role("button", name="All slides").click()
    page.locator("[data-thumbnail=true]").nth(3).wait_for()
    page.locator("[data-annotations][data-ready=true]").wait_for()
    keep(page, "slides")


def poll(demo: Demo) -> None:
    """A poll whose votes come in, and the same on a student's phone."""
    teacher = demo.document(demo.sign_in(TEACHER), "poll")
    mei = demo.document(demo.sign_in(MEI, viewport=PHONE), "poll")
    mei.get_by_role("button", name="From the sea").click()
    mei.get_by_text("Your vote counts.").wait_for()
    teacher.get_by_text("3 people have voted").first.wait_for()
    keep(teacher, "poll")
    keep(mei, "poll-phone")


def poll_form(demo: Demo) -> None:
    """A new poll, as it is typed."""
    page = demo.open(demo.sign_in(TEACHER), "/polls")
    page.get_by_role("button", name="New poll").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Question").fill("What makes a cloud rain?")
    dialog.get_by_label("Options").fill("Cold air\nWind\nThe moon")
    keep(page, "poll-form")


def progress(demo: Demo) -> None:
    """The board of progress, and a student's own row on a phone."""
    page = demo.open(demo.sign_in(TEACHER), "?tab=progress")
    page.get_by_role("gridcell").first.wait_for()
    keep(page, "progress")
    amir = demo.open(demo.sign_in(AMIR, viewport=PHONE), "?tab=progress")
    amir.locator("[data-state]").first.wait_for()
    keep(amir, "progress-phone")


PICTURES: dict[str, Callable[[Demo], None]] = {
    "board": board,
    "slides": slides,
    "poll": poll,
    "poll-form": poll_form,
    "progress": progress,
    "classroom": classroom,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
