"""PDFs on their way into a deck, in real browsers: how far they are, and in words why one becomes no slides."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests import pdfs
from tests.end_to_end.conftest import Room
from tests.end_to_end.deck import PATIENCE_MILLISECONDS, Lesson, at, sharp
from tests.school import School

pytestmark = pytest.mark.browser


@pytest.fixture
def lesson(room: Room, school: School) -> Lesson:
    return Lesson(room, school)


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
    expect(teacher.get_by_role("alert")).to_contain_text("may have 50 MB; this one has 60 MB")
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
