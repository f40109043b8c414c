"""Documents, who may see them, and their export."""

import asyncio
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import pycrdt
import pytest
from sqlalchemy import func, select, update

from classroom.documents.access import document_accesses
from classroom.documents.models import DocumentRow
from documents.access import Level
from documents.kinds import Kind
from documents.sample_board import sample_board
from documents.whiteboard import put
from documents.writing import initial_content
from persistence.ids import new_id
from persistence.log_tables import DocumentEpoch, DocumentHead, DocumentSnapshot, DocumentUpdate
from tests.integration.conftest import Api, Classroom, Client

IsProblem = Callable[..., None]


def board_of(elements: Sequence[Mapping[str, Any]]) -> bytes:
    return initial_content(Kind.WHITEBOARD, lambda doc: put(doc, elements))


async def level_of(room: Classroom, person: Client) -> Level | None:
    async with room.api.services.database.transaction() as transaction:
        found = await document_accesses(transaction.session, [UUID(person.id)], UUID(room.board_id))
        access = found.get(UUID(person.id))
    return None if access is None else access.level


async def test_a_teacher_creates_a_board_that_students_may_write_on(classroom: Classroom) -> None:
    path = f"/classes/{classroom.class_id}/documents"
    response = await classroom.teacher.post(path, {"kind": "whiteboard", "title": " Map "})
    assert response.status_code == 201
    made = response.json()
    assert made.keys() == {
        "id", "class_id", "kind", "title", "students", "access", "on_stage", "created_by", "created_at", "updated_at",
    }  # fmt: skip
    assert (made["title"], made["kind"], made["students"], made["access"]) == ("Map", "whiteboard", "write", "write")
    assert made["created_by"] == classroom.teacher.id
    assert (await classroom.student.get(f"/documents/{made['id']}")).json() == made
    listed = (await classroom.student.get(path)).json()["items"]
    assert [each["id"] for each in listed] == [made["id"], classroom.board_id]


async def test_a_new_document_has_its_log_from_the_first_moment(classroom: Classroom) -> None:
    async with classroom.api.services.database.transaction() as transaction:
        head = (await transaction.session.scalars(select(DocumentHead))).one()
        assert (str(head.document_id), head.epoch, head.seq) == (classroom.board_id, 1, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"kind": "poem"}, "kind"), ({"title": ""}, "title"), ({"students": "all"}, "students"), ({"x": 1}, "x")],
)
async def test_a_wrong_field_of_a_document_is_named(
    classroom: Classroom, changes: dict[str, object], field: str, is_problem: IsProblem
) -> None:
    body = {"kind": "whiteboard", "title": "Board", **changes}
    response = await classroom.teacher.post(f"/classes/{classroom.class_id}/documents", body)
    is_problem(response, 422, "validation_failed", field)


EVERY_CALL = [
    ("GET", "", None),
    ("PATCH", "", {"title": "Other"}),
    ("DELETE", "", None),
    ("POST", "/restore", None),
    ("GET", "/access", None),
    ("PUT", "/access", {"students": "none"}),
    ("PUT", "/access/{student}", {"access": "none"}),
    ("DELETE", "/access/{student}", None),
    ("GET", "/export?format=json", None),
]
READING = {"", "/export?format=json"}


@pytest.mark.parametrize(("method", "path", "body"), EVERY_CALL)
async def test_a_document_does_not_exist_for_those_who_may_not_see_it(
    classroom: Classroom, method: str, path: str, body: object, is_problem: IsProblem
) -> None:
    path = path.format(student=classroom.student.id)
    await classroom.teacher.put(f"/documents/{classroom.board_id}/access", {"students": "none"})
    answers = [
        await person.request(method, f"/documents/{document}{path}", json=body)
        for person in (classroom.stranger, classroom.student)
        for document in (classroom.board_id, str(new_id()), "nonsense")
    ]
    for answer in answers:
        is_problem(answer, 404, "not_found")
        assert answer.json() == answers[0].json()
    anonymous = await classroom.api.client().request(method, f"/documents/{classroom.board_id}{path}", json=body)
    is_problem(anonymous, 401, "token_missing")


@pytest.mark.parametrize(
    ("method", "path", "body"), [call for call in EVERY_CALL if call[0] != "GET" or call[1] == "/access"]
)
async def test_students_change_nothing_about_a_document(
    classroom: Classroom, method: str, path: str, body: object, is_problem: IsProblem
) -> None:
    path = path.format(student=classroom.student.id)
    answer = await classroom.student.request(method, f"/documents/{classroom.board_id}{path}", json=body)
    is_problem(answer, 403, "forbidden")


async def test_renaming_a_document_moves_its_time(classroom: Classroom) -> None:
    before = (await classroom.teacher.get(f"/documents/{classroom.board_id}")).json()
    after = (await classroom.teacher.patch(f"/documents/{classroom.board_id}", {"title": "Other"})).json()
    assert after["title"] == "Other"
    assert after["updated_at"] > before["updated_at"]


async def test_a_deleted_document_is_gone_until_it_is_restored(classroom: Classroom, is_problem: IsProblem) -> None:
    path = f"/documents/{classroom.board_id}"
    assert (await classroom.teacher.delete(path)).status_code == 204
    assert classroom.api.live.told == [(None, UUID(classroom.board_id))]
    for person in (classroom.teacher, classroom.student):
        is_problem(await person.get(path), 404, "not_found")
        assert await level_of(classroom, person) is None
        assert (await person.get(f"/classes/{classroom.class_id}/documents")).json()["items"] == []
    is_problem(await classroom.student.post(f"{path}/restore"), 404, "not_found")
    assert (await classroom.teacher.post(f"{path}/restore")).json()["id"] == classroom.board_id
    assert (await classroom.student.get(path)).status_code == 200


async def test_access_for_all_students_is_in_force_at_once(classroom: Classroom) -> None:
    board = f"/documents/{classroom.board_id}"
    for setting, level in (("read", Level.READ), ("none", None), ("write", Level.WRITE)):
        answer = await classroom.teacher.put(f"{board}/access", {"students": setting})
        assert (answer.json()["students"], answer.json()["access"]) == (setting, "write")
        assert await level_of(classroom, classroom.student) == level
        assert await level_of(classroom, classroom.teacher) == Level.WRITE
    assert classroom.api.live.told == [(None, UUID(classroom.board_id))] * 3


async def test_one_students_access_goes_before_the_setting_for_all(classroom: Classroom) -> None:
    board = f"/documents/{classroom.board_id}"
    mine = f"{board}/access/{classroom.student.id}"
    other = await classroom.api.student()
    await other.post("/classes/join", {"join_code": classroom.join_code})
    classroom.api.live.told.clear()
    assert (await classroom.teacher.put(mine, {"access": "read"})).json() == {
        "user_id": classroom.student.id, "access": "read",
    }  # fmt: skip
    assert (await classroom.student.get(board)).json()["access"] == "read"
    assert (await other.get(board)).json()["access"] == "write"
    await classroom.teacher.put(mine, {"access": "none"})
    assert (await classroom.student.get(f"/classes/{classroom.class_id}/documents")).json()["items"] == []
    shares = (await classroom.teacher.get(f"{board}/access")).json()
    assert shares == {"students": "write", "people": [{"user_id": classroom.student.id, "access": "none"}]}
    assert (await classroom.teacher.delete(mine)).status_code == 204
    assert (await classroom.teacher.delete(mine)).status_code == 204
    assert await level_of(classroom, classroom.student) == Level.WRITE
    assert set(classroom.api.live.told) == {(UUID(classroom.student.id), UUID(classroom.board_id))}


async def test_personal_access_can_open_what_is_closed_for_all(classroom: Classroom) -> None:
    board = f"/documents/{classroom.board_id}"
    await classroom.teacher.put(f"{board}/access", {"students": "none"})
    await classroom.teacher.put(f"{board}/access/{classroom.student.id}", {"access": "write"})
    assert (await classroom.student.get(board)).json()["access"] == "write"
    assert len((await classroom.student.get(f"/classes/{classroom.class_id}/documents")).json()["items"]) == 1


async def test_personal_access_is_for_students_of_the_class(classroom: Classroom, is_problem: IsProblem) -> None:
    access = f"/documents/{classroom.board_id}/access"
    for user_id in (classroom.stranger.id, str(new_id()), "nobody"):
        is_problem(await classroom.teacher.put(f"{access}/{user_id}", {"access": "read"}), 404, "not_found")
    mine = await classroom.teacher.put(f"{access}/{classroom.teacher.id}", {"access": "read"})
    is_problem(mine, 409, "teachers_always_write")
    wrong = await classroom.teacher.put(f"{access}/{classroom.student.id}", {"access": "draw"})
    is_problem(wrong, 422, "validation_failed", "access")


async def test_a_blocked_person_has_no_access_to_any_document(classroom: Classroom) -> None:
    admin = await classroom.api.admin()
    await admin.post(f"/admin/users/{classroom.student.id}/block", {"reason": "x"})
    assert await level_of(classroom, classroom.student) is None


async def test_nothing_is_told_when_nothing_was_committed(classroom: Classroom) -> None:
    is_gone = await classroom.teacher.put(f"/documents/{classroom.board_id}/access/{new_id()}", {"access": "read"})
    assert is_gone.status_code == 404
    assert classroom.api.live.told == []


async def test_the_same_key_makes_one_document(classroom: Classroom) -> None:
    path = f"/classes/{classroom.class_id}/documents"
    body, headers = {"kind": "whiteboard", "title": "Map"}, {"Idempotency-Key": "map"}
    answers = await asyncio.gather(*(classroom.teacher.post(path, body, headers=headers) for _ in range(5)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await classroom.teacher.get(path)).json()["items"]) == 2


async def test_students_get_full_pages_of_what_they_may_see(classroom: Classroom) -> None:
    path = f"/classes/{classroom.class_id}/documents"
    for number in range(6):
        students = "none" if number % 2 else "read"
        await classroom.teacher.post(path, {"kind": "whiteboard", "title": str(number), "students": students})
    page = (await classroom.student.get(path, params={"limit": 3})).json()
    assert [each["title"] for each in page["items"]] == ["4", "2", "0"]
    rest = (await classroom.student.get(path, params={"limit": 3, "cursor": page["next_cursor"]})).json()
    assert ([each["title"] for each in rest["items"]], rest["next_cursor"]) == (["Board"], None)


async def append(room: Classroom, seq: int, payload: bytes, *, encoding: str = "v1") -> None:
    async with room.api.services.database.transaction() as transaction:
        board_id = UUID(room.board_id)
        transaction.session.add(DocumentUpdate(document_id=board_id, seq=seq, payload=payload, encoding=encoding))
        await transaction.session.execute(update(DocumentHead).values(seq=seq))


async def export(client: Client, room: Classroom, export_format: str):
    return await client.get(f"/documents/{room.board_id}/export", params={"format": export_format})


async def test_a_board_is_exported_as_an_excalidraw_file(classroom: Classroom) -> None:
    await classroom.teacher.patch(f"/documents/{classroom.board_id}", {"title": "Größe/../林"})
    await append(classroom, 1, board_of(sample_board()))
    response = await export(classroom.student, classroom, "excalidraw")
    assert response.headers["content-type"] == "application/vnd.excalidraw+json"
    assert response.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe%2F..%2F%E6%9E%97.excalidraw"
    )
    assert response.json()["elements"] == sample_board()


async def test_a_board_is_exported_as_json_and_as_a_yjs_update(classroom: Classroom) -> None:
    await append(classroom, 1, board_of(sample_board()))
    as_json = (await export(classroom.teacher, classroom, "json")).json()
    assert as_json == {"elements": {each["id"]: each for each in sample_board()}, "files": {}, "meta": {}}
    as_update = (await export(classroom.teacher, classroom, "yjs")).content
    doc: pycrdt.Doc = pycrdt.Doc()
    elements = doc.get("elements", type=pycrdt.Map)
    doc.apply_update(as_update)
    assert set(elements.keys()) == {each["id"] for each in sample_board()}


async def test_an_export_is_the_newest_snapshot_and_what_came_after_it(classroom: Classroom) -> None:
    first, second, third = sample_board()[:3]
    await append(classroom, 1, b"was compacted")
    async with classroom.api.services.database.transaction() as transaction:
        board_id = UUID(classroom.board_id)
        for seq, elements in ((1, [first]), (2, [first, second])):
            payload = zlib.compress(board_of(elements), 1)
            transaction.session.add(DocumentSnapshot(document_id=board_id, seq=seq, payload=payload))
    await append(classroom, 2, b"is in the snapshot")
    await append(classroom, 3, board_of([third]))
    await append(classroom, 4, b"unreadable", encoding="quarantined")
    elements = (await export(classroom.teacher, classroom, "excalidraw")).json()["elements"]
    assert [each["id"] for each in elements] == [first["id"], second["id"], third["id"]]


async def test_13_a_restored_board_is_exported_as_it_is_since(classroom: Classroom) -> None:
    first, second, third = sample_board()[:3]
    await append(classroom, 1, board_of([first]))
    async with classroom.api.services.database.transaction() as transaction:
        board_id = UUID(classroom.board_id)
        payload = zlib.compress(board_of([first]), 1)
        transaction.session.add(DocumentSnapshot(document_id=board_id, seq=1, payload=payload))
        transaction.session.add(DocumentEpoch(document_id=board_id, epoch=2, first_seq=2, restored_seq=0))
        await transaction.session.execute(update(DocumentHead).values(epoch=2))
    await append(classroom, 2, board_of([second]))
    await append(classroom, 3, board_of([third]))
    elements = (await export(classroom.teacher, classroom, "excalidraw")).json()["elements"]
    assert [each["id"] for each in elements] == [second["id"], third["id"]]


async def test_a_large_board_is_exported_by_another_process(classroom: Classroom) -> None:
    many = [{**sample_board()[0], "id": f"e{number}", "customData": "x" * 200} for number in range(600)]
    await append(classroom, 1, board_of(many))
    response = await export(classroom.teacher, classroom, "excalidraw")
    assert len(response.json()["elements"]) == 600


async def test_an_empty_board_can_be_exported(classroom: Classroom) -> None:
    assert (await export(classroom.student, classroom, "excalidraw")).json()["elements"] == []


@pytest.mark.parametrize("params", [{}, {"format": "pdf"}, {"format": ""}])
async def test_an_unknown_format_is_refused(
    classroom: Classroom, params: dict[str, str], is_problem: IsProblem
) -> None:
    response = await classroom.teacher.get(f"/documents/{classroom.board_id}/export", params=params)
    is_problem(response, 422, "validation_failed", "format")


async def test_creating_fails_whole_or_not_at_all(
    api: Api, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("classroom.documents.actions.DocumentHead", broken)
    body = {"kind": "whiteboard", "title": "Half"}
    response = await classroom.teacher.post(f"/classes/{classroom.class_id}/documents", body)
    assert response.status_code == 500
    assert json.loads(response.content)["code"] == "internal_error"
    assert "power cut" not in response.text
    async with api.services.database.transaction() as transaction:
        assert await transaction.session.scalar(select(func.count()).select_from(DocumentRow)) == 1
