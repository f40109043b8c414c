"""What each side of a poll is told: questions and their votes, words, points, what was before."""

import pytest
from playwright.sync_api import expect

from tests.end_to_end.conftest import PHONE, Room
from tests.end_to_end.pictures import picture
from tests.end_to_end.polling import act, bar, prepare, show
from tests.school import School

pytestmark = pytest.mark.browser


def test_questions_are_asked_and_the_most_wanted_rise(room: Room, school: School) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    students = [school.register(name, "student") for name in ("Zoë Brandt", "Amir")]
    opened = school.open_class(teacher, *students)
    poll = prepare(teacher, opened["id"], type="q_and_a", options=[], question="Your questions")
    act(teacher, poll, "open")
    desk, *pages = [room.sign_in(person) for person in (teacher, *students)]
    for page in (desk, *pages):
        show(room, page, poll)
    for page, words in zip(pages, ("Why is it green?", "Is it alive?"), strict=True):
        page.get_by_label("Your question").fill(words)
        page.get_by_role("button", name="Ask").click()
    for page in pages:
        page.get_by_role("button", name="Vote for: Is it alive?").click()
    first = desk.get_by_role("list", name="Questions").get_by_role("listitem").first
    expect(first).to_contain_text("Is it alive?")
    expect(desk.get_by_role("button", name="Vote for: Is it alive?")).to_have_text("2")
    picture(desk, "questions")
    desk.get_by_role("button", name="Answered: Is it alive?").click()
    expect(pages[0].get_by_text("Answered")).to_be_visible()
    desk.get_by_role("button", name="Hide for everybody: Why is it green?").click()
    expect(pages[0].get_by_text("Why is it green?")).to_have_count(0)


def test_the_teacher_alone_sees_up_votes_and_hidden_questions_and_shows_one_again(room: Room, school: School) -> None:
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, student)
    poll = prepare(teacher, opened["id"], type="q_and_a", options=[], question="Your questions", results="hidden")
    act(teacher, poll, "open")
    desk, page = room.sign_in(teacher), room.sign_in(student)
    for window in (desk, page):
        show(room, window, poll)
    for words in ("Why is it green?", "Is it alive?"):
        page.get_by_label("Your question").fill(words)
        page.get_by_role("button", name="Ask").click()
        page.get_by_role("button", name=f"Vote for: {words}").wait_for()
    page.get_by_role("button", name="Vote for: Is it alive?").click()
    expect(desk.get_by_role("button", name="Vote for: Is it alive?")).to_have_text("1")
    expect(desk.get_by_role("button", name="Vote for: Why is it green?")).to_have_text("0")
    expect(desk.get_by_role("list", name="Questions").get_by_role("listitem").first).to_contain_text("Is it alive?")
    expect(page.get_by_role("button", name="Vote for: Is it alive?")).to_have_text("")
    picture(desk, "questions-ahead")

    for again in ("Undo", "Show again: Is it alive?"):
        desk.get_by_role("button", name="Hide for everybody: Is it alive?").click()
        expect(page.get_by_text("Is it alive?")).to_have_count(0)
        expect(desk.get_by_role("list", name="Hidden")).to_contain_text("Is it alive?")
        desk.get_by_role("button", name=again).last.click()
        expect(page.get_by_text("Is it alive?")).to_be_visible()
        expect(desk.get_by_role("list", name="Hidden")).to_have_count(0)


def test_the_teacher_of_a_sealed_poll_can_read_its_options_out(room: Room, school: School) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    opened = school.open_class(teacher)
    poll = prepare(teacher, opened["id"], anonymous=True, results="hidden")
    act(teacher, poll, "open")
    desk = room.sign_in(teacher)
    show(room, desk, poll)
    expect(desk.get_by_text("you see the results when it is closed")).to_be_visible()
    expect(desk.get_by_role("listitem").filter(has_text="Membrane")).to_be_visible()


def test_a_student_is_told_their_own_points(room: Room, school: School) -> None:
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, student)
    scored = {"type": "scored", "options": ["Leaf", "Root", "Stone"], "correct": [0, 1], "points": 4}
    poll = prepare(teacher, opened["id"], results="hidden", **scored)
    act(teacher, poll, "open")
    page = room.sign_in(student, viewport=PHONE)
    show(room, page, poll)
    page.get_by_role("checkbox", name="Leaf").click()
    page.get_by_role("button", name="Vote", exact=True).click()
    expect(page.get_by_text("Your vote counts.")).to_be_visible()
    act(teacher, poll, "close")
    expect(page.get_by_text("The results have not been shown yet.")).to_be_visible()
    expect(page.get_by_text("of 4 points")).to_have_count(0)
    act(teacher, poll, "publish")
    expect(page.get_by_text("You have 2 of 4 points.")).to_be_visible()
    picture(page, "own-points")


def test_the_words_of_the_round_before_stand_below_those_of_the_next(room: Room, school: School) -> None:
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, student)
    poll = prepare(teacher, opened["id"], type="word_cloud", options=[], results="hidden")
    act(teacher, poll, "open")
    ballot = f"/api/polls/{poll['id']}/ballot"
    student.api.put(ballot, json={"choices": ["root"]}).raise_for_status()
    act(teacher, poll, "close")
    teacher.api.post(f"/api/polls/{poll['id']}/rounds", json={"after": 1}).raise_for_status()
    student.api.put(ballot, json={"choices": ["leaf"]}).raise_for_status()
    desk = room.sign_in(teacher)
    show(room, desk, poll)
    expect(desk.get_by_role("list", name="Results")).to_contain_text("leaf")
    expect(desk.get_by_role("heading", name="Round 1")).to_be_visible()
    expect(desk.get_by_role("table", name="Round 1")).to_contain_text("root")
    act(teacher, poll, "close")
    act(teacher, poll, "publish")
    page = room.sign_in(student, viewport=PHONE)
    show(room, page, poll)
    expect(page.get_by_role("table", name="Round 1")).to_contain_text("root")
    picture(page, "words-two-rounds")


def test_words_are_taken_out_of_sight_and_put_back(room: Room, school: School) -> None:
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, student)
    poll = prepare(teacher, opened["id"], type="word_cloud", options=[])
    act(teacher, poll, "open")
    desk, page = room.sign_in(teacher), room.sign_in(student)
    for window in (desk, page):
        show(room, window, poll)
    page.get_by_label("Word 1").fill("leaf")
    page.get_by_label("Word 2").fill("Rude")
    page.get_by_role("button", name="Send answer").click()
    expect(bar(page, "Rude")).to_have_count(1)
    desk.get_by_role("button", name="Hide for everybody: Rude").click()
    expect(bar(page, "Rude")).to_have_count(0)
    expect(bar(page, "leaf")).to_have_count(1)
    desk.get_by_role("button", name="Show again: Rude").click()
    expect(bar(page, "Rude")).to_have_count(1)
