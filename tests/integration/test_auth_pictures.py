"""People's pictures: shown to those who see the person, replaced, taken away."""

import io
from uuid import uuid4

import pytest
from PIL import Image

from auth.pictures.rendering import UPLOAD_MAX_BYTES
from tests.integration.conftest import Api, Classroom, Client

pytestmark = pytest.mark.postgres


def photo(color: str = "red") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 20), color).save(made, "JPEG")
    return made.getvalue()


async def choose(client: Client, data: bytes) -> str:
    answer = await client.request("PUT", "/me/picture", content=data)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["picture"])


async def test_a_picture_is_shown_wherever_the_person_is(classroom: Classroom) -> None:
    student, teacher = classroom.student, classroom.teacher
    assert (await student.get("/me")).json()["picture"] is None
    picture = await choose(student, photo())
    assert (await student.get("/me")).json()["picture"] == picture
    members = (await teacher.get(f"/classes/{classroom.class_id}/members")).json()["items"]
    assert {each["user_id"]: each["picture"] for each in members} == {student.id: picture, teacher.id: None}
    admin = await classroom.api.admin()
    accounts = (await admin.get("/admin/users")).json()["items"]
    assert picture in [each["picture"] for each in accounts]
    taught = await choose(teacher, photo("blue"))
    [shown] = (await student.get("/classes")).json()["items"]
    assert shown["teachers"][0]["picture"] == taught

    answer = await teacher.get(f"/pictures/{picture}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert "private" in answer.headers["cache-control"]
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (256, 256)


async def test_another_picture_has_another_address_and_the_old_one_is_gone(api: Api, is_problem) -> None:
    student = await api.student()
    first, second = await choose(student, photo()), await choose(student, photo("blue"))
    assert first != second
    is_problem(await student.get(f"/pictures/{first}"), 404, "not_found")
    assert (await student.delete("/me/picture")).status_code == 204
    is_problem(await student.get(f"/pictures/{second}"), 404, "not_found")
    assert (await student.get("/me")).json()["picture"] is None
    assert (await student.delete("/me/picture")).status_code == 204


async def test_pictures_are_for_people_of_the_house(api: Api, is_problem) -> None:
    picture = await choose(await api.student(), photo())
    is_problem(await api.client().get(f"/pictures/{picture}"), 401, "token_missing")
    is_problem(await api.client().request("PUT", "/me/picture", content=photo()), 401, "token_missing")


async def test_what_is_no_picture_is_refused_and_the_old_one_stays(api: Api, is_problem) -> None:
    student = await api.student()
    picture = await choose(student, photo())
    is_problem(await student.request("PUT", "/me/picture", content=b"<svg/>"), 415, "picture_refused")
    is_problem(await student.request("PUT", "/me/picture", content=b""), 415, "picture_refused")
    much = b"\0" * (UPLOAD_MAX_BYTES + 1)
    is_problem(await student.request("PUT", "/me/picture", content=much), 413, "body_too_large")
    assert (await student.get("/me")).json()["picture"] == picture


async def test_nobody_has_pictures_made_without_end(api: Api, is_problem) -> None:
    student = await api.student()
    for _ in range(30):
        await choose(student, photo())
    is_problem(await student.request("PUT", "/me/picture", content=photo()), 429, "too_many_attempts")
    await choose(await api.student(), photo())


async def test_an_administrator_takes_a_picture_away_and_it_is_written_down(api: Api, is_problem) -> None:
    student, admin = await api.student(), await api.admin()
    picture = await choose(student, photo())
    is_problem(await student.delete(f"/admin/users/{student.id}/picture"), 403, "forbidden")
    is_problem(await admin.delete(f"/admin/users/{uuid4()}/picture"), 404, "not_found")
    for _ in range(2):
        assert (await admin.delete(f"/admin/users/{student.id}/picture")).status_code == 204
    is_problem(await admin.get(f"/pictures/{picture}"), 404, "not_found")
    [entry] = (await admin.get("/admin/audit")).json()["items"]
    assert (entry["action"], entry["subject"]["id"], entry["actor"]["id"]) == ("picture_removed", student.id, admin.id)
