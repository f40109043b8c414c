"""One whole lesson, from the start to the end, through the pages: on a slow link, and on one that breaks."""

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from classroom.slides.sample import water_cycle
from tests.end_to_end.board import saved_elements
from tests.end_to_end.classroom import LiveClassroom
from tests.end_to_end.conftest import PHONE, Room
from tests.end_to_end.deck import draw, press, shows_ink
from tests.network import Network
from tests.school import Account, School

pytestmark = pytest.mark.browser

NAMES = ("Zoë Brandt", "Amir Haddad")
# What a phone has at the edge of a village, for each of the connections of a page.
SLOW = {"delay_seconds": 0.12, "bytes_per_second": 250_000}
Disturbance = Callable[[], AbstractContextManager[object]]


class Lesson:
    """A class with a board and a deck, that has not begun: its teacher is in `room`, its students where `link` leads."""

    def __init__(self, room: Room, school: School, *, link: Room) -> None:
        self.room, self.link = room, link
        self.teacher = school.register("Ms. Okafor", "teacher")
        self.students = [school.register(name, "student") for name in NAMES]
        self.klass = school.open_class(self.teacher, *self.students, title="Science 7b")
        self.path = f"/api/classes/{self.klass['id']}"
        self.board = school.open_board(self.teacher, self.klass["id"], title="The water cycle")
        deck = {"kind": "slides", "title": "Rain", "students": "read"}
        self.deck = self.teacher.api.post(f"{self.path}/documents", json=deck).raise_for_status().json()
        upload = {"file": ("rain.pdf", water_cycle(), "application/pdf")}
        self.teacher.api.post(f"/api/documents/{self.deck['id']}/slides", files=upload).raise_for_status()

    def sign_in(self, person: Account, **options: Any) -> LiveClassroom:
        room = self.room if person is self.teacher else self.link
        signed_in = room.at_home if person is self.teacher else room.sign_in
        return LiveClassroom(signed_in(person, **options), room.url, self.klass["id"])

    def set_timer(self, minutes: int) -> None:
        """Let a timer run on the stage, past all pages."""
        running = {"class_id": self.klass["id"], "state": "running"}
        (session,) = self.teacher.api.get("/api/sessions", params=running).raise_for_status().json()["items"]
        change = {"timer_seconds": 60 * minutes}
        self.teacher.api.patch(f"/api/sessions/{session['id']}/stage", json=change).raise_for_status()

    def go_through(self, teacher: LiveClassroom, students: list[LiveClassroom], disturbed: Disturbance) -> None:
        """Give the lesson. While something is `disturbed`, the students' links may do what they like."""
        everybody = [teacher, *students]
        self._begin(teacher, students)
        self._draw(teacher, students, disturbed)
        self._show_slides(teacher, students)
        self._ask(teacher, students, disturbed)
        self._look_at_progress(teacher.page.context.new_page())
        teacher.button("End class").click()
        teacher.page.get_by_role("dialog").get_by_role("button", name="End class").click()
        for person in everybody:
            expect(person.page.get_by_text("The class is over")).to_be_visible()
            shown = person.page.get_by_role("region", name="What was on stage").get_by_role("link")
            expect(shown).to_have_text([re.compile("^The water cycle"), re.compile("^Rain"), re.compile("^Why")])

    def _begin(self, teacher: LiveClassroom, students: list[LiveClassroom]) -> None:
        for student in students:
            student.open()
            expect(student.page.get_by_text("The class is not running")).to_be_visible()
        teacher.page.get_by_role("button", name="Start class").click()
        for student in students:
            expect(student.page.get_by_text("Nothing is on stage yet")).to_be_visible()
        expect(teacher.page.get_by_role("button", name=f"{len(students) + 1} people here")).to_be_visible()

    def _draw(self, teacher: LiveClassroom, students: list[LiveClassroom], disturbed: Disturbance) -> None:
        teacher.put("Boards", "The water cycle")
        for person in (teacher, *students):
            person.shows("The water cycle")
            person.canvas.wait_for()
        for student in students:
            student.writable(True)
        with disturbed():
            for number, student in enumerate(students):
                stroke(student.page, 80 * number - 130)
        saved_elements(teacher.page, self.teacher, self.board, len(students))
        teacher.button("Lock").click()
        for student in students:
            student.writable(False)
        teacher.button("Lock").click()
        students[0].writable(True)

    def _show_slides(self, teacher: LiveClassroom, students: list[LiveClassroom]) -> None:
        teacher.put("Slides", "Rain")
        for person in (teacher, *students):
            person.shows("Rain")
            expect(person.view.locator("[data-number='1']")).to_be_visible()
        teacher.page.keyboard.press("ArrowRight")
        for student in students:
            expect(student.view.locator("[data-number='2']")).to_be_visible()
        press(teacher.page, "Draw on this slide")
        draw(teacher.page, (0.3, 0.7), (0.7, 0.7))
        for student in students:
            shows_ink(student.page, 0.5, 0.7)
        press(teacher.page, "Put the pen down")

    def _ask(self, teacher: LiveClassroom, students: list[LiveClassroom], disturbed: Disturbance) -> None:
        teacher.put("Polls", "New poll")
        dialog = teacher.page.get_by_role("dialog")
        dialog.get_by_label("Question").fill("Why does it rain?")
        dialog.get_by_label("Options").fill("The air cools\nThe sea is full")
        dialog.get_by_role("button", name="Open now").click()
        for person in (teacher, *students):
            person.shows("Why does it rain?")
        answers = [student.view.get_by_role("button", name="The air cools") for student in students]
        for answer in answers:
            expect(answer).to_be_visible()
        with disturbed():
            for student, answer in zip(students, answers, strict=True):
                student.view.get_by_role("button", name="The sea is full").click()
                answer.click()
                expect(answer).to_have_attribute("aria-pressed", "true")
        for student in students:
            expect(student.view.get_by_text("Your vote counts.")).to_be_visible()
        teacher.button("Close poll").click()
        teacher.button("Show results").click()
        for person in (teacher, *students):
            row = person.view.get_by_role("row").filter(has_text="The air cools")
            expect(row).to_contain_text(f"{len(students)} · 100%")

    def _look_at_progress(self, page: Page) -> None:
        page.goto(f"{self.room.url}/classes/{self.klass['id']}?tab=progress")
        for name in NAMES:
            row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))
            for state in ("working", "opened", "handed_in"):
                expect(row.locator(f"[data-state={state}]")).to_have_count(1)
        page.close()


def stroke(page: Page, right: float) -> None:
    """Draw a short line on the board on stage, so far right of its middle, where no bar is."""
    canvas = page.locator("main section[data-shown=true] canvas.interactive")
    box = canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2
    canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2 + 120})
    page.keyboard.press("p")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 40, steps=4)
    page.mouse.up()


def over_a_link(network: Network, open_room: Callable[[str], Room]) -> Lesson:
    """Return a lesson whose two students are on the other side of a network, and whose teacher is not."""
    direct = f"http://127.0.0.1:{network.target_port}"
    return Lesson(open_room(direct), School(direct), link=open_room(network.url))


def test_a_lesson_on_a_slow_link(cuttable_network: Network, open_room: Callable[[str], Room]) -> None:
    lesson = over_a_link(cuttable_network, open_room)
    cuttable_network.slow(**SLOW)
    zoe, amir = lesson.students
    students = [lesson.sign_in(zoe), lesson.sign_in(amir, viewport=PHONE)]
    lesson.go_through(lesson.sign_in(lesson.teacher), students, nullcontext)


def test_a_lesson_on_a_link_that_breaks_and_returns(
    cuttable_network: Network, open_room: Callable[[str], Room]
) -> None:
    lesson = over_a_link(cuttable_network, open_room)
    students = [lesson.sign_in(person) for person in lesson.students]
    minutes = itertools.count(20, 10)

    @contextmanager
    def breaking() -> Iterator[None]:
        """Take the link from the students: what they do is kept with them, what the stage does they see when it is back."""
        cuttable_network.cut()
        for student in students:
            expect(student.page.locator("[data-link=offline], [data-link=connecting]")).to_be_visible()
        timer = next(minutes)
        lesson.set_timer(timer)
        yield
        cuttable_network.mend()
        for student in students:
            expect(student.page.locator("[data-link=live]")).to_be_attached()
            expect(student.page.get_by_role("timer")).to_contain_text(f"{timer - 1}:")

    lesson.go_through(lesson.sign_in(lesson.teacher), students, breaking)
