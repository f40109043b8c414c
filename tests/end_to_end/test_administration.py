"""An administrator looks after open boards in the browser, while a class is at work on one."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import StartServer
from tests.end_to_end.board import Board
from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.test_accessibility import faults
from tests.running_server import RunningServer, lectern
from tests.school import PASSWORD, School

pytestmark = pytest.mark.browser

OFFICE = "office@school.example"


@pytest.fixture
def office_server(start_server: StartServer) -> RunningServer:
    """A server of its own, with an administrator: what is open on it is known."""
    server = start_server()
    created = lectern("create-admin", "--email", OFFICE, settings=server.settings, text=PASSWORD + "\n")
    assert created.returncode == 0, created.stderr
    return server


def open_rooms_page(room: Room, **options: object) -> Page:
    page = room.page(**options)
    page.goto(f"{room.url}/login?next=/admin?tab=rooms")
    page.get_by_label("E-mail address").fill(OFFICE)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("tab", name="Rooms", selected=True).wait_for()
    return page


def choose(page: Page, item: str) -> None:
    page.get_by_role("button", name="More for The cell").click()
    page.get_by_role("menuitem", name=item).click()
    expect(page.get_by_role("menu")).to_have_count(0)


def saved(page: Page) -> None:
    page.locator("[data-save-state=saved]").wait_for()


def test_an_administrator_watches_and_empties_a_room(
    office_server: RunningServer, open_room: Callable[[str], Room], tmp_path: Path
) -> None:
    school = School(office_server.url)
    teacher, zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë", "student")
    class_id = school.open_class(teacher, zoe)["id"]
    board = school.open_board(teacher, class_id)
    room = open_room(office_server.url)
    office = open_rooms_page(room, reduced_motion="reduce")
    expect(office.get_by_role("heading", name="No document is open")).to_be_visible()
    assert faults(office) == []

    boards = [room.sign_in(person) for person in (teacher, zoe)]
    for page in boards:
        Board(page, room.url, board).open().draw("r", (500, 300), (700, 450))
        saved(page)
    row = office.get_by_role("row").filter(has_text="The cell")
    expect(row.get_by_role("cell")).to_have_text(
        [
            "The cellBiology 7b",
            "2",
            "2",
            re.compile(r"^[1-9]\d*$"),
            re.compile(r"^[\d.]+ (bytes|kB)$"),
            "0",
            "Running",
            "",
        ]
    )
    assert faults(office) == []
    office.screenshot(path=tmp_path / "rooms-wide.png")

    choose(office, "Save everything now")
    expect(office.get_by_text("“The cell” is saved completely, up to update ")).to_be_visible()
    with office.expect_download() as download:
        choose(office, "Download as JSON")
    assert download.value.suggested_filename == "The cell.json"
    exported = json.loads(Path(download.value.path()).read_text())
    assert len(exported["elements"]) == 2
    assert exported == json.loads(teacher.api.get(f"/api/documents/{board['id']}/export?format=json").text)

    choose(office, "Disconnect everybody")
    dialog = office.get_by_role("dialog", name="Disconnect everybody from “The cell”?")
    expect(dialog.get_by_text("2 people are disconnected.")).to_be_visible()
    dialog.get_by_role("button", name="Disconnect everybody").click()
    expect(office.get_by_text("2 connections were ended.")).to_be_visible()
    # They come back by themselves.
    expect(row.get_by_role("cell").nth(1)).to_have_text("2")
    for page in boards:
        saved(page)

    choose(office, "Show people")
    people = office.get_by_role("dialog", name="People in “The cell”")
    expect(people.get_by_role("listitem")).to_have_count(2)
    office.screenshot(path=tmp_path / "rooms-people.png")
    assert faults(office) == []
    people.get_by_role("button", name="Disconnect Zoë").click()
    office.get_by_role("dialog", name="Disconnect Zoë?").get_by_role("button", name="Disconnect").click()
    expect(people.get_by_role("listitem")).to_have_count(1)
    expect(boards[1].locator("[data-save-state=ended]")).to_be_visible()
    saved(boards[0])
    boards[1].reload()
    saved(boards[1])
    expect(people.get_by_role("listitem")).to_have_count(2)


@pytest.mark.parametrize(
    ("viewport", "scheme"), [pytest.param(WIDE, "dark", id="wide dark"), pytest.param(PHONE, "light", id="phone light")]
)
def test_the_rooms_page_has_no_serious_fault(
    *,
    office_server: RunningServer,
    open_room: Callable[[str], Room],
    viewport: dict[str, int],
    scheme: str,
    tmp_path: Path,
) -> None:
    school = School(office_server.url)
    teacher = school.register("Ms. Okafor", "teacher")
    class_id = school.open_class(teacher, title="A class with a rather long name, as schools like to give them")["id"]
    room = open_room(office_server.url)
    for title in ("The cell", "A board whose title goes on and on and on and does not fit on any phone"):
        board = school.open_board(teacher, class_id, title=title)
        page = room.sign_in(teacher)
        page.goto(f"{room.url}/classes/{class_id}/documents/{board['id']}")
        saved(page)
    office = open_rooms_page(room, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    expect(office.get_by_text("2 documents open")).to_be_visible()
    expect(office.get_by_text("The cell")).to_be_visible()
    assert office.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    office.screenshot(path=tmp_path / "rooms.png", full_page=True)
    assert faults(office) == []
    office.get_by_label("Search by document, class or person").fill("cell")
    expect(office.get_by_text("1 document open")).to_be_visible()
    choose(office, "Show people")
    expect(office.get_by_role("dialog").get_by_text("Ms. Okafor")).to_be_visible()
    assert faults(office) == []
