"""A lesson in the browser: one teacher, three students, a projector, a breaking link."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Response, expect

from tests.end_to_end.board import saved_elements
from tests.end_to_end.classroom import Lesson, LiveClassroom
from tests.end_to_end.conftest import PHONE, Room
from tests.network import Network
from tests.school import School

pytestmark = pytest.mark.browser


@pytest.fixture
def lesson(room: Room, school: School) -> Lesson:
    return Lesson(room, school)


def test_a_teacher_and_three_students_go_through_a_lesson(room: Room, school: School) -> None:
    lesson = Lesson(room, school, students=3)
    zoe, amir, mei = lesson.students

    # Two are waiting in the classroom, the third finds the lesson on the home page.
    here, there = lesson.enter(zoe), lesson.enter(amir, viewport=PHONE)
    for student in (here, there):
        expect(student.page.get_by_text("The class is not running")).to_be_visible()
    late = room.at_home(mei)
    front = room.at_home(lesson.teacher)
    front.get_by_role("button", name="Start class").click()
    teacher = LiveClassroom(front, room.url, lesson.klass["id"])
    expect(front).to_have_url(teacher.address)
    for student in (here, there):
        expect(student.page.get_by_text("Nothing is on stage yet")).to_be_visible()
    late.get_by_role("link", name="Join", exact=True).click()
    third = LiveClassroom(late, room.url, lesson.klass["id"])
    everybody = (teacher, here, there, third)
    expect(front.get_by_role("button", name="4 people here")).to_be_visible()

    # A board on stage is everybody's, and who drew is told.
    teacher.put("Boards", "The water cycle")
    for person in everybody:
        person.shows("The water cycle")
        person.canvas.wait_for()
        expect(person.page.get_by_text("put on stage by Ms. Okafor")).to_be_visible()
    here.writable(True)
    here.canvas.click(position={"x": 300, "y": 300})
    here.page.keyboard.press("r")
    here.page.mouse.move(500, 400)
    here.page.mouse.down()
    here.page.mouse.move(650, 500, steps=4)
    here.page.mouse.up()
    here.page.keyboard.press("Escape")
    saved_elements(here.page, zoe, lesson.board, 1)

    # Locked, nobody but the teacher draws; the student who presents does.
    teacher.button("Lock").click()
    for student in (here, there, third):
        student.writable(False)
        expect(student.page.get_by_text("Read only: your teacher has locked this board", exact=True)).to_be_visible()
    teacher.writable(True)
    front.get_by_role("button", name="4 people here").click()
    front.get_by_role("button", name="More for Zoë Brandt").click()
    front.get_by_role("menuitem", name="Let present").click()
    for person in everybody:
        expect(person.page.get_by_text("Zoë Brandt presents")).to_be_visible()
    here.writable(True)
    third.writable(False)

    # Another board, still locked, and back: the first one was not loaded anew.
    mark = "canvas => (canvas.dataset.kept = 'yes')"
    third.canvas.evaluate(mark)
    teacher.button("Next").click()
    for person in everybody:
        person.shows("Group results")
    third.writable(False)
    teacher.put("Boards", "The water cycle")
    third.shows("The water cycle")
    expect(third.canvas).to_have_attribute("data-kept", "yes")
    teacher.button("Lock").click()
    third.writable(True)

    # Hands, in order, seen by all.
    here.button("Raise hand").click()
    teacher.hands("Zoë Brandt")
    there.page.get_by_role("button", name="Raise hand").click()
    for person in everybody:
        person.hands("Zoë Brandt", "Amir Haddad")
    expect(there.page.get_by_text("You are number 2 in line")).to_be_attached()
    here.button("Lower hand").click()
    for person in everybody:
        person.hands("Amir Haddad")
    front.get_by_role("button", name="Lower the hand of Amir Haddad").click()
    for person in everybody:
        person.hands()

    # A timer runs on every screen.
    teacher.button("Timer").click()
    front.get_by_role("menuitem", name="5 minutes", exact=True).click()
    for person in everybody:
        expect(person.page.get_by_role("timer")).to_contain_text("4:5")

    # Reload and late join land in the same state.
    here.page.reload()
    here.shows("The water cycle")
    expect(here.page.get_by_role("timer")).to_be_visible()
    here.writable(True)

    # Looking around, when the teacher lets them, and back.
    expect(third.page.get_by_role("navigation", name="Activities").get_by_role("button")).to_have_count(0)
    teacher.button("Look around").click()
    third.put("Boards", "Group results")
    expect(third.page.get_by_role("region", name="Group results", exact=True)).to_be_visible()
    expect(third.page.get_by_text("You are looking around.")).to_be_visible()
    third.button("Back to the stage").click()
    third.shows("The water cycle")
    third.put("Boards", "Group results")
    teacher.button("Look around").click()
    third.shows("The water cycle")

    # The end is for everybody, and no page goes on saying that its person is there.
    answers: list[Response] = []

    # Playwright takes no method of a built-in type.
    def note(answer: Response) -> None:
        answers.append(answer)

    for person in everybody:
        person.page.on("response", note)
    teacher.button("End class").click()
    front.get_by_role("dialog").get_by_role("button", name="End class").click()
    for person in everybody:
        expect(person.page.get_by_text("The class is over")).to_be_visible()
    late.get_by_role("link", name="To the class").click()
    expect(late.get_by_role("heading", name="Science 7b")).to_be_visible()
    for person in everybody:
        person.page.wait_for_load_state("networkidle")
    assert [(each.status, each.url) for each in answers if not each.ok] == []
    expect(late.get_by_role("link", name="Join", exact=True)).to_have_count(0)


def test_slides_and_polls_go_on_stage_and_a_vote_that_was_begun_waits_there(lesson: Lesson) -> None:
    deck = {"kind": "slides", "title": "Volcanoes"}
    made = lesson.teacher.api.post(f"{lesson.path}/documents", json=deck).raise_for_status().json()
    asked = {"question": "What is magma?", "type": "multiple", "options": ["Molten rock", "Ash"]}
    poll = lesson.teacher.api.post(f"{lesson.path}/polls", json=asked).raise_for_status().json()
    lesson.teacher.api.post(f"/api/polls/{poll['id']}/open", json={}).raise_for_status()
    session = lesson.start()
    teacher, student = lesson.enter(lesson.teacher), lesson.enter(lesson.students[0])
    lesson.show(session, lesson.board)
    undo = teacher.page.locator(".undo-redo-buttons")
    expect(undo).to_be_visible()
    teacher.put("Slides", "Volcanoes")
    student.shows("Volcanoes")
    lesson.show(session, {"id": poll["document_id"]})
    expect(teacher.view.get_by_text("What is magma?").first).to_be_visible()
    # Nothing of the board is seen beside what is on stage now.
    expect(undo).not_to_be_visible()
    option = student.view.get_by_role("checkbox", name="Molten rock")
    option.click()
    expect(option).to_be_checked()
    lesson.show(session, made)
    student.shows("Volcanoes")
    # A deck that is not on stage takes no keys; nor does the poll.
    lesson.show(session, {"id": poll["document_id"]})
    expect(option).to_be_checked()
    expect(teacher.view.get_by_text("What is magma?").first).to_be_visible()


def test_a_late_comer_looks_at_what_was_missed_until_something_else_comes(room: Room, school: School) -> None:
    lesson = Lesson(room, school, students=2)
    zoe, amir = lesson.students
    session = lesson.start()
    first = lesson.enter(zoe)
    lesson.show(session, lesson.board)
    first.shows("The water cycle")
    lesson.show(session, lesson.second)
    first.shows("Group results")
    # Whoever was there has missed nothing.
    expect(first.page.get_by_role("button", name=re.compile("What you missed"))).to_have_count(0)

    for options in ({}, {"viewport": PHONE}):
        late = lesson.enter(amir, **options)
        late.shows("Group results")
        hint = "Missed" if options else "What you missed (1)"
        late.button(hint).click()
        panel = late.page.get_by_role("dialog" if options else "complementary", name="So far in this lesson")
        expect(panel.get_by_text("before you came")).to_have_count(1)
        panel.get_by_role("button", name=re.compile("^The water cycle")).click()
        expect(late.page.get_by_role("region", name="The water cycle", exact=True)).to_be_visible()
        expect(late.page.get_by_text("You are looking back.")).to_be_attached()
        late.button("Back to the stage").click()
        late.shows("Group results")
        # It is told once; the list stays to be found.
        expect(late.button(hint)).to_have_count(0)
        if options:
            continue
        panel.get_by_role("button", name=re.compile("^The water cycle")).click()
        expect(late.page.get_by_role("region", name="The water cycle", exact=True)).to_be_visible()
        # The teacher's word is the last, although students may not look around.
        lesson.change(session, activity={"kind": "none"})
        expect(late.page.get_by_text("Nothing is on stage yet")).to_be_visible()
        lesson.show(session, lesson.second)
        late.page.close()

    lesson.teacher.api.delete(f"/api/documents/{lesson.board['id']}").raise_for_status()
    lesson.teacher.api.post(f"/api/sessions/{session['id']}/end").raise_for_status()
    shown = first.page.get_by_role("region", name="What was on stage").get_by_role("listitem")
    expect(shown.filter(has_text="The water cycle")).to_contain_text("not open to you any more")
    shown.get_by_role("link", name=re.compile("^Group results")).click()
    first.page.locator("canvas.interactive").wait_for()


def test_when_the_link_breaks_the_stage_stays_and_goes_on_afterwards(lesson: Lesson) -> None:
    session = lesson.start()
    lesson.show(session, lesson.board)
    student = lesson.enter(lesson.students[0])
    student.canvas.wait_for()
    expect(student.page.locator("[data-link=live]")).to_be_visible()
    student.page.context.set_offline(True)
    expect(student.page.locator("[data-link=offline]")).to_have_text("Offline")
    student.shows("The water cycle")
    lesson.show(session, lesson.second)
    student.button("Raise hand").click()
    expect(student.page.get_by_text("The server cannot be reached")).to_be_visible()
    student.shows("The water cycle")
    student.page.context.set_offline(False)
    student.shows("Group results")
    expect(student.page.locator("[data-link=live]")).to_be_visible()


def test_a_network_that_drops_in_the_lesson_comes_back_by_itself(
    cuttable_network: Network, open_room: Callable[[str], Room]
) -> None:
    network = cuttable_network
    lesson = Lesson(open_room(network.url), School(network.url))
    session = lesson.start()
    lesson.show(session, lesson.board)
    student = lesson.enter(lesson.students[0])
    student.shows("The water cycle")
    network.cut()
    expect(student.page.locator("[data-link=offline], [data-link=connecting]")).to_be_visible()
    student.shows("The water cycle")
    network.mend()
    expect(student.page.locator("[data-link=live]")).to_be_visible()
    lesson.show(session, lesson.second)
    student.shows("Group results")


def test_the_keyboard_is_enough(lesson: Lesson) -> None:
    session = lesson.start()
    lesson.show(session, lesson.board)
    student, teacher = lesson.enter(lesson.students[0]), lesson.enter(lesson.teacher)
    student.shows("The water cycle")
    teacher.shows("The water cycle")
    student.page.keyboard.press("Alt+Shift+H")
    teacher.hands("Zoë Brandt")
    # The key does what the button says, and the teacher may have heard of the hand before the one who raised it.
    student.button("Lower hand").wait_for()
    student.page.keyboard.press("Alt+Shift+H")
    teacher.hands()
    student.page.keyboard.press("Alt+Shift+L")
    teacher.page.keyboard.press("Alt+Shift+N")
    student.shows("Group results")
    teacher.page.keyboard.press("Alt+Shift+L")
    student.writable(False)
    teacher.page.keyboard.press("Shift+?")
    expect(teacher.page.get_by_role("dialog")).to_contain_text("Raise or lower your hand")


def test_a_board_that_is_hidden_from_students_is_seen_while_it_is_on_stage(lesson: Lesson) -> None:
    lesson.teacher.api.put(f"/api/documents/{lesson.second['id']}/access", json={"students": "none"}).raise_for_status()
    session = lesson.start()
    student = lesson.enter(lesson.students[0])
    lesson.show(session, lesson.second)
    student.shows("Group results")
    student.writable(False)
    lesson.show(session, lesson.board)
    student.shows("The water cycle")
    lesson.show(session, lesson.second)
    student.shows("Group results")
    student.canvas.wait_for()


def test_sessions_are_planned_on_the_page_of_the_class(lesson: Lesson) -> None:
    page = lesson.room.sign_in(lesson.teacher)
    page.goto(f"{lesson.room.url}/classes/{lesson.klass['id']}")
    page.get_by_role("button", name="Plan a session").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Clouds and rain")
    dialog.get_by_label("Starts").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Choose a time and a length")).to_be_visible()
    expect(dialog.get_by_label("Title")).to_have_value("Clouds and rain")
    dialog.get_by_label("Starts").fill("2100-01-01T10:00")
    dialog.get_by_role("button", name="Save").click()
    student = lesson.room.at_home(lesson.students[0])
    for each in (page, student):
        expect(each.get_by_role("region", name="Next sessions")).to_contain_text("Clouds and rain")
    page.get_by_role("button", name="Take off: Clouds and rain").click()
    expect(page.get_by_role("region", name="Next sessions")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("region", name="Next sessions")).to_contain_text("Clouds and rain")
