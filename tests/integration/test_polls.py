"""Polls from preparing to results: what is kept, and what everybody sees in the document."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from classroom.polls.closing import ClosingBell
from persistence.base import utc_now
from persistence.ids import new_id
from tests.integration.conftest import Classroom
from tests.integration.poll_room import SECRET, act, document, opened, prepare, students, vote


async def test_nobody_but_teachers_sees_what_will_be_asked(classroom: Classroom, is_problem) -> None:
    poll = await prepare(classroom)
    assert await document(classroom, poll) == ({"id": poll["id"], "state": "draft"}, {})
    is_problem(await classroom.student.get(f"/polls/{poll['id']}"), 404, "not_found")
    is_problem(await vote(classroom.student, poll, "o1"), 404, "not_found")
    is_problem(await vote(classroom.teacher, poll, "o1"), 409, "poll_not_open")
    assert (await classroom.student.get(f"/classes/{classroom.class_id}/polls")).json()["items"] == []
    listed = (await classroom.student.get(f"/classes/{classroom.class_id}/documents")).json()["items"]
    assert poll["document_id"] not in [each["id"] for each in listed]
    assert (await classroom.student.get(f"/documents/{poll['document_id']}")).json()["title"] == "Poll"
    assert "Nucleus" in (await classroom.teacher.get(f"/polls/{poll['id']}")).text

    await act(classroom, poll, "open")
    shown, results = await document(classroom, poll)
    assert shown["question"] == "Where is the DNA?"
    assert [option["text"] for option in shown["options"]] == ["Nucleus", "Membrane"]
    assert results == {"round": 1, "voters": 0, "counts": {"o1": 0, "o2": 0}}
    assert len((await classroom.student.get(f"/classes/{classroom.class_id}/polls")).json()["items"]) == 1
    listed = (await classroom.student.get(f"/classes/{classroom.class_id}/documents")).json()["items"]
    assert poll["document_id"] in [each["id"] for each in listed]


async def test_a_ballot_counts_once_and_can_be_replaced_until_the_poll_is_closed(
    classroom: Classroom, is_problem
) -> None:
    poll = await opened(classroom)
    first = await vote(classroom.student, poll, "Nucleus")
    assert first.json() == {"counted": True, "round": 1, "choices": ["o1"], "secret": None}
    await vote(classroom.student, poll, "o1")
    await vote(classroom.student, poll, "o2")
    assert (await document(classroom, poll))[1]["counts"] == {"o1": 0, "o2": 1}
    own = (await classroom.student.get(f"/polls/{poll['id']}/ballot")).json()
    assert own == {"round": 1, "voted": True, "choices": ["o2"], "score": None}

    await act(classroom, poll, "close")
    is_problem(await vote(classroom.student, poll, "o1"), 409, "poll_closed")
    again = await vote(classroom.student, poll, "o2")
    assert again.status_code == 200, "an answer that was lost: it had counted"
    assert (await document(classroom, poll))[1] == {"round": 1, "voters": 1, "counts": {"o1": 0, "o2": 1}}
    await act(classroom, poll, "open")
    assert (await vote(classroom.student, poll, "o1")).status_code == 200


async def test_hidden_results_are_not_in_the_document_until_they_are_shown(classroom: Classroom, is_problem) -> None:
    poll = await opened(classroom, results="hidden")
    await vote(classroom.student, poll, "o1")
    assert (await document(classroom, poll))[1] == {"round": 1, "voters": 1}
    is_problem(await classroom.student.get(f"/polls/{poll['id']}/results"), 403, "forbidden")
    assert (await classroom.teacher.get(f"/polls/{poll['id']}/results")).json()["counts"] == {"o1": 1, "o2": 0}

    await act(classroom, poll, "publish")
    assert (await document(classroom, poll))[1]["counts"] == {"o1": 1, "o2": 0}
    assert (await classroom.student.get(f"/polls/{poll['id']}/results")).json()["counts"] == {"o1": 1, "o2": 0}
    await act(classroom, poll, "unpublish")
    assert (await document(classroom, poll))[1] == {"round": 1, "voters": 1}


async def test_before_and_after_of_two_rounds_are_kept(classroom: Classroom, is_problem) -> None:
    poll = await opened(classroom, results="hidden")
    (other,) = await students(classroom, 1)
    await vote(classroom.student, poll, "o2", round=1)
    await act(classroom, poll, "rounds")
    assert (await document(classroom, poll))[1] == {"round": 2, "voters": 0}
    is_problem(await vote(other, poll, "o1", round=1), 409, "poll_round_over")
    late = await vote(classroom.student, poll, "o2", round=1)
    assert late.json()["round"] == 1, "it had counted, in its own round"
    await vote(classroom.student, poll, "o1", round=2)
    await vote(other, poll, "o1")
    await act(classroom, poll, "close")
    await act(classroom, poll, "publish")
    _, results = await document(classroom, poll)
    assert (results["voters"], results["counts"]) == (2, {"o1": 2, "o2": 0})
    assert results["rounds"] == {"1": {"voters": 1, "counts": {"o1": 0, "o2": 1}}}
    rounds = (await classroom.teacher.get(f"/polls/{poll['id']}/results")).json()["rounds"]
    assert [(each["round"], each["voters"]) for each in rounds] == [(1, 1), (2, 2)]


async def test_a_round_that_is_asked_for_twice_begins_once(classroom: Classroom) -> None:
    poll = await opened(classroom)
    for _ in range(2):
        answer = await classroom.teacher.post(f"/polls/{poll['id']}/rounds", json={"after": 1})
        assert (answer.status_code, answer.json()["round"]) == (200, 2), answer.text
    answer = await classroom.teacher.post(f"/polls/{poll['id']}/rounds", json={"after": 2})
    assert answer.json()["round"] == 3


@pytest.mark.parametrize(
    ("kind", "more", "choices", "counts"),
    [
        ("multiple", {}, ["o1", "o2"], {"o1": 1, "o2": 1}),
        ("yes_no", {"options": []}, ["yes"], {"yes": 1, "no": 0}),
        ("scale", {"options": [], "low": 1, "high": 3}, [2], {"1": 0, "2": 1, "3": 0}),
        ("ranking", {}, ["o2", "o1"], {"o1": 1, "o2": 2}),
        ("open_text", {"options": []}, ["  in the\tcell "], {"in the cell": 1}),
        ("word_cloud", {"options": []}, ["leaf", "root"], {"leaf": 1, "root": 1}),
        ("scored", {"correct": [0]}, ["o1"], {"o1": 1, "o2": 0}),
    ],
)
async def test_every_type_is_counted(classroom: Classroom, kind, more, choices, counts) -> None:
    poll = await opened(classroom, type=kind, **more)
    assert (await vote(classroom.student, poll, *choices)).status_code == 200
    assert (await document(classroom, poll))[1]["counts"] == counts


async def test_what_is_right_is_told_with_the_results_of_a_closed_poll(classroom: Classroom) -> None:
    poll = await opened(classroom, type="scored", correct=[0], points=3)
    await vote(classroom.student, poll, "o1")
    assert "correct" not in str(await document(classroom, poll))
    assert (await classroom.student.get(f"/polls/{poll['id']}")).json()["options"][0]["correct"] is None
    await act(classroom, poll, "close")
    assert (await document(classroom, poll))[1]["correct"] == ["o1"]
    assert (await classroom.student.get(f"/polls/{poll['id']}/ballot")).json()["score"] == 3
    assert (await classroom.teacher.get(f"/polls/{poll['id']}/results")).json()["ballots"][0]["score"] == 3


async def test_a_scored_poll_is_graded_on_the_board_of_progress_once_everybody_may_know(classroom: Classroom) -> None:
    async def cells() -> list[tuple[str, float | None]]:
        async with classroom.api.services.database.transaction() as transaction:
            found = await transaction.session.execute(text("select state, score from progress_cells order by score"))
            return [(row.state, None if row.score is None else float(row.score)) for row in found.all()]

    (other,) = await students(classroom, 1)
    poll = await opened(classroom, type="scored", correct=[0], points=3, results="hidden")
    await vote(classroom.student, poll, "o1")
    await vote(other, poll, "o2")
    await act(classroom, poll, "close")
    assert await cells() == [("handed_in", None), ("handed_in", None)]
    await act(classroom, poll, "publish")
    assert await cells() == [("graded", 0.0), ("graded", 3.0)]
    await act(classroom, poll, "open")
    await vote(other, poll, "o1")
    await act(classroom, poll, "close")
    assert await cells() == [("graded", 3.0), ("graded", 3.0)]

    secret = await opened(classroom, type="scored", correct=[0], anonymous=True)
    await vote(other, secret, "o1", secret=SECRET.format(1))
    await act(classroom, secret, "close")
    assert len(await cells()) == 3
    assert ("handed_in", None) in await cells()


@pytest.mark.parametrize(
    ("kind", "choices", "code"),
    [
        ("single", ["o9"], "unknown_option"),
        ("single", ["o1", "o2"], "too_many_choices"),
        ("single", [], "empty_ballot"),
        ("ranking", ["o1", "o1"], "repeated_choice"),
        ("word_cloud", ["x" * 41], "text_too_long"),
        ("open_text", [" \u200b\n"], "empty_ballot"),
        ("open_text", [7], "not_text"),
        ("q_and_a", [str(uuid4())], "unknown_option"),
        ("single", [None], "validation_failed"),
        ("single", "o1", "validation_failed"),
        ("open_text", ["x" * 3000], "validation_failed"),
    ],
)
async def test_what_is_no_ballot_changes_nothing(classroom: Classroom, is_problem, kind, choices, code) -> None:
    listed = kind in ("single", "ranking")
    poll = await opened(classroom, type=kind, options=["Nucleus", "Membrane"] if listed else [])
    before = await document(classroom, poll)
    answer = await classroom.student.put(f"/polls/{poll['id']}/ballot", {"choices": choices})
    is_problem(answer, 422, code)
    assert await document(classroom, poll) == before
    assert not (await classroom.student.get(f"/polls/{poll['id']}/ballot")).json()["voted"]


async def test_who_may_not_see_a_poll_cannot_vote(classroom: Classroom, is_problem) -> None:
    poll = await opened(classroom)
    is_problem(await vote(classroom.stranger, poll, "o1"), 404, "not_found")
    is_problem(await vote(classroom.api.client(), poll, "o1"), 401, "token_missing")
    is_problem(await vote(classroom.student, {"id": str(new_id())}, "o1"), 404, "not_found")
    await classroom.teacher.put(f"/documents/{poll['document_id']}/access/{classroom.student.id}", {"access": "none"})
    is_problem(await vote(classroom.student, poll, "o1"), 404, "not_found")
    await classroom.teacher.put(f"/documents/{poll['document_id']}/access/{classroom.student.id}", {"access": "read"})
    await classroom.teacher.delete(f"/polls/{poll['id']}")
    is_problem(await vote(classroom.student, poll, "o1"), 404, "not_found")
    await classroom.teacher.post(f"/documents/{poll['document_id']}/restore")
    assert (await vote(classroom.student, poll, "o1")).status_code == 200


async def test_after_a_block_or_the_end_of_a_sign_in_nothing_counts(classroom: Classroom, is_problem) -> None:
    poll = await opened(classroom)
    admin = await classroom.api.admin()
    (other,) = await students(classroom, 1)
    await other.post("/auth/logout")
    is_problem(await vote(other, poll, "o1"), 401, "token_revoked")
    blocked = await admin.post(f"/admin/users/{classroom.student.id}/block", {"reason": "test"})
    if blocked.status_code == 404:
        blocked = await admin.patch(f"/admin/users/{classroom.student.id}", {"status": "blocked"})
    assert blocked.status_code < 300, blocked.text
    is_problem(await vote(classroom.student, poll, "o1"), 401, "account_blocked")
    assert (await document(classroom, poll))[1]["voters"] == 0


async def test_only_teachers_hold_polls(classroom: Classroom, is_problem) -> None:
    body = {"question": "Q?", "type": "yes_no"}
    is_problem(await classroom.student.post(f"/classes/{classroom.class_id}/polls", body), 403, "forbidden")
    is_problem(await classroom.stranger.post(f"/classes/{classroom.class_id}/polls", body), 404, "not_found")
    poll = await opened(classroom)
    for step in ("open", "close", "publish", "unpublish", "rounds", "copy"):
        is_problem(await classroom.student.post(f"/polls/{poll['id']}/{step}"), 403, "forbidden")
        is_problem(await classroom.stranger.post(f"/polls/{poll['id']}/{step}"), 404, "not_found")
    is_problem(await classroom.student.get(f"/polls/{poll['id']}/results.csv"), 403, "forbidden")
    is_problem(await classroom.student.put(f"/polls/{poll['id']}/timer", {"seconds": 30}), 403, "forbidden")


async def test_what_cannot_be_asked_is_refused_by_field(classroom: Classroom, is_problem) -> None:
    path = f"/classes/{classroom.class_id}/polls"
    for body, field in (
        ({"question": " ", "type": "yes_no"}, "question"),
        ({"question": "Q?", "type": "riddle"}, "type"),
        ({"question": "Q?", "type": "single", "options": ["one"]}, "options"),
        ({"question": "Q?", "type": "scale", "low": 5, "high": 2}, "scale"),
        ({"question": "Q?", "type": "scored", "options": ["a", "b"]}, "correct"),
    ):
        is_problem(await classroom.teacher.post(path, body), 422, "validation_failed", field)


async def test_a_poll_can_be_changed_until_it_is_opened_and_copied_always(classroom: Classroom, is_problem) -> None:
    poll = await prepare(classroom)
    path = f"/polls/{poll['id']}"
    changed = await classroom.teacher.patch(path, {"question": "And the RNA?", "options": ["Here", "There", "Both"]})
    assert [each["text"] for each in changed.json()["options"]] == ["Here", "There", "Both"]
    assert (await classroom.teacher.patch(path, {"anonymous": True})).json()["question"] == "And the RNA?"
    scale = (await classroom.teacher.patch(path, {"type": "scale", "high": 3})).json()
    assert [each["id"] for each in scale["options"]] == ["1", "2", "3"]
    assert len((await classroom.teacher.patch(path, {"low": 2})).json()["options"]) == 2
    await act(classroom, poll, "open")
    is_problem(await classroom.teacher.patch(path, {"question": "Ha"}), 409, "poll_already_opened")
    copy = (await classroom.teacher.post(f"{path}/copy")).json()
    assert (copy["state"], copy["question"], copy["anonymous"]) == ("draft", "And the RNA?", True)
    assert copy["id"] != poll["id"]


async def test_time_is_up_by_the_servers_clock(classroom: Classroom, is_problem) -> None:
    poll = await opened(classroom)
    answer = await classroom.teacher.put(f"/polls/{poll['id']}/timer", {"seconds": 60})
    closes_at = answer.json()["closes_at"]
    assert (await document(classroom, poll))[0]["closes_at"].startswith(closes_at[:19])
    services = classroom.api.services
    assert 50 < (await services.polls.bell.close_due() or 0) <= 60
    late = ClosingBell(
        services.database, services.live, services.polls.key, now=lambda: utc_now() + timedelta(seconds=61)
    )
    assert await late.close_due() is None
    assert (await document(classroom, poll))[0]["state"] == "closed"
    is_problem(await classroom.teacher.put(f"/polls/{poll['id']}/timer", {"seconds": 60}), 409, "poll_not_open")


async def test_words_can_be_taken_out_of_sight(classroom: Classroom, is_problem) -> None:
    poll = await opened(classroom, type="word_cloud", options=[])
    await vote(classroom.student, poll, "leaf", "Rude")
    hide = {"text": "rude", "hidden": True}
    is_problem(await classroom.student.put(f"/polls/{poll['id']}/hidden", hide), 403, "forbidden")
    assert (await classroom.teacher.put(f"/polls/{poll['id']}/hidden", hide)).status_code == 204
    assert (await document(classroom, poll))[1]["counts"] == {"leaf": 1}
    assert "Rude" not in (await classroom.student.get(f"/polls/{poll['id']}/results")).text
    texts = (await classroom.teacher.get(f"/polls/{poll['id']}/results")).json()["texts"]
    assert {each["text"]: each["hidden"] for each in texts} == {"Rude": True, "leaf": False}
    await classroom.teacher.put(f"/polls/{poll['id']}/hidden", {"text": "RUDE", "hidden": False})
    assert (await document(classroom, poll))[1]["counts"] == {"leaf": 1, "Rude": 1}


async def test_questions_are_asked_voted_for_answered_and_hidden(classroom: Classroom, is_problem) -> None:
    poll = await opened(classroom, type="q_and_a", options=[])
    first, second = str(uuid4()), str(uuid4())
    path = f"/polls/{poll['id']}/questions"
    for _ in range(2):
        assert (await classroom.student.put(f"{path}/{first}", {"text": "Why is it green?"})).status_code == 201
    await classroom.student.put(f"{path}/{second}", {"text": "Rude!"})
    is_problem(await classroom.student.put(f"{path}/{first}", {"text": "Other"}), 409, "question_exists")
    is_problem(
        await classroom.student.put(f"{path}/{new_id()}", {"text": "Q"}), 422, "validation_failed", "question_id"
    )
    is_problem(await classroom.student.put(f"{path}/{uuid4()}", {"text": "x" * 281}), 422, "text_too_long")
    is_problem(await classroom.student.patch(f"{path}/{first}", {"hidden": True}), 403, "forbidden")
    assert (await vote(classroom.student, poll, first, second)).status_code == 200
    assert (await classroom.teacher.patch(f"{path}/{second}", {"hidden": True})).status_code == 200
    await classroom.teacher.patch(f"{path}/{first}", {"answered": True})
    _, results = await document(classroom, poll)
    assert results["questions"] == {first: {"text": "Why is it green?", "answered": True}}
    assert results["counts"] == {first: 1}
    found = (await classroom.teacher.get(f"/polls/{poll['id']}/results")).json()["questions"]
    assert {each["text"]: each["votes"] for each in found} == {"Why is it green?": 1, "Rude!": 1}
    assert {each["author"] for each in found} == {"student 2"}
    for number in range(8):
        await classroom.student.put(f"{path}/{uuid4()}", {"text": f"Question {number}"})
    is_problem(await classroom.student.put(f"{path}/{uuid4()}", {"text": "One more"}), 409, "too_many_questions")
    table = (await classroom.teacher.get(f"/polls/{poll['id']}/results.csv")).text.removeprefix("\ufeff")
    header, *lines = csv.reader(io.StringIO(table))
    assert header == ["question", "name", "user_id", "votes", "answered", "hidden"]
    asker = ["student 2", classroom.student.id]
    assert ["Why is it green?", *asker, "1", "yes", "no"] in lines
    assert ["Rude!", *asker, "1", "no", "yes"] in lines
    assert ["Question 7", *asker, "0", "no", "no"] in lines
    await act(classroom, poll, "close")
    (other,) = await students(classroom, 1)
    is_problem(await other.put(f"{path}/{uuid4()}", {"text": "Late"}), 409, "poll_closed")


async def test_results_come_as_a_table_that_is_no_program(classroom: Classroom) -> None:
    poll = await opened(classroom, type="open_text", options=[], question="What?")
    await vote(classroom.student, poll, "=HYPERLINK(1)")
    answer = await classroom.teacher.get(f"/polls/{poll['id']}/results.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    header, line = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert header == ["round", "name", "user_id", "answer", "time"]
    assert line[:4] == ["1", "student 2", classroom.student.id, "'=HYPERLINK(1)"]

    secret = await opened(classroom, anonymous=True)
    await vote(classroom.student, secret, "o1", secret=SECRET.format(1))
    table = (await classroom.teacher.get(f"/polls/{secret['id']}/results.csv")).text.removeprefix("\ufeff")
    assert list(csv.reader(io.StringIO(table))) == [
        ["round", "answer", "votes", "voters"],
        ["1", "Nucleus", "1", "1"],
        ["1", "Membrane", "0", "1"],
    ]
