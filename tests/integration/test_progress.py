"""Progress boards through the API: rows, the documents that show them, and who may do what."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from classroom.progress import doings
from classroom.progress.actions import ActivityRef, move
from classroom.progress.doings import record
from classroom.progress.models import ActivityKind
from collab_server.live import Activity
from documents.progress import State
from tests.integration.conftest import Classroom
from tests.integration.progress_board import Lesson, states

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def lesson(classroom: Classroom) -> AsyncIterator[Lesson]:
    mei = await classroom.api.person("student", "林美")
    assert (await mei.post("/classes/join", {"join_code": classroom.join_code})).status_code == 200
    yield Lesson(classroom, mei)


async def test_a_board_has_a_column_for_each_document_and_a_row_for_each_student(lesson: Lesson) -> None:
    board = await lesson.board()
    (column,) = board["columns"]
    assert (column["title"], column["type"], column["activity_id"]) == ("Board", "whiteboard", lesson.drawing)
    content = await lesson.shown()
    assert [each["id"] for each in content["columns"]] == [column["id"]]
    assert content["people"] == {lesson.zoe.id: {"name": "student 2"}, lesson.mei.id: {"name": "林美"}}
    assert await lesson.board() == board


async def test_several_who_open_a_new_board_at_once_get_the_same_one(lesson: Lesson) -> None:
    boards = await asyncio.gather(*(lesson.board(person) for person in (lesson.teacher, lesson.zoe) * 4))
    assert len({board["document_id"] for board in boards}) == 2
    assert await lesson.count("progress_boards") == 1
    assert await lesson.count("progress_pages") == 1


async def test_opening_and_editing_a_document_moves_its_cell(lesson: Lesson) -> None:
    await lesson.opens(lesson.zoe)
    column = await lesson.drawing_column()
    assert states(await lesson.shown(), lesson.zoe) == {column: "opened"}
    assert states(await lesson.shown(lesson.zoe), lesson.zoe) == {column: "opened"}
    await lesson.edits(lesson.zoe)
    await lesson.opens(lesson.zoe)
    assert states(await lesson.shown(), lesson.zoe) == {column: "working"}
    assert states(await lesson.shown(lesson.zoe), lesson.zoe) == {column: "working"}
    assert (await lesson.shown())["rows"].keys() == {lesson.zoe.id}


async def test_a_class_that_comes_together_moves_in_one_edit_of_its_board(lesson: Lesson) -> None:
    board = (await lesson.board())["document_id"]
    page = (await lesson.board(lesson.mei))["document_id"]
    # A document whose column the board does not have yet, one that is gone, a teacher, and a stranger.
    made = await lesson.teacher.post(f"/classes/{lesson.class_id}/documents", {"kind": "whiteboard", "title": "New"})
    new, drawing, gone = UUID(made.json()["id"]), UUID(lesson.drawing), UUID(int=1)
    zoe, mei, teacher = UUID(lesson.zoe.id), UUID(lesson.mei.id), UUID(lesson.teacher.id)
    await record(lesson.api.services, [Activity(drawing, mei, edited=True)])
    before = await lesson.count(f"document_updates where document_id = '{board}'")
    news = [
        Activity(drawing, zoe, edited=False),
        Activity(drawing, mei, edited=False),
        Activity(new, zoe, edited=False),
        Activity(new, zoe, edited=True),
        Activity(new, mei, edited=False),
        Activity(gone, zoe, edited=False),
        Activity(new, teacher, edited=True),
        Activity(drawing, UUID(lesson.stranger.id), edited=False),
    ]
    await record(lesson.api.services, news)
    assert await lesson.count(f"document_updates where document_id = '{board}'") == before + 1
    titles = {column["id"]: column["title"] for column in (await lesson.board())["columns"]}
    content = await lesson.content(board)
    found = {
        person.id: {titles[column]: state for column, state in states(content, person).items()}
        for person in (lesson.zoe, lesson.mei)
    }
    assert found == {
        lesson.zoe.id: {"Board": "opened", "New": "working"},
        lesson.mei.id: {"Board": "working", "New": "opened"},
    }
    assert content["rows"].keys() == {lesson.zoe.id, lesson.mei.id}
    own = states(await lesson.content(page), lesson.mei)
    assert {titles[column]: state for column, state in own.items()} == found[lesson.mei.id]


async def test_between_classes_that_move_at_once_edits_have_the_processor(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(doings, "sleep", sleep)
    other = (await lesson.teacher.post("/classes", {"title": "8b"})).json()["id"]
    path = f"/classes/{other}/documents"
    board = (await lesson.teacher.post(path, {"kind": "whiteboard", "title": "Another"})).json()["id"]
    zoe = UUID(lesson.zoe.id)
    news = [Activity(UUID(document), zoe, edited=True) for document in (lesson.drawing, board)]
    await record(lesson.api.services, news)
    first, second = rests
    assert first == 0.0 < second


async def test_what_is_known_costs_no_transaction(lesson: Lesson) -> None:
    await lesson.opens(lesson.zoe)
    await lesson.edits(lesson.zoe)
    board = (await lesson.board())["document_id"]
    seq = await lesson.count(f"document_updates where document_id = '{board}'")
    assert seq == 3  # made, opened, edited

    class NoDatabase:
        def transaction(self) -> None:
            raise AssertionError("nothing should be asked")

    database = lesson.api.services.database
    lesson.api.replace(database=NoDatabase())
    for _ in range(3):
        await lesson.opens(lesson.zoe)
        await lesson.edits(lesson.zoe)
    lesson.api.replace(database=database)
    # Another node, which knows nothing yet, writes nothing either.
    lesson.api.services.progress.forget()
    await lesson.opens(lesson.zoe)
    await lesson.edits(lesson.zoe)
    assert await lesson.count(f"document_updates where document_id = '{board}'") == seq


async def test_only_students_and_listed_documents_are_counted(lesson: Lesson) -> None:
    await lesson.opens(lesson.teacher)
    await lesson.opens(lesson.stranger)
    await lesson.opens(lesson.zoe, (await lesson.board(lesson.zoe))["document_id"])
    await lesson.opens(lesson.zoe, "00000000-0000-7000-8000-000000000000")
    assert await lesson.cells() == 0


async def test_many_moves_of_one_cell_at_once_end_at_the_furthest(lesson: Lesson) -> None:
    services, ends = lesson.api.services, [State.OPENED, State.WORKING, State.HANDED_IN, State.OPENED] * 4

    async def go(to: State) -> bool:
        async with services.database.transaction() as transaction:
            return await move(
                transaction,
                services.live,
                class_id=UUID(lesson.class_id),
                user_id=UUID(lesson.zoe.id),
                activity=ActivityRef(ActivityKind.DOCUMENT, UUID(lesson.drawing)),
                to=to,
            )

    changed = await asyncio.gather(*map(go, ends), lesson.board(lesson.zoe), lesson.board())
    assert 1 <= sum(each is True for each in changed) <= 3
    column = await lesson.drawing_column()
    assert states(await lesson.shown(), lesson.zoe) == {column: "handed_in"}
    assert states(await lesson.shown(lesson.zoe), lesson.zoe) == {column: "handed_in"}


async def test_a_move_that_is_rolled_back_leaves_no_trace(lesson: Lesson) -> None:
    before = await lesson.shown()
    services = lesson.api.services

    async def fail_at_the_end() -> None:
        async with services.database.transaction() as transaction:
            assert await move(
                transaction,
                services.live,
                class_id=UUID(lesson.class_id),
                user_id=UUID(lesson.zoe.id),
                activity=ActivityRef(ActivityKind.LESSON, UUID(lesson.drawing), "Cells"),
                to=State.OPENED,
            )
            await transaction.finish()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_at_the_end()
    assert await lesson.shown() == before
    assert await lesson.cells() == 0


async def test_a_cell_is_set_by_hand_and_back_again(lesson: Lesson) -> None:
    await lesson.opens(lesson.zoe)
    column = await lesson.drawing_column()
    cell = f"{lesson.path}/cells/{lesson.zoe.id}/{column}"
    await lesson.board(lesson.zoe)
    assert (await lesson.teacher.put(cell, {"state": "handed_in"})).status_code == 204
    assert states(await lesson.shown(lesson.zoe), lesson.zoe) == {column: "handed_in"}
    assert (await lesson.teacher.put(cell, {"state": None})).status_code == 204
    assert (await lesson.teacher.put(cell, {"state": None})).status_code == 204
    assert await lesson.cells() == 0
    assert states(await lesson.shown(), lesson.zoe) == states(await lesson.shown(lesson.zoe), lesson.zoe) == {}
    # Taken back, it is counted anew.
    await lesson.opens(lesson.zoe)
    assert states(await lesson.shown(), lesson.zoe) == {column: "opened"}


async def test_a_student_says_that_they_are_stuck_and_progress_ends_it(lesson: Lesson) -> None:
    column = await lesson.drawing_column()
    stuck = f"{lesson.path}/cells/{lesson.zoe.id}/{column}/stuck"
    await lesson.board(lesson.zoe)
    assert (await lesson.zoe.put(stuck, {"stuck": True})).status_code == 204
    assert states(await lesson.shown(), lesson.zoe) == {column: "stuck"}
    assert (await lesson.zoe.put(stuck, {"stuck": False})).status_code == 204
    assert states(await lesson.shown(), lesson.zoe) == {}
    await lesson.opens(lesson.zoe)
    assert (await lesson.teacher.put(stuck, {"stuck": True})).status_code == 204
    assert states(await lesson.shown(lesson.zoe), lesson.zoe) == {column: "stuck"}
    await lesson.edits(lesson.zoe)
    assert states(await lesson.shown(lesson.zoe), lesson.zoe) == {column: "working"}


async def test_a_student_reads_the_remarks_on_their_own_work_alone(lesson: Lesson) -> None:
    column = await lesson.column()
    for person in (lesson.zoe, lesson.mei):
        await lesson.board(person)
    mark = f"{lesson.path}/marks/{lesson.zoe.id}/{column}"
    assert (await lesson.teacher.put(mark, {"remark": " Well done.\r\n\r\nGo on! "})).status_code == 204
    expected = {lesson.zoe.id: {column: "Well done.\n\nGo on!"}}
    assert (await lesson.shown())["marks"] == (await lesson.shown(lesson.zoe))["marks"] == expected
    assert (await lesson.shown(lesson.mei))["marks"] == {}
    assert (await lesson.teacher.delete(mark)).status_code == 204
    assert (await lesson.shown(lesson.zoe))["marks"].get(lesson.zoe.id, {}) == {}


async def test_a_students_document_holds_nobody_else(lesson: Lesson) -> None:
    for person in (lesson.zoe, lesson.mei):
        await lesson.board(person)
        await lesson.opens(person)
    content = await lesson.shown(lesson.zoe)
    assert content["people"].keys() == content["rows"].keys() == {lesson.zoe.id}
    others = [(await lesson.board(person))["document_id"] for person in (lesson.teacher, lesson.mei)]
    for document_id in others:
        assert (await lesson.zoe.get(f"/documents/{document_id}")).status_code == 404
    own = (await lesson.board(lesson.zoe))["document_id"]
    assert (await lesson.zoe.get(f"/documents/{own}")).json()["access"] == "read"
    listed = (await lesson.zoe.get(f"/classes/{lesson.class_id}/documents")).json()["items"]
    assert [document["id"] for document in listed] == [lesson.drawing]


async def test_no_teacher_can_share_a_board_of_progress_by_accident(lesson: Lesson, is_problem: Any) -> None:
    address = f"/documents/{(await lesson.board())['document_id']}"
    for response in (
        await lesson.teacher.put(f"{address}/access", {"students": "read"}),
        await lesson.teacher.put(f"{address}/access/{lesson.zoe.id}", {"access": "read"}),
        await lesson.teacher.delete(f"{address}/access/{lesson.zoe.id}"),
        await lesson.teacher.patch(address, {"title": "Mine"}),
        await lesson.teacher.delete(address),
    ):
        is_problem(response, 409, "kept_by_lectern")


async def test_people_come_and_go_and_are_renamed(lesson: Lesson) -> None:
    await lesson.opens(lesson.zoe)
    column = await lesson.column()
    await lesson.teacher.put(f"{lesson.path}/marks/{lesson.zoe.id}/{column}", {"remark": "Hm."})
    await lesson.board(lesson.zoe)
    before = await lesson.shown()

    await lesson.zoe.patch("/me", {"name": "Zoë Brandt"})
    assert (await lesson.shown())["people"][lesson.zoe.id] == {"name": "Zoë Brandt"}
    assert (await lesson.shown(lesson.zoe))["people"] == {lesson.zoe.id: {"name": "Zoë Brandt"}}
    await lesson.zoe.patch("/me", {"name": "student 2"})

    member = f"/classes/{lesson.class_id}/members/{lesson.zoe.id}"
    await lesson.teacher.delete(member)
    gone = await lesson.shown()
    assert gone["people"].keys() == {lesson.mei.id}
    assert lesson.zoe.id not in {*gone["rows"], *gone["marks"]}
    await lesson.zoe.post("/classes/join", {"join_code": lesson.join_code})
    assert await lesson.shown() == before

    await lesson.teacher.patch(member, {"role": "teacher"})
    assert (await lesson.shown())["people"].keys() == {lesson.mei.id}
    await lesson.opens(lesson.zoe)
    assert (await lesson.zoe.get(lesson.path)).json()["document_id"] == (await lesson.board())["document_id"]
    await lesson.teacher.patch(member, {"role": "student"})
    assert await lesson.shown() == before


async def test_figures_table_and_own_progress(lesson: Lesson) -> None:
    await lesson.teacher.patch(f"/classes/{lesson.class_id}", {"title": "7b / Ökologie"})
    await lesson.opens(lesson.zoe)
    essay = await lesson.column("=Essay", due_at="2020-01-01T00:00:00Z")
    await lesson.teacher.put(f"{lesson.path}/cells/{lesson.mei.id}/{essay}", {"state": "graded", "score": 2.5})
    await lesson.teacher.put(f"{lesson.path}/marks/{lesson.mei.id}/{essay}", {"remark": "+1"})
    hidden = await lesson.column("Hidden")
    await lesson.teacher.patch(f"{lesson.path}/columns/{hidden}", {"hidden": True})

    summary = (await lesson.teacher.get(f"{lesson.path}/summary")).json()
    drawing, graded = summary["activities"]
    assert (drawing["opened"], drawing["none"], drawing["overdue"], drawing["mean_score"]) == (1, 1, 0, None)
    assert (graded["graded"], graded["overdue"], graded["mean_score"]) == (1, 1, 2.5)
    assert [(each["name"], each["done"], each["begun"], each["overdue"]) for each in summary["students"]] == [
        ("student 2", 0, 1, 1),
        ("林美", 1, 1, 0),
    ]

    table = await lesson.teacher.get(f"/classes/{lesson.class_id}/progress.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == "attachment; filename*=UTF-8''7b%20%2F%20%C3%96kologie.csv"
    assert table.content.startswith(b"\xef\xbb\xbf")
    assert table.content.decode("utf-8-sig").split("\r\n") == [
        "Student,Board,Board (score),Board (remark),'=Essay,'=Essay (score),'=Essay (remark)",
        "student 2,opened,,,none,,",
        "林美,none,,,graded,2.5,'+1",
        "",
    ]

    own = (await lesson.mei.get("/me/progress")).json()["items"]
    assert [(row["class_title"], [each["state"] for each in row["activities"]]) for row in own] == [
        ("7b / Ökologie", ["none", "graded"])
    ]
    assert (own[0]["activities"][1]["score"], own[0]["activities"][1]["remark"]) == (2.5, "+1")
    assert (await lesson.teacher.get("/me/progress")).json() == {"items": []}


async def test_strangers_and_students_get_no_further_than_they_may(lesson: Lesson, is_problem: Any) -> None:
    column = await lesson.drawing_column()
    other = await lesson.stranger.post("/classes", {"title": "Other"})
    foreign = await lesson.stranger.post(f"/classes/{other.json()['id']}/progress/columns", {"title": "Foreign"})
    foreign_column = foreign.json()["id"]
    cell, mark = f"cells/{lesson.mei.id}/{column}", f"marks/{lesson.mei.id}/{column}"
    teaching = [
        ("POST", "/columns", {"title": "x"}),
        ("PATCH", f"/columns/{column}", {"title": "x"}),
        ("PUT", "/columns/order", {"column_ids": [column]}),
        ("DELETE", f"/columns/{column}", None),
        ("POST", f"/columns/{column}/restore", None),
        ("PUT", f"/{cell}", {"state": "graded", "score": 1}),
        ("PUT", f"/{cell}/stuck", {"stuck": True}),
        ("PUT", f"/{mark}", {"remark": "x"}),
        ("DELETE", f"/{mark}", None),
        ("GET", "/summary", None),
        ("POST", "/rebuild", None),
        ("GET", ".csv", None),
    ]
    for method, path, body in teaching:
        is_problem(await lesson.stranger.request(method, lesson.path + path, json=body), 404, "not_found")
        is_problem(await lesson.zoe.request(method, lesson.path + path, json=body), 403, "forbidden")
    assert (await lesson.stranger.get(lesson.path)).status_code == 404
    nothing = "00000000-0000-7000-8000-000000000000"
    for user, where in (
        (lesson.zoe.id, nothing),
        (lesson.zoe.id, foreign_column),
        (lesson.stranger.id, column),
        (lesson.teacher.id, column),
        (nothing, column),
    ):
        path = f"{lesson.path}/cells/{user}/{where}"
        is_problem(await lesson.teacher.put(path, {"state": "opened"}), 404, "not_found")
        is_problem(await lesson.teacher.put(f"{path}/stuck", {"stuck": True}), 404, "not_found")
        path = f"{lesson.path}/marks/{user}/{where}"
        is_problem(await lesson.teacher.put(path, {"remark": "x"}), 404, "not_found")
    for where in (nothing, foreign_column):
        path = f"{lesson.path}/cells/{lesson.zoe.id}/{where}/stuck"
        is_problem(await lesson.zoe.put(path, {"stuck": True}), 404, "not_found")
        is_problem(await lesson.teacher.patch(f"{lesson.path}/columns/{where}", {"title": "x"}), 404, "not_found")
        is_problem(await lesson.teacher.delete(f"{lesson.path}/columns/{where}"), 404, "not_found")
        is_problem(
            await lesson.teacher.put(f"{lesson.path}/columns/order", {"column_ids": [where]}),
            422,
            "validation_failed",
            "column_ids",
        )
    assert await lesson.cells() == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/columns", {"title": " "}, "title"),
        ("POST", "/columns", {"title": "x", "type": "whiteboard"}, "type"),
        ("POST", "/columns", {"title": "x", "due_at": "2026-05-01T10:00:00"}, "due_at"),
        ("PATCH", "/columns/{own}", {"title": None}, "title"),
        ("PATCH", "/columns/{drawing}", {"type": "test"}, "type"),
        ("PATCH", "/columns/{own}", {"hidden": None}, "hidden"),
        ("PUT", "/columns/order", {"column_ids": ["{own}", "{own}"]}, "column_ids"),
        ("PUT", "/cells/{zoe}/{own}", {"state": "opened", "score": 1}, "score"),
        ("PUT", "/cells/{zoe}/{own}", {"state": "graded", "score": 1e300}, "score"),
        ("PUT", "/cells/{zoe}/{own}", {"state": "stuck"}, "state"),
        ("PUT", "/cells/{zoe}/{own}", {}, "state"),
        ("PUT", "/marks/{zoe}/{own}", {"remark": " \n "}, "remark"),
        ("PUT", "/marks/{zoe}/{own}", {"remark": "x" * 2001}, "remark"),
        ("PUT", "/marks/{zoe}/{own}", {"remark": "a\x00b"}, "remark"),
    ],
)
async def test_wrong_fields_are_named(
    *, lesson: Lesson, is_problem: Any, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    names = {"own": await lesson.column(), "drawing": await lesson.drawing_column(), "zoe": lesson.zoe.id}
    if "column_ids" in body:
        body = {"column_ids": [each.format(**names) for each in body["column_ids"]]}
    response = await lesson.teacher.request(method, lesson.path + path.format(**names), json=body)
    is_problem(response, 422, "validation_failed", field)
