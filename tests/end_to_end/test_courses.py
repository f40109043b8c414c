"""From the catalogue into a class: a teacher publishes, students enrol and drop, a list of people comes in. In real browsers."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.pictures import picture
from tests.end_to_end.test_accessibility import faults
from tests.school import Account, School

pytestmark = pytest.mark.browser

SCREENS = [pytest.param(WIDE, "light", id="wide light"), pytest.param(PHONE, "dark", id="narrow dark")]
ABOUT = "Animals of the sea, and why the water is salt. We go to the harbour twice."


def publish(teacher: Account, *, title: str = "Marine biology", **place: Any) -> dict[str, Any]:
    """Make a course with a class and publish it."""
    body = {"title": title, "category": "Science", "description": ABOUT}
    course: dict[str, Any] = teacher.api.post("/api/courses", json=body).raise_for_status().json()
    path = f"/api/courses/{course['id']}"
    teacher.api.post(f"{path}/classes", json={"title": "Biology 9a", **place}).raise_for_status()
    made: dict[str, Any] = teacher.api.post(f"{path}/publish").raise_for_status().json()
    return made


def code_of(teacher: Account, class_id: str) -> str:
    return str(teacher.api.get(f"/api/classes/{class_id}").raise_for_status().json()["join_code"])


def test_a_teacher_makes_a_course_and_a_student_finds_it_enrols_and_drops(room: Room, school: School) -> None:
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    desk = room.at_home(teacher)
    desk.get_by_role("link", name="Courses").click()
    desk.get_by_role("button", name="New course").first.click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Title of the course").fill("Étoiles et planètes 星")
    dialog.get_by_label("Category").fill("Science")
    dialog.get_by_label("Description").fill("We look up.\n\nOnce a month.")
    dialog.get_by_role("button", name="Create course").click()
    desk.get_by_role("heading", name="Étoiles et planètes 星").wait_for()
    expect(desk.get_by_text("Draft", exact=True)).to_be_visible()
    desk.get_by_role("button", name="Add class").click()
    dialog.get_by_label("Name of the class").fill("Stars A")
    dialog.get_by_label("Places (optional)").fill("2")
    dialog.get_by_role("button", name="Add class").click()
    expect(desk.get_by_text("0 of 2 places taken")).to_be_visible()

    page = room.sign_in(student)
    page.goto(f"{room.url}/courses?query=etoiles")
    expect(page.get_by_text("No course fits")).to_be_visible()
    desk.get_by_role("button", name="Publish").click()
    # It appears where it was looked for, without reload.
    page.get_by_role("link", name="Étoiles et planètes 星").click()
    expect(page.get_by_text("We look up.")).to_be_visible()
    page.get_by_role("button", name="Enrol").click()
    page.get_by_role("heading", name="Stars A").wait_for()
    expect(page.get_by_role("link", name="Course: Étoiles et planètes 星")).to_be_visible()
    expect(desk.get_by_text("1 of 2 places taken")).to_be_visible()

    page.get_by_role("link", name="Course: Étoiles et planètes 星").click()
    page.get_by_role("button", name="Drop").click()
    confirm = page.get_by_role("dialog")
    expect(confirm).to_contain_text("What you made there stays")
    confirm.get_by_role("button", name="Drop").click()
    expect(page.get_by_role("button", name="Enrol")).to_be_visible()
    expect(desk.get_by_text("0 of 2 places taken")).to_be_visible()


def test_a_class_with_a_code_asks_for_it_and_a_closed_or_full_one_says_so(room: Room, school: School) -> None:
    teacher, student = school.register("Mr. Tan", "teacher"), school.register("Mei", "student")
    course = publish(teacher, title="Chess", enrolment="code")
    class_id = course["classes"][0]["id"]
    page = room.sign_in(student, viewport=PHONE)
    page.goto(f"{room.url}/courses/{course['id']}")
    page.get_by_role("button", name="Enrol").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Join code").fill("ABCD-EFGH")
    dialog.get_by_role("button", name="Enrol").click()
    expect(dialog.get_by_text("There is no class with this code.")).to_be_visible()
    expect(dialog.get_by_label("Join code")).to_have_value("ABCD-EFGH")
    place = f"/api/courses/{course['id']}/classes/{class_id}"
    teacher.api.put(place, json={"enrolment": "closed"}).raise_for_status()
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Enrolment is closed")).to_be_visible()
    other = school.register("Amir", "student")
    other.api.post("/api/classes/join", json={"join_code": code_of(teacher, class_id)}).raise_for_status()
    teacher.api.put(place, json={"enrolment": "open", "seats": 1}).raise_for_status()
    expect(page.get_by_text("Full", exact=True)).to_be_visible()


def test_a_list_of_people_is_previewed_and_brought_in(room: Room, school: School, tmp_path: Path) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    zoe, amir = school.register("Zoë Brandt", "student"), school.register("أمير حداد", "student")
    opened = school.open_class(teacher, amir)
    list_file = tmp_path / "class.csv"
    rows = f"E-Mail;Name\r\n{zoe.email};Zoë\r\n{amir.email};Amir\r\njuerg@new.example;Jürg Müller\r\nnobody;Nobody\r\n{zoe.email};Again\r\n"
    list_file.write_bytes(rows.encode("windows-1252"))
    page = room.sign_in(teacher)
    page.goto(f"{room.url}/classes/{opened['id']}?tab=people")
    page.get_by_role("button", name="Add people").click()
    page.get_by_role("menuitem", name="From a list (CSV)").click()
    dialog = page.get_by_role("dialog")
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Choose file").click()
    chooser.value.set_files(list_file)
    expect(dialog.get_by_text("2 rows cannot be used").first).to_be_visible()
    expect(dialog).to_contain_text("Line 5: this is no e-mail address.")
    expect(dialog).to_contain_text("Line 6: this address stands in line 2 already.")
    expect(dialog.get_by_role("cell", name="Jürg Müller")).to_be_visible()
    expect(dialog).to_contain_text("WINDOWS-1252")
    picture(page, "roster-preview")
    dialog.get_by_role("button", name="Bring 2 people in").click()
    expect(dialog.get_by_text("1 person was added")).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download the links").click()
    links = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "juerg@new.example,Jürg Müller,http" in links
    picture(page, "roster-done")
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("Zoë Brandt").first).to_be_visible()
    expect(page.get_by_text("Jürg Müller")).to_be_visible()

    guest = room.page()
    guest.goto(links.splitlines()[1].rsplit(",", 1)[1])
    guest.get_by_text("I am new here").click()
    guest.get_by_label("Your name").fill("Jürg Müller")
    guest.get_by_label("E-mail address").fill("juerg@new.example")
    guest.get_by_label("Password", exact=True).fill("correct horse battery staple")
    guest.get_by_role("button", name="Join class").click()
    guest.get_by_role("heading", name="Biology 7b").wait_for()
    # The invitation has served its purpose, and says so by being gone.
    expect(page.get_by_text("Invited, not here yet")).to_have_count(0)


def test_one_person_is_added_by_address(room: Room, school: School) -> None:
    teacher, zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher)
    page = room.sign_in(teacher)
    page.goto(f"{room.url}/classes/{opened['id']}?tab=people")

    def add(email: str) -> None:
        page.get_by_role("button", name="Add people").click()
        page.get_by_role("menuitem", name="By e-mail address").click()
        page.get_by_role("dialog").get_by_label("E-mail address").fill(email)
        page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()

    add(zoe.email)
    expect(page.get_by_text("Zoë Brandt is in the class now.")).to_be_visible()
    add("new.person@school.example")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("/join/")
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("new.person@school.example")).to_be_visible()
    page.get_by_role("button", name="More for new.person@school.example").click()
    page.get_by_role("menuitem", name="Take the invitation back").click()
    expect(page.get_by_text("Invited, not here yet")).to_have_count(0)


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_the_pages_of_courses_have_no_serious_fault(
    room: Room, school: School, viewport: dict[str, int], scheme: str
) -> None:
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    course = publish(
        teacher, title="Étoiles et planètes : ce que l'on voit de nuit, à l'œil nu et au télescope", seats=2
    )
    teacher.api.post("/api/courses", json={"title": "A draft", "category": "Science", "description": ""})
    invited = f"/api/classes/{course['classes'][0]['id']}/members"
    teacher.api.post(invited, json={"email": "new.person@school.example"}).raise_for_status()
    options: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    found: dict[str, list[str]] = {}

    def look(page: Page, name: str, path: str, sign: Locator) -> None:
        page.goto(f"{room.url}{path}")
        sign.first.wait_for()
        found[name] = faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        picture(page, f"{name}-{scheme}")

    desk, page = room.sign_in(teacher, **options), room.sign_in(student, **options)
    own = f"/courses/{course['id']}"
    look(desk, "courses-teacher", "/courses?own=true", desk.get_by_role("link", name="A draft"))
    look(desk, "course-teacher", own, desk.get_by_text("0 of 2 places taken"))
    look(desk, "roster", f"/classes/{course['classes'][0]['id']}?tab=people", desk.get_by_text("new.person@school"))
    look(page, "courses-student", "/courses?query=etoiles", page.get_by_role("link", name="Étoiles"))
    look(page, "courses-nothing", "/courses?query=nothing-like-it", page.get_by_text("No course fits"))
    look(page, "course-student", own, page.get_by_role("button", name="Enrol"))
    assert {name: problems for name, problems in found.items() if problems} == {}
