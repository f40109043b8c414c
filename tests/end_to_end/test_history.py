"""A teacher looks back at a board and brings a moment back, while others have the board open, or work on it offline."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import StartServer, run_sql
from tests.end_to_end.board import Board, elements
from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.test_accessibility import faults
from tests.end_to_end.test_administration import OFFICE
from tests.network import network
from tests.running_server import RunningServer, lectern
from tests.school import PASSWORD, Account, School

pytestmark = pytest.mark.browser


class Lesson:
    """A class with a board on which something was drawn an hour ago, and something else now."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.school = School(server.url)
        self.teacher = self.school.register("Ms. Okafor", "teacher")
        self.zoe = self.school.register("Zoë Brandt", "student")
        self.class_id: str = self.school.open_class(self.teacher, self.zoe)["id"]
        self.board: dict[str, str] = self.school.open_board(self.teacher, self.class_id)
        self.history = f"/classes/{self.class_id}/documents/{self.board['id']}/history"

    def at_board(self, room: Room, person: Account, **options: Any) -> Board:
        return Board(room.sign_in(person, **options), room.url, self.board).open()

    def an_hour_passes(self) -> None:
        """Let all that is in the log be an hour older."""
        run_sql(
            self.server.settings["database_url"],
            "UPDATE document_updates SET created_at = created_at - interval '1 hour'"
            f" WHERE document_id = '{self.board['id']}'",
        )

    def kinds(self) -> list[object]:
        return [element["type"] for element in elements(self.teacher, self.board)]

    def becomes(self, page: Page, kinds: list[object]) -> None:
        """Wait until the server has the board so: right after a stroke, "Saved" may still be said of the one before."""
        for _ in range(400):
            if self.kinds() == kinds:
                return
            page.wait_for_timeout(25)
        assert self.kinds() == kinds

    def restore_first(self) -> None:
        """Bring the oldest moment back through the API."""
        address = f"/api/documents/{self.board['id']}/history"
        first = self.teacher.api.get(address).raise_for_status().json()["items"][-1]
        self.teacher.api.post(f"{address}/restore", json={"seq": first["last_seq"]}).raise_for_status()


@pytest.fixture
def lesson(shared_server: RunningServer) -> Lesson:
    return Lesson(shared_server)


def draw_twice(lesson: Lesson, teacher: Board) -> None:
    teacher.draw("r", (500, 300), (700, 420))
    teacher.shows("Saved")
    lesson.an_hour_passes()
    teacher.draw("o", (300, 500), (420, 600))
    teacher.shows("Saved")


def shows_elements(page: Page, count: int) -> None:
    expect(page.locator(f"[data-moment-elements='{count}']")).to_be_visible()


def test_a_moment_is_looked_at_brought_back_and_taken_back(room: Room, lesson: Lesson) -> None:
    teacher = lesson.at_board(room, lesson.teacher)
    zoe = lesson.at_board(room, lesson.zoe)
    draw_twice(lesson, teacher)
    expect(zoe.page.get_by_role("link", name="History")).to_have_count(0)

    page = teacher.page
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="History of “The cell”")).to_be_visible()
    moments = page.get_by_role("complementary", name="Work on this board").get_by_role("listitem")
    expect(moments).to_have_count(2)
    expect(moments.first).to_contain_text("Now")
    expect(moments.first).to_contain_text("Ms. Okafor")
    expect(moments.first.get_by_role("button")).to_have_attribute("aria-current", "true")
    shows_elements(page, 2)
    restore = page.get_by_role("button", name="Bring this moment back")
    expect(restore).to_be_disabled()
    moments.nth(1).get_by_role("button").click()
    shows_elements(page, 1)
    assert lesson.kinds() == ["rectangle", "ellipse"], "looking changes nothing"

    restore.click()
    told = page.get_by_text(re.compile("^The board is as it was on .* What was there stays in the history"))
    # The offer to undo stays for as long as one is at it.
    told.hover()
    assert lesson.kinds() == ["rectangle"]
    expect(moments).to_have_count(3)
    expect(moments.first).to_contain_text("Brought back: the board of ")
    # The student's board follows by itself, and takes new work.
    expect(zoe.page.get_by_text("This board was just brought back to an earlier moment")).to_be_visible()
    # "Saved" may still be said of the board from before, whose place the restored one takes: that takes no strokes any more.
    for _ in range(3):
        if lesson.kinds() != ["rectangle"]:
            break
        zoe.shows("Saved")
        zoe.draw("d", (800, 300), (900, 420))
        for _ in range(300):
            if lesson.kinds() != ["rectangle"]:
                break
            zoe.page.wait_for_timeout(25)
    lesson.becomes(zoe.page, ["rectangle", "diamond"])
    zoe.shows("Saved")

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The board is as it was before.")).to_be_visible()
    assert lesson.kinds() == ["rectangle", "ellipse"]
    page.get_by_role("link", name="Back to the board").click()
    teacher.shows("Saved")


def test_work_that_waited_offline_is_kept_beside_a_board_that_was_brought_back(
    start_server: StartServer, open_room: Callable[[str], Room], tmp_path: Path
) -> None:
    with network() as relay:
        server = start_server(public_url=relay.url)
        relay.target_port = server.port
        lesson = Lesson(server)
        teacher = lesson.at_board(open_room(server.url), lesson.teacher)
        draw_twice(lesson, teacher)
        zoe = lesson.at_board(open_room(relay.url), lesson.zoe)
        relay.cut()
        zoe.draw("d", (800, 300), (900, 420))
        expect(zoe.page.get_by_text("Offline (1 change waiting)").first).to_be_visible()
        lesson.restore_first()
        relay.mend()
        notice = zoe.page.get_by_role("alert").filter(has_text="The board was brought back to an earlier moment")
        expect(notice).to_contain_text("1 element you had changed was not on the server yet")
        zoe.shows("Saved")
        assert lesson.kinds() == ["rectangle"], "nothing of the old copy is mixed in"
        take(tmp_path, zoe.page, "rescue")
        zoe.page.reload()
        notice.get_by_role("button", name="Put on the board again").click()
        zoe.shows("Saved")
        assert lesson.kinds() == ["rectangle", "diamond"]
        expect(notice).to_have_count(0)


def test_two_tabs_follow_a_board_that_was_brought_back(room: Room, lesson: Lesson) -> None:
    teacher = lesson.at_board(room, lesson.teacher)
    draw_twice(lesson, teacher)
    second = Board(teacher.page.context.new_page(), room.url, lesson.board).open()
    lesson.restore_first()
    for tab in (teacher, second):
        expect(tab.page.get_by_text("This board was just brought back to an earlier moment")).to_be_visible()
        # "Saved" is said of the restored board before it is drawn.
        tab.is_ready()
    second.page.bring_to_front()
    second.draw("d", (800, 300), (900, 420))
    lesson.becomes(second.page, ["rectangle", "diamond"])
    second.shows("Saved")
    teacher.page.reload()
    teacher.shows("Saved")
    databases = teacher.page.evaluate("async () => (await indexedDB.databases()).map(({name}) => name)")
    assert [name[-2:] for name in databases if name.startswith("lectern-board:")] == [":2"]


def test_a_board_that_is_shared_again_opens_by_itself(room: Room, lesson: Lesson, tmp_path: Path) -> None:
    zoe = lesson.at_board(room, lesson.zoe)
    access = f"/api/documents/{lesson.board['id']}/access"
    lesson.teacher.api.put(access, json={"students": "none"}).raise_for_status()
    gone = zoe.page.get_by_role("heading", name="This is not shared with you")
    expect(gone).to_be_visible()
    take(tmp_path, zoe.page, "not-shared")
    # Also for who comes meanwhile and has never seen it.
    newcomer = room.sign_in(lesson.zoe)
    newcomer.goto(f"{room.url}/classes/{lesson.class_id}/documents/{lesson.board['id']}")
    newcomer.get_by_role("heading", name="This is not shared with you").wait_for()
    lesson.teacher.api.put(access, json={"students": "write"}).raise_for_status()
    for page in (zoe.page, newcomer):
        page.locator("[data-save-state=saved]").wait_for()
        page.locator("canvas.interactive").wait_for()
    zoe.draw("r", (500, 300), (700, 420))
    zoe.shows("Saved")
    assert lesson.kinds() == ["rectangle"]


@pytest.mark.parametrize(
    ("viewport", "scheme", "name"),
    [
        pytest.param(WIDE, "light", "wide-light", id="wide light"),
        pytest.param(WIDE, "dark", "wide-dark", id="wide dark"),
        pytest.param(PHONE, "light", "phone-light", id="phone light"),
        pytest.param(PHONE, "dark", "phone-dark", id="phone dark"),
    ],
)
def test_the_history_has_no_serious_fault(
    *, room: Room, lesson: Lesson, viewport: dict[str, int], scheme: str, name: str, tmp_path: Path
) -> None:
    empty = room.sign_in(lesson.teacher, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    empty.goto(room.url + lesson.history)
    expect(empty.get_by_role("heading", name="Nothing has been drawn yet")).to_be_visible()
    assert faults(empty) == []
    take(tmp_path, empty, f"history-empty-{name}")
    draw_twice(lesson, lesson.at_board(room, lesson.teacher))
    lesson.restore_first()

    empty.reload()
    moments = empty.get_by_role("complementary", name="Work on this board").get_by_role("listitem")
    expect(moments).to_have_count(3)
    assert faults(empty) == []
    take(tmp_path, empty, f"history-list-{name}")
    moments.nth(1).get_by_role("button").focus()
    empty.keyboard.press("Enter")
    shows_elements(empty, 2)
    assert empty.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert faults(empty) == []
    take(tmp_path, empty, f"history-moment-{name}")
    if viewport is PHONE:
        empty.get_by_role("link", name="Back to the list").click()
        expect(moments).to_have_count(3)
        expect(moments.first).to_be_visible()

    empty.route(re.compile("/api/documents/.*/history"), lambda route: route.abort())
    empty.reload()
    expect(empty.get_by_role("button", name="Try again")).to_be_visible()
    take(tmp_path, empty, f"history-error-{name}")


def test_an_administrator_reaches_the_history_from_the_rooms(
    start_server: StartServer, open_room: Callable[[str], Room]
) -> None:
    server = start_server()
    created = lectern("create-admin", "--email", OFFICE, settings=server.settings, text=PASSWORD + "\n")
    assert created.returncode == 0, created.stderr
    lesson = Lesson(server)
    room = open_room(server.url)
    draw_twice(lesson, lesson.at_board(room, lesson.teacher))
    page = room.page()
    page.goto(f"{room.url}/login?next=/admin?tab=rooms")
    page.get_by_label("E-mail address").fill(OFFICE)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="More for The cell").click()
    page.get_by_role("menuitem", name="History").click()
    shows_elements(page, 2)
    page.get_by_role("listitem").nth(1).get_by_role("button").click()
    page.get_by_role("button", name="Bring this moment back").click()
    expect(page.get_by_text("What was there stays in the history").first).to_be_visible()
    assert lesson.kinds() == ["rectangle"]
    page.get_by_role("link", name="Back to the rooms").click()
    expect(page.get_by_role("tab", name="Rooms", selected=True)).to_be_visible()


def take(folder: Path, page: Page, name: str) -> None:
    """Keep a picture for people to look at."""
    page.screenshot(path=folder / f"{name}.png")
