"""Files of a class in real browsers: added, seen by the class, played from any point, renamed, removed and brought back."""

import io
import re
import wave
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Response, expect

from tests.end_to_end.conftest import Room
from tests.end_to_end.test_accessibility import SCREENS, faults
from tests.school import Account, School

pytestmark = pytest.mark.browser

SECONDS = 120


def recording() -> bytes:
    """Two minutes of quiet sound: ten megabytes, so that nobody fetches all of it to hear the end."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(b"\x10\x00\xf0\xff" * (44_100 // 2 * SECONDS))
    return out.getvalue()


class Shelf:
    """A class with a teacher and a student, who look at its files."""

    def __init__(self, room: Room, school: School) -> None:
        self.room = room
        self.teacher, self.zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
        self.class_id: str = school.open_class(self.teacher, self.zoe)["id"]

    def enter(self, person: Account, **options: object) -> Page:
        page = self.room.sign_in(person, **options)
        page.goto(f"{self.room.url}/classes/{self.class_id}?tab=files")
        return page

    def share(self, name: str, content: bytes, audience: str = "everybody") -> None:
        made = self.teacher.api.post("/api/files", files={"file": (name, content)}).raise_for_status().json()
        self.teacher.api.post(
            f"/api/classes/{self.class_id}/files", json={"file_id": made["id"], "audience": audience}
        ).raise_for_status()


@pytest.fixture
def shelf(room: Room, school: School) -> Shelf:
    return Shelf(room, school)


def add(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator('input[type="file"]').set_input_files(
        [FilePayload(name=name, mimeType="", buffer=content) for name, content in files]
    )


def row_of(page: Page, name: str) -> Locator:
    """Return a file's row in the list; not the one that shows its upload."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("button", name=f"Download {name}"))


def test_what_a_teacher_adds_appears_at_the_students_and_is_saved_under_its_name(shelf: Shelf, tmp_path: Path) -> None:
    teacher, zoe = shelf.enter(shelf.teacher), shelf.enter(shelf.zoe)
    expect(zoe.get_by_text("No files yet")).to_be_visible()
    expect(zoe.get_by_role("button", name="Add files")).to_have_count(0)
    add(teacher, ("Arbeitsblatt – Größen.txt", "Wörter".encode()), ("東京.csv", b"a;b\n"))
    row = row_of(zoe, "Arbeitsblatt – Größen.txt")
    expect(row).to_contain_text("Ms. Okafor")
    expect(row_of(zoe, "東京.csv")).to_be_visible()
    with zoe.expect_download() as saved:
        row.get_by_role("button", name="Download Arbeitsblatt – Größen.txt").last.click()
    assert saved.value.suggested_filename == "Arbeitsblatt – Größen.txt"
    saved.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_text(encoding="utf-8") == "Wörter"


def test_a_file_is_renamed_hidden_removed_and_brought_back_in_place(shelf: Shelf) -> None:
    shelf.share("sheet.txt", b"words")
    teacher, zoe = shelf.enter(shelf.teacher), shelf.enter(shelf.zoe)
    expect(zoe.get_by_text("sheet.txt")).to_be_visible()
    menu = teacher.get_by_role("button", name="More for sheet.txt")
    menu.click()
    teacher.get_by_role("menuitem", name="Rename").click()
    teacher.get_by_label("Name", exact=True).fill("Sheet 1.txt")
    teacher.get_by_role("button", name="Save").click()
    expect(zoe.get_by_text("Sheet 1.txt")).to_be_visible()
    with zoe.expect_download() as saved:
        zoe.get_by_role("button", name="Download Sheet 1.txt").last.click()
    assert saved.value.suggested_filename == "Sheet 1.txt"
    teacher.get_by_role("button", name="More for Sheet 1.txt").click()
    teacher.get_by_role("menuitemradio", name="For teachers only").click()
    expect(zoe.get_by_text("No files yet")).to_be_visible()
    teacher.keyboard.press("Escape")
    teacher.get_by_role("button", name="More for Sheet 1.txt").click()
    teacher.get_by_role("menuitem", name="Remove from the class").click()
    expect(teacher.get_by_text("No files yet")).to_be_visible()
    teacher.get_by_role("button", name="Undo").click()
    expect(row_of(teacher, "Sheet 1.txt")).to_contain_text("For teachers only")


def test_what_is_refused_is_told_at_the_file_and_can_be_put_away(shelf: Shelf) -> None:
    teacher = shelf.enter(shelf.teacher)
    add(teacher, ("setup.exe", b"MZ\x90\x00\x03"), ("fine.txt", b"fine"))
    failed = teacher.locator("[data-upload=failed]")
    expect(failed).to_contain_text("Programs cannot be uploaded")
    expect(row_of(teacher, "fine.txt")).to_be_visible()
    failed.get_by_role("button", name="Do not upload setup.exe").click()
    expect(failed).to_have_count(0)


def test_a_recording_is_played_from_any_point_without_fetching_all_of_it(shelf: Shelf) -> None:
    content = recording()
    shelf.share("lesson.wav", content)
    zoe = shelf.enter(shelf.zoe)
    parts: list[tuple[int, int]] = []

    def note(response: Response) -> None:
        found = re.fullmatch(r"bytes (\d+)-\d+/\d+", response.headers.get("content-range", ""))
        if "/linked" in response.url and found:
            parts.append((response.status, int(found[1])))

    zoe.on("response", note)
    zoe.get_by_role("button", name="Open lesson.wav").click()
    player = zoe.locator("audio")
    expect(player).to_have_js_property("duration", SECONDS)
    player.evaluate("audio => { audio.currentTime = 110 }")
    expect(player).to_have_js_property("currentTime", 110)
    expect(player).to_have_js_property("seeking", False)
    assert {status for status, _ in parts} == {206}
    assert max(begin for _, begin in parts) > len(content) * 0.8, "it went straight to the end"


def test_an_upload_shows_how_far_it_is_and_is_stopped(shelf: Shelf) -> None:
    teacher = shelf.enter(shelf.teacher)
    # The answer never comes: the upload stays on its way.
    teacher.route("**/api/files", lambda _route: None)
    add(teacher, ("film.mp4", bytes(3 * 1024 * 1024)))
    sending = teacher.locator("[data-upload=sending]")
    expect(sending).to_contain_text("3 MB")
    sending.get_by_role("button", name="Stop uploading film.mp4").click()
    expect(teacher.locator("[data-upload]")).to_have_count(0)
    teacher.unroute_all(behavior="ignoreErrors")
    expect(teacher.get_by_text("No files yet")).to_be_visible()


def test_files_can_be_dropped_and_chosen_by_keyboard(shelf: Shelf) -> None:
    teacher = shelf.enter(shelf.teacher)
    button = teacher.get_by_role("button", name="Add files")
    with teacher.expect_file_chooser() as chooser:
        button.press("Enter")
    chooser.value.set_files([FilePayload(name="chosen.txt", mimeType="text/plain", buffer=b"chosen")])
    expect(row_of(teacher, "chosen.txt")).to_be_visible()
    dropped = teacher.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['words'], 'dropped.txt')); return data }"
    )
    teacher.locator("[class*=zone]").dispatch_event("drop", {"dataTransfer": dropped})
    expect(row_of(teacher, "dropped.txt")).to_be_visible()


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_the_page_of_files_has_no_serious_fault(
    shelf: Shelf, viewport: dict[str, int], scheme: str, tmp_path: Path
) -> None:
    for name, content in (
        ("Arbeitsblatt 3 – Der Wasserkreislauf und was ihn antreibt.pdf", b"%PDF-1.7\n" + bytes(800_000)),
        ("Aufnahme.wav", recording()[:2_000_000]),
        ("noten.csv", b"a;b\n"),
    ):
        shelf.share(name, content, "teachers" if name == "noten.csv" else "everybody")
    page = shelf.enter(shelf.teacher, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    expect(page.get_by_text("noten.csv")).to_be_visible()
    add(page, ("leer.txt", b""))
    page.locator("[data-upload=failed]").wait_for()
    page.screenshot(path=tmp_path / "files.png", full_page=True)
    assert faults(page) == []
    page.get_by_role("button", name="Open Aufnahme.wav").click()
    page.locator("audio").wait_for()
    page.screenshot(path=tmp_path / "recording.png")
    assert faults(page) == []
