"""Gradebooks through the API: what counts and how much, who sees what, tables in and out, two teachers at once."""

import asyncio
import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.conftest import Client
from tests.integration.teaching import Term

pytestmark = pytest.mark.postgres

IsProblem = Callable[..., None]


def row_of(book: dict[str, Any], student: Client) -> dict[str, Any]:
    (found,) = [row for row in book["students"] if row["user_id"] == student.id]
    return dict(found)


def points(row: dict[str, Any]) -> dict[str, float | None]:
    return {grade["item_id"]: grade["points"] for grade in row["grades"]}


async def test_assignments_and_own_columns_stand_in_one_book(term: Term) -> None:
    assert await term.book() == {
        "class_id": term.class_id, "class_title": "7b", "items": [], "categories": [], "letters": [], "version": 0,
        "students": (await term.book())["students"], "next_cursor": None,
    }  # fmt: skip
    made = await term.assignment()
    await term.assignment(title="Draft", published=False)
    talk = await term.item("Talk", points_max=30)
    book = await term.book()
    assert [(item["title"], item["points_max"], item["assignment_id"]) for item in book["items"]] == [
        ("Essay", 10, made["id"]),
        ("Talk", 30, None),
    ]
    await term.grade(await term.hand_in(term.zoe, made), 10)
    assert (await term.set_grades((talk, term.zoe, 15, 0))).status_code == 200
    row = row_of(await term.book(), term.zoe)
    assert points(row) == {made["item_id"]: 10, talk: 15}
    assert (row["percent"], row["letter"]) == (62.5, None)
    assert [grade["share"] for grade in row["grades"]] == [25, 75]
    assert row_of(await term.book(), term.mei)["percent"] is None


async def test_categories_weigh_and_drop_and_letters_follow(term: Term, is_problem: IsProblem) -> None:
    items = [await term.item(f"Test {n}", points_max=10) for n in range(3)]
    talk = await term.item("Talk", points_max=10)
    scheme = {
        "version": 0,
        "categories": [
            {"title": "Tests", "weight": 60, "drop_lowest": 1},
            {"title": "Speaking", "weight": 40},
        ],
        "letters": [{"label": "Passed", "from_percent": 50}, {"label": "Good", "from_percent": 80.5}],
    }
    book = await term.ok(term.teacher.put(f"{term.path}/grades/scheme", scheme))
    tests, speaking = [category["id"] for category in book["categories"]]
    assert [letter["label"] for letter in book["letters"]] == ["Good", "Passed"]
    for item, category in ((items[0], tests), (items[1], tests), (items[2], tests), (talk, speaking)):
        await term.ok(term.teacher.patch(f"{term.path}/grades/items/{item}", {"category_id": category}))
    changes = [(item, term.zoe, value, 0) for item, value in zip([*items, talk], (2, 8, 9, 7), strict=True)]
    assert (await term.set_grades(*changes)).status_code == 200
    row = row_of(await term.book(), term.zoe)
    # (8 + 9) / 20 × 0.6 + 7 / 10 × 0.4
    assert (row["percent"], row["letter"]) == (79, "Passed")
    assert [category["percent"] for category in row["categories"]] == [85, 70]
    assert [(grade["dropped"], grade["share"]) for grade in row["grades"]] == [
        (True, None), (False, 30), (False, 30), (False, 40),
    ]  # fmt: skip
    own = (await term.ok(term.zoe.get("/me/grades")))["items"]
    assert [each["students"][0] for each in own] == [row | {"email": None}]
    # A category that is gone leaves its items in none.
    less = {"version": 1, "categories": [{"id": tests, "title": "Tests", "weight": 1}], "letters": []}
    is_problem(await term.teacher.put(f"{term.path}/grades/scheme", less | {"version": 0}), 409, "changed_meanwhile")
    book = await term.ok(term.other.put(f"{term.path}/grades/scheme", less))
    assert [item["category_id"] for item in book["items"]] == [tests, tests, tests, None]
    assert row_of(book, term.zoe)["percent"] == 63.33
    unknown = {"version": 2, "categories": [{"id": speaking, "title": "x", "weight": 1}], "letters": []}
    is_problem(await term.teacher.put(f"{term.path}/grades/scheme", unknown), 404, "not_found")
    is_problem(
        await term.teacher.patch(f"{term.path}/grades/items/{talk}", {"category_id": speaking}), 404, "not_found"
    )


async def test_students_see_their_own_row_alone_and_nothing_hidden(term: Term) -> None:
    made = await term.assignment()
    talk = await term.item("Talk", points_max=10, hidden=True)
    await term.grade(await term.hand_in(term.zoe, made), 10)
    assert (await term.set_grades((talk, term.zoe, 0, 0), (talk, term.mei, 4, 0))).status_code == 200
    book = await term.book(term.zoe)
    assert [(row["user_id"], row["email"]) for row in book["students"]] == [(term.zoe.id, None)]
    assert row_of(await term.book(), term.zoe)["email"] == term.zoe.email
    assert (points(book["students"][0]), book["students"][0]["percent"]) == ({made["item_id"]: 10}, 100)
    assert row_of(await term.book(), term.zoe)["percent"] == 50
    await term.ok(term.teacher.patch(f"{term.path}/grades/items/{talk}", {"hidden": False}))
    book = await term.book(term.zoe)
    assert (points(book["students"][0])[talk], book["students"][0]["percent"]) == (0, 50)


async def test_what_is_hidden_is_hidden_on_the_board_and_in_the_submission_too(term: Term) -> None:
    made = await term.assignment()
    path = f"{term.path}/grades/items/{made['item_id']}"
    await term.ok(term.teacher.patch(path, {"hidden": True}))
    done = await term.grade(await term.hand_in(term.zoe, made), 7, feedback="Good")
    seen = (await term.ok(term.zoe.get(f"/submissions/{done['id']}")))["grade"]
    assert (seen["points"], seen["raw_points"], seen["feedback"], seen["withheld"]) == (None, None, "Good", True)
    assert (await term.ok(term.zoe.get(f"/assignments/{made['id']}")))["own"]["points"] is None
    assert (await term.ok(term.zoe.get(f"{term.path}/assignments")))["items"][0]["own"]["points"] is None
    assert await term.cell(term.zoe, seen_by=term.zoe) == ("graded", None)
    await term.ok(term.teacher.patch(path, {"hidden": False}))
    assert (await term.ok(term.zoe.get(f"/submissions/{done['id']}")))["grade"]["points"] == 7
    assert await term.cell(term.zoe, seen_by=term.zoe) == ("graded", 7)
    await term.ok(term.teacher.patch(path, {"hidden": True}))
    assert await term.cell(term.zoe, seen_by=term.zoe) == ("graded", None)


async def test_a_grade_for_an_assignment_can_be_typed_into_the_book(term: Term) -> None:
    made = await term.assignment()
    item = made["item_id"]
    assert (await term.set_grades((item, term.mei, 6, 0))).status_code == 200
    assert await term.cell(term.mei) == ("graded", 6)
    own = (await term.ok(term.mei.get(f"/assignments/{made['id']}")))["own"]
    assert (own["state"], own["points"], own["submission_id"]) == ("returned", 6, None)
    # Taken back, it is nowhere any more.
    assert (await term.set_grades((item, term.mei, None, 1))).status_code == 200
    assert await term.cell(term.mei) == ("graded", None)
    assert row_of(await term.book(term.mei), term.mei)["percent"] is None


async def test_two_who_change_the_same_grades_are_told_both_values(term: Term, is_problem: IsProblem) -> None:
    talk, poem = await term.item("Talk"), await term.item("Poem")
    first = [(talk, term.zoe, 5, 0), (poem, term.zoe, 5, 0)]
    second = [(poem, term.zoe, 6, 0), (talk, term.zoe, 5, 0), (poem, term.mei, 9, 0)]
    answers = await asyncio.gather(term.set_grades(*first), term.set_grades(*second, by=term.other))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    is_problem(lost, 409, "changed_meanwhile")
    # What both want is no conflict.
    (conflict,) = lost.json()["conflicts"]
    assert (conflict["item_id"], conflict["user_id"]) == (poem, term.zoe.id)
    assert conflict["current"]["points"] + conflict["yours"]["points"] == 11
    # All or nothing.
    kept = points(row_of(await term.book(), term.mei))
    assert kept == ({} if lost is answers[1] else {poem: 9})


async def test_what_is_no_cell_of_the_book_is_refused(term: Term, is_problem: IsProblem) -> None:
    talk = await term.item("Talk")
    other = await term.ok(term.stranger.post("/classes", {"title": "Other"}), 201)
    foreign = await term.ok(term.stranger.post(f"/classes/{other['id']}/grades/items", {"title": "Foreign"}), 201)
    for item, person in ((talk, term.stranger), (talk, term.teacher), (foreign["id"], term.zoe)):
        is_problem(await term.set_grades((talk, term.mei, 1, 0), (item, person, 1, 0)), 404, "not_found")
    is_problem(await term.set_grades((talk, term.zoe, 1, 0), (talk, term.zoe, 2, 0)), 422, "validation_failed")
    is_problem(await term.set_grades((talk, term.zoe, -1, 0)), 422, "validation_failed", "changes.0.points")
    is_problem(await term.set_grades((talk, term.zoe, 1.005, 0)), 422, "validation_failed", "changes.0.points")
    assert await term.count("grades") == 0


async def test_items_are_changed_ordered_removed_and_restored(term: Term, is_problem: IsProblem) -> None:
    made = await term.assignment()
    talk, poem = await term.item("Talk"), await term.item("Poem", weight=2)
    path = f"{term.path}/grades/items"
    book = await term.ok(term.teacher.put(f"{path}/order", {"item_ids": [poem, made["item_id"]]}))
    assert [item["id"] for item in book["items"]] == [poem, made["item_id"], talk]
    is_problem(
        await term.teacher.put(f"{path}/order", {"item_ids": [poem, poem]}), 422, "validation_failed", "item_ids"
    )
    changed = await term.ok(term.teacher.patch(f"{path}/{poem}", {"title": "Sonnet", "weight": None, "points_max": 14}))
    assert (changed["title"], changed["weight"], changed["points_max"]) == ("Sonnet", None, 14)
    is_problem(await term.teacher.patch(f"{path}/{made['item_id']}", {"title": "x"}), 422, "validation_failed", "title")
    await term.set_grades((poem, term.zoe, 7, 0))
    await term.ok(term.teacher.delete(f"{path}/{poem}"), 204)
    assert row_of(await term.book(), term.zoe)["percent"] is None
    is_problem(await term.teacher.delete(f"{path}/{poem}"), 404, "not_found")
    is_problem(await term.teacher.delete(f"{path}/{made['item_id']}"), 404, "not_found")
    await term.ok(term.teacher.post(f"{path}/{poem}/restore"))
    assert row_of(await term.book(), term.zoe)["percent"] == 50


async def test_every_change_is_kept_with_who_made_it(term: Term) -> None:
    talk = await term.item("Talk")
    await term.set_grades((talk, term.zoe, 5, 0))
    await term.set_grades((talk, term.zoe, 6, 1), (talk, term.mei, 1, 0), by=term.other)
    await term.set_grades((talk, term.zoe, 6, 2))
    path = f"{term.path}/grades/changes"
    found = (await term.ok(term.teacher.get(f"{path}?item_id={talk}&user_id={term.zoe.id}")))["items"]
    names = [(each["points_before"], each["points_after"], each["changed_by"]) for each in found]
    me = [(await term.ok(person.get("/me")))["name"] for person in (term.teacher, term.other)]
    assert names == [(5, 6, me[1]), (None, 5, me[0])]
    first = await term.ok(term.teacher.get(f"{path}?limit=2"))
    rest = await term.ok(term.teacher.get(f"{path}?limit=2&cursor={first['next_cursor']}"))
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)


async def upload(term: Term, content: bytes, person: Client | None = None) -> Any:
    return await (person or term.teacher).request(
        "POST", f"{term.path}/grades/preview", content=content, headers={"Content-Type": "text/csv"}
    )


async def test_the_table_of_a_large_class_is_taken_and_one_beyond_is_refused(
    term: Term, is_problem: Callable[..., None]
) -> None:
    await term.item("Talk")
    head, zoe, padding = b"email;Talk;Remark\n", f"{term.zoe.email};5;\n".encode(), b";;" + b"x" * 100_000 + b"\n"
    found = await term.ok(upload(term, head + padding * 20 + zoe))
    assert [each["points"] for each in found["changes"]] == [5]
    is_problem(await upload(term, head + padding * 45), 413, "file_too_large")
    is_problem(await upload(term, head + padding * 45, term.zoe), 403, "forbidden")


async def test_a_table_goes_out_and_comes_back_changed(term: Term) -> None:
    talk, again = await term.item("Talk"), await term.item("Talk")
    made = await term.assignment(title="=Formula", scale=[
        {"id": "a", "title": "Good", "points": 3}, {"id": "b", "title": "Fair", "points": 2},
    ])  # fmt: skip
    await term.set_grades((talk, term.zoe, 5, 0), (again, term.zoe, 8.25, 0))
    response = await term.teacher.get(f"{term.path}/grades.csv")
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''7b.csv"
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["user_id", "name", "email", "Talk", "Talk (2)", "'=Formula", "total_percent", "letter"]
    assert {row[1]: row[3:] for row in rows[1:]} == {
        "student 2": ["5.00", "8.25", "", "6.63", ""],
        "林美": ["", "", "", "", ""],
    }
    zoe, mei = (next(row for row in rows[1:] if row[0] == person.id) for person in (term.zoe, term.mei))
    zoe[3], mei[4], mei[5] = "5,5", "excused", "good"
    sheet = io.StringIO()
    csv.writer(sheet, delimiter=";").writerows([rows[0], zoe, mei, ["", "Nobody", "", "1", "", ""]])
    preview = await term.ok(upload(term, sheet.getvalue().encode("utf-16")))
    assert (preview["encoding"], preview["grades"], preview["unknown_columns"]) == ("utf-16", 4, [])
    assert preview["bad_rows"] == [{"line": 4, "fault": "unknown_student", "column": None, "value": "Nobody"}]
    changes = preview["changes"]
    assert [
        (each["item_id"], each["user_id"], each["points_before"], each["points"], each["excused"]) for each in changes
    ] == [
        (talk, term.zoe.id, 5, 5.5, False),
        (again, term.mei.id, None, None, True),
        (made["item_id"], term.mei.id, None, 3, False),
    ]
    assert points(row_of(await term.book(), term.zoe))[talk] == 5
    wanted = [{key: each[key] for key in ("item_id", "user_id", "points", "excused", "version")} for each in changes]
    await term.ok(term.teacher.put(f"{term.path}/grades", {"changes": wanted, "source": "table"}))
    assert points(row_of(await term.book(), term.zoe))[talk] == 5.5
    assert await term.cell(term.mei, "=Formula") == ("graded", 3)
    newest = (await term.ok(term.teacher.get(f"{term.path}/grades/changes")))["items"][0]
    assert newest["source"] == "table"
    # Read again, there is nothing to change.
    assert (await term.ok(upload(term, sheet.getvalue().encode())))["changes"] == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x81\x8d", "table_unknown_encoding"),
        (b"\n", "table_empty"),
        (b"Talk\n1", "table_no_students"),
        (b"name,Nothing\nx,1", "table_no_items"),
        (b'name,Talk\n"x,1', "table_damaged"),
    ],
)
async def test_a_file_that_is_no_table_of_grades_is_refused(
    term: Term, is_problem: IsProblem, content: bytes, code: str
) -> None:
    await term.item("Talk")
    is_problem(await upload(term, content), 422, code)


async def test_only_teachers_see_the_book_of_others(term: Term, is_problem: IsProblem) -> None:
    for path in ("grades.csv", "grades/changes"):
        is_problem(await term.zoe.get(f"{term.path}/{path}"), 403, "forbidden")
        is_problem(await term.stranger.get(f"{term.path}/{path}"), 404, "not_found")
    is_problem(await upload(term, b"name,Talk", term.zoe), 403, "forbidden")


async def test_a_long_class_is_read_page_by_page(term: Term) -> None:
    first = await term.ok(term.teacher.get(f"{term.path}/grades?limit=1"))
    rest = await term.ok(term.teacher.get(f"{term.path}/grades?limit=1&cursor={first['next_cursor']}"))
    assert {row["user_id"] for row in first["students"] + rest["students"]} == {term.zoe.id, term.mei.id}
    assert rest["next_cursor"] is None
