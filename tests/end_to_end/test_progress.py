"""A teacher watches the class work on the board of progress; a student sees the own row. In real browsers."""

import csv
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.test_accessibility import faults
from tests.school import Account, School

pytestmark = pytest.mark.browser


class Course:
    """A class with two students, a board to draw on, and columns of the teacher's own."""

    def __init__(self, school: School) -> None:
        self.teacher = school.register("Ms. Okafor", "teacher")
        self.zoe = school.register("Zoë Brandt", "student")
        self.mei = school.register("林美", "student")
        self.opened = school.open_class(self.teacher, self.zoe, self.mei)
        self.drawing = school.open_board(self.teacher, self.opened["id"])
        self.path = f"/api/classes/{self.opened['id']}/progress"

    def add(self, title: str, **more: Any) -> str:
        made = self.teacher.api.post(f"{self.path}/columns", json={"title": title, **more}).raise_for_status()
        return str(made.json()["id"])

    def columns(self) -> dict[str, str]:
        shown = self.teacher.api.get(self.path).raise_for_status().json()["columns"]
        return {column["title"]: column["id"] for column in shown}

    def set(self, person: Account, column: str, state: str | None, score: float | None = None) -> None:
        self.teacher.api.put(
            f"{self.path}/cells/{person.id}/{column}", json={"state": state, "score": score}
        ).raise_for_status()

    def remark(self, person: Account, column: str, remark: str) -> None:
        address = f"{self.path}/marks/{person.id}/{column}"
        self.teacher.api.put(address, json={"remark": remark}).raise_for_status()


@pytest.fixture
def course(school: School) -> Course:
    return Course(school)


def look(room: Room, course: Course, person: Account, **options: Any) -> Page:
    page = room.sign_in(person, **options)
    page.goto(f"{room.url}/classes/{course.opened['id']}?tab=progress")
    page.get_by_role("tab", name="Progress", selected=True).wait_for()
    page.locator("[data-state]").first.wait_for()
    return page


def cell(page: Page, name: str, title: str) -> Locator:
    """Return the cell of a student in a column."""
    headers = page.get_by_role("columnheader").all_inner_texts()
    at = next(place for place, text in enumerate(headers) if text.startswith(title))
    return page.get_by_role("row").filter(has_text=name).locator("th, td").nth(at)


def test_a_teacher_sees_students_move_and_a_student_sees_the_own_row(room: Room, course: Course) -> None:
    talk = course.add("Talk", type="presentation", due_at="2020-01-01T12:00:00Z")
    teacher = look(room, course, course.teacher)
    expect(cell(teacher, "Zoë", "Talk")).to_have_text("Not begun")
    zoe = look(room, course, course.zoe)
    row = zoe.get_by_role("listitem").filter(has_text="Talk")
    expect(row.get_by_text("Overdue")).to_be_visible()
    # Nobody else is on a student's page.
    expect(zoe.get_by_text("林美")).to_have_count(0)

    row.get_by_role("button", name="I am stuck").click()
    expect(cell(teacher, "Zoë", "Talk")).to_have_text("Stuck")
    row.get_by_role("button", name="I can go on").click()
    expect(cell(teacher, "Zoë", "Talk")).to_have_text("Not begun")

    teacher.get_by_role("button", name="New column").click()
    dialog = teacher.get_by_role("dialog", name="New column")
    dialog.get_by_label("Title").fill("Essay on cells")
    dialog.get_by_label("Due (optional)").fill("2030-05-01T10:30")
    dialog.get_by_role("button", name="Add column").click()
    expect(teacher.get_by_role("columnheader", name="Essay on cells")).to_be_visible()
    essay = zoe.get_by_role("listitem").filter(has_text="Essay on cells")
    expect(essay.get_by_text("due 1 May 2030, 10:30")).to_be_visible()

    cell(teacher, "Zoë", "Essay").click()
    panel = teacher.get_by_role("dialog", name="Zoë Brandt: Essay on cells")
    panel.get_by_role("radio", name="Graded").check()
    panel.get_by_label("Score").fill("8.5")
    panel.get_by_label("Remark").fill("Well argued.\nLook at the last paragraph again.")
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_have_count(0)
    expect(cell(teacher, "Zoë", "Essay")).to_contain_text("Graded 8.5")
    expect(essay.get_by_text("Graded 8.5")).to_be_visible()
    expect(essay.get_by_text("Well argued.")).to_be_visible()
    expect(essay.get_by_role("button", name="I am stuck")).to_have_count(0)
    assert course.columns()["Talk"] == talk
    # What changed is said, in one sentence.
    expect(teacher.locator("[role=status][aria-live=polite]").filter(has_text="Zoë Brandt")).to_contain_text("Graded.")


def test_columns_are_moved_hidden_removed_and_come_back(room: Room, course: Course) -> None:
    course.add("Talk")
    course.set(course.mei, course.columns()["Talk"], "handed_in")
    teacher = look(room, course, course.teacher)
    zoe = look(room, course, course.zoe)
    expect(teacher.get_by_role("columnheader")).to_have_text([re.compile(t) for t in ("Student", "The cell", "Talk")])

    def choose(title: str, action: str) -> None:
        teacher.get_by_role("columnheader", name=title).click()
        teacher.get_by_role("dialog", name=title).get_by_role("button", name=action).click()
        expect(teacher.get_by_role("dialog")).to_have_count(0)

    choose("Talk", "Move towards the start")
    expect(teacher.get_by_role("columnheader")).to_have_text([re.compile(t) for t in ("Student", "Talk", "The cell")])
    expect(zoe.get_by_role("listitem").first).to_contain_text("Talk")
    choose("Talk", "Hide from everybody")
    expect(teacher.get_by_role("columnheader")).to_have_count(2)
    expect(zoe.get_by_role("listitem")).to_have_count(1)
    teacher.get_by_role("button", name="More for this board").click()
    teacher.get_by_role("menuitem", name="Show 1 hidden column").click()
    choose("Talk", "Show again")
    expect(zoe.get_by_role("listitem")).to_have_count(2)
    choose("Talk", "Remove")
    expect(teacher.get_by_role("columnheader")).to_have_count(2)
    teacher.get_by_role("button", name="Undo").click()
    expect(teacher.get_by_role("columnheader")).to_have_count(3)
    expect(cell(teacher, "林美", "Talk")).to_have_text("Handed in")

    teacher.get_by_role("columnheader", name="The cell").click()
    expect(teacher.get_by_role("dialog").get_by_role("link", name="Open")).to_have_attribute(
        "href", re.compile(f"/documents/{course.drawing['id']}$")
    )


def test_rows_are_ordered_filtered_and_found_without_jumping(room: Room, course: Course) -> None:
    talk = course.add("Talk")
    teacher = look(room, course, course.teacher)
    names = teacher.get_by_role("rowheader")
    expect(names).to_have_text(["Zoë Brandt", "林美"])
    course.teacher.api.put(f"{course.path}/cells/{course.mei.id}/{talk}/stuck", json={"stuck": True})
    expect(cell(teacher, "林美", "Talk")).to_have_text("Stuck")
    teacher.get_by_role("combobox", name="Order").click()
    teacher.get_by_role("option", name="Stuck first").click()
    expect(names).to_have_text(["林美", "Zoë Brandt"])
    # While it moves, it stays in this order.
    course.set(course.mei, talk, "handed_in")
    expect(cell(teacher, "林美", "Talk")).to_have_text("Handed in")
    expect(names).to_have_text(["林美", "Zoë Brandt"])
    teacher.get_by_role("combobox", name="Filter by state").click()
    teacher.get_by_role("option", name="Handed in").click()
    expect(names).to_have_text(["林美"])
    course.set(course.zoe, talk, "handed_in")
    expect(names).to_have_text(["林美", "Zoë Brandt"])
    teacher.get_by_label("Find a student").fill("zo")
    expect(names).to_have_text(["Zoë Brandt"])
    teacher.get_by_label("Find a student").fill("nobody")
    expect(teacher.get_by_text("Nobody fits.")).to_be_visible()


def test_the_grid_is_walked_with_the_keyboard(room: Room, course: Course) -> None:
    for title in ("Talk", "Essay"):
        course.add(title)
    teacher = look(room, course, course.teacher)
    expect(teacher.get_by_role("gridcell")).to_have_count(6)
    assert teacher.locator("[role=grid] [tabindex='0']").count() == 1
    teacher.get_by_role("button", name="New column").focus()
    teacher.keyboard.press("Tab")
    expect(cell(teacher, "Zoë", "The cell")).to_be_focused()
    for keys, name, title in (
        (["ArrowRight", "ArrowDown"], "林美", "Talk"),
        (["End"], "林美", "Essay"),
        (["ArrowRight", "ArrowDown"], "林美", "Essay"),
        (["Control+Home", "ArrowDown", "ArrowRight"], "Zoë", "The cell"),
        (["PageDown"], "林美", "The cell"),
        (["Control+End", "PageUp", "ArrowDown"], "Zoë", "Essay"),
    ):
        for key in keys:
            teacher.keyboard.press(key)
        expect(cell(teacher, name, title)).to_be_focused()
    teacher.keyboard.press("Enter")
    expect(teacher.get_by_role("dialog", name="Zoë Brandt: Essay")).to_be_visible()
    teacher.keyboard.press("Escape")
    expect(teacher.get_by_role("dialog")).to_have_count(0)
    expect(cell(teacher, "Zoë", "Essay")).to_be_focused()
    teacher.keyboard.press("ArrowUp")
    teacher.keyboard.press("Space")
    expect(teacher.get_by_role("dialog", name="Essay")).to_be_visible()


def test_the_class_in_figures_and_as_a_table_for_spreadsheets(room: Room, course: Course) -> None:
    talk = course.add("Talk")
    course.set(course.zoe, talk, "graded", 3)
    course.set(course.mei, talk, "graded", 4)
    teacher = look(room, course, course.teacher)
    teacher.get_by_role("button", name="Class summary").click()
    summary = teacher.get_by_role("dialog", name="Summary of Biology 7b")
    line = summary.get_by_role("row").filter(has_text="Talk")
    expect(line.get_by_role("cell")).to_have_text(["0", "0", "0", "0", "2", "0", "0", "3.5"])
    summary.locator(".recharts-surface").first.wait_for()
    assert faults(teacher) == []
    teacher.keyboard.press("Escape")
    teacher.get_by_role("button", name="More for this board").click()
    with teacher.expect_download() as download:
        teacher.get_by_role("menuitem", name="Download as CSV").click()
    assert download.value.suggested_filename == "Biology 7b.csv"
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Student", "Zoë Brandt", "林美"]
    assert rows[1][4:6] == ["graded", "3"]


SCREENS = [
    pytest.param(WIDE, "light", "en", id="wide-light"),
    pytest.param(WIDE, "dark", "de", id="wide-dark"),
    pytest.param(PHONE, "light", "ar-XB", id="phone-light-mirrored"),
    pytest.param(PHONE, "dark", "de", id="phone-dark"),
]


@pytest.mark.parametrize(("viewport", "scheme", "language"), SCREENS)
def test_progress_has_no_serious_fault(
    *, room: Room, school: School, course: Course, viewport: dict[str, int], scheme: str, language: str, tmp_path: Path
) -> None:
    pictures = Path(os.environ.get("LECTERN_TEST_PICTURES", tmp_path))
    people = [
        course.zoe,
        course.mei,
        *(school.register(name, "student") for name in ("أمير حداد", "Bartholomäus von und zu Weißenstein")),
    ]
    for person in people[2:]:
        person.api.post("/api/classes/join", json={"join_code": course.opened["join_code"]}).raise_for_status()
    ids = [
        course.add(title, due_at="2025-05-01T10:00:00Z")
        for title in (
            "Read chapter 4",
            "A talk about a river near the place where you live",
            "Essay",
            "Vocabulary",
            "Experiment",
            "Poster",
        )
    ]
    for number, (person, column) in enumerate((person, column) for person in people for column in ids):
        state = ("opened", "working", "handed_in", "graded", None)[number * 7 % 5]
        course.set(person, column, state, 7.5 if state == "graded" else None)
    course.teacher.api.put(
        f"{course.path}/cells/{course.zoe.id}/{ids[0]}/stuck", json={"stuck": True}
    ).raise_for_status()
    course.remark(course.zoe, ids[0], "Begin with the pictures on page 41.")
    options = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    found: dict[str, list[str]] = {}
    for name, person in (("teacher", course.teacher), ("student", course.zoe)):
        page = room.sign_in(person, **options)
        page.goto(f"{room.url}/classes/{course.opened['id']}?tab=progress&language={language}")
        page.locator("[data-state=stuck]").first.wait_for()
        found[name] = faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.screenshot(path=pictures / f"progress-{name}-{viewport['width']}-{scheme}.png", full_page=True)
        if name == "teacher":
            page.get_by_role("combobox").first.click()
            page.get_by_role("option").nth(6).wait_for()
            found["filter"] = faults(page)
            page.keyboard.press("Escape")
            page.locator("td[data-column]").first.click()
            page.get_by_role("dialog").wait_for()
            found["cell"] = faults(page)
            page.screenshot(path=pictures / f"progress-cell-{viewport['width']}-{scheme}.png")
            page.keyboard.press("Escape")
            page.locator("th[data-column]").first.click()
            page.get_by_role("dialog").wait_for()
            found["column"] = faults(page)
            page.screenshot(path=pictures / f"progress-column-{viewport['width']}-{scheme}.png")
            page.keyboard.press("Escape")
            page.get_by_role("dialog").wait_for(state="detached")
            page.locator("button:has(.tabler-icon-chart-bar)").last.click()
            page.get_by_role("dialog").locator(".recharts-surface").first.wait_for()
            found["summary"] = faults(page)
            page.screenshot(path=pictures / f"progress-summary-{viewport['width']}-{scheme}.png")
    assert {name: problems for name, problems in found.items() if problems} == {}
