"""Lessons in units: written, put in order, published."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.integration.conftest import Classroom
from tests.integration.lesson_shelf import Shelf, doc, words

IsProblem = Callable[..., None]


async def test_a_new_lesson_is_a_draft_that_only_teachers_see(classroom: Classroom, is_problem: IsProblem) -> None:
    shelf = Shelf(classroom, "", "")
    shelf.unit = await shelf.add_unit("Water")
    lesson = await shelf.add("Rain", publish=False)
    shown = (await classroom.teacher.get(f"/lessons/{lesson}")).json()
    assert (shown["publication"], shown["version"], shown["unit_title"]) == ("draft", 1, "Water")
    assert shown["content"] == doc()
    assert await shelf.titles(classroom.teacher) == [("Water", ["Rain"])]
    assert await shelf.titles(classroom.student) == []
    for path in ("", "/opened", "/completion"):
        call = classroom.student.put if path else classroom.student.get
        is_problem(await call(f"/lessons/{lesson}{path}"), 404, "not_found")


async def test_a_published_lesson_is_seen_by_the_class_and_nobody_else(shelf: Shelf, is_problem: IsProblem) -> None:
    room = shelf.room
    assert await shelf.titles(room.student) == [("Water", ["Rain"])]
    assert (await room.student.get(f"/lessons/{shelf.lesson}")).json()["publication"] == "published"
    for person in (room.stranger, await room.api.admin()):
        is_problem(await person.get(f"/lessons/{shelf.lesson}"), 404, "not_found")
        is_problem(await person.get(f"{shelf.path}/lessons"), 404, "not_found")
    assert (await room.teacher.post(f"/lessons/{shelf.lesson}/unpublish")).json()["publication"] == "draft"
    is_problem(await room.student.get(f"/lessons/{shelf.lesson}"), 404, "not_found")


async def test_a_lesson_appears_by_the_clock_of_the_database(shelf: Shelf, is_problem: IsProblem) -> None:
    room, lesson = shelf.room, await shelf.add("Snow", publish=False)
    # In the hour that a change to summer time leaves out: a moment is one, whatever a clock on a wall says.
    at = "2099-03-29T02:30:00+01:00"
    scheduled = (await room.teacher.post(f"/lessons/{lesson}/publish", {"at": at})).json()
    assert (scheduled["publication"], scheduled["published_at"]) == ("scheduled", "2099-03-29T01:30:00Z")
    is_problem(await room.student.get(f"/lessons/{lesson}"), 404, "not_found")
    assert await shelf.titles(room.student) == [("Water", ["Rain"])]
    async with room.api.services.database.transaction() as transaction:
        await transaction.session.execute(
            text("update lessons set published_at = now() where id = :id"), {"id": lesson}
        )
    assert (await room.student.get(f"/lessons/{lesson}")).json()["publication"] == "published"
    assert await shelf.titles(room.student) == [("Water", ["Rain", "Snow"])]


async def test_a_moment_that_has_passed_is_refused(shelf: Shelf, is_problem: IsProblem) -> None:
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    for at in (past, "2099-01-01T00:00:00", "tomorrow"):
        refused = await shelf.room.teacher.post(f"/lessons/{shelf.lesson}/publish", {"at": at})
        is_problem(refused, 422, "validation_failed", "at")


async def test_a_text_is_kept_as_the_schema_has_it(shelf: Shelf) -> None:
    room = shelf.room
    given = doc(
        {**words("雨 Regen مطر"), "attrs": {"style": "x"}}, {"type": "embed", "attrs": {"document_id": room.board_id}}
    )
    saved = await room.teacher.put(f"/lessons/{shelf.lesson}/content", {"content": given, "version": 1})
    assert saved.status_code == 200, saved.text
    shown = (await room.student.get(f"/lessons/{shelf.lesson}")).json()
    assert shown["version"] == 2
    assert shown["content"] == doc(words("雨 Regen مطر"), {"type": "embed", "attrs": {"document_id": room.board_id}})
    assert shown["documents"] == [{"id": room.board_id, "kind": "whiteboard", "title": "Board"}]
    again = await room.teacher.put(f"/lessons/{shelf.lesson}/content", {"content": given, "version": 2})
    assert again.json()["version"] == 2


async def test_a_board_that_is_hidden_or_gone_is_not_named(shelf: Shelf, is_problem: IsProblem) -> None:
    room = shelf.room
    content = doc({"type": "embed", "attrs": {"document_id": room.board_id}})
    path = f"/lessons/{shelf.lesson}"
    await room.teacher.put(f"{path}/content", {"content": content, "version": 1})
    await room.teacher.put(f"/documents/{room.board_id}/access", {"students": "none"})
    assert (await room.student.get(path)).json()["documents"] == []
    assert len((await room.teacher.get(path)).json()["documents"]) == 1
    await room.teacher.delete(f"/documents/{room.board_id}")
    assert (await room.teacher.get(path)).json()["documents"] == []
    # The text can still be changed, and the board come back.
    changed = doc(words("More"), *content["content"])
    assert (await room.teacher.put(f"{path}/content", {"content": changed, "version": 2})).status_code == 200
    await room.teacher.post(f"/documents/{room.board_id}/restore")
    assert len((await room.teacher.get(path)).json()["documents"]) == 1
    other = (await room.stranger.post("/classes", {"title": "Other"})).json()["id"]
    foreign = (await room.stranger.post(f"/classes/{other}/documents", {"kind": "whiteboard", "title": "X"})).json()[
        "id"
    ]
    progress = (await room.teacher.get(f"{shelf.path}/progress")).json()["document_id"]
    for document_id in (foreign, progress, str(uuid4())):
        wrong = doc({"type": "embed", "attrs": {"document_id": document_id}})
        refused = await room.teacher.put(f"{path}/content", {"content": wrong, "version": 3})
        is_problem(refused, 422, "validation_failed", "content")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"type": "doc", "content": [{"type": "script"}]}, "validation_failed"),
        ({"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "\x00"}]}]}, "validation_failed"),
        ([], "validation_failed"),
        (doc(words("x" * 200_001)), "lesson_too_long"),
    ],
)  # fmt: skip
async def test_what_no_lesson_may_say_is_refused(shelf: Shelf, content: Any, code: str, is_problem: IsProblem) -> None:
    path = f"/lessons/{shelf.lesson}/content"
    is_problem(await shelf.room.teacher.put(path, {"content": content, "version": 1}), 422, code)
    assert (await shelf.room.teacher.get(f"/lessons/{shelf.lesson}")).json()["version"] == 1


async def test_a_text_that_is_nested_without_end_is_refused(shelf: Shelf) -> None:
    body = '{"version": 1, "content": ' + '{"content": [' * 50_000 + "]}" * 50_000 + "}"
    path = f"/lessons/{shelf.lesson}/content"
    refused = await shelf.room.teacher.request(
        "PUT", path, content=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert refused.status_code in (400, 413, 422)


async def test_of_two_who_write_at_once_nobody_overwrites_the_other(shelf: Shelf) -> None:
    path = f"/lessons/{shelf.lesson}/content"
    answers = await asyncio.gather(
        *(shelf.room.teacher.put(path, {"content": doc(words(each)), "version": 1}) for each in ("one", "two", "three"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "lesson_changed"}
    (won,) = [answer for answer in answers if answer.status_code == 200]
    assert (await shelf.room.teacher.get(f"/lessons/{shelf.lesson}")).json()["content"] == won.json()["content"]


async def test_lessons_and_units_are_put_in_order_and_back(shelf: Shelf, is_problem: IsProblem) -> None:
    teacher, path = shelf.room.teacher, f"{shelf.path}/lessons/order"
    second, fire = await shelf.add("Snow"), await shelf.add_unit("Fire")
    before = {"units": [{"id": shelf.unit, "lesson_ids": [shelf.lesson, second]}, {"id": fire, "lesson_ids": []}]}
    after = {"units": [{"id": fire, "lesson_ids": [second]}, {"id": shelf.unit, "lesson_ids": [shelf.lesson]}]}
    moved = await teacher.put(path, after)
    assert [(unit["title"], [each["title"] for each in unit["lessons"]]) for unit in moved.json()["units"]] == [
        ("Fire", ["Snow"]),
        ("Water", ["Rain"]),
    ]
    late = await shelf.add("Hail")
    await teacher.put(path, before)
    assert await shelf.titles(shelf.room.student) == [("Water", ["Rain", "Snow", "Hail"])]
    assert await shelf.titles(teacher) == [("Water", ["Rain", "Snow", "Hail"]), ("Fire", [])]
    for units in ([{"id": str(uuid4()), "lesson_ids": []}], [{"id": fire, "lesson_ids": [late, late]}]):
        is_problem(await teacher.put(path, {"units": units}), 422, "validation_failed", "units")
    is_problem(await shelf.room.student.put(path, before), 403, "forbidden")


async def test_a_lesson_knows_the_one_before_and_the_one_after(shelf: Shelf) -> None:
    fire = await shelf.add_unit("Fire")
    second, third = await shelf.add("Draft", publish=False), await shelf.add("Ash", unit=fire)
    for who, after in ((shelf.room.student, third), (shelf.room.teacher, second)):
        shown = (await who.get(f"/lessons/{shelf.lesson}")).json()
        assert (shown["previous_id"], shown["next_id"]) == (None, after)
    shown = (await shelf.room.student.get(f"/lessons/{third}")).json()
    assert (shown["previous_id"], shown["next_id"]) == (shelf.lesson, None)


async def test_a_deleted_lesson_and_its_column_are_gone_until_they_are_restored(
    shelf: Shelf, is_problem: IsProblem
) -> None:
    room, path = shelf.room, f"/lessons/{shelf.lesson}"
    await room.student.put(f"{path}/completion")
    assert (await room.teacher.delete(path)).status_code == 204
    for person in (room.teacher, room.student):
        is_problem(await person.get(path), 404, "not_found")
    assert "Rain" not in await shelf.board(room.student)
    is_problem(await room.student.post(f"{path}/restore"), 404, "not_found")
    assert (await room.teacher.post(f"{path}/restore")).status_code == 200
    assert (await shelf.board(room.student))["Rain"] == "handed_in"
    unit = f"{shelf.path}/units/{shelf.unit}"
    assert (await room.teacher.delete(unit)).status_code == 204
    is_problem(await room.student.get(path), 404, "not_found")
    assert "Rain" not in await shelf.board(room.student)
    assert await shelf.titles(room.teacher) == []
    assert (await room.teacher.post(f"{unit}/restore")).status_code == 204
    assert (await shelf.board(room.student))["Rain"] == "handed_in"
    assert (await room.teacher.patch(unit, {"title": "Ice"})).status_code == 204
    assert await shelf.titles(room.student) == [("Ice", ["Rain"])]


async def test_a_unit_of_another_class_is_not_found(shelf: Shelf, is_problem: IsProblem) -> None:
    stranger = shelf.room.stranger
    other = (await stranger.post("/classes", {"title": "Other"})).json()["id"]
    is_problem(await stranger.patch(f"/classes/{other}/units/{shelf.unit}", {"title": "Mine"}), 404, "not_found")
    is_problem(await stranger.delete(f"/classes/{other}/units/{shelf.unit}"), 404, "not_found")
    body = {"unit_id": shelf.unit, "title": "Mine"}
    is_problem(await stranger.post(f"/classes/{other}/lessons", body), 404, "not_found")
    order = {"units": [{"id": shelf.unit, "lesson_ids": []}]}
    is_problem(await stranger.put(f"/classes/{other}/lessons/order", order), 422, "validation_failed", "units")


async def test_units_and_lessons_are_bounded(shelf: Shelf, is_problem: IsProblem) -> None:
    room = shelf.room
    async with room.api.services.database.transaction() as transaction:
        await transaction.session.execute(
            text(
                "insert into lessons (id, class_id, unit_id, title, position) "
                "select gen_random_uuid(), :class, :unit, 'L', n from generate_series(1, 499) n"
            ),
            {"class": room.class_id, "unit": shelf.unit},
        )
        await transaction.session.execute(
            text(
                "insert into lesson_units (id, class_id, title, position) "
                "select gen_random_uuid(), :class, 'U', n from generate_series(1, 99) n"
            ),
            {"class": room.class_id},
        )
    body = {"unit_id": shelf.unit, "title": "One more"}
    is_problem(await room.teacher.post(f"{shelf.path}/lessons", body), 409, "too_many_lessons")
    is_problem(await room.teacher.post(f"{shelf.path}/units", {"title": "One more"}), 409, "too_many_units")
    assert len((await shelf.outline(room.teacher))[0]["lessons"]) == 500


@pytest.mark.parametrize("title", ["", " ", "x" * 201, "a\x00b", 3])
async def test_a_wrong_title_is_named(shelf: Shelf, title: Any, is_problem: IsProblem) -> None:
    teacher = shelf.room.teacher
    for answer in (
        await teacher.post(f"{shelf.path}/units", {"title": title}),
        await teacher.post(f"{shelf.path}/lessons", {"unit_id": shelf.unit, "title": title}),
        await teacher.patch(f"/lessons/{shelf.lesson}", {"title": title}),
    ):
        is_problem(answer, 422, "validation_failed", "title")
