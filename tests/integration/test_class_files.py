"""Files that teachers share in a class."""

from collections.abc import Callable
from typing import Any

import pytest

from persistence.ids import new_id
from tests.integration.conftest import Classroom, Client
from tests.integration.uploads import upload

IsProblem = Callable[..., None]


async def shared(
    classroom: Classroom, content: bytes = b"words", name: str = "sheet.txt", **more: str
) -> dict[str, Any]:
    file_id = (await upload(classroom.teacher, content, name=name)).json()["id"]
    response = await classroom.teacher.post(f"/classes/{classroom.class_id}/files", {"file_id": file_id, **more})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def names(client: Client, classroom: Classroom) -> list[str]:
    return [each["name"] for each in (await client.get(f"/classes/{classroom.class_id}/files")).json()["items"]]


async def test_what_a_teacher_shares_the_class_may_fetch(classroom: Classroom, is_problem: IsProblem) -> None:
    made = await shared(classroom)
    assert (made["name"], made["audience"], made["added_by"]) == ("sheet.txt", "everybody", classroom.teacher.id)
    assert made["added_by_name"].startswith("teacher")
    assert await names(classroom.student, classroom) == ["sheet.txt"]
    assert (await classroom.student.http.get(made["file"]["url"])).content == b"words"
    is_problem(await classroom.stranger.http.get(made["file"]["url"]), 404, "not_found")
    is_problem(await classroom.stranger.get(f"/classes/{classroom.class_id}/files"), 404, "not_found")


async def test_what_is_for_teachers_students_do_not_see(classroom: Classroom, is_problem: IsProblem) -> None:
    made = await shared(classroom, audience="teachers")
    assert await names(classroom.student, classroom) == []
    assert await names(classroom.teacher, classroom) == ["sheet.txt"]
    is_problem(await classroom.student.http.get(made["file"]["url"]), 404, "not_found")
    for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "/restore")):
        answer = await classroom.student.request(method, f"/class-files/{made['id']}{path}", json={})
        is_problem(answer, 404, "not_found")
    await classroom.teacher.patch(f"/class-files/{made['id']}", {"audience": "everybody"})
    assert (await classroom.student.http.get(made["file"]["url"])).status_code == 200


async def test_a_shared_file_is_renamed_here_and_nowhere_else(classroom: Classroom) -> None:
    made = await shared(classroom)
    renamed = await classroom.teacher.patch(f"/class-files/{made['id']}", {"name": "../Blatt 1.txt"})
    assert renamed.json()["name"] == "Blatt 1.txt"
    assert renamed.json()["audience"] == "everybody"
    assert renamed.json()["file"]["id"] == made["file"]["id"]
    assert await names(classroom.student, classroom) == ["Blatt 1.txt"]


async def test_what_is_removed_can_be_brought_back(classroom: Classroom, is_problem: IsProblem) -> None:
    made = await shared(classroom)
    assert (await classroom.teacher.delete(f"/class-files/{made['id']}")).status_code == 204
    assert await names(classroom.teacher, classroom) == []
    is_problem(await classroom.student.http.get(made["file"]["url"]), 404, "not_found")
    is_problem(await classroom.teacher.delete(f"/class-files/{made['id']}"), 404, "not_found")
    for _ in range(2):
        assert (await classroom.teacher.post(f"/class-files/{made['id']}/restore")).status_code == 200
    assert await names(classroom.student, classroom) == ["sheet.txt"]
    await classroom.teacher.delete(f"/class-files/{made['id']}")
    again = await classroom.teacher.post(f"/classes/{classroom.class_id}/files", {"file_id": made["file"]["id"]})
    assert (again.status_code, again.json()["id"]) == (201, made["id"])


async def test_only_teachers_share_and_only_what_they_uploaded(classroom: Classroom, is_problem: IsProblem) -> None:
    path = f"/classes/{classroom.class_id}/files"
    theirs = (await upload(classroom.student, b"secret")).json()["id"]
    is_problem(await classroom.student.post(path, {"file_id": theirs}), 403, "forbidden")
    is_problem(await classroom.stranger.post(path, {"file_id": theirs}), 404, "not_found")
    for wrong in (theirs, str(new_id())):
        is_problem(await classroom.teacher.post(path, {"file_id": wrong}), 422, "file_unknown")
    made = await shared(classroom)
    is_problem(await classroom.teacher.post(path, {"file_id": made["file"]["id"]}), 409, "file_shared")
    is_problem(await classroom.student.patch(f"/class-files/{made['id']}", {"name": "x"}), 403, "forbidden")


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "x" * 201}, {"audience": "all"}, {"colour": "red"}])
async def test_a_wrong_change_is_refused(classroom: Classroom, body: dict[str, str], is_problem: IsProblem) -> None:
    made = await shared(classroom)
    field = next(iter(body))
    is_problem(await classroom.teacher.patch(f"/class-files/{made['id']}", body), 422, "validation_failed", field)


async def test_a_long_list_comes_in_pages_newest_first(classroom: Classroom) -> None:
    for number in range(5):
        await shared(classroom, str(number).encode(), f"{number}.txt")
    path = f"/classes/{classroom.class_id}/files"
    first = (await classroom.student.get(path, params={"limit": 3})).json()
    rest = (await classroom.student.get(path, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [each["name"] for each in first["items"] + rest["items"]] == [f"{n}.txt" for n in (4, 3, 2, 1, 0)]
    assert rest["next_cursor"] is None
