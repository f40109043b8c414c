"""The stage in real browsers: what room it has, what stands on it, and that everybody can use it."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import pdfs
from tests.end_to_end.board import Board, saved_elements, wait_until
from tests.end_to_end.classroom import Lesson, LiveClassroom
from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.deck import draw, shows_ink
from tests.end_to_end.pictures import picture
from tests.end_to_end.test_accessibility import faults
from tests.school import School

pytestmark = pytest.mark.browser


@pytest.fixture
def lesson(room: Room, school: School) -> Lesson:
    return Lesson(room, school)


def test_a_projector_shows_the_stage_and_nothing_else(lesson: Lesson) -> None:
    session = lesson.start()
    lesson.show(session, lesson.board)
    lesson.students[0].api.put(f"/api/sessions/{session['id']}/hand").raise_for_status()
    page = lesson.room.sign_in(lesson.teacher)
    projector = LiveClassroom(page, lesson.room.url, lesson.klass["id"]).open(view="stage")
    expect(projector.page.get_by_role("region", name="The water cycle", exact=True)).to_be_visible()
    projector.hands("Zoë Brandt")
    for words in ("End class", "Lock", "Raise hand"):
        expect(projector.button(words)).to_have_count(0)
    # Before a whole room nobody reaches for tools.
    projector.canvas.wait_for()
    expect(projector.page.get_by_role("radio")).to_have_count(0)
    projector.writable(False)
    lesson.show(session, lesson.second)
    expect(projector.page.get_by_role("region", name="Group results", exact=True)).to_be_visible()
    size = projector.view.bounding_box()
    assert size is not None
    assert (size["width"], size["height"]) == (WIDE["width"], WIDE["height"])
    # A poll is projected as the class may see it, although the teacher sees more.
    asked = {"question": "What is magma?", "type": "single", "options": ["Molten rock", "Ash"], "results": "hidden"}
    poll = lesson.teacher.api.post(f"{lesson.path}/polls", json=asked).raise_for_status().json()
    lesson.show(session, {"id": poll["document_id"]})
    expect(projector.view.get_by_text("A poll is coming")).to_be_visible()
    lesson.teacher.api.post(f"/api/polls/{poll['id']}/open", json={}).raise_for_status()
    lesson.students[0].api.put(f"/api/polls/{poll['id']}/ballot", json={"choices": ["o1"]}).raise_for_status()
    expect(projector.view.get_by_text("1 person has voted").first).to_be_visible()
    expect(projector.view.get_by_role("listitem")).to_have_text(["Molten rock", "Ash"])
    expect(projector.view.get_by_role("button")).to_have_count(0)
    expect(projector.view.get_by_text("Only you see")).to_have_count(0)
    lesson.teacher.api.post(f"/api/polls/{poll['id']}/publish").raise_for_status()
    expect(projector.view.get_by_role("row").filter(has_text="Molten rock")).to_contain_text("1 · 100%")


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 720}, {"width": 1920, "height": 1080}])
def test_a_projected_poll_is_seen_whole(lesson: Lesson, viewport: dict[str, int]) -> None:
    session = lesson.start()
    page = lesson.room.sign_in(lesson.teacher, viewport=viewport)
    projector = LiveClassroom(page, lesson.room.url, lesson.klass["id"]).open(view="stage")
    options = [f"Option {number}, with some words to it" for number in range(1, 11)]
    sizes: dict[str, str] = {}
    kinds: dict[str, dict[str, Any]] = {
        "scale": {"type": "scale", "low": 0, "high": 10, "low_label": "lost", "high_label": "sure"},
        "multiple": {"type": "multiple", "options": options},
        "ranking": {"type": "ranking", "options": options},
        "single": {"type": "single", "options": options[:3]},
    }
    for kind, more in kinds.items():
        asked = {"question": f"How sure are you of what magma is, {kind}?", "results": "hidden", **more}
        poll = lesson.teacher.api.post(f"{lesson.path}/polls", json=asked).raise_for_status().json()
        lesson.teacher.api.post(f"/api/polls/{poll['id']}/open", json={}).raise_for_status()
        lesson.show(session, {"id": poll["document_id"]})
        expect(projector.view.get_by_role("heading", name=asked["question"])).to_be_visible()
        assert_seen_whole(projector, f"{kind} open")
        lesson.teacher.api.post(f"/api/polls/{poll['id']}/publish").raise_for_status()
        projector.view.get_by_role("table").wait_for(state="attached")
        assert_seen_whole(projector, f"{kind} results")
        picture(page, f"projected-{kind}-{viewport['height']}")
        sizes[kind] = projector.view.locator("h1").evaluate("title => title.currentCSSZoom.toFixed(1)")
    # What is short is large.
    assert float(sizes["single"]) >= 1.4, sizes


def assert_seen_whole(projector: LiveClassroom, what: str) -> None:
    over = projector.view.evaluate(
        """async (view) => {
          for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
          const all = [view, ...view.querySelectorAll("*")].filter((each) => getComputedStyle(each).overflowY === "auto");
          return Math.max(...all.map((each) => each.scrollHeight - each.clientHeight));
        }"""
    )
    assert over <= 0, (what, over)


def test_the_stage_is_most_of_the_window(lesson: Lesson) -> None:
    lesson.show(lesson.start(), lesson.board)
    for person, least in ((lesson.teacher, 0.8), (lesson.students[0], 0.85)):
        view = lesson.enter(person).view
        view.wait_for()
        size = view.bounding_box()
        assert size is not None
        assert size["width"] * size["height"] >= least * WIDE["width"] * WIDE["height"]


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


@pytest.mark.parametrize("kind", ["Boards", "Slides"])
def test_what_somebody_looks_at_can_go_without_leading_out_of_the_lesson(lesson: Lesson, kind: str) -> None:
    other = lesson.add_deck("Volcanoes", pdfs.pdf(1)) if kind == "Slides" else lesson.second
    session = lesson.start()
    lesson.change(session, roam=True)
    lesson.show(session, lesson.board)
    student = lesson.enter(lesson.students[0])
    student.put(kind, other["title"])
    expect(student.page.get_by_text("You are looking around.")).to_be_visible()
    student.view.locator("[data-deck-ready=true], [data-board-writable]").wait_for()
    lesson.teacher.api.delete(f"/api/documents/{other['id']}").raise_for_status()
    expect(student.view.get_by_text("This is not shared with you")).to_be_visible()
    expect(student.page.get_by_role("main")).to_have_count(1)
    expect(student.page.get_by_role("link", name="Back to the class")).to_have_count(0)
    student.button("Back to the stage").click()
    student.shows("The water cycle")


def test_who_presents_slides_has_the_pen_there_and_a_lock_takes_it_from_the_others(lesson: Lesson) -> None:
    deck = lesson.add_deck("Volcanoes", pdfs.pdf(2))
    zoe = lesson.students[0]
    session = lesson.start()
    student = lesson.enter(zoe)
    lesson.show(session, deck)
    student.shows("Volcanoes")
    student.view.locator("[data-deck-ready=true] [data-slide]").wait_for()
    pen = student.button("Draw on this slide")
    expect(pen).to_have_count(0)
    for locked in (False, True):
        lesson.change(session, locked=locked, presenter_id=zoe.id)
        expect(pen).to_be_visible()
        lesson.change(session, presenter_id=None)
        expect(pen).to_have_count(0)
    lesson.change(session, presenter_id=zoe.id)
    pen.click()
    draw(student.page, (0.2, 0.6), (0.4, 0.6))
    shows_ink(student.page, 0.3, 0.6)
    lesson.change(session, presenter_id=None)
    expect(student.page.get_by_role("button", name=re.compile("Draw on|Put the pen"))).to_have_count(0)
    # Where students may draw, a lock takes the pen from an empty slide as well.
    lesson.teacher.api.put(f"/api/documents/{deck['id']}/slides/access", json={"students": "write"}).raise_for_status()
    student.button("Next slide").click()
    expect(student.page.locator("[data-number='2']")).to_be_visible()
    expect(pen).to_have_count(0)
    lesson.change(session, locked=False)
    expect(pen).to_be_visible()


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


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [pytest.param(WIDE, "light", id="wide light"), pytest.param(PHONE, "dark", id="narrow dark")],
)
def test_the_classroom_has_no_serious_fault(lesson: Lesson, viewport: dict[str, int], scheme: str) -> None:
    options = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    found: dict[str, list[str]] = {}
    waiting = lesson.enter(lesson.students[0], **options)
    expect(waiting.page.get_by_text("The class is not running")).to_be_visible()
    found["not running"] = faults(waiting.page)
    session = lesson.start()
    expect(waiting.page.get_by_text("Nothing is on stage yet")).to_be_visible()
    found["empty stage"] = faults(waiting.page)
    lesson.change(session, locked=True, roam=True, timer_seconds=3600)
    lesson.show(session, lesson.board)
    lesson.students[0].api.put(f"/api/sessions/{session['id']}/hand").raise_for_status()
    teacher = lesson.enter(lesson.teacher, **options)
    for person, name in ((waiting, "student"), (teacher, "teacher")):
        person.canvas.wait_for()
        person.hands("Zoë Brandt")
        found[name] = faults(person.page)
    panel = teacher.page.get_by_role("button", name="1 hand" if viewport == WIDE else "People and hands")
    panel.first.click()
    expect(teacher.page.get_by_role("button", name="Lower all")).to_be_visible()
    found["people"] = faults(teacher.page)
    asked = {"question": "What is magma?", "type": "single", "options": ["Molten rock", "Ash"]}
    poll = lesson.teacher.api.post(f"{lesson.path}/polls", json=asked).raise_for_status().json()
    lesson.teacher.api.post(f"/api/polls/{poll['id']}/open", json={}).raise_for_status()
    lesson.show(session, {"id": poll["document_id"]})
    projector = lesson.enter(lesson.teacher, **options).open(view="stage")
    for person, name in ((waiting, "student"), (teacher, "teacher"), (projector, "projector")):
        person.view.get_by_text("What is magma?").first.wait_for()
        found[f"poll, {name}"] = faults(person.page)
    if viewport == PHONE:
        teacher.page.keyboard.press("Escape")
        teacher.button("Activities").click()
        expect(teacher.page.get_by_role("button", name="New poll")).to_be_visible()
        found["activities"] = faults(teacher.page)
        teacher.button("New slides").click()
        found["new slides"] = refused_slides(teacher)
        teacher.button("More").last.click()
        teacher.page.get_by_role("menuitem", name="End class").click()
    else:
        teacher.put("Slides", "New slides")
        found["new slides"] = refused_slides(teacher)
        teacher.button("End class").click()
    teacher.page.get_by_role("dialog", name="End the class for everybody?").wait_for()
    found["end"] = faults(teacher.page)
    lesson.show(session, lesson.second)
    late = lesson.enter(lesson.students[0], **options)
    late.shows("Group results")
    late.button("More").last.click()
    late.page.get_by_role("menuitem", name="So far in this lesson").click()
    late.page.get_by_text("The water cycle").first.wait_for()
    found["so far"] = faults(late.page)
    late.page.get_by_role("button", name=re.compile("^The water cycle")).click()
    late.page.get_by_text("You are looking back.").wait_for()
    found["looking back"] = faults(late.page)
    lesson.teacher.api.post(f"/api/sessions/{session['id']}/end").raise_for_status()
    expect(late.page.get_by_text("The class is over")).to_be_visible()
    found["over"] = faults(late.page)
    assert {name: problems for name, problems in found.items() if problems} == {}


def refused_slides(teacher: LiveClassroom) -> list[str]:
    """Return what axe says of the dialogue for new slides that could take nothing, and close it."""
    dialog = teacher.page.get_by_role("dialog", name="New slides")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdfs.NOT_A_PDF}
    )
    dialog.get_by_role("alert").wait_for()
    found = faults(teacher.page)
    teacher.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return found


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
