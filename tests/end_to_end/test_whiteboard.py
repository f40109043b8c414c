"""Teacher and student on one board, in two browsers."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import FilePayload, expect

from tests.end_to_end.board import Board, elements, wait_until
from tests.end_to_end.conftest import Room
from tests.network import Network
from tests.school import Account, School

pytestmark = pytest.mark.browser


class Lesson:
    def __init__(self, school: School) -> None:
        self.teacher = school.register("Ms. Okafor", "teacher")
        self.zoe = school.register("Zoë Brandt", "student")
        self.class_id = school.open_class(self.teacher, self.zoe)["id"]
        self.board = school.open_board(self.teacher, self.class_id)

    def at_board(self, room: Room, person: Account, **options: Any) -> Board:
        return Board(room.sign_in(person, **options), room.url, self.board).open()

    def kinds(self) -> list[object]:
        return [element["type"] for element in elements(self.teacher, self.board)]


@pytest.fixture
def lesson(school: School) -> Lesson:
    return Lesson(school)


def pixels(board: Board) -> Image.Image:
    return Image.open(io.BytesIO(board.page.locator("canvas.static").screenshot()))


def test_teacher_and_student_see_each_others_strokes(room: Room, lesson: Lesson) -> None:
    teacher = lesson.at_board(room, lesson.teacher)
    zoe = lesson.at_board(room, lesson.zoe)
    blank = pixels(zoe)

    teacher.press_pen("r", (500, 300), (700, 420))
    wait_until(zoe.page, lambda: pixels(zoe) != blank, "the stroke to show while it is drawn")
    assert lesson.kinds() == [], "a stroke in progress is presence, not content"
    teacher.lift_pen()
    teacher.shows("Saved")
    assert lesson.kinds() == ["rectangle"]

    before = pixels(teacher)
    zoe.draw("p", (400, 600), (480, 560), (560, 640), (640, 560))
    zoe.shows("Saved")
    wait_until(teacher.page, lambda: pixels(teacher) != before, "the student's drawing to arrive")
    assert lesson.kinds() == ["rectangle", "freedraw"]

    zoe.page.keyboard.press("Control+z")
    wait_until(zoe.page, lambda: lesson.kinds() == ["rectangle"], "undo to take back the student's own step only")
    zoe.page.keyboard.press("Control+z")
    zoe.shows("Saved")
    assert lesson.kinds() == ["rectangle"], "nobody undoes what somebody else has drawn"


def test_reload_shows_the_board(room: Room, lesson: Lesson) -> None:
    teacher = lesson.at_board(room, lesson.teacher)
    blank = pixels(teacher)
    teacher.draw("o", (500, 300), (700, 420))
    teacher.shows("Saved")
    teacher.page.reload()
    teacher.canvas.wait_for()
    wait_until(teacher.page, lambda: pixels(teacher) != blank, "the board to be there again")
    teacher.shows("Saved")
    assert lesson.kinds() == ["ellipse"]


def test_a_picture_arrives(room: Room, lesson: Lesson, tmp_path: Path) -> None:
    teacher = lesson.at_board(room, lesson.teacher)
    zoe = lesson.at_board(room, lesson.zoe)
    blank = pixels(zoe)
    picture = io.BytesIO()
    Image.new("RGB", (120, 80), (220, 30, 60)).save(picture, "PNG")
    with teacher.page.expect_file_chooser() as chooser:
        teacher.page.get_by_test_id("toolbar-image").check(force=True)
    chooser.value.set_files(FilePayload(name="red.png", mimeType="image/png", buffer=picture.getvalue()))
    teacher.page.mouse.click(700, 450)
    wait_until(teacher.page, lambda: lesson.kinds() == ["image"], "the picture to be saved")
    wait_until(zoe.page, lambda: pixels(zoe) != blank, "the picture to arrive")

    def red_at_zoe() -> bool:
        red, green, _ = pixels(zoe).convert("RGB").split()
        is_red = ImageChops.multiply(red.point(lambda v: 255 * (v > 200)), green.point(lambda v: 255 * (v < 60)))
        return is_red.histogram()[255] > 1000

    wait_until(zoe.page, red_at_zoe, "the picture's own pixels to show")


def test_what_is_drawn_offline_is_merged_on_return(cuttable_network: Network, open_room: Callable[[str], Room]) -> None:
    lesson = Lesson(School(f"http://127.0.0.1:{cuttable_network.target_port}"))
    direct = open_room(f"http://127.0.0.1:{cuttable_network.target_port}")
    relayed = open_room(cuttable_network.url)
    teacher = lesson.at_board(direct, lesson.teacher)
    zoe = lesson.at_board(relayed, lesson.zoe)
    zoe.shows("Saved")
    cuttable_network.cut()
    zoe.draw("r", (500, 300), (700, 420))
    expect(zoe.page.get_by_text("Offline (1 change waiting)").first).to_be_visible(timeout=20_000)
    teacher.draw("o", (300, 500), (420, 600))
    teacher.shows("Saved")
    assert lesson.kinds() == ["ellipse"]
    cuttable_network.mend()
    zoe.shows("Saved")
    assert sorted(map(str, lesson.kinds())) == ["ellipse", "rectangle"]


def test_access_taken_away_in_the_middle_of_a_stroke(room: Room, lesson: Lesson) -> None:
    zoe = lesson.at_board(room, lesson.zoe)
    zoe.shows("Saved")
    zoe.press_pen("p", (400, 400), (500, 500), (600, 400))
    lesson.teacher.api.put(f"/api/documents/{lesson.board['id']}/access", json={"students": "read"}).raise_for_status()
    expect(zoe.page.get_by_text("locked the board while you were drawing")).to_be_visible()
    zoe.page.mouse.move(650, 450)
    zoe.lift_pen()
    zoe.shows("Read only")
    assert lesson.kinds() == []
    lesson.teacher.api.put(f"/api/documents/{lesson.board['id']}/access", json={"students": "write"}).raise_for_status()
    zoe.shows("Saved")
    zoe.draw("r", (500, 300), (700, 420))
    wait_until(zoe.page, lambda: lesson.kinds() == ["rectangle"], "drawing to work again")


def test_a_board_that_is_no_longer_shared_says_so(room: Room, lesson: Lesson) -> None:
    zoe = lesson.at_board(room, lesson.zoe)
    zoe.shows("Saved")
    lesson.teacher.api.put(f"/api/documents/{lesson.board['id']}/access", json={"students": "none"}).raise_for_status()
    expect(zoe.page.get_by_role("heading", name="This is not shared with you")).to_be_visible()


def test_the_teacher_decides_who_draws_from_the_board(room: Room, lesson: Lesson) -> None:
    teacher = lesson.at_board(room, lesson.teacher)
    zoe = lesson.at_board(room, lesson.zoe)
    teacher.page.get_by_role("button", name="Students draw").click()
    teacher.page.get_by_role("dialog").get_by_text("Read", exact=True).first.click()
    zoe.shows("Read only")


def test_a_board_is_saved_as_png_and_svg(room: Room, lesson: Lesson) -> None:
    teacher = lesson.at_board(room, lesson.teacher)
    teacher.draw("r", (500, 300), (700, 420))
    teacher.shows("Saved")
    for entry, magic in (("Picture (.png)", b"\x89PNG"), ("Vector picture (.svg)", b"<svg")):
        teacher.page.get_by_role("button", name="Save as a file").click()
        with teacher.page.expect_download() as download:
            teacher.page.get_by_role("menuitem", name=entry).click()
        assert magic in Path(download.value.path()).read_bytes()[:200]


def test_the_tools_in_the_menu_work_without_the_internet(room: Room, lesson: Lesson) -> None:
    teacher = lesson.at_board(room, lesson.teacher)
    teacher.page.locator(".App-toolbar__extra-tools-trigger").click()
    expect(teacher.page.get_by_role("button", name="Frame tool")).to_be_visible()
    expect(teacher.page.get_by_text("Web Embed")).to_be_hidden()
    teacher.page.get_by_role("button", name="Mermaid to Excalidraw").click()
    dialog = teacher.page.locator(".excalidraw-modal-container").get_by_role("dialog")
    dialog.get_by_role("textbox").fill("flowchart TD\n  A[Cell] --> B{Nucleus?}")
    expect(dialog.locator("canvas")).to_be_visible()
    expect(dialog.locator("a:visible")).to_have_count(0)
    dialog.get_by_role("button", name="Insert").click()
    expect(dialog).to_have_count(0)
    wait_until(
        teacher.page,
        lambda: sorted(map(str, lesson.kinds())) == ["arrow", "diamond", "rectangle", "text", "text"],
        "the diagram to be saved",
    )
    teacher.page.keyboard.press("?")
    expect(dialog).to_contain_text("Keyboard shortcuts")
    expect(dialog.locator("a:visible")).to_have_count(0)
