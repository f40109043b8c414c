"""Columns of progress boards through the API: those of documents and polls, and those that teachers make."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from classroom.progress.actions import ActivityRef, move
from classroom.progress.models import ActivityKind
from documents.progress import State
from tests.integration.conftest import Classroom, Client
from tests.integration.progress_board import Lesson

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def lesson(classroom: Classroom) -> AsyncIterator[Lesson]:
    mei = await classroom.api.person("student", "林美")
    assert (await mei.post("/classes/join", {"join_code": classroom.join_code})).status_code == 200
    yield Lesson(classroom, mei)


async def test_other_activities_get_a_column_of_their_own(lesson: Lesson) -> None:
    services = lesson.api.services
    for score in (2.0, 3.0, 3.0):
        async with services.database.transaction() as transaction:
            await move(
                transaction,
                services.live,
                class_id=UUID(lesson.class_id),
                user_id=UUID(lesson.zoe.id),
                activity=ActivityRef(ActivityKind.ASSIGNMENT, UUID(int=7), "Essay"),
                to=State.GRADED,
                score=score,
            )
    content = await lesson.shown()
    assert [(column["title"], column["type"]) for column in content["columns"]] == [
        ("Board", "whiteboard"),
        ("Essay", "assignment"),
    ]
    (cell,) = content["rows"][lesson.zoe.id].values()
    assert (cell["state"], cell["score"]) == ("graded", 3)


async def test_teachers_make_rename_order_hide_and_remove_columns(lesson: Lesson) -> None:
    talk = await lesson.column("Talk", type="presentation", due_at="2026-05-01T10:00:00+02:00")
    essay = await lesson.column("Essay")
    drawing = await lesson.drawing_column()
    (await lesson.board(lesson.zoe),)

    async def order(person: Client | None = None) -> list[str]:
        return [column["id"] for column in (await lesson.shown(person))["columns"]]

    assert await order() == await order(lesson.zoe) == [drawing, talk, essay]
    response = await lesson.teacher.put(f"{lesson.path}/columns/order", {"column_ids": [essay, drawing]})
    assert [column["id"] for column in response.json()["columns"]] == [essay, drawing, talk]
    assert await order() == await order(lesson.zoe) == [essay, drawing, talk]

    changed = await lesson.teacher.patch(f"{lesson.path}/columns/{talk}", {"title": "Your talk", "due_at": None})
    assert (changed.json()["title"], changed.json()["due_at"], changed.json()["type"]) == (
        "Your talk",
        None,
        "presentation",
    )
    await lesson.teacher.patch(f"{lesson.path}/columns/{essay}", {"hidden": True})
    assert (await lesson.shown())["columns"][0]["hidden"] is True
    assert await order(lesson.zoe) == [drawing, talk]
    await lesson.teacher.patch(f"{lesson.path}/columns/{essay}", {"hidden": False})

    await lesson.teacher.put(f"{lesson.path}/cells/{lesson.zoe.id}/{talk}", {"state": "graded", "score": 1.5})
    assert (await lesson.teacher.delete(f"{lesson.path}/columns/{talk}")).status_code == 204
    assert await order() == await order(lesson.zoe) == [essay, drawing]
    assert (await lesson.shown())["rows"] == {}
    restored = await lesson.teacher.post(f"{lesson.path}/columns/{talk}/restore")
    assert (restored.status_code, restored.json()["title"]) == (200, "Your talk")
    assert await order() == await order(lesson.zoe) == [essay, drawing, talk]
    assert (await lesson.shown())["rows"][lesson.zoe.id][talk]["score"] == 1.5
    assert (await lesson.shown(lesson.zoe))["rows"][lesson.zoe.id][talk]["score"] == 1.5


async def test_columns_follow_the_documents_of_the_class(lesson: Lesson) -> None:
    await lesson.board()

    async def titles(person: Client | None = None) -> list[str]:
        return [column["title"] for column in (await lesson.shown(person))["columns"]]

    made = await lesson.teacher.post(
        f"/classes/{lesson.class_id}/documents", {"kind": "whiteboard", "title": "Second", "students": "none"}
    )
    document = f"/documents/{made.json()['id']}"
    assert await titles() == ["Board", "Second"]
    # A student learns nothing of a document that is not for them.
    assert await titles(lesson.zoe) == ["Board"]
    assert await titles(lesson.mei) == ["Board"]
    await lesson.teacher.put(f"{document}/access/{lesson.zoe.id}", {"access": "read"})
    assert await titles(lesson.zoe) == ["Board", "Second"]
    assert await titles(lesson.mei) == ["Board"]
    await lesson.teacher.patch(document, {"title": "The second"})
    assert await titles() == await titles(lesson.zoe) == ["Board", "The second"]
    await lesson.teacher.delete(document)
    assert await titles() == ["Board"]
    await lesson.teacher.post(f"{document}/restore")
    assert await titles() == ["Board", "The second"]
    column = (await lesson.board())["columns"][1]["id"]
    await lesson.teacher.patch(f"{lesson.path}/columns/{column}", {"title": "By hand"})
    await lesson.teacher.patch(document, {"title": "Third"})
    assert await titles() == ["Board", "By hand"]
    await lesson.teacher.patch(f"{lesson.path}/columns/{column}", {"title": None})
    assert await titles() == ["Board", "Third"]


async def test_a_poll_has_its_column_from_its_opening_until_it_is_deleted(lesson: Lesson) -> None:
    document = (await lesson.board())["document_id"]

    async def titles() -> list[str]:
        return [column["title"] for column in (await lesson.content(document))["columns"]]

    asked = {"question": "Ready?", "type": "yes_no"}
    poll = (await lesson.teacher.post(f"/classes/{lesson.class_id}/polls", asked)).json()
    assert await titles() == ["Board"]
    await lesson.teacher.post(f"/polls/{poll['id']}/open")
    assert await titles() == ["Board", "Ready?"]
    await lesson.teacher.delete(f"/polls/{poll['id']}")
    assert await titles() == ["Board"]
    await lesson.teacher.post(f"/documents/{poll['document_id']}/restore")
    assert await titles() == ["Board", "Ready?"]


async def test_hidden_and_kept_columns_take_no_word_from_students(lesson: Lesson, is_problem: Any) -> None:
    column = await lesson.column()
    await lesson.teacher.patch(f"{lesson.path}/columns/{column}", {"hidden": True})
    stuck = f"{lesson.path}/cells/{lesson.zoe.id}/{column}/stuck"
    is_problem(await lesson.zoe.put(stuck, {"stuck": True}), 404, "not_found")


async def test_creating_a_column_twice_with_one_key_makes_one(lesson: Lesson) -> None:
    for _ in range(2):
        made = await lesson.teacher.post(
            f"{lesson.path}/columns", {"title": "Talk"}, headers={"Idempotency-Key": "once"}
        )
        assert made.status_code == 201
    assert len((await lesson.board())["columns"]) == 2
