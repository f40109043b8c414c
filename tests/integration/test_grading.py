"""Grading through the API: given back, once more, by two at once, by rubric, or excused."""

import asyncio
from collections.abc import Callable

import pytest

from tests.integration.teaching import Term

pytestmark = pytest.mark.postgres

IsProblem = Callable[..., None]


async def test_a_grade_is_the_students_once_it_is_given_back(term: Term, is_problem: IsProblem) -> None:
    made = await term.assignment()
    done = await term.hand_in(term.zoe, made)
    path = f"/submissions/{done['id']}"
    kept = await term.grade(done, 7.5, give_back=False, feedback="Look at page 3.")
    assert (kept["state"], kept["grade"]["points"], kept["grade"]["returned_at"]) == ("handed_in", 7.5, None)
    assert (await term.ok(term.zoe.get(path)))["grade"] is None
    assert await term.cell(term.zoe) == ("handed_in", None)
    given = await term.grade(kept, 8, feedback="Well done.")
    assert given["state"] == "returned"
    seen = await term.ok(term.zoe.get(path))
    assert (seen["grade"]["points"], seen["grade"]["feedback"], seen["grade"]["withheld"]) == (8, "Well done.", False)
    assert await term.cell(term.zoe, seen_by=term.zoe) == ("graded", 8)
    own = (await term.ok(term.zoe.get(f"/assignments/{made['id']}")))["own"]
    assert (own["state"], own["points"]) == ("returned", 8)
    # Graded once more, it is seen at once; taken back, the board shows none.
    await term.grade(given, 9)
    assert await term.cell(term.zoe) == ("graded", 9)
    is_problem(await term.zoe.put(f"{path}/grade", {"version": 3, "points": 10}), 403, "forbidden")
    is_problem(await term.mei.put(f"{path}/grade", {"version": 3, "points": 10}), 404, "not_found")
    changes = (await term.ok(term.teacher.get(f"{term.path}/grades/changes")))["items"]
    assert [(each["points_before"], each["points_after"], each["source"]) for each in changes] == [
        (8, 9, "submission"), (7.5, 8, "submission"), (None, 7.5, "submission"),
    ]  # fmt: skip


async def test_work_that_is_handed_in_once_more_waits_for_its_grade_once_more(term: Term) -> None:
    made = await term.assignment(attempts_max=2)
    graded = await term.grade(await term.hand_in(term.zoe, made, "One"), 4)
    again = await term.hand_in(term.zoe, made, "Two")
    assert (again["state"], again["grade"]["points"]) == ("handed_in", 4)
    assert (await term.ok(term.teacher.get(f"/assignments/{made['id']}")))["work"] == {
        "handed_in": 1,
        "to_grade": 1,
        "handed_in_at": again["handed_in_at"],
    }
    kept = await term.grade(again | {"version": graded["version"]}, 9, give_back=False)
    assert kept["grade"]["returned_at"] is None
    assert (await term.ok(term.zoe.get(f"/submissions/{again['id']}")))["grade"] is None
    await term.grade(kept, 9)
    assert await term.cell(term.zoe) == ("graded", 9)
    assert (await term.ok(term.teacher.get(f"{term.path}/assignments")))["items"][0]["work"] == {
        "handed_in": 1,
        "to_grade": 0,
        "handed_in_at": again["handed_in_at"],
    }
    own = (await term.ok(term.zoe.get(f"/assignments/{made['id']}")))["own"]
    assert own["state"] == "returned"
    assert own["returned_at"] > own["handed_in_at"]


async def test_two_who_grade_at_once_are_told_both_values(term: Term, is_problem: IsProblem) -> None:
    done = await term.hand_in(term.zoe, await term.assignment())
    path = f"/submissions/{done['id']}/grade"
    bodies = [{"version": 0, "points": points, "feedback": f"I say {points}", "give_back": True} for points in (5, 6)]
    answers = await asyncio.gather(term.teacher.put(path, bodies[0]), term.other.put(path, bodies[1]))
    first, second = sorted(answers, key=lambda answer: answer.status_code)
    assert first.status_code == 200
    is_problem(second, 409, "changed_meanwhile")
    (conflict,) = second.json()["conflicts"]
    points = first.json()["grade"]["points"]
    assert (conflict["current"]["points"], conflict["current"]["feedback"]) == (points, f"I say {points:g}")
    assert conflict["current"]["graded_by"].startswith("teacher")
    assert (conflict["yours"]["points"], conflict["current"]["version"]) == (11 - points, 1)
    # Whoever sends the same once more, has it already.
    answer = await (term.teacher if points == 5 else term.other).put(path, bodies[0 if points == 5 else 1])
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert await term.count("grade_changes") == 1


async def test_a_rubric_is_filled_in_level_by_level(term: Term, is_problem: IsProblem) -> None:
    levels = [{"id": "good", "title": "Good", "points": 4}, {"id": "poor", "title": "Poor", "points": 1}]
    rubric = [{"id": "idea", "title": "Idea", "levels": levels}, {"id": "words", "title": "Words", "levels": levels}]
    done = await term.hand_in(term.zoe, await term.assignment(rubric=rubric, points_max=None))
    kept = await term.grade(done, None, rubric={"idea": "good"}, give_back=False)
    assert kept["grade"]["points"] is None
    kept = await term.grade(kept, None, rubric={"idea": "good", "words": "poor"})
    assert (kept["grade"]["points"], kept["grade"]["rubric"]) == (5, {"idea": "good", "words": "poor"})
    kept = await term.grade(kept, 6.5, rubric={"idea": "good", "words": "poor"})
    assert kept["grade"]["points"] == 6.5
    wrong = {"version": kept["version"], "rubric": {"idea": "best"}}
    is_problem(await term.teacher.put(f"/submissions/{done['id']}/grade", wrong), 422, "validation_failed", "rubric")


async def test_what_is_not_graded_is_given_back_with_words(term: Term, is_problem: IsProblem) -> None:
    done = await term.hand_in(term.zoe, await term.assignment(points_max=None))
    wrong = {"version": 0, "points": 3}
    is_problem(await term.teacher.put(f"/submissions/{done['id']}/grade", wrong), 422, "validation_failed", "points")
    given = await term.grade(done, None, feedback="Thank you.")
    assert (given["state"], given["grade"]["points"]) == ("returned", None)
    assert await term.cell(term.zoe) == ("graded", None)
    assert (await term.book())["items"] == []


async def test_somebody_can_be_excused(term: Term, is_problem: IsProblem) -> None:
    done = await term.hand_in(term.zoe, await term.assignment())
    wrong = {"version": 0, "points": 3, "excused": True}
    is_problem(await term.teacher.put(f"/submissions/{done['id']}/grade", wrong), 422, "validation_failed", "points")
    given = await term.grade(done, None, excused=True)
    assert (given["grade"]["excused"], given["grade"]["points"]) == (True, None)
    assert await term.cell(term.zoe) == ("graded", None)
