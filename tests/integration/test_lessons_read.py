"""Lessons as they are read: what is kept of who has opened them, and their files."""

from collections.abc import Callable
from uuid import uuid4

from sqlalchemy import text

from tests.integration.lesson_shelf import Shelf, doc, upload, words
from tests.integration.statements import counted_statements

IsProblem = Callable[..., None]


async def test_opening_and_completing_move_the_board_of_progress(shelf: Shelf) -> None:
    room, path = shelf.room, f"/lessons/{shelf.lesson}"
    board = (await room.teacher.get(f"{shelf.path}/progress")).json()["document_id"]
    assert (await room.student.put(f"{path}/opened")).status_code == 204
    assert board in [str(document) for document, _ in room.api.live.edited]
    assert (await shelf.board(room.student))["Rain"] == "opened"
    assert (await shelf.outline(room.student))[0]["lessons"][0]["own"] == "opened"
    assert (await room.student.put(f"{path}/completion")).status_code == 204
    assert (await shelf.board(room.student))["Rain"] == "handed_in"
    assert (await room.student.get(path)).json()["own"] == "completed"
    (shown,) = (await shelf.outline(room.teacher))[0]["lessons"]
    assert (shown["opened"], shown["completed"], shown["own"]) == (1, 1, "none")
    assert (await shelf.outline(room.student))[0]["lessons"][0]["opened"] is None
    assert (await room.student.delete(f"{path}/completion")).status_code == 204
    assert (await shelf.board(room.student))["Rain"] == "opened"
    assert (await room.student.get(path)).json()["own"] == "opened"
    assert (await room.student.delete(f"{path}/completion")).status_code == 204


async def test_completing_without_opening_is_both(shelf: Shelf) -> None:
    await shelf.room.student.put(f"/lessons/{shelf.lesson}/completion")
    assert (await shelf.outline(shelf.room.teacher))[0]["lessons"][0]["opened"] == 1
    assert (await shelf.board(shelf.room.student))["Rain"] == "handed_in"


async def test_what_a_teacher_has_made_of_it_stays_when_a_student_takes_it_back(shelf: Shelf) -> None:
    room, path = shelf.room, f"/lessons/{shelf.lesson}"
    await room.student.put(f"{path}/completion")
    (column,) = [
        each["id"]
        for each in (await room.teacher.get(f"{shelf.path}/progress")).json()["columns"]
        if each["activity_id"] == shelf.lesson
    ]
    await room.teacher.put(f"{shelf.path}/progress/cells/{room.student.id}/{column}", {"state": "graded", "score": 2})
    await room.student.delete(f"{path}/completion")
    assert (await shelf.board(room.student))["Rain"] == "graded"


async def test_of_teachers_nothing_is_kept(shelf: Shelf, is_problem: IsProblem) -> None:
    teacher, path = shelf.room.teacher, f"/lessons/{shelf.lesson}"
    assert (await teacher.put(f"{path}/opened")).status_code == 204
    is_problem(await teacher.put(f"{path}/completion"), 403, "forbidden")
    assert (await shelf.outline(teacher))[0]["lessons"][0]["opened"] == 0


async def test_opening_that_fails_moves_nothing(shelf: Shelf) -> None:
    room = shelf.room
    async with room.api.services.database.transaction() as transaction:
        await transaction.session.execute(
            text("alter table progress_cells add constraint ck_fail check (false) not valid")
        )
    try:
        assert (await room.student.put(f"/lessons/{shelf.lesson}/opened")).status_code == 500
    finally:
        async with room.api.services.database.transaction() as transaction:
            await transaction.session.execute(text("alter table progress_cells drop constraint ck_fail"))
    assert (await shelf.outline(room.student))[0]["lessons"][0]["own"] == "none"


async def test_a_renamed_lesson_renames_its_column_unless_the_teachers_have(shelf: Shelf) -> None:
    room, path = shelf.room, f"/lessons/{shelf.lesson}"
    await room.student.put(f"{path}/opened")
    await room.teacher.patch(path, {"title": "Drizzle"})
    assert "Drizzle" in await shelf.board(room.student)
    (column,) = [
        each["id"]
        for each in (await room.teacher.get(f"{shelf.path}/progress")).json()["columns"]
        if each["activity_id"] == shelf.lesson
    ]
    await room.teacher.patch(f"{shelf.path}/progress/columns/{column}", {"title": "Our rain"})
    await room.teacher.patch(path, {"title": "Storm"})
    assert "Our rain" in await shelf.board(room.student)


async def test_reading_lessons_costs_a_handful_of_statements(shelf: Shelf) -> None:
    room = shelf.room
    for number in range(5):
        await shelf.add(f"Lesson {number}")
    content = doc({"type": "embed", "attrs": {"document_id": room.board_id}})
    await room.teacher.put(f"/lessons/{shelf.lesson}/content", {"content": content, "version": 1})
    for person in (room.teacher, room.student):
        for path in (f"{shelf.path}/lessons", f"/lessons/{shelf.lesson}"):
            with counted_statements(room.api.services.database) as statements:
                await person.get(path)
            assert len(statements) <= 8, statements


async def test_a_lessons_files_are_seen_by_who_sees_the_lesson(shelf: Shelf, is_problem: IsProblem) -> None:
    room, path = shelf.room, f"/lessons/{shelf.lesson}"
    file = await upload(room.teacher)
    is_problem(await room.student.get(f"/files/{file['id']}"), 404, "not_found")
    content = doc({"type": "attachment", "attrs": {"file_id": file["id"]}})
    saved = await room.teacher.put(f"{path}/content", {"content": content, "version": 1})
    assert saved.json()["files"] == [file]
    assert (await room.student.get(path)).json()["files"] == [file]
    assert (await room.student.get(f"/files/{file['id']}")).content == b"Rain is water."
    is_problem(await room.stranger.get(f"/files/{file['id']}"), 404, "not_found")
    await room.teacher.post(f"{path}/unpublish")
    is_problem(await room.student.get(f"/files/{file['id']}"), 404, "not_found")
    await room.teacher.post(f"{path}/publish", {})
    await room.teacher.put(f"{path}/content", {"content": doc(words("Without.")), "version": 2})
    assert (await room.student.get(path)).json()["files"] == []
    is_problem(await room.student.get(f"/files/{file['id']}"), 404, "not_found")


async def test_a_lesson_shows_no_file_of_somebody_elses(shelf: Shelf, is_problem: IsProblem) -> None:
    room, path = shelf.room, f"/lessons/{shelf.lesson}/content"
    theirs = await upload(room.student)
    for file_id in (theirs["id"], str(uuid4())):
        content = doc({"type": "image", "attrs": {"file_id": file_id}})
        is_problem(await room.teacher.put(path, {"content": content, "version": 1}), 422, "file_unknown")
    assert (await room.teacher.get(f"/lessons/{shelf.lesson}")).json()["version"] == 1


async def test_a_colleague_changes_a_text_and_its_files_stay(shelf: Shelf) -> None:
    room, path = shelf.room, f"/lessons/{shelf.lesson}/content"
    file = await upload(room.teacher)
    shown = {"type": "attachment", "attrs": {"file_id": file["id"]}}
    await room.teacher.put(path, {"content": doc(shown), "version": 1})
    await room.teacher.post(f"{shelf.path}/members", {"email": room.stranger.email, "role": "teacher"})
    changed = await room.stranger.put(path, {"content": doc(words("More."), shown), "version": 2})
    assert (changed.status_code, changed.json()["files"]) == (200, [file])
