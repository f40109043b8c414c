"""What a teacher makes while the lesson runs, in real browsers: polls and slides that are shown at once."""

import re

import pytest
from playwright.sync_api import expect

from tests import pdfs
from tests.end_to_end.classroom import Lesson
from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.school import School

pytestmark = pytest.mark.browser


@pytest.fixture
def lesson(room: Room, school: School) -> Lesson:
    return Lesson(room, school)


def test_a_poll_is_asked_from_the_stage_or_waits_there_until_it_is_opened(lesson: Lesson) -> None:
    asked = {"question": "Prepared?", "type": "yes_no"}
    poll = lesson.teacher.api.post(f"{lesson.path}/polls", json=asked).raise_for_status().json()
    lesson.start()
    teacher, student = lesson.enter(lesson.teacher), lesson.enter(lesson.students[0])
    teacher.page.get_by_role("navigation", name="Activities").get_by_role("button", name="Polls").click()
    teacher.page.get_by_role("menuitem", name=re.compile("^Prepared\\?")).click()
    # What will be asked is not told before it is asked, not by its name either.
    student.shows("Poll")
    expect(student.view.get_by_text("A poll is coming")).to_be_visible()
    expect(student.page.get_by_text("Prepared?")).to_have_count(0)
    teacher.view.get_by_role("button", name="Edit poll").click()
    dialog = teacher.page.get_by_role("dialog")
    dialog.get_by_label("Question").fill("Ready?")
    dialog.get_by_role("button", name="Save").click()
    expect(teacher.view.get_by_role("heading", name="Ready?")).to_be_visible()
    teacher.button("Open poll").click()
    student.shows("Ready?")
    expect(student.view.get_by_role("button", name="Yes", exact=True)).to_be_visible()
    assert lesson.teacher.api.get(f"/api/polls/{poll['id']}").json()["question"] == "Ready?"

    teacher.put("Polls", "New poll")
    dialog.get_by_label("Question").fill("And now?")
    dialog.get_by_label("Options").fill("Red\nBlue")
    dialog.get_by_role("button", name="Open now").click()
    student.shows("And now?")


def test_a_poll_whose_opening_failed_is_made_once(lesson: Lesson) -> None:
    lesson.start()
    teacher, student = lesson.enter(lesson.teacher), lesson.enter(lesson.students[0])
    teacher.put("Polls", "New poll")
    dialog = teacher.page.get_by_role("dialog")
    dialog.get_by_label("Question").fill("And now?")
    dialog.get_by_label("Options").fill("Red\nBlue")
    teacher.page.route("**/api/polls/*/open", lambda route: route.abort())
    dialog.get_by_role("button", name="Open now").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The server cannot be reached")
    teacher.page.unroute("**/api/polls/*/open")
    dialog.get_by_label("Question").fill("What now?")
    dialog.get_by_role("button", name="Open now").click()
    student.shows("What now?")
    polls = lesson.teacher.api.get(f"{lesson.path}/polls").raise_for_status().json()["items"]
    assert [(each["question"], each["state"]) for each in polls] == [("What now?", "open")]


@pytest.mark.parametrize("viewport", [pytest.param(WIDE, id="wide"), pytest.param(PHONE, id="phone")])
def test_new_slides_are_made_from_the_stage(lesson: Lesson, viewport: dict[str, int]) -> None:
    lesson.start()
    teacher, student = lesson.enter(lesson.teacher, viewport=viewport), lesson.enter(lesson.students[0])
    expect(student.page.get_by_text("Nothing is on stage yet")).to_be_visible()

    def new_slides() -> None:
        if viewport == PHONE:
            teacher.button("Activities").click()
            teacher.button("New slides").click()
        else:
            teacher.put("Slides", "New slides")

    dialog = teacher.page.get_by_role("dialog", name="New slides")
    chosen = dialog.get_by_label("Upload PDF", exact=True).and_(dialog.locator("input"))
    new_slides()
    # What is no PDF is told where it was chosen; nothing of it is shown to anybody, and nothing stays.
    chosen.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdfs.NOT_A_PDF})
    expect(dialog.get_by_role("alert")).to_contain_text("This file is no PDF")
    expect(student.page.get_by_text("Nothing is on stage yet")).to_be_visible()
    assert lesson.documents("slides") == []
    # Nor does anything of what breaks off on its way; sent again, it is one deck.
    way = "**/api/classes/*/slides"
    teacher.page.route(way, lambda route: route.abort())
    chosen.set_input_files({"name": "Volcanoes.pdf", "mimeType": "application/pdf", "buffer": pdfs.pdf(3)})
    again = dialog.get_by_role("button", name="Upload Volcanoes.pdf again")
    expect(again).to_be_visible()
    assert lesson.documents("slides") == []
    teacher.page.unroute(way)
    again.click()
    expect(dialog).to_have_count(0)
    student.shows("Volcanoes")
    expect(student.view.locator("[data-count='3']")).to_be_visible()

    # Without a PDF one begins with an empty slide.
    new_slides()
    dialog.get_by_role("button", name="Begin without a PDF").click()
    expect(student.view.get_by_text("No slides yet")).to_be_visible()
    teacher.view.get_by_role("button", name="Add an empty slide").click()
    expect(student.view.locator("[data-count='1']")).to_be_visible()
    titles = lesson.documents("slides")
    assert titles[1:] == ["Volcanoes"]
    assert re.fullmatch(r"Slides \d\d:\d\d", titles[0])
