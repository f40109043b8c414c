"""Take the pictures of the documentation: `python -m scripts.pictures`, after `make test` has prepared the checkout.

Starts a server of its own with the demo class, lets a teacher and a student meet on its board, and writes docs/images/.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from classroom.demo import DEVELOPMENT_PASSWORD
from scripts import browser as installed_browser
from tests.end_to_end.conftest import BROWSER_FLAGS
from tests.running_server import RunningServer

IMAGES = Path(__file__).parent.parent / "docs" / "images"
WINDOW = ViewportSize(width=1280, height=800)


def main() -> int:
    """Write every picture; returns the exit code."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lectern-pictures-") as folder, sync_playwright() as playwright:
        server = RunningServer(data_dir=Path(folder) / "data", settings={"demo": "true"})
        server.start()
        chromium = playwright.chromium.launch(executable_path=installed_browser.require(), args=BROWSER_FLAGS)
        try:
            _take(chromium, server.url)
        finally:
            chromium.close()
            server.close()
    return 0


def _take(chromium: Browser, url: str) -> None:
    teacher = _at_board(chromium, url, "teacher@lectern.example")
    zoe = _at_board(chromium, url, "zoe@lectern.example")
    zoe.mouse.move(980, 300)
    zoe.keyboard.press("p")
    zoe.mouse.down()
    for x, y in ((1000, 330), (1030, 300), (1060, 335), (1090, 305)):
        zoe.mouse.move(x, y, steps=8)
    teacher.get_by_label("2 people here").first.wait_for()
    teacher.mouse.move(700, 700)
    teacher.mouse.move(640, 620)
    # Another's stroke and cursor have no element to wait for: they are drawn on the canvas within a few frames.
    teacher.wait_for_timeout(1000)
    teacher.screenshot(path=IMAGES / "board.png")
    zoe.mouse.up()


def _at_board(chromium: Browser, url: str, email: str) -> Page:
    page = chromium.new_context(viewport=WINDOW, locale="en-GB", color_scheme="light").new_page()
    page.goto(f"{url}/login")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(DEVELOPMENT_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Science 7b").click()
    page.get_by_text("The water cycle").click()
    page.locator("canvas.interactive").wait_for()
    page.get_by_text("Saved", exact=True).first.wait_for()
    return page


if __name__ == "__main__":
    sys.exit(main())
