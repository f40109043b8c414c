"""A class of two thousand in the browser: every list of it opens at once, goes on to its end, and changes where one looks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.conftest import StartServer, run_sql
from tests.end_to_end.board import wait_until
from tests.end_to_end.conftest import PHONE, Room
from tests.end_to_end.test_accessibility import faults
from tests.school import Account, School

pytestmark = pytest.mark.browser

STUDENTS = 2_100
CROWD = """
insert into users (id, email, name, password_hash, role, status, color)
select gen_random_uuid(), 'crowd' || n || '@school.example', 'Student ' || lpad(n::text, 4, '0'), '-', 'student', 'active', '#336699'
from generate_series(1, {students}) as n;
insert into memberships (class_id, user_id, role)
select '{class_id}', id, 'student' from users where email like 'crowd%';
insert into submissions (id, assignment_id, user_id, writing, attempts, handed_in_at)
select gen_random_uuid(), '{work}', id, false, 1, now() from users where email like 'crowd%' and name > 'Student 0050';
analyze users, memberships, submissions;
"""


@dataclass
class Crowd:
    """A class of thousands, with work that most have handed in; `ada` comes first by name, and `zoe` last."""

    room: Room
    teacher: Account
    ada: Account
    zoe: Account
    class_id: str
    work: dict[str, Any]

    def visit(self, where: str, **options: Any) -> Page:
        page = self.room.sign_in(self.teacher, **options)
        page.goto(f"{self.room.url}{where}")
        return page


@pytest.fixture
def crowd(start_server: StartServer, database_url: str, open_room: Callable[[str], Room]) -> Crowd:
    url = start_server(database_url=database_url).url
    school = School(url)
    teacher = school.register("Ms. Okafor", "teacher")
    ada, zoe = school.register("Ada Ames", "student"), school.register("Zoë Zahl", "student")
    opened = school.open_class(teacher, ada, zoe)
    path = f"/api/classes/{opened['id']}"
    made = teacher.api.post(f"{path}/assignments", json={"title": "Essay", "points_max": 10}).json()
    work = teacher.api.post(f"/api/assignments/{made['id']}/publish").raise_for_status().json()
    run_sql(database_url, CROWD.format(students=STUDENTS, class_id=opened["id"], work=work["id"]))
    return Crowd(open_room(url), teacher, ada, zoe, opened["id"], work)


def test_the_work_of_thousands_is_a_page_that_changes_where_one_looks(crowd: Crowd) -> None:
    page = crowd.visit(f"/assignments/{crowd.work['id']}")
    lines = page.get_by_role("region", name="Work of the class").get_by_role("listitem")
    expect(lines).to_have_count(100)
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/submissions?" in request.url:
            asked.append(request.url)

    page.get_by_role("button", name="Show more").click()
    expect(lines).to_have_count(200)
    last = lines.last
    last.scroll_into_view_if_needed()
    expect(last).to_contain_text("Student 0199")
    # While one looks at the second page, only that is asked for again.
    page.on("request", note)
    wait_until(page, lambda: sum("limit=100" in url for url in asked) >= 2, "the page in sight to be asked for again")
    assert all("cursor=" in url for url in asked if "limit=100" in url)
    # A late hand-in appears in its line, and no line moves.
    page.evaluate("window.scrollTo(0, 0)")
    first = lines.first
    expect(first).to_contain_text("Ada Ames")
    expect(first).to_contain_text("Not begun")
    below = lines.nth(3)
    before = below.bounding_box()
    crowd.ada.api.post(f"/api/assignments/{crowd.work['id']}/submissions", json={"text": "Late"}).raise_for_status()
    expect(first).to_contain_text("Handed in")
    assert below.bounding_box() == before
    # Somebody of the last page is found, by a keyboard without accents; and those who have not begun.
    page.get_by_label("Find a student").fill("zoe")
    expect(lines).to_have_count(1)
    expect(lines.first).to_contain_text("Zoë Zahl")
    page.get_by_label("Find a student").fill("")
    page.get_by_role("combobox", name="Show").click()
    page.get_by_role("option", name="Not begun").click()
    expect(lines).to_have_count(51)
    expect(lines.first).to_contain_text("Student 0001")
    expect(lines.last).to_contain_text("Zoë Zahl")
    assert faults(page) == []


def test_grading_goes_from_work_to_work_in_a_class_of_thousands(crowd: Crowd) -> None:
    page = crowd.visit(f"/assignments/{crowd.work['id']}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("link", name="Grade 2050 pieces of work").click()
    expect(page.get_by_role("heading", name="Student 0051")).to_be_visible()
    expect(page.get_by_text("1 of 2050")).to_be_visible()
    expect(page.get_by_role("button", name="Previous student")).to_be_disabled()
    page.get_by_label("Points, of 10").fill("7")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Student 0052")).to_be_visible()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.get_by_role("heading", name="Student 0051")).to_be_visible()
    expect(page.locator("[data-work=returned]")).to_be_visible()
    # Somebody hands in meanwhile who comes before: one stays where one is.
    crowd.ada.api.post(f"/api/assignments/{crowd.work['id']}/submissions", json={"text": "Late"}).raise_for_status()
    expect(page.get_by_text("2 of 2051")).to_be_visible()
    expect(page.get_by_role("heading", name="Student 0051")).to_be_visible()
    assert not any("/submissions?limit=100&cursor" in url for url in asked)


def test_more_time_is_given_to_somebody_of_thousands(crowd: Crowd) -> None:
    page = crowd.visit(f"/assignments/{crowd.work['id']}")
    page.get_by_role("button", name="More for this assignment").click()
    page.get_by_role("menuitem", name="More time for single students").click()
    dialog = page.get_by_role("dialog")
    student = dialog.get_by_label("Student")
    student.click()
    student.fill("zoe")
    page.get_by_role("option", name="Zoë Zahl").click()
    dialog.get_by_label("Their due date").fill("2099-05-01T10:00")
    dialog.get_by_role("button", name="Give more time").click()
    expect(dialog.get_by_role("listitem")).to_contain_text("Zoë Zahl")


def test_nobody_in_a_class_of_thousands_is_missing_from_its_people(crowd: Crowd) -> None:
    page = crowd.visit(f"/classes/{crowd.class_id}?tab=people")
    students = page.get_by_role("list", name="Students").get_by_role("listitem")
    expect(page.get_by_role("list", name="Teachers").get_by_role("listitem")).to_have_count(1)
    expect(students).to_have_count(100)
    page.get_by_role("button", name="Show more").click()
    expect(students).to_have_count(200)
    page.get_by_label("Find somebody").fill("zoe")
    expect(students).to_have_count(1)
    students.get_by_role("button", name="More for Zoë Zahl").click()
    page.get_by_role("menuitem", name="Remove from class").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove from class").click()
    expect(page.get_by_text("Nobody fits.")).to_be_visible()
    assert faults(page) == []


def test_the_gradebook_of_thousands_goes_on_as_one_scrolls_and_finds_everybody(crowd: Crowd) -> None:
    page = crowd.visit(f"/classes/{crowd.class_id}?tab=grades")
    grid = page.get_by_role("grid")
    expect(grid.get_by_role("rowheader").first).to_have_text("Ada Ames")
    scroller = grid.locator("xpath=..")

    def scrolled_to(name: str) -> bool:
        scroller.evaluate("element => element.scrollTop += 700")
        return grid.get_by_role("rowheader", name=name).count() == 1

    wait_until(page, lambda: scrolled_to("Student 0420"), "somebody of the fifth page to come into sight")
    item = page.locator("th[data-item]").first.get_attribute("data-item")
    row = grid.get_by_role("row", name="Student 0420")
    cell = row.locator(f'td[data-item="{item}"]')
    cell.click()
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    expect(row.locator("td").last).to_have_text("80%")
    page.get_by_label("Find a student").fill("zoe")
    expect(grid.get_by_role("rowheader")).to_have_text(["Zoë Zahl"])
    # What a colleague types appears by itself.
    change = {"item_id": item, "user_id": crowd.zoe.id, "points": 6, "version": 0}
    crowd.teacher.api.put(f"/api/classes/{crowd.class_id}/grades", json={"changes": [change]}).raise_for_status()
    expect(grid.get_by_role("row", name="Zoë Zahl").locator("td").last).to_have_text("60%")
    assert faults(page) == []


def test_on_a_phone_the_search_stands_above_the_lines(crowd: Crowd) -> None:
    page = crowd.visit(f"/assignments/{crowd.work['id']}", viewport=PHONE)
    page.get_by_label("Find a student").fill("zoe")
    expect(page.get_by_role("region", name="Work of the class").get_by_role("listitem")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_all_work_due_is_shown_on_the_first_page(room: Room, school: School) -> None:
    teacher, zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, zoe)
    for number in range(9):
        body = {"title": f"Essay {number}", "due_at": f"2099-05-0{number + 1}T10:00:00Z"}
        made = teacher.api.post(f"/api/classes/{opened['id']}/assignments", json=body).raise_for_status().json()
        teacher.api.post(f"/api/assignments/{made['id']}/publish").raise_for_status()
    page = room.at_home(zoe)
    due = page.get_by_role("region", name="Work due")
    expect(due.get_by_role("listitem")).to_have_count(6)
    due.get_by_role("button", name="Show more").click()
    expect(due.get_by_role("listitem")).to_have_count(9)
    expect(due.get_by_role("listitem").last).to_contain_text("Essay 8")
    expect(due.get_by_role("button", name="Show more")).to_have_count(0)
