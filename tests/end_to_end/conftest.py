"""A real browser on the real server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from scripts import browser as installed_browser
from tests.conftest import StartServer
from tests.network import Network, network
from tests.running_server import RunningServer
from tests.school import PASSWORD, Account, School

PATIENCE_MILLISECONDS = 20_000
# Without these Chromium looks for its maker's servers; the sandbox does not start as root.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The tests of accounts fill the form in. For all others it would be two pages to load and draw before the one they are about.
SIGN_IN = """async (who) => {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/api/auth/login", { method: "POST", headers, body: JSON.stringify(who) });
    if (!answer.ok) throw new Error(await answer.text());
    localStorage.setItem("lectern.signed-in", "1");
}"""
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


expect.set_options(timeout=PATIENCE_MILLISECONDS)


# Not for the whole run: while it is open, Playwright keeps an event loop running, and no asynchronous test can start.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a browser test that fails be tried once more; the run says how many were.

    A browser, a server and a database share two cores with whatever else a machine does, and what Playwright waits for has a limit.
    """
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=installed_browser.require(), args=BROWSER_FLAGS)
        yield running
        running.close()


class Room:
    """People with browsers of their own; what their pages complain about is collected in `complaints`.

    Pages ask for nothing but what is ours; of others, only for addresses that begin with `trusted`.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self.trusted = f"{url}/"
        self.complaints: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def page(self, **options: Any) -> Page:
        """Open a browser window that nobody has used."""
        context = self._browser.new_context(**{"viewport": WIDE, "locale": "en-GB", **options})
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        # The browser's own picker cannot be answered by a test; without it pages use a file field.
        context.add_init_script("delete window.showOpenFilePicker; delete window.showSaveFilePicker")
        self._contexts.append(context)
        page = context.new_page()
        page.on("request", self._check_request)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("console", lambda message: self._check_console(message.type, message.text))
        return page

    def sign_in(self, person: Account, **options: Any) -> Page:
        """Sign somebody in as the page does, without drawing it; nothing of ours is open yet."""
        page = self.page(**options)
        page.goto(f"{self.url}/healthz")
        page.evaluate(SIGN_IN, {"email": person.email, "password": PASSWORD})
        return page

    def at_home(self, person: Account, **options: Any) -> Page:
        """Sign somebody in who looks at the home page then."""
        page = self.sign_in(person, **options)
        page.goto(self.url)
        page.get_by_role("heading", name="My classes").wait_for()
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _check_request(self, request: Any) -> None:
        if not request.url.startswith((f"{self.url}/", self.trusted, f"ws{self.url[4:]}/", "data:", "blob:")):
            self.complaints.append(f"fetched from elsewhere: {request.url}")

    def _check_console(self, kind: str, text: str) -> None:
        # A refused request is an answer that the page handles; the browser prints it all the same. So does the canvas where a cut
        # network keeps its words from it: it goes on with those it has.
        harmless = ("Failed to load resource", "WebSocket connection to", "Failed to load language")
        if kind == "error" and not text.startswith(harmless):
            self.complaints.append(f"console: {text}")


@pytest.fixture
def room(browser: Browser, shared_server: RunningServer) -> Iterator[Room]:
    opened = Room(browser, shared_server.url)
    yield opened
    opened.close()
    assert opened.complaints == []


@pytest.fixture
def school(shared_server: RunningServer) -> School:
    return School(shared_server.url)


@pytest.fixture
def cuttable_network(start_server: StartServer) -> Iterator[Network]:
    """A server of its own behind a network that can be cut."""
    with network() as relay:
        relay.target_port = start_server(public_url=relay.url).port
        yield relay


@pytest.fixture
def open_room(browser: Browser) -> Iterator[Callable[[str], Room]]:
    """Open a room at another address."""
    rooms: list[Room] = []

    def open_at(url: str) -> Room:
        rooms.append(Room(browser, url))
        return rooms[-1]

    yield open_at
    for opened in rooms:
        opened.close()
        assert opened.complaints == []
