"""Classes, joining them, and who is in them."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest

from persistence.ids import new_id
from tests.integration.conftest import PUBLIC_URL, Api, Classroom, Client

IsProblem = Callable[..., None]


async def test_a_teacher_makes_a_class(api: Api) -> None:
    teacher = await api.teacher()
    response = await teacher.post("/classes", {"title": "  Science 7b "})
    assert response.status_code == 201
    made = response.json()
    assert made.keys() == {
        "id", "title", "join_code", "join_url", "role", "teachers", "student_count", "course", "created_at"
    }  # fmt: skip
    assert (made["title"], made["role"], made["student_count"]) == ("Science 7b", "teacher", 0)
    assert made["join_url"] == f"{PUBLIC_URL}/join/{made['join_code']}"
    assert len(made["join_code"]) == 9
    assert [each["id"] for each in made["teachers"]] == [teacher.id]
    assert (await teacher.get(f"/classes/{made['id']}")).json() == made
    assert (await teacher.get("/classes")).json() == {"items": [made], "next_cursor": None}


@pytest.mark.parametrize("role", ["student", "admin"])
async def test_only_teachers_make_classes(api: Api, role: str, is_problem: IsProblem) -> None:
    person = await api.admin() if role == "admin" else await api.person(role)
    is_problem(await person.post("/classes", {"title": "7b"}), 403, "forbidden")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a", "owner": "me"}, "owner"),
    ],
)
async def test_a_wrong_field_of_a_class_is_named(api: Api, body: object, field: str, is_problem: IsProblem) -> None:
    teacher = await api.teacher()
    is_problem(await teacher.post("/classes", body), 422, "validation_failed", field)


async def test_a_student_joins_with_the_code_however_it_is_typed(api: Api) -> None:
    teacher = await api.teacher()
    made = (await teacher.post("/classes", {"title": "7b"})).json()
    code = made["join_code"]
    for typed in (code, code.lower(), code.replace("-", ""), f" {code[:2]} {code[2:]} "):
        student = await api.student()
        joined = await student.post("/classes/join", {"join_code": typed})
        assert joined.status_code == 200
        assert (joined.json()["id"], joined.json()["role"]) == (made["id"], "student")
        assert (joined.json()["join_code"], joined.json()["join_url"]) == (None, None)
    assert (await teacher.get(f"/classes/{made['id']}")).json()["student_count"] == 4


async def test_joining_again_changes_nothing(classroom: Classroom) -> None:
    for person, role in ((classroom.student, "student"), (classroom.teacher, "teacher")):
        again = await person.post("/classes/join", {"join_code": classroom.join_code})
        assert (again.status_code, again.json()["role"], again.json()["student_count"]) == (200, role, 1)
    assert classroom.api.live.told == []


@pytest.mark.parametrize("code", ["", "ABCD-EFGH", "x" * 100, "ABCDEFG0", "'; drop table classes"])
async def test_an_unknown_code_is_told(api: Api, code: str, is_problem: IsProblem) -> None:
    student = await api.student()
    is_problem(await student.post("/classes/join", {"join_code": code}), 404, "unknown_join_code")


async def test_a_join_page_names_class_and_teacher_before_anybody_signs_in(classroom: Classroom) -> None:
    preview = await classroom.api.client().get(f"/join/{classroom.join_code.lower()}")
    assert preview.json() == {"title": "7b", "teachers": ["teacher 1"]}


async def test_guessing_join_codes_is_bounded(classroom: Classroom, is_problem: IsProblem) -> None:
    classroom.api.configure(login_attempts_per_address=3)
    guesser = classroom.api.client(host="203.0.113.9")
    for _ in range(3):
        is_problem(await guesser.get("/join/ABCD-EFGH"), 404, "unknown_join_code")
    refused = await guesser.get(f"/join/{classroom.join_code}")
    is_problem(refused, 429, "too_many_attempts")
    assert int(refused.headers["retry-after"]) > 0
    assert (await classroom.api.client(host="203.0.113.10").get(f"/join/{classroom.join_code}")).status_code == 200


async def test_right_codes_are_not_counted_as_guesses(classroom: Classroom) -> None:
    classroom.api.configure(login_attempts_per_address=1)
    school = classroom.api.client(host="203.0.113.9")
    for _ in range(5):
        assert (await school.get(f"/join/{classroom.join_code}")).status_code == 200


async def test_a_new_code_replaces_the_old_one(classroom: Classroom, is_problem: IsProblem) -> None:
    renewed = (await classroom.teacher.post(f"/classes/{classroom.class_id}/join-code")).json()["join_code"]
    assert renewed != classroom.join_code
    is_problem(await classroom.api.client().get(f"/join/{classroom.join_code}"), 404, "unknown_join_code")
    assert (await classroom.api.client().get(f"/join/{renewed}")).status_code == 200


EVERY_CLASS_CALL = [
    ("GET", "", None),
    ("PATCH", "", {"title": "8b"}),
    ("DELETE", "", None),
    ("POST", "/restore", None),
    ("POST", "/join-code", None),
    ("GET", "/members", None),
    ("GET", "/members/{student}", None),
    ("PATCH", "/members/{student}", {"role": "teacher"}),
    ("DELETE", "/members/{student}", None),
    ("GET", "/documents", None),
    ("POST", "/documents", {"kind": "whiteboard", "title": "Board"}),
]
TEACHERS_CALLS = [
    call for call in EVERY_CLASS_CALL if call[0] != "GET" and call[1] != "/members/{student}" and call[1] != "/restore"
]


async def call(client: Client, room: Classroom, method: str, path: str, body: object, *, class_id: str | None = None):
    path = path.format(student=room.student.id, teacher=room.teacher.id)
    return await client.request(method, f"/classes/{class_id or room.class_id}{path}", json=body)


@pytest.mark.parametrize(("method", "path", "body"), EVERY_CLASS_CALL)
async def test_a_class_does_not_exist_for_strangers(
    classroom: Classroom, method: str, path: str, body: object, is_problem: IsProblem
) -> None:
    refused = await call(classroom.stranger, classroom, method, path, body)
    unknown = await call(classroom.stranger, classroom, method, path, body, class_id=str(new_id()))
    malformed = await call(classroom.stranger, classroom, method, path, body, class_id="nonsense")
    is_problem(refused, 404, "not_found")
    assert refused.json() == unknown.json() == malformed.json()
    is_problem(await call(await classroom.api.admin(), classroom, method, path, body), 404, "not_found")
    is_problem(await call(classroom.api.client(), classroom, method, path, body), 401, "token_missing")


@pytest.mark.parametrize(("method", "path", "body"), TEACHERS_CALLS)
async def test_students_change_nothing_about_their_class(
    classroom: Classroom, method: str, path: str, body: object, is_problem: IsProblem
) -> None:
    is_problem(await call(classroom.student, classroom, method, path, body), 403, "forbidden")


async def test_a_teacher_renames_the_class(classroom: Classroom) -> None:
    assert (await classroom.teacher.patch(f"/classes/{classroom.class_id}", {"title": "8b"})).json()["title"] == "8b"
    assert (await classroom.student.get(f"/classes/{classroom.class_id}")).json()["title"] == "8b"


async def test_a_deleted_class_is_gone_until_it_is_restored(classroom: Classroom, is_problem: IsProblem) -> None:
    path = f"/classes/{classroom.class_id}"
    assert (await classroom.teacher.delete(path)).status_code == 204
    assert classroom.api.live.told == [(None, None)]
    for person in (classroom.teacher, classroom.student):
        is_problem(await person.get(path), 404, "not_found")
        is_problem(await person.get(f"/documents/{classroom.board_id}"), 404, "not_found")
        assert (await person.get("/classes")).json()["items"] == []
    is_problem(await classroom.student.post(f"{path}/restore"), 404, "not_found")
    is_problem(
        await classroom.student.post("/classes/join", {"join_code": classroom.join_code}), 404, "unknown_join_code"
    )
    assert (await classroom.teacher.post(f"{path}/restore")).status_code == 200
    assert (await classroom.student.get(f"/documents/{classroom.board_id}")).status_code == 200


async def test_members_see_each_other_and_only_teachers_see_addresses(classroom: Classroom) -> None:
    path = f"/classes/{classroom.class_id}/members"
    for_teacher = (await classroom.teacher.get(path)).json()["items"]
    for_student = (await classroom.student.get(path)).json()["items"]
    assert {each["user_id"] for each in for_teacher} == {classroom.teacher.id, classroom.student.id}
    assert all(each["email"] for each in for_teacher)
    assert [{**each, "email": None} for each in for_teacher] == for_student
    one = (await classroom.student.get(f"{path}/{classroom.teacher.id}")).json()
    assert one.keys() == {"user_id", "name", "color", "picture", "role", "joined_at", "email", "namesake"}
    assert one["email"] is None


async def test_somebody_who_is_not_a_member_is_not_found_among_them(
    classroom: Classroom, is_problem: IsProblem
) -> None:
    for user_id in (classroom.stranger.id, str(new_id()), "nobody"):
        path = f"/classes/{classroom.class_id}/members/{user_id}"
        is_problem(await classroom.teacher.get(path), 404, "not_found")
        is_problem(await classroom.teacher.delete(path), 404, "not_found")
        is_problem(await classroom.teacher.patch(path, {"role": "teacher"}), 404, "not_found")


async def test_a_teacher_removes_a_student_and_open_boards_hear_of_it(
    classroom: Classroom, is_problem: IsProblem
) -> None:
    path = f"/classes/{classroom.class_id}/members/{classroom.student.id}"
    assert (await classroom.teacher.delete(path)).status_code == 204
    assert classroom.api.live.told == [(UUID(classroom.student.id), None)]
    is_problem(await classroom.student.get(f"/classes/{classroom.class_id}"), 404, "not_found")
    is_problem(await classroom.student.get(f"/documents/{classroom.board_id}"), 404, "not_found")


async def test_a_student_may_leave_but_not_remove_others(classroom: Classroom, is_problem: IsProblem) -> None:
    members = f"/classes/{classroom.class_id}/members"
    is_problem(await classroom.student.delete(f"{members}/{classroom.teacher.id}"), 403, "forbidden")
    is_problem(
        await classroom.student.patch(f"{members}/{classroom.student.id}", {"role": "teacher"}), 403, "forbidden"
    )
    assert (await classroom.student.delete(f"{members}/{classroom.student.id}")).status_code == 204


async def test_leaving_and_joining_again_gives_nobody_more_access(classroom: Classroom, is_problem: IsProblem) -> None:
    board = f"/documents/{classroom.board_id}"
    await classroom.teacher.put(f"{board}/access/{classroom.student.id}", {"access": "none"})
    await classroom.student.delete(f"/classes/{classroom.class_id}/members/{classroom.student.id}")
    await classroom.student.post("/classes/join", {"join_code": classroom.join_code})
    is_problem(await classroom.student.get(board), 404, "not_found")


async def test_the_last_teacher_stays(classroom: Classroom, is_problem: IsProblem) -> None:
    mine = f"/classes/{classroom.class_id}/members/{classroom.teacher.id}"
    is_problem(await classroom.teacher.delete(mine), 409, "last_teacher")
    is_problem(await classroom.teacher.patch(mine, {"role": "student"}), 409, "last_teacher")
    assert (await classroom.teacher.patch(mine, {"role": "teacher"})).status_code == 200


async def test_of_two_teachers_who_leave_at_once_one_stays(classroom: Classroom) -> None:
    members = f"/classes/{classroom.class_id}/members"
    await classroom.teacher.patch(f"{members}/{classroom.student.id}", {"role": "teacher"})
    answers = await asyncio.gather(
        *(person.delete(f"{members}/{person.id}") for person in (classroom.teacher, classroom.student))
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_a_change_of_role_is_told_to_open_boards(classroom: Classroom, is_problem: IsProblem) -> None:
    path = f"/classes/{classroom.class_id}/members/{classroom.student.id}"
    assert (await classroom.teacher.patch(path, {"role": "teacher"})).json()["role"] == "teacher"
    assert classroom.api.live.told == [(UUID(classroom.student.id), None)]
    assert (await classroom.student.get(f"/classes/{classroom.class_id}")).json()["join_code"] == classroom.join_code
    is_problem(await classroom.teacher.patch(path, {"role": "king"}), 422, "validation_failed", "role")


async def test_the_office_does_not_join_classes(classroom: Classroom, is_problem: IsProblem) -> None:
    admin = await classroom.api.admin()
    is_problem(await admin.post("/classes/join", {"join_code": classroom.join_code}), 403, "forbidden")


async def test_a_list_is_walked_through_without_gaps_or_repeats(api: Api) -> None:
    teacher = await api.teacher()
    made = [(await teacher.post("/classes", {"title": str(number)})).json()["id"] for number in range(7)]
    seen: list[str] = []
    cursor: str | None = None
    sizes = []
    while True:
        params = {"limit": 3} if cursor is None else {"limit": 3, "cursor": cursor}
        page = (await teacher.get("/classes", params=params)).json()
        seen += [each["id"] for each in page["items"]]
        sizes.append(len(page["items"]))
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]
    assert sizes == [3, 3, 1]


async def test_a_damaged_or_foreign_cursor_is_refused(classroom: Classroom, is_problem: IsProblem) -> None:
    for _ in range(2):
        await classroom.teacher.post("/classes", {"title": "8b"})
    cursor = (await classroom.teacher.get("/classes", params={"limit": 1})).json()["next_cursor"]
    swapped = ("B" if cursor[0] == "A" else "A") + cursor[1:]
    for bad in (swapped, cursor[:-1], cursor + "A", "", "é", "x" * 99, "\x00"):
        response = await classroom.teacher.get("/classes", params={"cursor": bad})
        is_problem(response, 422, "validation_failed", "cursor")
    members = f"/classes/{classroom.class_id}/members"
    is_problem(await classroom.teacher.get(members, params={"cursor": cursor}), 422, "validation_failed", "cursor")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", ""])
async def test_the_size_of_a_page_is_bounded(api: Api, limit: str, is_problem: IsProblem) -> None:
    teacher = await api.teacher()
    is_problem(await teacher.get("/classes", params={"limit": limit}), 422, "validation_failed", "limit")


async def test_the_same_key_makes_one_class(api: Api, is_problem: IsProblem) -> None:
    teacher = await api.teacher()
    headers = {"Idempotency-Key": "first-class"}
    first = await teacher.post("/classes", {"title": "7b"}, headers=headers)
    again = await teacher.post("/classes", {"title": "7b"}, headers=headers)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert len((await teacher.get("/classes")).json()["items"]) == 1
    is_problem(await teacher.post("/classes", {"title": "8b"}, headers=headers), 422, "idempotency_key_reused")
    assert (
        await teacher.post("/classes", {"title": "7b"}, headers={"Idempotency-Key": "other"})
    ).json() != first.json()


async def test_the_same_key_at_once_makes_one_class(api: Api) -> None:
    teacher = await api.teacher()
    headers = {"Idempotency-Key": "at-once"}
    answers = await asyncio.gather(*(teacher.post("/classes", {"title": "7b"}, headers=headers) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await teacher.get("/classes")).json()["items"]) == 1


async def test_keys_of_different_people_have_nothing_to_do_with_each_other(api: Api) -> None:
    headers = {"Idempotency-Key": "mine"}
    ids = set()
    for teacher in (await api.teacher(), await api.teacher()):
        ids.add((await teacher.post("/classes", {"title": "7b"}, headers=headers)).json()["id"])
    assert len(ids) == 2


async def test_a_failed_request_leaves_its_key_free(api: Api, is_problem: IsProblem) -> None:
    teacher = await api.teacher()
    headers = {"Idempotency-Key": "again"}
    path = f"/classes/{new_id()}/documents"
    body = {"kind": "whiteboard", "title": "Board"}
    for _ in range(2):
        is_problem(await teacher.post(path, body, headers=headers), 404, "not_found")
    assert (await teacher.post("/classes", {"title": "7b"}, headers=headers)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "two words"])
async def test_a_key_is_a_short_word(api: Api, key: str, is_problem: IsProblem) -> None:
    teacher = await api.teacher()
    response = await teacher.post("/classes", {"title": "7b"}, headers={"Idempotency-Key": key})
    is_problem(response, 422, "validation_failed", "Idempotency-Key")
