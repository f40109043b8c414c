"""Lessons: written, put in order, published, read, done. In real browsers."""

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.pictures import picture
from tests.end_to_end.test_accessibility import faults
from tests.school import School

pytestmark = pytest.mark.browser

SCREENS = [pytest.param(WIDE, "light", id="wide light"), pytest.param(PHONE, "dark", id="narrow dark")]

# 8 by 8 pixels, grey.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAADklEQVR4nGNogAIGyhgAgIQgAQ2AJGEAAAAASUVORK5CYII="
)


def words(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


class Shelf:
    """A class with a board, and a unit of lessons."""

    def __init__(self, school: School) -> None:
        self.teacher = school.register("Ms. Okafor", "teacher")
        self.student = school.register("Zoë Brandt", "student")
        self.opened = school.open_class(self.teacher, self.student)
        self.board = school.open_board(self.teacher, self.opened["id"])
        self.path = f"/api/classes/{self.opened['id']}"
        self.unit = self.add_unit("Water")

    def add_unit(self, title: str) -> str:
        made = self.teacher.api.post(f"{self.path}/units", json={"title": title}).raise_for_status()
        return str(made.json()["id"])

    def add(self, title: str, *blocks: Any, unit: str | None = None, publish: bool = True) -> str:
        body = {"unit_id": unit or self.unit, "title": title}
        lesson = str(self.teacher.api.post(f"{self.path}/lessons", json=body).raise_for_status().json()["id"])
        if blocks:
            self.say(lesson, *blocks)
        if publish:
            self.teacher.api.post(f"/api/lessons/{lesson}/publish", json={}).raise_for_status()
        return lesson

    def say(self, lesson: str, *blocks: Any) -> None:
        version = self.teacher.api.get(f"/api/lessons/{lesson}").raise_for_status().json()["version"]
        content = {"type": "doc", "content": list(blocks)}
        self.teacher.api.put(
            f"/api/lessons/{lesson}/content", json={"content": content, "version": version}
        ).raise_for_status()

    def titles(self) -> list[list[str]]:
        units = self.teacher.api.get(f"{self.path}/lessons").raise_for_status().json()["units"]
        return [[lesson["title"] for lesson in unit["lessons"]] for unit in units]

    def address(self, room: Room, lesson: str | None = None) -> str:
        end = "?tab=lessons" if lesson is None else f"/lessons/{lesson}"
        return f"{room.url}/classes/{self.opened['id']}{end}"


@pytest.fixture
def shelf(school: School) -> Shelf:
    return Shelf(school)


def test_a_teacher_writes_and_publishes_and_the_class_reads_without_reload(room: Room, school: School) -> None:
    shelf = Shelf(school)
    desk, page = room.sign_in(shelf.teacher), room.sign_in(shelf.student, viewport=PHONE)
    page.goto(shelf.address(room))
    expect(page.get_by_text("No lessons yet")).to_be_visible()
    desk.goto(shelf.address(room))
    desk.get_by_role("button", name="New lesson").click()
    desk.get_by_role("dialog").get_by_label("Title of the lesson").fill("Why it rains 雨")
    desk.get_by_role("dialog").get_by_role("button", name="Write").click()
    text = desk.get_by_role("textbox", name="Text of Why it rains 雨")
    text.click()
    desk.keyboard.type("Clouds are ")
    desk.get_by_role("button", name="Bold").click()
    desk.keyboard.type("water")
    desk.get_by_role("button", name="Bold").click()
    desk.keyboard.press("Enter")
    desk.get_by_role("button", name="Insert").click()
    desk.get_by_role("menuitem", name="Board, deck or poll").click()
    desk.get_by_role("dialog").get_by_role("button", name="The cell").click()
    desk.get_by_role("button", name="Insert").click()
    desk.get_by_role("menuitem", name="Video by its address").click()
    desk.get_by_role("dialog").get_by_label("Address").fill("javascript:alert(1)")
    desk.get_by_role("dialog").get_by_role("button", name="Insert").click()
    expect(desk.get_by_text("This is no address of the web.")).to_be_visible()
    desk.get_by_role("dialog").get_by_label("Address").fill("example.org/rain")
    desk.get_by_role("dialog").get_by_role("button", name="Insert").click()
    expect(desk.get_by_text("Not saved yet")).to_be_visible()
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("The lesson is saved.")).to_be_visible()
    desk.get_by_role("button", name="Finish").click()
    desk.get_by_role("button", name="Publish").click()
    desk.get_by_role("menuitem", name="Now").click()

    page.get_by_role("link", name="Why it rains 雨").click()
    expect(page.locator("strong", has_text="water")).to_be_visible()
    expect(page.get_by_role("link", name="Opens on example.org")).to_have_attribute("href", "https://example.org/rain")
    page.get_by_role("region", name="The cell").locator("canvas.interactive").wait_for()
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    desk.goto(shelf.address(room))
    expect(desk.get_by_text("Opened by 1, done by 1 of 1")).to_be_visible()
    desk.get_by_role("tab", name="Progress").click()
    done = desk.locator("td [data-state=handed_in]")
    expect(done).to_have_count(1)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Mark as done")).to_be_visible()
    expect(done).to_have_count(0)


def test_a_lesson_is_scheduled_and_hidden_again(room: Room, shelf: Shelf) -> None:
    lesson = shelf.add("Snow", words("White."), publish=False)
    desk = room.sign_in(shelf.teacher, timezone_id="Asia/Tokyo")
    desk.goto(shelf.address(room, lesson))
    desk.get_by_role("button", name="Publish").click()
    desk.get_by_role("menuitem", name="From a moment on").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("Asia/Tokyo")
    dialog.get_by_label("The class sees it from").fill("2020-01-01T08:00")
    dialog.get_by_role("button", name="Schedule").click()
    expect(dialog.get_by_text("This moment has passed.")).to_be_visible()
    dialog.get_by_label("The class sees it from").fill("2099-06-01T08:00")
    dialog.get_by_role("button", name="Schedule").click()
    expect(desk.get_by_text("Scheduled", exact=True)).to_be_visible()
    kept = shelf.teacher.api.get(f"/api/lessons/{lesson}").raise_for_status().json()
    assert kept["published_at"] == "2099-05-31T23:00:00Z"
    # In the teacher's own time, as their language writes it.
    expect(desk.get_by_text(re.compile(r"Appears .*2099.*8:00"))).to_be_visible()


def test_lessons_are_put_in_order_by_keyboard_and_by_hand_and_put_back(room: Room, shelf: Shelf) -> None:
    shelf.add("Rain")
    shelf.add("Snow")
    shelf.add_unit("Fire")
    page = room.sign_in(shelf.teacher)
    page.goto(shelf.address(room))
    handle = page.get_by_role("button", name="Move Rain")
    handle.focus()
    page.keyboard.press("ArrowDown")
    order = page.get_by_role("listitem").get_by_role("heading")
    expect(order).to_have_text(["Snow", "Rain"])
    # The handle stays under the finger: the next press goes on with the same lesson.
    expect(handle).to_be_focused()
    page.keyboard.press("ArrowDown")
    fire = page.get_by_role("region", name="Fire")
    expect(fire.get_by_role("link", name="Rain")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(order).to_have_text(["Snow", "Rain"])
    expect(fire.get_by_role("link", name="Rain")).to_have_count(0)

    box, target = page.get_by_role("button", name="Move Snow").bounding_box(), fire.bounding_box()
    assert box and target
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] + 40, target["y"] + target["height"] - 8, steps=6)
    page.mouse.up()
    expect(fire.get_by_role("link", name="Snow")).to_be_visible()
    page.reload()
    expect(page.get_by_role("region", name="Fire").get_by_role("link", name="Snow")).to_be_visible()
    assert shelf.titles() == [["Rain"], ["Snow"]]


def test_what_is_deleted_comes_back(room: Room, shelf: Shelf) -> None:
    lesson = shelf.add("Rain", words("Wet."))
    page = room.sign_in(shelf.teacher)
    page.goto(shelf.address(room, lesson))
    page.get_by_role("button", name="More for Rain").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_text("No lessons in this unit yet.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Rain")).to_be_visible()
    page.get_by_role("button", name="More for the unit Water").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_text("No lessons yet")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("link", name="Rain")).to_be_visible()


def test_of_two_teachers_who_write_nobody_loses_a_word(room: Room, shelf: Shelf) -> None:
    lesson = shelf.add("Rain", words("First."))
    page = room.sign_in(shelf.teacher)
    page.goto(shelf.address(room, lesson) + "?edit=true")
    page.get_by_role("textbox", name="Text of Rain").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Mine.")
    shelf.say(lesson, words("Theirs."))
    expect(page.get_by_text("Somebody else has saved this lesson meanwhile")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_text("See what they wrote").click()
    expect(page.get_by_text("Theirs.")).to_be_visible()
    picture(page, "lesson-conflict")
    page.get_by_role("button", name="Replace it with mine").click()
    expect(page.get_by_text("The lesson is saved.")).to_be_visible()
    kept = shelf.teacher.api.get(f"/api/lessons/{lesson}").raise_for_status().json()["content"]
    assert kept["content"] == [words("First. Mine.")]
    # Leaving with unsaved words asks first, and staying keeps them.
    page.get_by_role("textbox", name="Text of Rain").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("!")
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("dialog").get_by_role("button", name="Go on writing").click()
    expect(page.get_by_role("textbox", name="Text of Rain")).to_contain_text("First. Mine.!")
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave without saving").click()
    expect(page.get_by_text("First. Mine.", exact=True)).to_be_visible()


def test_pictures_and_files_stand_in_the_text(room: Room, shelf: Shelf) -> None:
    lesson = shelf.add("Rain", words("Look."))
    desk = room.sign_in(shelf.teacher)
    desk.goto(shelf.address(room, lesson) + "?edit=true")
    desk.get_by_role("textbox", name="Text of Rain").click()
    desk.keyboard.press("Control+End")

    def insert(name: str, media_type: str, data: bytes) -> None:
        desk.get_by_role("button", name="Insert").click()
        desk.get_by_role("menuitem", name="Picture or file").click()
        with desk.expect_file_chooser() as chooser:
            desk.get_by_role("dialog").get_by_role("button", name="Choose file").click()
        chooser.value.set_files({"name": name, "mimeType": media_type, "buffer": data})
        expect(desk.get_by_role("dialog")).to_have_count(0)

    insert("plan.txt", "text/plain", b"Monday: rain.")
    insert("cloud.png", "image/png", PNG)
    desk.get_by_role("textbox", name="What the picture shows").fill("A cloud over the sea")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("The lesson is saved.")).to_be_visible()

    page = room.sign_in(shelf.student, viewport=PHONE)
    page.goto(shelf.address(room, lesson))
    expect(page.get_by_role("img", name="A cloud over the sea")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download plan.txt").click()
    assert download.value.suggested_filename == "plan.txt"
    picture(page, "lesson-files")


def test_what_is_new_waits_on_the_overview_and_one_goes_from_lesson_to_lesson(room: Room, shelf: Shelf) -> None:
    shelf.add("Rain", words("Wet."))
    shelf.add("Hidden", words("Not yet."), publish=False)
    page = room.sign_in(shelf.student)
    page.goto(f"{room.url}/classes/{shelf.opened['id']}")
    news = page.get_by_role("region").or_(page.locator("section")).filter(has_text="What is new")
    expect(news.get_by_role("link", name="Rain")).to_be_visible()
    expect(news.get_by_role("link", name="Hidden")).to_have_count(0)
    picture(page, "class-overview")
    shelf.add("Snow", words("White."))
    expect(news.get_by_role("link", name="Snow")).to_be_visible()
    news.get_by_role("link", name="Rain").click()
    page.get_by_role("link", name="Snow").click()
    page.get_by_role("heading", name="Snow").wait_for()
    page.get_by_role("link", name="Rain").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Rain").wait_for()


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_the_pages_of_lessons_have_no_serious_fault(
    room: Room, shelf: Shelf, viewport: dict[str, int], scheme: str
) -> None:
    lesson = shelf.add(
        "Why it rains",
        words("Every drop that falls has been up there before. We follow one on its way, and draw where it goes."),
        {"type": "heading", "attrs": {"level": 1}, "content": [{"type": "text", "text": "The way of a drop"}]},
        {"type": "bulletList", "content": [{"type": "listItem", "content": [words(each)]} for each in ("Sun", "Cloud", "Rain")]},
        {"type": "blockquote", "content": [words("It never rains but it pours.")]},
        {"type": "codeBlock", "attrs": {"language": None}, "content": [{"type": "text", "text": "for drop in cloud:\n    fall(drop)"}]},
        {"type": "video", "attrs": {"url": "https://example.org/rain", "title": "A cloud in one minute"}},
        {"type": "embed", "attrs": {"document_id": shelf.board["id"]}},
        words("End."),
    )  # fmt: skip
    shelf.add("A lesson with a very long title that goes on until it needs a second line on any screen")
    shelf.add("Not yet", publish=False)
    options: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    found: dict[str, list[str]] = {}

    def look(page: Page, name: str) -> None:
        page.get_by_role("heading").first.wait_for()
        page.wait_for_load_state("networkidle")
        found[name] = faults(page)
        picture(page, f"{name}-{scheme}")

    desk = room.sign_in(shelf.teacher, **options)
    desk.goto(shelf.address(room))
    desk.get_by_role("link", name="Why it rains").wait_for()
    look(desk, "lessons-teacher")
    desk.goto(f"{room.url}/classes/{shelf.opened['id']}")
    desk.get_by_role("heading", name="What is new").wait_for()
    look(desk, "overview-teacher")
    desk.goto(shelf.address(room, lesson) + "?edit=true")
    desk.get_by_role("textbox", name="Text of Why it rains").wait_for()
    look(desk, "lesson-editor")
    desk.goto(shelf.address(room, lesson))
    desk.get_by_role("button", name="Edit").wait_for()
    look(desk, "lesson-teacher")
    page = room.sign_in(shelf.student, **options)
    page.goto(shelf.address(room, lesson))
    page.get_by_role("button", name="Mark as done").scroll_into_view_if_needed()
    page.locator("canvas.interactive").wait_for()
    look(page, "lesson-student")
    page.goto(shelf.address(room))
    page.get_by_role("link", name="Why it rains").wait_for()
    look(page, "lessons-student")
    assert {name: problems for name, problems in found.items() if problems} == {}
