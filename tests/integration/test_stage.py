"""The stage through the API: what is put on it, its lock and who presents, what a late comer missed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from classroom.documents.models import DocumentRow
from classroom.slides.models import SlideBoardRow
from documents import slides
from documents.kinds import Kind
from documents.slides import Slide
from tests.integration.conftest import Classroom, Client
from tests.integration.running_session import Lesson, another_teacher, new_board


@pytest_asyncio.fixture
async def lesson(classroom: Classroom) -> Lesson:
    response = await classroom.teacher.post(f"/classes/{classroom.class_id}/sessions/start", {})
    assert response.status_code == 200, response.text
    return Lesson(classroom, response.json())


async def test_what_is_put_on_stage_stands_in_the_rows_and_in_the_live_document(lesson: Lesson) -> None:
    room = lesson.room
    answer = await lesson.show(room.board_id)
    stage = (await lesson.document())["stage"]
    assert stage["activity"] == {
        "kind": "document",
        "document_id": room.board_id,
        "document_kind": "whiteboard",
        "title": "Board",
    }
    assert answer["activity"] == {**stage["activity"], "slide_id": None}
    assert stage["put_by"] == answer["put_by"] == {"user_id": room.teacher.id, "name": "teacher 1"}
    assert (await room.student.get(f"{lesson.path}/stage")).json() == answer
    await lesson.stage(activity={"kind": "video"})
    assert (await lesson.document())["stage"]["activity"] == {"kind": "video"}
    await lesson.stage(activity={"kind": "none"})
    assert (await lesson.document())["stage"]["activity"] == {"kind": "none"}


async def test_each_change_leaves_the_rest_and_nothing_new_writes_nothing(lesson: Lesson) -> None:
    room, live = lesson.room, lesson.room.api.live
    await lesson.show(room.board_id)
    await lesson.stage(roam=True)
    before = await lesson.stage(timer_seconds=300)
    edits = len(live.edited)
    assert await lesson.stage() == before
    assert await lesson.stage(roam=True) == before
    assert len(live.edited) == edits
    ends_at = datetime.fromisoformat(before["timer_ends_at"])
    assert timedelta(seconds=290) < ends_at - datetime.now(UTC) <= timedelta(seconds=300)
    assert (await lesson.stage(timer_seconds=None))["timer_ends_at"] is None


async def test_a_lock_takes_writing_from_students_until_it_goes(lesson: Lesson) -> None:
    room = lesson.room
    second = await new_board(room)
    access = lesson.access
    assert await access(room.student, room.board_id) == "write"
    await lesson.show(room.board_id)
    await lesson.stage(locked=True)
    assert [await access(room.student, board) for board in (room.board_id, second)] == ["read", "write"]
    assert await access(room.teacher, room.board_id) == "write"
    await lesson.show(second)
    assert [await access(room.student, board) for board in (room.board_id, second)] == ["write", "read"]
    await lesson.stage(locked=False)
    assert await access(room.student, second) == "write"
    await lesson.stage(locked=True)
    await room.teacher.post(f"{lesson.path}/end")
    assert await access(room.student, second) == "write"


async def test_who_presents_writes_although_it_is_locked(lesson: Lesson) -> None:
    room = lesson.room
    await lesson.show(room.board_id)
    shown = await lesson.stage(locked=True, presenter_id=room.student.id)
    assert shown["presenter"] == {"user_id": room.student.id, "name": "student 2"}
    assert (await lesson.document())["stage"]["presenter_id"] == room.student.id
    assert await lesson.access(room.student, room.board_id) == "write"
    await lesson.stage(presenter_id=None)
    assert await lesson.access(room.student, room.board_id) == "read"
    await lesson.stage(presenter_id=room.student.id)
    second = await new_board(room)
    assert (await lesson.show(second))["presenter"] is None


async def test_a_locked_deck_locks_what_is_drawn_over_its_slides(lesson: Lesson) -> None:
    room, live = lesson.room, lesson.room.api.live
    made = await room.teacher.post(f"/classes/{room.class_id}/documents", {"kind": "slides", "title": "Deck"})
    deck = made.json()["id"]
    board = await new_board(room)
    async with room.api.services.database.transaction() as transaction:
        transaction.session.add(SlideBoardRow(document_id=UUID(deck), slide_id="s1", board_id=UUID(board)))
    await lesson.show(deck, slide_id="s1")
    assert (await lesson.document())["stage"]["activity"]["slide_id"] == "s1"
    assert await lesson.access(room.student, board) == "write"
    live.told.clear()
    await lesson.stage(locked=True)
    assert live.told == [(None, UUID(deck)), (None, UUID(board))]
    assert await lesson.access(room.student, board) == "read"
    assert await lesson.access(room.teacher, board) == "write"
    await lesson.stage(presenter_id=room.student.id)
    assert await lesson.access(room.student, board) == "write"
    assert await lesson.access(room.student, deck) == "read"
    await lesson.stage(activity={"kind": "none"})
    assert await lesson.access(room.student, board) == "write"


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("students", ["none", "read"])
async def test_who_presents_a_deck_draws_on_all_its_slides(
    lesson: Lesson, is_problem, students: str, *, locked: bool
) -> None:
    room = lesson.room
    deck = await _deck(lesson)
    await room.teacher.put(f"/documents/{deck}/slides/access", {"students": students})
    marked = (await room.teacher.post(f"/documents/{deck}/slides/a/board")).json()["board_id"]
    await lesson.show(deck)
    await lesson.stage(locked=locked)
    is_problem(await room.student.post(f"/documents/{deck}/slides/b/board"), 403, "forbidden")
    await lesson.stage(presenter_id=room.student.id)
    begun = (await room.student.post(f"/documents/{deck}/slides/b/board")).json()["board_id"]
    assert [await lesson.access(room.student, board) for board in (marked, begun)] == ["write", "write"]
    assert await lesson.access(room.student, deck) == "read"
    await lesson.stage(presenter_id=None)
    assert [await lesson.access(room.student, board) for board in (marked, begun)] == [students, students]


async def test_nobody_begins_to_draw_on_a_deck_that_is_locked_for_them(lesson: Lesson, is_problem) -> None:
    room = lesson.room
    deck = await _deck(lesson)
    board = f"/documents/{deck}/slides/a/board"
    await room.teacher.put(f"/documents/{deck}/slides/access", {"students": "write"})
    await lesson.show(deck)
    await lesson.stage(locked=True)
    is_problem(await room.student.post(board), 403, "forbidden")
    assert (await room.student.get(f"/documents/{deck}")).json()["on_stage"] == "locked"
    await lesson.stage(locked=False)
    assert (await room.student.post(board)).status_code == 200


async def _deck(lesson: Lesson) -> str:
    """Make a deck of two empty slides."""
    room = lesson.room
    made = await room.teacher.post(f"/classes/{room.class_id}/documents", {"kind": "slides", "title": "Deck"})
    deck = UUID(made.json()["id"])
    async with room.api.services.database.transaction() as transaction:
        room.api.live.edit(
            transaction, deck, Kind.SLIDES, lambda doc: slides.append(doc, [Slide("a", "One"), Slide("b", "Two")])
        )
    return str(deck)


async def test_a_hidden_board_is_seen_while_it_is_on_stage(lesson: Lesson) -> None:
    room = lesson.room
    hidden = await new_board(room, students="none")

    async def listed() -> bool:
        items = (await room.student.get(f"/classes/{room.class_id}/documents")).json()["items"]
        return hidden in [each["id"] for each in items]

    assert (await lesson.access(room.student, hidden), await listed()) == ("none", False)
    await lesson.show(hidden)
    assert (await lesson.access(room.student, hidden), await listed()) == ("read", True)
    await lesson.stage(activity={"kind": "none"})
    assert (await lesson.access(room.student, hidden), await listed()) == ("none", False)


async def test_open_boards_are_told_only_when_somebodys_access_changes(lesson: Lesson) -> None:
    room, told = lesson.room, lesson.room.api.live.told
    board = UUID(room.board_id)
    told.clear()
    await lesson.show(room.board_id)
    await lesson.stage(roam=True)
    assert told == []
    await lesson.stage(locked=True)
    assert told == [(None, board)]
    told.clear()
    await lesson.stage(activity={"kind": "none"})
    assert told == [(None, board)]


async def test_only_what_the_class_may_see_is_put_on_stage(lesson: Lesson, is_problem) -> None:
    room = lesson.room
    other = (await room.stranger.post("/classes", {"title": "Other"})).json()
    foreign = (
        await room.stranger.post(f"/classes/{other['id']}/documents", {"kind": "whiteboard", "title": "Theirs"})
    ).json()["id"]
    deleted = await new_board(room)
    await room.teacher.delete(f"/documents/{deleted}")
    for document_id in (foreign, deleted, str(uuid4()), lesson.session["stage_document_id"]):
        response = await room.teacher.patch(
            f"{lesson.path}/stage", {"activity": {"kind": "document", "document_id": document_id}}
        )
        is_problem(response, 422, "validation_failed", "activity.document_id")
    no_deck = {"activity": {"kind": "document", "document_id": room.board_id, "slide_id": "s1"}}
    is_problem(
        await room.teacher.patch(f"{lesson.path}/stage", no_deck), 422, "validation_failed", "activity.document_id"
    )
    response = await room.teacher.patch(f"{lesson.path}/stage", {"presenter_id": room.stranger.id})
    is_problem(response, 422, "validation_failed", "presenter_id")
    assert (await room.teacher.get(f"{lesson.path}/stage")).json()["activity"]["kind"] == "none"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"activity": {"kind": "document"}}, "activity"),
        ({"activity": {"kind": "video", "document_id": str(uuid4())}}, "activity"),
        ({"activity": {"kind": "none", "slide_id": "s1"}}, "activity"),
        ({"activity": {"kind": "film"}}, "activity.kind"),
        ({"timer_seconds": 0}, "timer_seconds"),
        ({"timer_seconds": 86_401}, "timer_seconds"),
        ({"locked": "perhaps"}, "locked"),
        ({"hands": []}, "hands"),
    ],
)
async def test_changes_that_make_no_sense_are_refused(lesson: Lesson, is_problem, body, field) -> None:
    is_problem(await lesson.room.teacher.patch(f"{lesson.path}/stage", body), 422, "validation_failed", field)


async def test_a_board_that_is_deleted_leaves_the_stage(lesson: Lesson) -> None:
    room = lesson.room
    await lesson.show(room.board_id)
    await lesson.stage(locked=True)
    assert (await room.teacher.delete(f"/documents/{room.board_id}")).status_code == 204
    assert (await lesson.document())["stage"]["activity"] == {"kind": "none"}
    await room.teacher.post(f"/documents/{room.board_id}/restore")
    assert await lesson.access(room.student, room.board_id) == "write"


async def test_a_poll_that_is_deleted_leaves_the_stage(lesson: Lesson) -> None:
    room = lesson.room
    asked = {"question": "Ready?", "type": "yes_no"}
    poll = (await room.teacher.post(f"/classes/{room.class_id}/polls", asked)).json()
    await room.teacher.post(f"/polls/{poll['id']}/open", {})
    await lesson.show(poll["document_id"])
    assert (await room.teacher.delete(f"/polls/{poll['id']}")).status_code == 204
    assert (await lesson.document())["stage"]["activity"] == {"kind": "none"}
    assert (await room.student.get(f"{lesson.path}/stage")).json()["activity"]["kind"] == "none"
    assert await lesson.access(room.student, poll["document_id"]) == "none"


async def test_what_is_on_stage_is_called_as_it_is_called_now(lesson: Lesson) -> None:
    room = lesson.room
    asked = {"question": "Ready?", "type": "yes_no"}
    poll = (await room.teacher.post(f"/classes/{room.class_id}/polls", asked)).json()
    await lesson.show(poll["document_id"])
    # What will be asked is not told before.
    assert (await lesson.document())["stage"]["activity"]["title"] == "Poll"
    await room.teacher.post(f"/polls/{poll['id']}/open", {})
    assert (await lesson.document())["stage"]["activity"]["title"] == "Ready?"
    await lesson.show(room.board_id)
    await room.teacher.patch(f"/documents/{room.board_id}", {"title": "Cells"})
    assert (await lesson.document())["stage"]["activity"]["title"] == "Cells"


async def test_a_document_that_is_deleted_while_it_goes_on_stage_is_not_left_there(lesson: Lesson) -> None:
    room = lesson.room
    for _ in range(6):
        board = await new_board(room)
        shown = {"activity": {"kind": "document", "document_id": board}}
        put, gone = await asyncio.gather(
            room.teacher.patch(f"{lesson.path}/stage", shown), room.teacher.delete(f"/documents/{board}")
        )
        assert (put.status_code, gone.status_code) in {(200, 204), (422, 204)}
        assert (await lesson.document())["stage"]["activity"] == {"kind": "none"}


async def test_a_stage_is_neither_hidden_nor_deleted_nor_renamed_as_a_document(lesson: Lesson, is_problem) -> None:
    teacher, stage = lesson.room.teacher, f"/documents/{lesson.session['stage_document_id']}"
    is_problem(await teacher.delete(stage), 409, "kept_by_lectern")
    is_problem(await teacher.put(f"{stage}/access", {"students": "none"}), 409, "kept_by_lectern")
    is_problem(await teacher.patch(stage, {"title": "Ha"}), 409, "kept_by_lectern")
    assert (await lesson.room.student.get(stage)).json()["access"] == "read"


async def test_deleting_what_is_not_on_stage_leaves_the_stage_alone(lesson: Lesson) -> None:
    room = lesson.room
    second = await new_board(room)
    await lesson.show(room.board_id)
    edits = len(room.api.live.edited)
    await room.teacher.delete(f"/documents/{second}")
    assert len(room.api.live.edited) == edits


async def test_what_was_on_stage_is_kept_and_a_late_comer_is_told_what_they_missed(lesson: Lesson) -> None:
    room, late = lesson.room, await lesson.room.api.student()
    await late.post("/classes/join", {"join_code": room.join_code})
    hidden, deleted = await new_board(room, students="none", title="Hidden"), await new_board(room, title="Old")
    await room.student.post(f"{lesson.path}/attendance")
    await lesson.show(room.board_id)
    await lesson.show(room.board_id)
    await lesson.show(hidden)
    await lesson.show(deleted)
    await lesson.stage(activity={"kind": "video"})
    await lesson.stage(activity={"kind": "none"})
    await room.teacher.delete(f"/documents/{deleted}")
    await late.post(f"{lesson.path}/attendance")
    await lesson.show(room.board_id)
    await room.teacher.patch(f"/documents/{room.board_id}", {"title": "Cells"})

    async def seen(who: Client) -> list[tuple[Any, ...]]:
        answer = await who.get(f"{lesson.path}/showings?limit=2")
        items: list[dict[str, Any]] = answer.json()["items"]
        while cursor := answer.json()["next_cursor"]:
            answer = await who.get(f"{lesson.path}/showings?limit=2&cursor={cursor}")
            items += answer.json()["items"]
        assert {each["put_by"] for each in items} == {(await room.teacher.get("/me")).json()["name"]}
        assert [each["shown_at"] for each in items] == sorted(each["shown_at"] for each in items)
        assert [each["ended_at"] is None for each in items] == [False] * (len(items) - 1) + [True]
        return [
            (each["kind"], each["title"], each["document_id"], each["document_kind"], each["missed"]) for each in items
        ]

    board = ("document", "Cells", room.board_id, "whiteboard")
    was_there = [
        (*board, False),
        ("document", "Hidden", None, None, False),
        ("document", "Old", None, None, False),
        ("video", None, None, None, False),
        (*board, False),
    ]
    assert await seen(room.student) == was_there
    assert await seen(late) == [(*each[:4], True) for each in was_there[:4]] + was_there[4:]
    assert (await seen(room.teacher))[1] == ("document", "Hidden", hidden, "whiteboard", True)
    # The end of the session ends what was on stage; the record stays.
    await room.teacher.post(f"{lesson.path}/end")
    items = (await late.get(f"{lesson.path}/showings")).json()["items"]
    assert [each["ended_at"] is None for each in items] == [False] * 5


async def test_two_teachers_at_once_change_one_stage_and_nothing_of_either_is_lost(lesson: Lesson) -> None:
    room = lesson.room
    second = await another_teacher(room)
    boards = [room.board_id, *[await new_board(room) for _ in range(3)]]
    await asyncio.gather(
        *(lesson.show(board) for board in boards),
        lesson.stage(second, roam=True),
        lesson.stage(second, locked=True),
        lesson.stage(second, timer_seconds=60),
    )
    stage = (await room.teacher.get(f"{lesson.path}/stage")).json()
    assert (stage["roam"], stage["locked"]) == (True, True)
    assert stage["timer_ends_at"] is not None
    document = (await lesson.document())["stage"]
    assert document["activity"]["document_id"] == stage["activity"]["document_id"]
    async with room.api.services.database.transaction() as transaction:
        rows = (await transaction.session.execute(select(DocumentRow.id, DocumentRow.on_stage))).all()
    held = {str(row.id): str(row.on_stage) for row in rows if row.on_stage != "off"}
    assert held == {stage["activity"]["document_id"]: "locked"}


async def test_a_change_that_fails_leaves_rows_and_document_as_they_were(lesson: Lesson) -> None:
    room = lesson.room
    before = (await lesson.document(), (await room.teacher.get(f"{lesson.path}/stage")).json())
    async with room.api.services.database.transaction() as transaction:
        await transaction.session.execute(text("alter table stages add constraint ck_test_no_roam check (not roam)"))
    try:
        response = await room.teacher.patch(
            f"{lesson.path}/stage", {"roam": True, "activity": {"kind": "document", "document_id": room.board_id}}
        )
    finally:
        async with room.api.services.database.transaction() as transaction:
            await transaction.session.execute(text("alter table stages drop constraint ck_test_no_roam"))
    assert response.status_code == 500
    assert (await lesson.document(), (await room.teacher.get(f"{lesson.path}/stage")).json()) == before
    assert await lesson.access(room.student, room.board_id) == "write"
