"""Decks in real browsers: a PDF becomes slides, the class follows, marks stay on their place, the deck is saved as PDF."""

import re
import time
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect
from pycrdt import Array, Doc, YMessageType, create_sync_message, create_update_message, handle_sync_message
from websockets import connect

from classroom.slides.sample import water_cycle
from documents.kinds import Kind
from documents.reading import declare
from tests import pdfs
from tests.conftest import in_own_loop
from tests.end_to_end.conftest import PHONE, Room
from tests.end_to_end.test_accessibility import SCREENS, faults
from tests.school import Account, School

pytestmark = pytest.mark.browser

# Pages are made on the server, and drawn in the browser, by processors that other tests use as well.
PATIENCE_MILLISECONDS = 60_000


class Lesson:
    """A class with a teacher, a student and a deck."""

    def __init__(self, room: Room, school: School) -> None:
        self.room = room
        self.teacher, self.zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
        self.class_id: str = school.open_class(self.teacher, self.zoe)["id"]
        made = self.teacher.api.post(
            f"/api/classes/{self.class_id}/documents", json={"kind": "slides", "title": "Water", "students": "read"}
        )
        self.deck: str = made.raise_for_status().json()["id"]

    def fill(self, content: bytes | None = None) -> "Lesson":
        """Let the deck have slides before anybody looks at it."""
        self.teacher.api.post(
            f"/api/documents/{self.deck}/slides", files={"file": ("water.pdf", content or water_cycle())}
        ).raise_for_status()
        while self.told()["uploads"][0]["state"] != "done":
            time.sleep(0.02)
        return self

    def told(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.teacher.api.get(f"/api/documents/{self.deck}/slides").raise_for_status().json()
        return answer

    def spoil(self) -> None:
        """Write into the deck what is no slide, with another client."""

        async def write() -> None:
            url = f"{self.room.url.replace('http', 'ws')}/collab/{self.deck}?token={self.teacher.token}"
            doc: Doc[Any] = Doc()
            declare(doc, Kind.SLIDES)
            async with connect(url) as socket:
                await socket.send(create_sync_message(doc))
                while not len(doc.get("slides", type=Array)):
                    message = await socket.recv()
                    assert isinstance(message, bytes)
                    if message[0] == YMessageType.SYNC:
                        reply = handle_sync_message(message[1:], doc)
                        if reply is not None:
                            await socket.send(reply)
                before = doc.get_state()
                doc.get("slides", type=Array).extend(["text", {"id": 5}, {"id": "x", "file_id": "nowhere", "page": 9}])
                await socket.send(create_update_message(doc.get_update(before)))
                await socket.recv()

        in_own_loop(write)

    def enter(self, person: Account, **options: Any) -> Page:
        page = self.room.sign_in(person, **options)
        page.goto(f"{self.room.url}/classes/{self.class_id}/documents/{self.deck}")
        page.locator("[data-deck-ready=true]").wait_for()
        return page


@pytest.fixture
def lesson(room: Room, school: School) -> Lesson:
    return Lesson(room, school)


def at(page: Page, number: int) -> None:
    """Expect a page at a slide."""
    expect(page.locator(f"[data-number='{number}']")).to_be_visible()


def sharp(page: Page, number: int) -> Locator:
    """Wait until a page of the PDF is drawn by pdf.js."""
    page.locator(f"[data-page='{number}'] canvas[data-drawn=true]").wait_for(timeout=PATIENCE_MILLISECONDS)
    return page.locator(f"[data-page='{number}']")


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).click()


def draw(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a line on the slide, in shares of its width and height."""
    page.locator("[data-annotations=drawing][data-ready=true]").wait_for()
    # In a lesson there may be a board, with tools of its own, kept behind the deck.
    pen = "[data-annotations] [data-testid=toolbar-freedraw]"
    page.wait_for_function(f"document.querySelector('{pen}')?.checked === true")
    box = page.locator("[data-slide]").bounding_box()
    assert box is not None
    for number, (x, y) in enumerate((start, end)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=1 + 6 * number)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def ink_at(page: Page, x: float, y: float) -> bool:
    """Tell whether something dark is drawn on the annotation layer at this share of the slide."""
    found: bool = page.evaluate(
        """([x, y]) => {
            const page = document.querySelector('[data-slide]').getBoundingClientRect();
            const canvas = document.querySelector('[data-annotations] canvas.static');
            if (!canvas) return false;
            const box = canvas.getBoundingClientRect();
            const at = [page.left + x * page.width - box.left, page.top + y * page.height - box.top];
            const scale = canvas.width / box.width;
            const size = 7;
            const pixels = canvas.getContext('2d').getImageData(
                Math.round(at[0] * scale) - 3, Math.round(at[1] * scale) - 3, size, size).data;
            for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 128) return true;
            return false;
        }""",
        [x, y],
    )
    return found


def shows_ink(page: Page, x: float, y: float) -> None:
    page.locator("[data-annotations][data-ready=true]").wait_for()
    deadline = time.monotonic() + 20
    while not ink_at(page, x, y):
        assert time.monotonic() < deadline, f"no mark at {x}, {y}"
        page.evaluate("new Promise((done) => requestAnimationFrame(done))")


def test_a_teacher_uploads_a_pdf_and_the_class_follows(lesson: Lesson) -> None:
    teacher = lesson.enter(lesson.teacher)
    zoe = lesson.enter(lesson.zoe)
    expect(zoe.get_by_text("No slides yet")).to_be_visible()
    teacher.set_input_files(
        "[data-upload-input]", {"name": "long.pdf", "mimeType": "application/pdf", "buffer": pdfs.pdf(12)}
    )
    sharp(zoe, 1)
    expect(zoe.locator("[data-page='1'] img")).to_have_attribute("alt", "Cells 1 This is page 1.")
    expect(teacher.locator("[data-count='12']")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    expect(teacher.locator("[data-upload]")).to_have_count(0)

    teacher.keyboard.press("ArrowRight")
    at(zoe, 2)
    sharp(zoe, 2)
    # The canvas gets the room: at least 85 % of the window.
    share = teacher.evaluate(
        "(() => { const b = document.querySelector('[data-deck-ready]').getBoundingClientRect();"
        " return b.width * b.height / innerWidth / innerHeight })()"
    )
    assert share >= 0.85


def test_how_far_an_upload_is_can_be_seen(lesson: Lesson) -> None:
    teacher = lesson.enter(lesson.teacher)
    done = {"pages": 7}

    def slowly(route: Route) -> None:
        """Answer as a slow server does: what it tells is true of a moment that is over too soon to be seen here."""
        if route.request.method != "GET":
            route.continue_()
            return
        told = route.fetch().json()
        for upload in told["uploads"]:
            if upload["state"] != "failed" and done["pages"] < 20:
                upload.update(state="working", pages=20, pages_done=done["pages"])
        route.fulfill(json=told)

    teacher.route("**/api/documents/*/slides", slowly)
    teacher.set_input_files(
        "[data-upload-input]", {"name": "long.pdf", "mimeType": "application/pdf", "buffer": pdfs.pdf(3)}
    )
    row = teacher.locator("[data-upload=working]")
    expect(row).to_contain_text(re.compile(r"long\.pdf\s*7 of 20 pages"))
    expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "35")
    done["pages"] = 12
    expect(row).to_contain_text("12 of 20 pages")
    done["pages"] = 20
    expect(row).to_have_count(0, timeout=PATIENCE_MILLISECONDS)
    expect(teacher.locator("[data-count='3']")).to_be_visible()


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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pdfs.NOT_A_PDF, "This file is no PDF"),
        (pdfs.BROKEN, "damaged and cannot be read"),
        (pdfs.encrypted(), "needs a password"),
        (pdfs.pdf(201), "may have 200 pages"),
    ],
    ids=["other", "broken", "encrypted", "long"],
)
def test_a_file_that_cannot_become_slides_is_told_in_words(lesson: Lesson, content: bytes, words: str) -> None:
    teacher = lesson.enter(lesson.teacher)
    teacher.set_input_files("[data-upload-input]", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": content})
    notice = teacher.get_by_role("alert")
    expect(notice).to_contain_text("“a.pdf” did not become slides")
    expect(notice).to_contain_text(words)
    expect(teacher.get_by_text("No slides yet")).to_be_visible()
    assert lesson.told()["uploads"] == []


def test_a_file_that_is_too_large_is_not_even_sent(lesson: Lesson, tmp_path: Path) -> None:
    teacher = lesson.enter(lesson.teacher)
    sent: list[str] = []
    teacher.on("request", lambda request: sent.append(request.method))
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.truncate(60 * 1024 * 1024)
    teacher.set_input_files("[data-upload-input]", huge)
    expect(teacher.get_by_role("alert")).to_contain_text("“huge.pdf” did not become slides")
    expect(teacher.get_by_role("alert")).to_contain_text("may have 50 MB; this one has 63 MB")
    assert "POST" not in sent


def test_a_pdf_that_is_a_bomb_is_told_in_words(lesson: Lesson) -> None:
    teacher = lesson.enter(lesson.teacher)
    teacher.set_input_files(
        "[data-upload-input]", {"name": "bomb.pdf", "mimeType": "application/pdf", "buffer": pdfs.bomb()}
    )
    failed = teacher.locator("[data-upload=failed]")
    expect(failed).to_contain_text("too much memory or time", timeout=60_000)
    failed.get_by_role("button", name="Close").click()
    expect(failed).to_have_count(0)


def test_a_pdf_can_be_dropped_on_the_deck(lesson: Lesson) -> None:
    teacher = lesson.enter(lesson.teacher)
    data = teacher.evaluate_handle(
        """(bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], 'dropped.pdf', { type: 'application/pdf' }));
            return data;
        }""",
        list(pdfs.pdf(2)),
    )
    teacher.dispatch_event("[data-deck-ready]", "dragover", {"dataTransfer": data})
    expect(teacher.get_by_text("Drop the PDF here")).to_be_visible()
    teacher.dispatch_event("[data-deck-ready]", "drop", {"dataTransfer": data})
    expect(teacher.locator("[data-count='2']")).to_be_visible()


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
