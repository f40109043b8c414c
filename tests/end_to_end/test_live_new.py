"""What a teacher makes while the lesson runs, and how the stage makes room for it."""

import re

import pytest
from playwright.sync_api import expect

from tests import pdfs
from tests.end_to_end.board import Board, saved_elements, wait_until
from tests.end_to_end.classroom import Lesson, LiveClassroom
from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.school import School

pytestmark = pytest.mark.browser


@pytest.fixture
def lesson(room: Room, school: School) -> Lesson:
    return Lesson(room, school)


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
            teacher.page.get_by_role("navigation", name="Activities").get_by_role("button", name="Slides").click()
            teacher.page.get_by_role("menuitem", name="New slides").click()

    dialog = teacher.page.get_by_role("dialog", name="New slides")
    chosen = dialog.get_by_label("Upload PDF", exact=True).and_(dialog.locator("input"))
    new_slides()
    # What is no PDF is told where it was chosen; nothing of it is shown to anybody, and nothing stays.
    chosen.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdfs.NOT_A_PDF})
    expect(dialog.get_by_role("alert")).to_contain_text("This file is no PDF")
    expect(student.page.get_by_text("Nothing is on stage yet")).to_be_visible()
    assert lesson.documents("slides") == []
    chosen.set_input_files({"name": "Volcanoes.pdf", "mimeType": "application/pdf", "buffer": pdfs.pdf(3)})
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
    assert titles[1] == "Volcanoes"
    assert re.fullmatch(r"Slides \d\d:\d\d", titles[0])


def test_a_poll_whose_opening_failed_is_made_once(lesson: Lesson) -> None:
    lesson.start()
    teacher, student = lesson.enter(lesson.teacher), lesson.enter(lesson.students[0])
    teacher.page.get_by_role("navigation", name="Activities").get_by_role("button", name="Polls").click()
    teacher.page.get_by_role("menuitem", name="New poll").click()
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


def test_a_board_stays_in_its_frame_when_a_panel_opens_beside_it(lesson: Lesson) -> None:
    drawn = Board(lesson.room.sign_in(lesson.teacher), lesson.room.url, lesson.board).open()
    drawn.draw("r", (500, 250), (1100, 700))
    saved_elements(drawn.page, lesson.teacher, lesson.board, 1)
    drawn.page.close()
    lesson.show(lesson.start(), lesson.board)
    teacher = lesson.enter(lesson.teacher)
    teacher.canvas.wait_for()
    left, right = margins(teacher)
    assert abs(left - right) < 0.02
    for count in (1, 0):
        teacher.page.get_by_role("button", name="1 person here").click()
        expect(teacher.page.get_by_role("complementary", name="People and hands")).to_have_count(count)
        wait_until(teacher.page, lambda: centred(teacher), "the board to stand in the middle again")
    # Who looks somewhere keeps in the middle what is there.
    teacher.canvas.hover(position={"x": 500, "y": 300})
    teacher.page.mouse.wheel(120, 0)
    wait_until(teacher.page, lambda: not centred(teacher), "the board to move")
    before = beside(teacher)
    teacher.page.get_by_role("button", name="1 person here").click()
    expect(teacher.page.get_by_role("complementary", name="People and hands")).to_have_count(1)
    wait_until(teacher.page, lambda: abs(beside(teacher) - before) <= 4, "the board to keep its place")


@pytest.mark.parametrize("viewport", [pytest.param(WIDE, id="wide"), pytest.param(PHONE, id="phone")])
def test_who_looks_around_reaches_the_controls_of_what_they_look_at(lesson: Lesson, viewport: dict[str, int]) -> None:
    deck = lesson.add_deck("Volcanoes", pdfs.pdf(2))
    session = lesson.start()
    lesson.show(session, lesson.board)
    lesson.change(session, roam=True)
    student = lesson.enter(lesson.students[0], viewport=viewport)
    student.shows("The water cycle")
    if viewport == PHONE:
        student.button("Activities").click()
        student.page.get_by_role("button", name="Volcanoes").click()
    else:
        student.put("Slides", "Volcanoes")
    expect(student.page.get_by_text("You are looking around.")).to_be_visible()
    student.view.get_by_role("button", name="Next slide").click()
    expect(student.view.locator("[data-number='2']")).to_be_visible()
    # Before a whole room stands the page alone.
    lesson.show(session, deck)
    projector = lesson.enter(lesson.teacher, viewport=viewport).open(view="stage")
    projector.view.locator("[data-page='1'] img").wait_for()
    expect(projector.page.get_by_role("button")).to_have_count(0)


def margins(person: LiveClassroom) -> tuple[float, float]:
    """Return how far from the left and from the right of the canvas something is drawn, in shares of its width."""
    found: list[float] = person.view.locator("canvas.static").evaluate(
        """(canvas) => {
            const { width, height } = canvas;
            const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, width, height).data.buffer);
            let first = width, last = -1;
            for (let at = 0; at < pixels.length; at++) {
                if (pixels[at] === pixels[0]) continue;
                first = Math.min(first, at % width);
                last = Math.max(last, at % width);
            }
            return [first / width, 1 - (last + 1) / width];
        }"""
    )
    return found[0], found[1]


def beside(person: LiveClassroom) -> float:
    """Return how far the middle of what is drawn is from the middle of the canvas, in pixels."""
    left, right = margins(person)
    width: float = person.view.locator("canvas.static").evaluate("(canvas) => canvas.width")
    return (left - right) / 2 * width


def centred(person: LiveClassroom) -> bool:
    left, right = margins(person)
    return left > 0 and right > 0 and abs(left - right) < 0.02
