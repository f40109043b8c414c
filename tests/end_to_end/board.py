"""The board page, as somebody at it sees and uses it."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.school import Account


class Board:
    """One person's view of a board."""

    def __init__(self, page: Page, url: str, board: dict[str, str]) -> None:
        self.page = page
        self._address = f"{url}/classes/{board['class_id']}/documents/{board['id']}"

    def open(self) -> "Board":
        self.page.goto(self._address)
        self.is_ready()
        return self

    def is_ready(self) -> None:
        """Wait until the board takes strokes: it is there, and in step with the server."""
        self.canvas.wait_for()
        self.shows("Saved")

    @property
    def canvas(self) -> Locator:
        return self.page.locator("canvas.interactive")

    def press_pen(self, key: str, start: tuple[int, int], *points: tuple[int, int]) -> None:
        """Take a tool by its key and draw, without lifting the pen."""
        self.page.keyboard.press(key)
        self.page.mouse.move(*start)
        self.page.mouse.down()
        for point in points:
            self.page.mouse.move(*point, steps=6)

    def lift_pen(self) -> None:
        self.page.mouse.up()

    def draw(self, key: str, start: tuple[int, int], *points: tuple[int, int]) -> None:
        self.press_pen(key, start, *points)
        self.lift_pen()
        self.page.keyboard.press("Escape")

    def shows(self, words: str) -> None:
        """Wait for the state in the header."""
        expect(self.page.get_by_text(words, exact=True).first).to_be_visible(timeout=20_000)


def elements(person: Account, board: dict[str, str]) -> list[dict[str, object]]:
    """Return the elements that the database has, in order."""
    answer = person.api.get(f"/api/documents/{board['id']}/export", params={"format": "excalidraw"})
    found: list[dict[str, object]] = answer.raise_for_status().json()["elements"]
    return found


def wait_until(page: Page, condition: Callable[[], bool], what: str) -> None:
    for _ in range(300):
        if condition():
            return
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    raise AssertionError(f"waited in vain for {what}")


def saved_elements(page: Page, person: Account, board: dict[str, str], count: int) -> None:
    """Wait until the database has as many elements of a board."""
    wait_until(page, lambda: len(elements(person, board)) == count, f"{count} elements to be saved")
