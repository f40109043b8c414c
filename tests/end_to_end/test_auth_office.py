"""An administrator looks after accounts in the browser: roles, blocks that end, and who changed what."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import StartServer
from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.test_accessibility import faults
from tests.running_server import RunningServer, lectern
from tests.school import PASSWORD, School

pytestmark = pytest.mark.browser

OFFICE = "office@school.example"


@pytest.fixture
def office_server(start_server: StartServer) -> RunningServer:
    server = start_server()
    created = lectern("create-admin", "--email", OFFICE, settings=server.settings, text=PASSWORD + "\n")
    assert created.returncode == 0, created.stderr
    return server


def open_accounts(room: Room, **options: object) -> Page:
    page = room.page(reduced_motion="reduce", **options)
    page.goto(f"{room.url}/login?next=/admin")
    page.get_by_label("E-mail address").fill(OFFICE)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("tab", name="Accounts", selected=True).wait_for()
    page.get_by_text("Active", exact=True).click()
    return page


def choose(page: Page, name: str, item: str) -> None:
    page.get_by_role("button", name=f"More for {name}").click()
    page.get_by_role("menuitem", name=item, exact=True).click()
    expect(page.get_by_role("menu")).to_have_count(0)


def row(page: Page, name: str):
    return page.get_by_role("listitem").filter(has_text=name)


def test_roles_and_blocks_hold_at_once_and_are_written_down(
    office_server: RunningServer, open_room: Callable[[str], Room]
) -> None:
    school = School(office_server.url)
    mei = school.register("林美", "student")
    room = open_room(office_server.url)
    page = open_accounts(room)

    choose(page, "林美", "Teacher")
    expect(page.get_by_text("林美 is now: Teacher.")).to_be_visible()
    expect(row(page, "林美").get_by_text("Teacher")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("林美 is now: Student.")).to_be_visible()

    choose(page, "林美", "Block")
    dialog = page.get_by_role("dialog", name="Block 林美?")
    dialog.get_by_role("button", name="Block").click()
    expect(dialog.get_by_text("Please fill this in.")).to_be_visible()
    dialog.get_by_label("Reason").fill("Spam in the chat")
    until = datetime.now() + timedelta(days=2)  # noqa: DTZ005 -- a field of the browser, in its own time
    dialog.get_by_label("Until (optional)").fill(until.strftime("%Y-%m-%dT%H:%M"))
    assert faults(page) == []
    dialog.get_by_role("button", name="Block").click()
    expect(row(page, "林美")).to_have_count(0)
    assert mei.api.get("/api/me").json()["code"] == "account_blocked"

    page.get_by_text("Blocked", exact=True).first.click()
    expect(row(page, "林美").get_by_text("Blocked: Spam in the chat · Until")).to_be_visible()
    row(page, "林美").get_by_role("button", name="Unblock").click()
    expect(page.get_by_text("林美 can sign in again.")).to_be_visible()

    page.get_by_role("tab", name="Changes").click()
    lines = page.get_by_role("listitem")
    expect(lines).to_have_count(4)
    expect(lines.nth(0)).to_contain_text("unblocked 林美.")
    expect(lines.nth(1)).to_contain_text("blocked 林美 until")
    expect(lines.nth(1)).to_contain_text("Reason: Spam in the chat")
    expect(lines.nth(2)).to_contain_text("changed the role of 林美 from Teacher to Student.")
    page.get_by_role("combobox", name="What was done").click()
    page.get_by_role("option", name="Role changed").click()
    expect(lines).to_have_count(2)
    page.get_by_label("To", exact=True).fill("2020-01-01")
    expect(page.get_by_role("heading", name="No changes")).to_be_visible()


@pytest.mark.parametrize(
    ("viewport", "scheme"), [pytest.param(WIDE, "light", id="wide light"), pytest.param(PHONE, "dark", id="phone dark")]
)
def test_the_pages_have_no_serious_fault(
    *,
    office_server: RunningServer,
    open_room: Callable[[str], Room],
    viewport: dict[str, int],
    scheme: str,
    tmp_path: Path,
) -> None:
    school = School(office_server.url)
    for name in ("Zoë Brandt", "أمير حداد", "A person whose name goes on and on and on and on and does not fit"):
        school.register(name, "student")
    room = open_room(office_server.url)
    page = open_accounts(room, viewport=viewport, color_scheme=scheme)
    choose(page, "Zoë Brandt", "Teacher")
    expect(page.get_by_text("Zoë Brandt is now: Teacher.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.screenshot(path=tmp_path / "accounts.png", full_page=True)
    assert faults(page) == []
    page.get_by_role("tab", name="Changes").click()
    expect(page.get_by_text("changed the role of Zoë Brandt")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.screenshot(path=tmp_path / "audit.png", full_page=True)
    assert faults(page) == []
