"""Work and grades in the browser: set, written, handed in, graded, given back, added up."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.end_to_end.board import elements, wait_until
from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.test_accessibility import faults
from tests.school import Account, School

pytestmark = pytest.mark.browser


class Course:
    """A class with two students and a second teacher, and what its API says."""

    def __init__(self, school: School) -> None:
        self.teacher, self.other = school.register("Ms. Okafor", "teacher"), school.register("Mr. Lind", "teacher")
        self.zoe, self.mei = school.register("Zoë Brandt", "student"), school.register("林美", "student")
        self.opened = school.open_class(self.teacher, self.zoe, self.mei, self.other)
        self.path = f"/api/classes/{self.opened['id']}"
        self.call(self.teacher, "PATCH", f"{self.path}/members/{self.other.id}", {"role": "teacher"})

    @staticmethod
    def call(person: Account, method: str, path: str, body: Any = None) -> Any:
        response = person.api.request(method, path, json=body)
        response.raise_for_status()
        return response.json() if response.content else None

    def assignment(self, **values: Any) -> Any:
        body = {"title": "Essay", "points_max": 10, **values}
        made = self.call(self.teacher, "POST", f"{self.path}/assignments", body)
        return self.call(self.teacher, "POST", f"/api/assignments/{made['id']}/publish")

    def hand_in(self, student: Account, assignment: Any, text: str | None = "My text") -> Any:
        return self.call(student, "POST", f"/api/assignments/{assignment['id']}/submissions", {"text": text})

    def item(self, title: str, **more: Any) -> Any:
        return self.call(self.teacher, "POST", f"{self.path}/grades/items", {"title": title, "points_max": 10, **more})

    def grade(self, item: str, student: Account, points: float, version: int = 0, by: Account | None = None) -> None:
        change = {"item_id": item, "user_id": student.id, "points": points, "version": version}
        self.call(by or self.teacher, "PUT", f"{self.path}/grades", {"changes": [change]})


@pytest.fixture
def course(school: School) -> Course:
    return Course(school)


@pytest.fixture
def visit(room: Room, course: Course) -> Callable[..., Page]:
    """Sign somebody in and open a tab of the class, or another page."""

    def open_page(person: Account, where: str = "?tab=assignments", **options: Any) -> Page:
        page = room.sign_in(person, **options)
        page.goto(where if where.startswith("http") else f"{room.url}/classes/{course.opened['id']}{where}")
        return page

    return open_page


def test_a_term_in_miniature_from_the_catalogue_to_the_grade(room: Room, school: School) -> None:
    okafor, zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    teacher, student = room.at_home(okafor), room.at_home(zoe)
    # A course with a class, published; the student enrols.
    teacher.get_by_role("link", name="Courses").click()
    teacher.get_by_role("button", name="New course").first.click()
    dialog = teacher.get_by_role("dialog")
    dialog.get_by_label("Title of the course").fill("Weather 天気")
    dialog.get_by_label("Category").fill("Science")
    dialog.get_by_label("Description").fill("What falls, and why.")
    dialog.get_by_role("button", name="Create course").click()
    teacher.get_by_role("button", name="Add class").click()
    dialog.get_by_label("Name of the class").fill("Weather A")
    dialog.get_by_role("button", name="Add class").click()
    expect(dialog).to_have_count(0)
    teacher.get_by_role("button", name="Publish").click()
    student.get_by_role("link", name="Courses").click()
    student.get_by_role("link", name="Weather 天気").first.click()
    student.get_by_role("button", name="Enrol").click()
    student.wait_for_url("**/classes/*")
    class_page = student.url.split("?")[0]

    # A lesson: written, read, done.
    teacher.goto(f"{class_page}?tab=lessons")
    teacher.get_by_role("button", name="New unit").click()
    dialog.get_by_label("Title of the unit").fill("Sky")
    dialog.get_by_role("button", name="Add unit").click()
    teacher.get_by_role("button", name="New lesson").first.click()
    dialog.get_by_label("Title of the lesson").fill("Clouds")
    dialog.get_by_role("button", name="Write").click()
    teacher.get_by_role("textbox", name="Text of Clouds").click()
    teacher.keyboard.type("A cloud is water.")
    teacher.get_by_role("button", name="Save").click()
    expect(teacher.get_by_text("The lesson is saved.")).to_be_visible()
    teacher.get_by_role("button", name="Finish").click()
    teacher.get_by_role("button", name="Publish").click()
    teacher.get_by_role("menuitem", name="Now").click()
    student.get_by_role("link", name="Clouds").first.click()
    expect(student.get_by_text("A cloud is water.")).to_be_visible()
    student.get_by_role("button", name="Mark as done").click()
    expect(student.get_by_role("button", name="Done")).to_be_visible()

    # Work, with a rubric; its grades are hidden at first.
    teacher.goto(f"{class_page}?tab=assignments")
    teacher.get_by_role("button", name="New assignment").first.click()
    dialog.get_by_label("Title").fill("A cloud")
    dialog.get_by_role("button", name="Create draft").click()
    form = teacher.get_by_role("dialog", name="Edit assignment")
    form.get_by_label("What is to be done").fill("Describe a cloud.")
    form.get_by_label("Due (optional)").fill("2099-05-01T10:00")
    form.get_by_text("A rubric", exact=True).click()
    form.get_by_label("Name of criterion 1").fill("Idea")
    for number, words in ((1, "Clear"), (2, "Fair"), (3, "Vague")):
        form.get_by_label(f"Name of step {number}").fill(words)
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(teacher.get_by_text("Describe a cloud.")).to_be_visible()
    teacher.get_by_role("button", name="Publish").click()
    expect(teacher.get_by_text("Your class sees it now.")).to_be_visible()
    assignment = teacher.url
    hide_grades(teacher, class_page, yes=True)

    student.goto(room.url)
    student.get_by_role("region", name="Work due").get_by_role("link", name="A cloud").click()
    student.get_by_role("button", name="Begin").click()
    student.get_by_label("Your text").fill("It is white,\n  and far away.")
    expect(student.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    # Kept on the way, it is there after a reload.
    student.reload()
    expect(student.get_by_label("Your text")).to_have_value("It is white,\n  and far away.")
    student.get_by_role("button", name="Hand in").click()
    expect(student.get_by_text("Your teacher has it now.")).to_be_visible()
    expect(student.locator("[data-work=handed_in]")).to_be_visible()

    teacher.goto(assignment)
    teacher.get_by_role("link", name="Grade 1 piece of work").click()
    expect(teacher.get_by_text("It is white,")).to_be_visible()
    teacher.get_by_role("button", name="Clear (2)").click()
    expect(teacher.get_by_label("Points, of 2")).to_have_value("2")
    teacher.get_by_label("Feedback").fill("A picture in words.")
    # What is not yet given back outlives a reload.
    teacher.reload()
    expect(teacher.get_by_label("Feedback")).to_have_value("A picture in words.")
    expect(teacher.get_by_label("Points, of 2")).to_have_value("2")
    teacher.keyboard.press("Control+Enter")
    expect(teacher.locator("[data-work=returned]")).to_be_visible()

    # What others change appears by itself: the words now, the points when they are released.
    expect(student.get_by_text("A picture in words.")).to_be_visible()
    expect(student.get_by_text("Your points are not shown yet.")).to_be_visible()
    hide_grades(teacher, class_page, yes=False)
    expect(student.get_by_text("2 of 2")).to_be_visible()
    student.goto(f"{class_page}?tab=grades")
    row = student.get_by_role("row", name="A cloud")
    expect(row).to_contain_text("2 of 2")
    expect(row).to_contain_text("100%")
    teacher.goto(f"{class_page}?tab=progress")
    expect(teacher.locator("td [data-state=graded]")).to_have_count(1)
    expect(teacher.locator("td [data-state=handed_in]")).to_have_count(1)


def hide_grades(teacher: Page, class_page: str, *, yes: bool) -> None:
    """Hide the only column of the gradebook from the students, or show it."""
    teacher.goto(f"{class_page}?tab=grades")
    teacher.locator("th[data-item]").click()
    dialog = teacher.get_by_role("dialog")
    dialog.get_by_label("Hide from students").set_checked(yes)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def test_a_page_is_drawn_on_and_freezes_when_it_is_handed_in(
    room: Room, course: Course, visit: Callable[..., Page]
) -> None:
    made = course.assignment(answers=["document"])
    student = visit(course.zoe, f"{room.url}/assignments/{made['id']}")
    student.get_by_role("button", name="Begin").click()
    canvas = student.locator("canvas.interactive")
    hand_in = student.get_by_role("button", name="Hand in")
    # Before it is in step with the server the board takes no keys.
    expect(hand_in).to_be_enabled()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    student.mouse.click(x, y)
    student.keyboard.press("r")
    student.mouse.move(x - 60, y - 40)
    student.mouse.down()
    student.mouse.move(x + 60, y + 40, steps=4)
    student.mouse.up()
    (work,) = [
        each
        for each in course.call(course.teacher, "GET", f"/api/assignments/{made['id']}/submissions")["items"]
        if each["id"]
    ]
    page = {"id": course.call(course.zoe, "GET", f"/api/submissions/{work['id']}")["document_id"]}
    wait_until(student, lambda: len(elements(course.zoe, page)) == 1, "the rectangle to be kept")
    expect(hand_in).to_be_enabled()
    hand_in.click()
    expect(student.locator("[data-work=handed_in]")).to_be_visible()
    assert course.call(course.zoe, "GET", f"/api/documents/{page['id']}")["access"] == "read"
    teacher = visit(course.teacher, f"{room.url}/submissions/{work['id']}")
    teacher.locator("canvas.interactive").wait_for()
    teacher.get_by_role("link", name="See the page exactly as it was handed in").click()
    expect(teacher.locator("[data-moment-elements='1']")).to_be_visible()


def test_nothing_is_handed_in_while_a_file_is_on_its_way(
    course: Course, visit: Callable[..., Page], room: Room
) -> None:
    made = course.assignment(answers=["text", "files"])
    student = visit(course.zoe, f"{room.url}/assignments/{made['id']}")
    student.get_by_role("button", name="Begin").click()
    student.get_by_label("Your text").fill("With a drawing.")
    hand_in = student.get_by_role("button", name="Hand in")
    expect(hand_in).to_be_enabled()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    student.route("**/api/files", hold)
    student.locator("input[type=file]").set_input_files(
        {"name": "drawing.txt", "mimeType": "text/plain", "buffer": b"a drawing"}
    )
    expect(student.get_by_text("your files are still on their way")).to_be_visible()
    expect(hand_in).to_be_disabled()
    wait_until(student, lambda: bool(held), "the file to be sent")
    held[0].continue_()
    expect(hand_in).to_be_enabled()
    hand_in.click()
    expect(student.locator("[data-work=handed_in]")).to_be_visible()
    (work,) = [
        each
        for each in course.call(course.teacher, "GET", f"/api/assignments/{made['id']}/submissions")["items"]
        if each["id"]
    ]
    attempts = course.call(course.teacher, "GET", f"/api/submissions/{work['id']}")["attempts"]
    assert [[file["name"] for file in attempt["files"]] for attempt in attempts] == [["drawing.txt"]]


def cell(page: Page, student: Account, item: str) -> Any:
    return page.locator(f'td[data-student="{student.id}"][data-item="{item}"]')


def test_grades_are_typed_into_the_grid_with_the_keyboard(course: Course, visit: Callable[..., Page]) -> None:
    talk, poem = course.item("Talk")["id"], course.item("Poem")["id"]
    teacher = visit(course.teacher, "?tab=grades")
    cell(teacher, course.zoe, talk).click()
    teacher.keyboard.type("8,5")
    teacher.keyboard.press("Enter")
    expect(cell(teacher, course.zoe, talk)).to_have_text("8.5")
    expect(cell(teacher, course.mei, talk)).to_be_focused()
    teacher.keyboard.type("12x")
    expect(teacher.locator("input[aria-invalid=true]")).to_be_visible()
    teacher.keyboard.press("Enter")
    teacher.keyboard.press("Escape")
    expect(cell(teacher, course.mei, talk)).to_have_text("")
    teacher.keyboard.type("ex")
    teacher.keyboard.press("Tab")
    expect(cell(teacher, course.mei, talk)).to_have_text("ex.")
    expect(cell(teacher, course.mei, poem)).to_be_focused()
    teacher.keyboard.press("ArrowUp")
    teacher.keyboard.type("4")
    teacher.keyboard.press("Enter")
    expect(teacher.get_by_role("row", name="Zoë Brandt").locator("td").last).to_have_text("62.5%")
    teacher.keyboard.press("ArrowUp")
    teacher.keyboard.press("Delete")
    expect(teacher.get_by_role("row", name="Zoë Brandt").locator("td").last).to_have_text("85%")
    book = course.call(course.teacher, "GET", f"{course.path}/grades")
    found = {row["user_id"]: {grade["item_id"]: grade["points"] for grade in row["grades"]} for row in book["students"]}
    assert found[course.zoe.id] == {talk: 8.5, poem: None}


def test_two_teachers_who_grade_at_once_choose_between_both_values(course: Course, visit: Callable[..., Page]) -> None:
    talk = course.item("Talk")["id"]
    teacher = visit(course.teacher, "?tab=grades")
    cell(teacher, course.zoe, talk).click()
    teacher.keyboard.type("5")
    # While it is being typed somebody else is faster, and the page hears of it only with the answer.
    teacher.route("**/grades?**", lambda route: route.abort())
    course.grade(talk, course.zoe, 7, by=course.other)
    teacher.keyboard.press("Enter")
    alert = teacher.get_by_role("alert")
    expect(alert).to_contain_text("Mr. Lind has changed the grade of Zoë Brandt meanwhile to 7. You typed 5.")
    teacher.unroute("**/grades?**")
    alert.get_by_role("button", name="Use 5").click()
    expect(alert).to_have_count(0)
    expect(cell(teacher, course.zoe, talk)).to_have_text("5")
    teacher.locator(f'th[data-item="{talk}"]').click()
    teacher.get_by_role("button", name="Who changed what").click()
    changes = teacher.get_by_role("dialog", name="Who changed what")
    expect(changes.get_by_role("listitem")).to_have_count(2)
    expect(changes.get_by_role("listitem").first).to_contain_text("7 → 5")


def test_a_table_is_looked_at_before_it_changes_anything(course: Course, visit: Callable[..., Page]) -> None:
    talk = course.item("Talk")["id"]
    teacher = visit(course.teacher, "?tab=grades")
    teacher.get_by_role("button", name="More for this gradebook").click()
    teacher.get_by_role("menuitem", name="Update from a table").click()
    dialog = teacher.get_by_role("dialog", name="Update from a table")
    table = "name;Talk\r\nZoë Brandt;85\r\nNobody;3\r\n".encode("windows-1252")
    dialog.locator("xpath=//ancestor-or-self::body").locator("input[type=file]").set_input_files(
        {"name": "grades.csv", "mimeType": "text/csv", "buffer": table}
    )
    expect(dialog.get_by_text("1 grade would change:")).to_be_visible()
    expect(dialog.get_by_text("Line 3: nobody in the class is “Nobody”")).to_be_visible()
    expect(dialog.get_by_text("more than 10!")).to_be_visible()
    dialog.get_by_role("button", name="Change 1 grade").click()
    expect(cell(teacher, course.zoe, talk)).to_have_text("85")


SCREENS = [
    pytest.param(WIDE, "light", "en", id="wide-light"),
    pytest.param(WIDE, "dark", "de", id="wide-dark"),
    pytest.param(PHONE, "light", "ar-XB", id="phone-light-mirrored"),
    pytest.param(PHONE, "dark", "de", id="phone-dark"),
]


@pytest.mark.parametrize(("viewport", "scheme", "language"), SCREENS)
def test_work_and_grades_have_no_serious_fault(
    *, room: Room, course: Course, viewport: dict[str, int], scheme: str, language: str, tmp_path: Path
) -> None:
    pictures = Path(os.environ.get("LECTERN_TEST_PICTURES", tmp_path))
    levels = [{"id": str(n), "title": title, "points": n} for n, title in enumerate(("Vague", "Fair", "Clear"))]
    rubric = [{"id": f"c{n}", "title": title, "levels": levels} for n, title in enumerate(("Idea", "Words"))]
    late = {"percent": 10, "per": "day", "most_percent": 50}
    graded = course.assignment(title="Describe a cloud", due_at="2025-05-01T10:00:00Z", late=late, attempts_max=2)
    open_one = course.assignment(
        title="The journey of a raindrop through the whole country",
        instructions="Tell the journey of one raindrop.\n\nAbout one page.",
        due_at="2099-05-01T10:00:00Z",
        rubric=rubric,
        points_max=None,
    )
    course.call(course.teacher, "POST", f"{course.path}/assignments", {"title": "Draft"})
    done = course.hand_in(course.zoe, graded, "It looks like a heap of cotton.\n\nFlat below and round above.")
    body = {"version": 0, "points": 8, "feedback": "A picture in words. What is its name?", "give_back": True}
    course.call(course.teacher, "PUT", f"/api/submissions/{done['id']}/grade", body)
    waiting = course.hand_in(course.mei, open_one, "I fell from a grey cloud above the mountains.")
    course.call(course.zoe, "PUT", f"/api/assignments/{open_one['id']}/draft", {"text": "I fell"})
    scheme_body = {
        "version": 0,
        "categories": [{"title": "Homework", "weight": 60}, {"title": "Tests", "weight": 40, "drop_lowest": 1}],
        "letters": [{"label": "1", "from_percent": 87}, {"label": "2", "from_percent": 60}],
    }
    book = course.call(course.teacher, "PUT", f"{course.path}/grades/scheme", scheme_body)
    homework, tests = [category["id"] for category in book["categories"]]
    for item in book["items"]:
        course.call(course.teacher, "PATCH", f"{course.path}/grades/items/{item['id']}", {"category_id": homework})
    for number in range(6):
        item = course.item(f"Vocabulary test {number + 1}", category_id=tests, hidden=number == 5)
        course.grade(item["id"], course.zoe, 6 + number % 4)
    options = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    found: dict[str, list[str]] = {}
    size = f"{viewport['width']}-{scheme}"
    class_page = f"/classes/{course.opened['id']}"

    def look(page: Page, name: str, where: str, sign: str) -> None:
        mark = "&" if "?" in where else "?"
        page.goto(f"{room.url}{where}{mark}language={language}")
        page.locator(sign).first.wait_for()
        found[name] = faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        page.screenshot(path=pictures / f"{name}-{size}.png", full_page=True)

    teacher = room.sign_in(course.teacher, **options)
    look(teacher, "assignments-teacher", f"{class_page}?tab=assignments", "main li h2")
    look(teacher, "assignment-teacher", f"/assignments/{open_one['id']}", "[data-work]")
    look(teacher, "assignment-form", f"/assignments/{open_one['id']}?edit=true", "[role=dialog] form")
    look(teacher, "submission", f"/submissions/{waiting['id']}", "main form")
    look(teacher, "grades-teacher", f"{class_page}?tab=grades", "td[data-item]")
    teacher.locator("th[data-item]").last.click()
    teacher.get_by_role("dialog").wait_for()
    found["item"] = faults(teacher)
    teacher.screenshot(path=pictures / f"grades-item-{size}.png")
    teacher.keyboard.press("Escape")
    teacher.get_by_role("dialog").wait_for(state="detached")
    teacher.locator("button:has(.tabler-icon-dots)").last.click()
    teacher.locator("[role=menuitem]:has(.tabler-icon-scale)").click()
    teacher.get_by_role("dialog").locator("form").wait_for()
    found["scheme"] = faults(teacher)
    teacher.screenshot(path=pictures / f"grades-scheme-{size}.png")
    student = room.sign_in(course.zoe, **options)
    look(student, "home-due", "/", "section a[href*=assignments]")
    look(student, "assignments-student", f"{class_page}?tab=assignments", "[data-work]")
    look(student, "hand-in", f"/assignments/{open_one['id']}", "main textarea")
    look(student, "returned", f"/assignments/{graded['id']}", "[data-work=returned]")
    look(student, "grades-student", f"{class_page}?tab=grades", "main table")
    assert {name: problems for name, problems in found.items() if problems} == {}
