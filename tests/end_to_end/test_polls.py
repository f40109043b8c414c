"""A teacher and students hold polls in the browser: hidden results, a second round, anonymous, offline, too late."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.pictures import picture
from tests.end_to_end.polling import act, answer, bar, prepare, show
from tests.end_to_end.test_accessibility import SCREENS, faults
from tests.school import School

pytestmark = pytest.mark.browser


def test_a_class_votes_with_hidden_results_and_once_more_after_talking(room: Room, school: School) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    students = [school.register(name, "student") for name in ("Zoë Brandt", "Amir", "Mei")]
    opened = school.open_class(teacher, *students)

    desk = room.sign_in(teacher)
    desk.goto(f"{room.url}/classes/{opened['id']}?tab=documents")
    desk.get_by_role("link", name="Polls").click()
    desk.get_by_role("button", name="New poll").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Question").fill("Where is the DNA?")
    dialog.get_by_label("Options").fill("Nucleus\nMembrane")
    picture(desk, "create")
    dialog.get_by_role("button", name="Open now").click()
    desk.get_by_role("heading", name="Where is the DNA?").wait_for()

    pages = []
    for student in students:
        page = room.sign_in(student, viewport=PHONE)
        page.goto(desk.url)
        answer(page, "Nucleus").wait_for()
        pages.append(page)
    answer(pages[0], "Membrane").click()
    answer(pages[1], "Membrane").click()
    answer(pages[2], "Nucleus").focus()
    pages[2].keyboard.press("Enter")
    for page in pages:
        expect(page.get_by_text("Your vote counts.")).to_be_visible()
        expect(page.get_by_text("You see the results when your teacher shows them.")).to_be_visible()
    answer(pages[1], "Nucleus").click()
    expect(answer(pages[1], "Nucleus")).to_have_attribute("aria-pressed", "true")
    expect(desk.get_by_text("Only you see these results.")).to_be_visible()
    expect(bar(desk, "Nucleus")).to_contain_text("2 · 67%")
    picture(desk, "teacher-hidden")
    picture(pages[0], "student-voted")

    desk.get_by_role("button", name="Close poll").click()
    desk.get_by_role("button", name="Show results").click()
    for page in pages:
        expect(bar(page, "Nucleus")).to_contain_text("2 · 67%")
    desk.get_by_role("button", name="Next round").click()
    for page in pages:
        expect(page.get_by_text("Round 2").first).to_be_visible()
        expect(page.get_by_text("Your vote counts.")).to_have_count(0)
        answer(page, "Nucleus").click()
        expect(page.get_by_text("Your vote counts.")).to_be_visible()
    desk.get_by_role("button", name="Close poll").click()
    desk.get_by_role("button", name="Show results").click()
    for page in (desk, *pages):
        expect(bar(page, "Nucleus")).to_contain_text("3 · 100%")
        expect(bar(page, "Nucleus")).to_contain_text("2 · 67%")
    picture(desk, "teacher-two-rounds")
    picture(pages[0], "student-two-rounds")

    with desk.expect_download() as download:
        desk.get_by_role("button", name="More").click()
        desk.get_by_role("menuitem", name="Download as table (CSV)").click()
    assert "Zoë Brandt" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    pages[0].reload()
    expect(bar(pages[0], "Nucleus")).to_contain_text("3 · 100%")


def test_the_form_says_which_options_cannot_be_asked(room: Room, school: School) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    opened = school.open_class(teacher)
    page = room.sign_in(teacher)
    page.goto(f"{room.url}/classes/{opened['id']}/polls")
    page.get_by_role("button", name="New poll").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Question").fill("Where is the DNA?")
    for options, words in (
        ("\n".join(f"Option {number}" for number in range(25)), "Give at most 20 options. These are 25."),
        ("A\na", "“a” is there twice."),
        ("A\n" + "b" * 201, "Option 2 has more than 200 letters"),
        ("A\nb\u202e", "Please give each option in up to 200 ordinary characters."),
    ):
        dialog.get_by_label("Options").fill(options)
        dialog.get_by_role("button", name="Open now").click()
        expect(dialog.get_by_text(words)).to_be_visible()
        expect(dialog.get_by_label("Options")).to_have_attribute("aria-invalid", "true")
    picture(page, "options-refused")


def test_a_prepared_poll_is_edited_until_it_is_opened(room: Room, school: School) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    opened = school.open_class(teacher)
    scored = {"type": "scored", "options": ["Nucleus", "Membrane"], "correct": [1], "points": 4, "seconds": 45}
    poll = prepare(teacher, opened["id"], **scored)
    page = room.sign_in(teacher)
    page.goto(f"{room.url}/classes/{opened['id']}/polls")
    page.get_by_role("button", name="More for Where is the DNA?").click()
    page.get_by_role("menuitem", name="Edit poll").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Question")).to_have_value("Where is the DNA?")
    expect(dialog.get_by_label("Options")).to_have_value("Nucleus\nMembrane")
    expect(dialog.get_by_role("checkbox", name="Membrane")).to_be_checked()
    expect(dialog.get_by_label("Points", exact=True)).to_have_value("4")
    expect(dialog.get_by_label("Close by itself after")).to_have_value("45 seconds")
    dialog.get_by_label("Question").fill("Where is it not?")
    dialog.get_by_label("Options").fill("Nucleus\nMembrane\nCell wall")
    dialog.get_by_role("checkbox", name="Cell wall").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The poll was changed.")).to_be_visible()
    expect(page.get_by_role("link", name="Where is it not?")).to_be_visible()
    now = teacher.api.get(f"/api/polls/{poll['id']}").raise_for_status().json()
    assert [(each["text"], each["correct"]) for each in now["options"]] == [
        ("Nucleus", False),
        ("Membrane", True),
        ("Cell wall", True),
    ]
    assert (now["points"], now["seconds"]) == (4, 45)

    # Another teacher opens it meanwhile: what was typed is neither lost nor forced on those who vote.
    show(room, page, poll)
    page.get_by_role("button", name="Edit poll").click()
    dialog.get_by_label("Question").fill("Where else?")
    act(teacher, poll, "open")
    expect(dialog.get_by_role("alert")).to_contain_text("can no longer be changed")
    expect(dialog.get_by_label("Question")).to_have_value("Where else?")
    dialog.get_by_role("button", name="Keep as a new poll").click()
    expect(dialog).to_have_count(0)
    kept = teacher.api.get(f"/api/classes/{opened['id']}/polls").raise_for_status().json()["items"]
    assert [(each["question"], each["state"]) for each in kept] == [
        ("Where else?", "draft"),
        ("Where is it not?", "open"),
    ]


def test_students_are_given_a_poll_or_a_deck_to_see_and_never_to_write(room: Room, school: School) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    opened = school.open_class(teacher)
    act(teacher, prepare(teacher, opened["id"]), "open")
    deck = {"kind": "slides", "title": "Deck", "students": "write"}
    teacher.api.post(f"/api/classes/{opened['id']}/documents", json=deck).raise_for_status()
    school.open_board(teacher, opened["id"], title="Board")
    page = room.sign_in(teacher)
    page.goto(f"{room.url}/classes/{opened['id']}?tab=documents")
    for title, levels in (("Where is the DNA?", 2), ("Deck", 2), ("Board", 3)):
        page.get_by_role("button", name=f"More for {title}").click()
        choices = page.get_by_role("menuitem").filter(has_text=re.compile("^(Hidden|Read|Draw|Write)"))
        expect(choices).to_have_count(levels)
        # The menu takes keys from the moment on in which its first entry has the focus.
        expect(page.get_by_role("menuitem").first).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("menuitem")).to_have_count(0)


def test_an_anonymous_vote_is_changed_only_where_it_was_given(room: Room, school: School) -> None:
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, student)
    poll = prepare(teacher, opened["id"], anonymous=True)
    act(teacher, poll, "open")
    first, second = room.sign_in(student), room.sign_in(student)
    show(room, first, poll)
    answer(first, "Nucleus").click()
    expect(first.get_by_text("nobody can tell it is yours")).to_be_visible()
    show(room, second, poll)
    expect(second.get_by_text("You have voted on another device")).to_be_visible()
    expect(answer(second, "Membrane")).to_have_count(0)
    first.reload()
    answer(first, "Membrane").click()
    expect(bar(first, "Membrane")).to_contain_text("1 · 100%")
    picture(first, "anonymous")


def test_a_vote_is_the_same_one_on_every_device(room: Room, school: School) -> None:
    teacher, zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, zoe)
    poll = prepare(teacher, opened["id"])
    act(teacher, poll, "open")
    laptop = room.sign_in(zoe)
    show(room, laptop, poll)
    answer(laptop, "Nucleus").click()
    expect(laptop.get_by_text("Your vote counts.")).to_be_visible()
    phone = room.sign_in(zoe, viewport=PHONE)
    show(room, phone, poll)
    expect(answer(phone, "Nucleus")).to_have_attribute("aria-pressed", "true")
    answer(phone, "Membrane").click()
    expect(answer(phone, "Membrane")).to_have_attribute("aria-pressed", "true")
    expect(phone.get_by_text("Your vote counts.")).to_be_visible()
    laptop.reload()
    expect(answer(laptop, "Membrane")).to_have_attribute("aria-pressed", "true")
    expect(answer(laptop, "Nucleus")).to_have_attribute("aria-pressed", "false")


def test_a_vote_given_offline_counts_when_the_link_returns_or_is_told_that_it_came_too_late(
    room: Room, school: School
) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    students = [school.register(name, "student") for name in ("Zoë Brandt", "Amir")]
    opened = school.open_class(teacher, *students)
    poll = prepare(teacher, opened["id"])
    act(teacher, poll, "open")
    pages = [room.sign_in(student) for student in students]
    for page in pages:
        show(room, page, poll)
        answer(page, "Nucleus").wait_for()
        page.context.set_offline(True)
        answer(page, "Nucleus").click()
        expect(page.get_by_text("Your vote is kept on this device")).to_be_visible()
    picture(pages[0], "offline")
    pages[0].context.set_offline(False)
    expect(pages[0].get_by_text("Your vote counts.")).to_be_visible()
    act(teacher, poll, "close")
    pages[1].context.set_offline(False)
    expect(pages[1].get_by_text("It was not counted.")).to_be_visible()
    expect(bar(pages[1], "Nucleus")).to_contain_text("1 · 100%")
    picture(pages[1], "too-late")


def test_what_is_typed_and_not_sent_is_told_when_the_poll_closes_and_kept_for_its_reopening(
    room: Room, school: School
) -> None:
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, student)
    answered = prepare(teacher, opened["id"], type="open_text", options=[])
    asked = prepare(teacher, opened["id"], type="q_and_a", options=[], question="Your questions")
    page = room.sign_in(student, viewport=PHONE)
    for poll, label, send in ((answered, "Your answer", "Send answer"), (asked, "Your question", "Ask")):
        act(teacher, poll, "open")
        show(room, page, poll)
        page.get_by_label(label).fill("In the leaf")
        page.goto(f"{room.url}/classes/{opened['id']}")
        show(room, page, poll)
        expect(page.get_by_label(label)).to_have_value("In the leaf")
        act(teacher, poll, "close")
        expect(page.get_by_role("alert")).to_contain_text("The poll was closed before you sent your")
        expect(page.get_by_role("alert")).to_contain_text("In the leaf")
        picture(page, f"unsent-{poll['type']}")
        act(teacher, poll, "open")
        page.get_by_role("button", name=send).click()
        expect(page.get_by_label(label)).to_have_value("In the leaf" if poll is answered else "")
        if poll is answered:
            # What was written stays in the field: only the server's word says that it has arrived.
            expect(page.get_by_text("Your vote counts")).to_be_visible()
        act(teacher, poll, "close")
        expect(page.get_by_text("Closed", exact=True)).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_polls_have_no_serious_fault(room: Room, school: School, viewport: dict[str, int], scheme: str) -> None:
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, student)
    options = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    kinds: dict[str, dict[str, Any]] = {
        "single": {},
        "multiple": {
            "type": "multiple",
            "options": ["Leaf", "Root", "A rather long answer that needs two lines on a phone"],
        },
        "scale": {"type": "scale", "options": [], "low_label": "lost", "high_label": "sure"},
        "ranking": {"type": "ranking", "options": ["Sun", "Water", "Soil"]},
        "word_cloud": {"type": "word_cloud", "options": []},
        "open_text": {"type": "open_text", "options": []},
        "scored": {"type": "scored", "correct": [0]},
        "q_and_a": {"type": "q_and_a", "options": []},
    }
    ballots: dict[str, list[str]] = {
        "single": ["o1"],
        "multiple": ["o1", "o3"],
        "scale": ["4"],
        "ranking": ["o2", "o1", "o3"],
        "word_cloud": ["leaf", "water"],
        "open_text": ["In the leaf"],
        "scored": ["o2"],
    }
    name = "wide" if viewport is WIDE else "narrow"
    found: dict[str, list[str]] = {}
    desk, page = room.sign_in(teacher, **options), room.sign_in(student, **options)
    for kind, more in kinds.items():
        poll = prepare(teacher, opened["id"], seconds=600, **more)
        if kind == "single":
            show(room, desk, poll)
            desk.get_by_text("Nobody but teachers sees this").wait_for()
            found["draft"] = faults(desk)
        act(teacher, poll, "open")
        if kind == "single":
            desk.get_by_role("button", name="Close poll").wait_for()
            found["open, teacher"] = faults(desk)
        show(room, page, poll)
        page.get_by_role("heading", name="Where is the DNA?").wait_for()
        found[f"{kind} open"] = faults(page)
        picture(page, f"{name}-{scheme}-{kind}-open")
        if kind in ballots:
            student.api.put(f"/api/polls/{poll['id']}/ballot", json={"choices": ballots[kind]}).raise_for_status()
        act(teacher, poll, "close")
        for who, window in (("student", page), ("teacher", desk)):
            show(room, window, poll)
            window.get_by_text("Closed", exact=True).wait_for()
            found[f"{kind} closed {who}"] = faults(window)
            picture(window, f"{name}-{scheme}-{kind}-closed-{who}")
    desk.goto(f"{room.url}/classes/{opened['id']}/polls")
    desk.get_by_role("link", name="Where is the DNA?").first.wait_for()
    found["list"] = faults(desk)
    picture(desk, f"{name}-{scheme}-list")
    desk.get_by_role("button", name="New poll").click()
    desk.get_by_role("dialog").wait_for()
    found["form"] = faults(desk)
    picture(desk, f"{name}-{scheme}-form")
    assert {where: problems for where, problems in found.items() if problems} == {}
