"""Decks in real browsers: the class follows, marks stay on their place, slides are put in order, the deck is saved as PDF."""

import re
from pathlib import Path
from typing import cast

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from classroom.slides.sample import water_cycle
from tests import pdfs
from tests.end_to_end.conftest import PHONE, Room
from tests.end_to_end.deck import Lesson, at, draw, ink_at, press, sharp, shows_ink
from tests.end_to_end.test_accessibility import SCREENS, faults
from tests.school import School

pytestmark = pytest.mark.browser


@pytest.fixture
def lesson(room: Room, school: School) -> Lesson:
    return Lesson(room, school)


def test_a_student_looks_around_and_comes_back(lesson: Lesson) -> None:
    lesson.fill()
    teacher, zoe = lesson.enter(lesson.teacher), lesson.enter(lesson.zoe)
    at(zoe, 1)
    press(zoe, "Next slide")
    at(zoe, 2)
    at(teacher, 1)
    teacher.keyboard.press("End")
    at(teacher, 5)
    at(zoe, 2)
    press(zoe, "Follow the class again: it is at slide 5")
    at(zoe, 5)
    # Everybody at their own pace, and together again.
    press(teacher, "Let everybody turn the pages themselves")
    zoe.locator("[data-following=false]").wait_for()
    zoe.keyboard.press("Home")
    at(zoe, 1)
    teacher.keyboard.press("ArrowLeft")
    at(teacher, 4)
    at(zoe, 1)
    zoe.reload()
    at(zoe, 1)
    press(teacher, "Turn the pages for everybody")
    at(zoe, 4)
    # A teacher looks around without moving anybody.
    press(teacher, "Look around without moving the class")
    teacher.keyboard.press("Home")
    at(teacher, 1)
    at(zoe, 4)
    press(teacher, "Lead the class again: it is at slide 4")
    at(teacher, 4)
    zoe.reload()
    at(zoe, 4)


def test_marks_stay_on_their_place_at_every_window_size(lesson: Lesson) -> None:
    lesson.fill()
    teacher = lesson.enter(lesson.teacher)
    zoe = lesson.enter(lesson.zoe, viewport=PHONE)
    sharp(teacher, 1)
    press(teacher, "Draw on this slide")
    draw(teacher, (0.3, 0.7), (0.7, 0.7))
    shows_ink(teacher, 0.5, 0.7)
    shows_ink(zoe, 0.5, 0.7)
    assert not ink_at(zoe, 0.5, 0.5)
    expect(zoe.get_by_role("button", name="Draw on this slide")).to_have_count(0)
    for width, height in ((1440, 900), (700, 500), (500, 900)):
        zoe.set_viewport_size({"width": width, "height": height})
        shows_ink(zoe, 0.5, 0.7)
        assert not ink_at(zoe, 0.5, 0.6)
    # Neither wheel nor pinch moves the marks off the page.
    teacher.mouse.wheel(0, 400)
    press(teacher, "Put the pen down")
    shows_ink(teacher, 0.5, 0.7)
    # Each slide has marks of its own.
    teacher.keyboard.press("ArrowRight")
    at(zoe, 2)
    expect(zoe.locator("[data-annotations]")).to_have_count(0)
    teacher.keyboard.press("ArrowLeft")
    shows_ink(zoe, 0.5, 0.7)


def test_a_student_draws_where_they_may(lesson: Lesson) -> None:
    lesson.fill()
    teacher, zoe = lesson.enter(lesson.teacher), lesson.enter(lesson.zoe)
    at(zoe, 1)
    expect(zoe.get_by_role("button", name="Draw on this slide")).to_have_count(0)
    press(teacher, "More for this deck")
    teacher.get_by_role("menuitem", name=re.compile("Draw")).click()
    press(zoe, "Draw on this slide")
    draw(zoe, (0.2, 0.6), (0.4, 0.6))
    shows_ink(teacher, 0.3, 0.6)
    press(teacher, "More for this deck")
    teacher.get_by_role("menuitem", name=re.compile("Read")).click()
    expect(zoe.get_by_role("button", name=re.compile("Draw on|Put the pen"))).to_have_count(0)
    shows_ink(zoe, 0.3, 0.6)


def test_on_a_phone_held_sideways_the_tools_stand_beside_the_page(lesson: Lesson) -> None:
    lesson.fill()
    page = lesson.enter(lesson.teacher, viewport={"width": 844, "height": 390}, has_touch=True)
    press(page, "Draw on this slide")
    draw(page, (0.1, 0.1), (0.9, 0.9))
    shows_ink(page, 0.5, 0.5)
    slide = page.locator("[data-slide]").bounding_box()
    assert slide is not None
    assert slide["height"] >= 300
    # The frames of the two bars span the canvas; what people touch stands in them.
    for bar in (".App-toolbar--mobile", ".App-bottom-bar .Island"):
        box = page.locator(f"[data-annotations] {bar}").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= slide["x"] or box["x"] >= slide["x"] + slide["width"]
    press(page, "Put the pen down")
    expect(page.get_by_role("button", name="Next slide")).to_be_visible()


def names_of(page: Page) -> Locator:
    """Return the slides in the overview."""
    return page.get_by_role("navigation", name="All slides").locator("li")


def test_slides_are_put_in_order(lesson: Lesson) -> None:
    lesson.fill()
    teacher, zoe = lesson.enter(lesson.teacher), lesson.enter(lesson.zoe)
    for page in (teacher, zoe):
        press(page, "All slides")
    names = names_of(zoe)
    expect(names).to_have_count(5)

    def order(*parts: str) -> None:
        for number, part in enumerate(parts):
            expect(names.nth(number)).to_contain_text(part)

    thumbs = names_of(teacher)

    def choose(slide: int, entry: str) -> None:
        # The menu before fades out; for a moment there are two.
        expect(teacher.get_by_role("menuitem")).to_have_count(0)
        thumbs.nth(slide).get_by_role("button", name="More for slide").click()
        teacher.get_by_role("menuitem", name=entry).click()

    thumbs.nth(0).drag_to(thumbs.nth(2), target_position={"x": 60, "y": 110})
    order("1. Water", "2. Clouds", "The water cycle", "3. It rains")
    thumbs.nth(1).get_by_role("button").first.focus()
    teacher.keyboard.press("Alt+ArrowUp")
    order("2. Clouds", "1. Water")

    choose(0, "Rename")
    teacher.get_by_label("Title of the slide").fill("Clouds")
    press(teacher, "Save")
    order("Clouds", "1. Water")
    choose(0, "Insert an empty slide below")
    expect(names).to_have_count(6)
    choose(2, "Delete")
    expect(names).to_have_count(5)
    press(teacher, "Undo")
    order("Clouds", "Slide 2", "1. Water")
    expect(zoe.get_by_role("button", name=re.compile("More for slide"))).to_have_count(0)

    # A question that is prepared stands among the slides, and does not say yet what it will ask.
    asked = {"question": "Where is the water?", "type": "yes_no"}
    poll = lesson.teacher.api.post(f"/api/classes/{lesson.class_id}/polls", json=asked).raise_for_status().json()
    choose(0, "Insert a question below")
    press(teacher, re.compile("^Where is the water"))
    order("Clouds", "Question", "Slide 3")
    for page in (teacher, zoe):
        names_of(page).nth(1).get_by_role("button").first.click()
    expect(zoe.get_by_text("A poll is coming")).to_be_visible()
    lesson.teacher.api.post(f"/api/polls/{poll['id']}/open").raise_for_status()
    zoe.get_by_role("button", name="Yes", exact=True).click()
    expect(zoe.get_by_text("Your vote counts.")).to_be_visible()
    # Opened, it is called as it asks, now and later.
    for page in (teacher, zoe):
        expect(names_of(page).nth(1)).to_contain_text("Where is the water?")
    zoe.reload()
    expect(names.nth(1)).to_contain_text("Where is the water?")


def test_the_deck_is_saved_as_a_pdf_with_what_is_drawn(lesson: Lesson, tmp_path: Path) -> None:
    lesson.fill()
    teacher = lesson.enter(lesson.teacher)
    sharp(teacher, 1)
    press(teacher, "Draw on this slide")
    draw(teacher, (0.3, 0.7), (0.7, 0.7))
    shows_ink(teacher, 0.5, 0.7)
    expect(teacher.locator("[data-save-state=saved]")).to_be_visible()
    press(teacher, "More for this deck")
    with teacher.expect_download() as download:
        teacher.get_by_role("menuitem", name=re.compile("Save as PDF")).click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "Water.pdf"
    content = file.read_bytes()
    assert pdfs.pages_in(content) == [(960, 540)] * 5
    marked, original = pdfs.picture_of(content, 0), pdfs.picture_of(water_cycle(), 0)
    darkest, _ = marked.crop((478, 370, 482, 386)).convert("L").getextrema()
    assert cast(float, darkest) < 80
    assert marked.crop((0, 0, 960, 360)).tobytes() == original.crop((0, 0, 960, 360)).tobytes()
    assert pdfs.picture_of(content, 3).tobytes() == pdfs.picture_of(water_cycle(), 3).tobytes()


def test_a_question_is_saved_with_its_answers_and_the_votes_that_are_shown(lesson: Lesson, tmp_path: Path) -> None:
    lesson.fill()
    asked = {"question": "Where is the water?", "type": "single", "options": ["In the air", "In the sea"]}
    poll = lesson.teacher.api.post(f"/api/classes/{lesson.class_id}/polls", json=asked).raise_for_status().json()
    lesson.teacher.api.post(f"/api/polls/{poll['id']}/open").raise_for_status()
    lesson.zoe.api.put(f"/api/polls/{poll['id']}/ballot", json={"choices": ["o1"]}).raise_for_status()
    teacher = lesson.enter(lesson.teacher)
    press(teacher, "All slides")
    names_of(teacher).nth(0).get_by_role("button", name="More for slide").click()
    teacher.get_by_role("menuitem", name="Insert a question below").click()
    press(teacher, re.compile("^Where is the water"))
    expect(names_of(teacher)).to_have_count(6)
    press(teacher, "More for this deck")
    with teacher.expect_download() as download:
        teacher.get_by_role("menuitem", name=re.compile("Save as PDF")).click()
    download.value.save_as(tmp_path / "deck.pdf")
    page = pdfs.picture_of((tmp_path / "deck.pdf").read_bytes(), 1).convert("RGB")
    green = [y for y in range(page.height) if page.getpixel((480, y)) == (127, 184, 164)]
    # The one vote is a bar over the whole width, in the row of its answer.
    assert green
    darkest, _ = page.crop((40, max(green) + 10, 480, max(green) + 60)).convert("L").getextrema()
    assert cast(float, darkest) < 80


def test_what_another_program_wrote_is_shown_as_far_as_it_makes_sense_and_tidied_up(lesson: Lesson) -> None:
    lesson.fill()
    teacher = lesson.enter(lesson.teacher)
    lesson.spoil()
    expect(teacher.get_by_text("Not everything in this deck is a slide")).to_be_visible()
    at(teacher, 1)
    press(teacher, "Tidy up")
    expect(teacher.get_by_text("Not everything in this deck is a slide")).to_have_count(0)
    expect(teacher.locator("[data-count='7']")).to_be_visible()
    teacher.keyboard.press("End")
    expect(teacher.get_by_text("This page cannot be shown")).to_be_visible()


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_decks_have_no_serious_fault(lesson: Lesson, viewport: dict[str, int], scheme: str) -> None:
    options = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    teacher = lesson.enter(lesson.teacher, **options)
    found = {"empty": faults(teacher)}
    lesson.fill()
    sharp(teacher, 1)
    found["page"] = faults(teacher)
    press(teacher, "All slides")
    teacher.locator("[data-thumbnail=true]").first.wait_for()
    found["overview"] = faults(teacher)
    press(teacher, re.compile("More for slide The water cycle"))
    teacher.get_by_role("menuitem", name="Insert a question below").click()
    teacher.get_by_text("The class has no polls yet.").wait_for()
    found["question"] = faults(teacher)
    teacher.keyboard.press("Escape")
    expect(teacher.get_by_role("dialog")).to_have_count(0)
    teacher.get_by_role("navigation", name="All slides").get_by_role("button", name="Close").click()
    press(teacher, "Draw on this slide")
    teacher.locator("[data-annotations=drawing][data-ready=true]").wait_for()
    found["drawing"] = faults(teacher)
    zoe = lesson.enter(lesson.zoe, **options)
    sharp(zoe, 1)
    found["student"] = faults(zoe)
    teacher.set_input_files(
        "[data-upload-menu]", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdfs.BROKEN}
    )
    teacher.get_by_role("alert").wait_for()
    found["refused"] = faults(teacher)
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_a_student_who_may_not_see_a_deck_is_told(lesson: Lesson) -> None:
    lesson.fill()
    zoe = lesson.enter(lesson.zoe)
    at(zoe, 1)
    answer: httpx.Response = lesson.teacher.api.put(f"/api/documents/{lesson.deck}/access", json={"students": "none"})
    answer.raise_for_status()
    expect(zoe.get_by_text("not shared with you")).to_be_visible()
