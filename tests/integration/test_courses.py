"""The catalogue of courses, their classes, and enrolling in them."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.integration.conftest import Api, Classroom, Client
from tests.integration.statements import counted_statements

IsProblem = Callable[..., None]

BIOLOGY = {"title": "Zoologie für Anfänger", "category": "Science", "description": "Animals of the sea.\n\nAnd 鱼."}


async def made(teacher: Client, **more: Any) -> dict[str, Any]:
    response = await teacher.post("/courses", {**BIOLOGY, **more})
    assert response.status_code == 201, response.text
    course: dict[str, Any] = response.json()
    return course


async def opened(teacher: Client, course: dict[str, Any], **place: Any) -> str:
    """Publish a course with one class; return the class's id."""
    response = await teacher.post(f"/courses/{course['id']}/classes", {"title": "Zoo A", **place})
    assert response.status_code == 201, response.text
    assert (await teacher.post(f"/courses/{course['id']}/publish")).status_code == 200
    return str(response.json()["classes"][-1]["id"])


async def enrol(person: Client, course: dict[str, Any], class_id: str, code: str | None = None) -> Any:
    body = {"class_id": class_id} if code is None else {"class_id": class_id, "join_code": code}
    return await person.put(f"/courses/{course['id']}/enrolment", body)


async def test_a_course_is_its_teachers_alone_until_it_is_published(api: Api, is_problem: IsProblem) -> None:
    teacher, student = await api.teacher(), await api.student()
    course = await made(teacher)
    assert (course["published"], course["teaches"], course["classes"]) == (False, True, [])
    is_problem(await student.get(f"/courses/{course['id']}"), 404, "not_found")
    is_problem(await student.patch(f"/courses/{course['id']}", {"title": "Mine"}), 404, "not_found")
    assert (await student.get("/courses")).json()["items"] == []
    assert [each["id"] for each in (await teacher.get("/courses?own=true")).json()["items"]] == [course["id"]]
    assert (await teacher.post(f"/courses/{course['id']}/publish")).json()["published"]
    (shown,) = (await student.get("/courses")).json()["items"]
    assert (shown["title"], shown["teaches"], shown["class_id"]) == (BIOLOGY["title"], False, None)
    is_problem(await student.patch(f"/courses/{course['id']}", {"title": "Mine"}), 403, "forbidden")
    assert not (await teacher.post(f"/courses/{course['id']}/unpublish")).json()["published"]
    is_problem(await student.get(f"/courses/{course['id']}"), 404, "not_found")


async def test_only_teachers_make_courses(api: Api, is_problem: IsProblem) -> None:
    for person in (await api.student(), await api.admin()):
        is_problem(await person.post("/courses", BIOLOGY), 403, "forbidden")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"category": "x"}, "title"),
        ({"title": "x"}, "category"),
        ({"title": "x", "category": "y" * 61}, "category"),
        ({"title": "x", "category": "y", "description": "z" * 5001}, "description"),
        ({"title": "x", "category": "y", "description": "\x00"}, "description"),
        ({"title": "x", "category": "y", "price": 3}, "price"),
    ],
)
async def test_a_wrong_field_of_a_course_is_named(api: Api, body: Any, field: str, is_problem: IsProblem) -> None:
    is_problem(await (await api.teacher()).post("/courses", body), 422, "validation_failed", field)


async def test_a_course_is_changed_field_by_field(api: Api) -> None:
    teacher = await api.teacher()
    course = await made(teacher)
    path = f"/courses/{course['id']}"
    assert (await teacher.patch(path, {"title": "Zoo"})).json()["description"] == BIOLOGY["description"]
    assert (await teacher.patch(path, {"description": ""})).json()["description"] == ""
    assert (await teacher.patch(path, {"category": "Arts"})).json()["title"] == "Zoo"


@pytest.mark.parametrize("query", ["zoolog", "ANFANGER fur", "鱼", "sea science", "animals zoologie"])
async def test_the_catalogue_is_searched_in_every_script(api: Api, query: str) -> None:
    teacher = await api.teacher()
    course = await made(teacher)
    await teacher.post(f"/courses/{course['id']}/publish")
    other = await made(teacher, title="100 % Mathe_matik", description="", category="Mathematics")
    await teacher.post(f"/courses/{other['id']}/publish")
    found = (await teacher.get("/courses", params={"query": query})).json()["items"]
    assert [each["id"] for each in found] == [course["id"]]


@pytest.mark.parametrize(("query", "count"), [("%", 1), ("_", 1), ("\\", 0), ("nothing like it", 0), ("", 2)])
async def test_what_is_typed_is_taken_literally(api: Api, query: str, count: int) -> None:
    teacher = await api.teacher()
    for title in ("100 % Mathe_matik", "Zoo"):
        course = await made(teacher, title=title, description="")
        await teacher.post(f"/courses/{course['id']}/publish")
    assert len((await teacher.get("/courses", params={"query": query})).json()["items"]) == count


@pytest.mark.parametrize("field", ["query", "category"])
async def test_a_search_that_no_text_can_hold_is_refused(api: Api, field: str, is_problem: IsProblem) -> None:
    found = await (await api.teacher()).get("/courses", params={field: "a\0b"})
    is_problem(found, 422, "validation_failed", field)


async def test_categories_that_differ_in_case_only_are_one(api: Api) -> None:
    teacher = await api.teacher()
    for category in ("Science", "science", "ARTS"):
        course = await made(teacher, category=category)
        await teacher.post(f"/courses/{course['id']}/publish")
    await made(teacher, category="Drafts")
    assert (await teacher.get("/courses/categories")).json()["items"] == [
        {"category": "ARTS", "courses": 1},
        {"category": "Science", "courses": 2},
    ]
    assert len((await teacher.get("/courses", params={"category": "Science"})).json()["items"]) == 2


async def test_a_long_catalogue_comes_in_pages_newest_first(api: Api, is_problem: IsProblem) -> None:
    teacher = await api.teacher()
    courses = [await made(teacher, title=f"Course {number}") for number in range(5)]
    for course in courses:
        await teacher.post(f"/courses/{course['id']}/publish")
    found, cursor = [], None
    while True:
        page = (await teacher.get("/courses", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        is_problem(
            await teacher.get("/courses", params={"own": True, "cursor": cursor}), 422, "validation_failed", "cursor"
        )
    assert found == [course["id"] for course in reversed(courses)]


async def test_a_student_enrols_and_drops_and_what_was_made_stays(api: Api, is_problem: IsProblem) -> None:
    teacher, student = await api.teacher(), await api.student()
    course = await made(teacher)
    class_id = await opened(teacher, course)
    board = (await teacher.get(f"/classes/{class_id}/progress")).json()["document_id"]
    enrolled = await enrol(student, course, class_id)
    assert (enrolled.status_code, enrolled.json()["class_id"], enrolled.json()["classes"][0]["role"]) == (
        200,
        class_id,
        "student",
    )
    assert (UUID(student.id), None) in api.live.told
    assert UUID(board) in [document for document, _ in api.live.edited]
    assert (await enrol(student, course, class_id)).status_code == 200
    room = (await student.get(f"/classes/{class_id}")).json()
    assert (room["course"], room["student_count"]) == ({"id": course["id"], "title": course["title"]}, 1)
    assert (await student.get("/classes")).json()["items"] == [room]
    await student.get(f"/classes/{class_id}/progress")
    assert (await student.delete(f"/courses/{course['id']}/enrolment")).status_code == 204
    is_problem(await student.get(f"/classes/{class_id}"), 404, "not_found")
    assert (await student.delete(f"/courses/{course['id']}/enrolment")).status_code == 204
    assert (await enrol(student, course, class_id)).status_code == 200


async def test_the_teacher_decides_how_one_gets_into_a_class(api: Api, is_problem: IsProblem) -> None:
    teacher, student = await api.teacher(), await api.student()
    course = await made(teacher)
    class_id = await opened(teacher, course, enrolment="closed")
    is_problem(await enrol(student, course, class_id), 409, "enrolment_closed")
    path = f"/courses/{course['id']}/classes/{class_id}"
    changed = await teacher.put(path, {"enrolment": "code", "seats": 1})
    assert [(each["enrolment"], each["seats"]) for each in changed.json()["classes"]] == [("code", 1)]
    code = (await teacher.get(f"/classes/{class_id}")).json()["join_code"]
    other_code = (await teacher.post("/classes", {"title": "Other"})).json()["join_code"]
    for wrong in (None, "", "ABCD-EFGH", other_code):
        is_problem(await enrol(student, course, class_id, wrong), 404, "unknown_join_code")
    assert (await enrol(student, course, class_id, code.lower())).status_code == 200
    late = await api.student()
    assert (await late.get(f"/courses/{course['id']}")).json()["classes"][0]["refusal"] == "class_full"
    is_problem(await enrol(late, course, class_id, code), 409, "class_full")
    is_problem(await late.post("/classes/join", {"join_code": code}), 409, "class_full")
    is_problem(await late.get(f"/classes/{class_id}"), 404, "not_found")
    assert (await student.post("/classes/join", {"join_code": code})).status_code == 200


async def test_guessing_the_code_of_a_class_is_bounded_here_too(api: Api, is_problem: IsProblem) -> None:
    teacher, student = await api.teacher(), await api.student()
    course = await made(teacher)
    class_id = await opened(teacher, course, enrolment="code")
    api.configure(login_attempts_per_address=2, production=True)
    for _ in range(2):
        is_problem(await enrol(student, course, class_id, "ABCD-EFGH"), 404, "unknown_join_code")
    is_problem(await enrol(student, course, class_id, "ABCD-EFGH"), 429, "too_many_attempts")


async def test_of_many_who_enrol_at_once_as_many_get_in_as_there_are_seats(api: Api) -> None:
    teacher = await api.teacher()
    course = await made(teacher)
    class_id = await opened(teacher, course, seats=3)
    students = [await api.student() for _ in range(7)]
    answers = await asyncio.gather(*(enrol(student, course, class_id) for student in students))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [409] * 4
    assert (await teacher.get(f"/classes/{class_id}")).json()["student_count"] == 3


async def test_one_is_in_one_class_of_a_course(api: Api, is_problem: IsProblem) -> None:
    teacher, student = await api.teacher(), await api.student()
    course = await made(teacher)
    first = await opened(teacher, course)
    second = await opened(teacher, course, title="Zoo B")
    assert (await enrol(student, course, first)).status_code == 200
    is_problem(await enrol(student, course, second), 409, "already_enrolled")
    is_problem(await enrol(student, course, str(uuid4())), 404, "not_found")


async def test_a_draft_takes_nobody_and_the_office_enrols_nowhere(api: Api, is_problem: IsProblem) -> None:
    teacher = await api.teacher()
    course = await made(teacher)
    class_id = await opened(teacher, course)
    is_problem(await enrol(await api.admin(), course, class_id), 403, "forbidden")
    await teacher.post(f"/courses/{course['id']}/unpublish")
    is_problem(await enrol(await api.student(), course, class_id), 404, "not_found")


async def test_who_teaches_a_class_of_a_course_teaches_the_course(api: Api, is_problem: IsProblem) -> None:
    teacher, colleague, student = await api.teacher(), await api.teacher(), await api.student()
    course = await made(teacher)
    class_id = await opened(teacher, course)
    await teacher.post(f"/classes/{class_id}/members", {"email": colleague.email, "role": "teacher"})
    assert (await colleague.patch(f"/courses/{course['id']}", {"title": "Ours"})).json()["teaches"]
    assert {each["id"] for each in (await student.get(f"/courses/{course['id']}")).json()["teachers"]} == {
        teacher.id,
        colleague.id,
    }


async def test_a_class_is_of_one_course_and_only_its_teachers_say_of_which(
    classroom: Classroom, is_problem: IsProblem
) -> None:
    course, other = await made(classroom.teacher), await made(classroom.teacher, title="Other")
    foreign = await made(classroom.stranger)
    path, place = f"/classes/{classroom.class_id}", {"enrolment": "open"}
    is_problem(await classroom.stranger.put(f"/courses/{foreign['id']}{path}", place), 404, "not_found")
    is_problem(await classroom.teacher.put(f"/courses/{foreign['id']}{path}", place), 404, "not_found")
    await classroom.stranger.post(f"/courses/{foreign['id']}/publish")
    is_problem(await classroom.teacher.put(f"/courses/{foreign['id']}{path}", place), 403, "forbidden")
    assert (await classroom.teacher.put(f"/courses/{course['id']}{path}", place)).status_code == 200
    is_problem(await classroom.teacher.put(f"/courses/{other['id']}{path}", place), 409, "class_of_another_course")
    # Who is in the class sees its course, published or not.
    assert (await classroom.student.get(f"/courses/{course['id']}")).json()["class_id"] == classroom.class_id
    is_problem(await classroom.student.delete(f"/courses/{course['id']}{path}"), 403, "forbidden")
    assert (await classroom.teacher.delete(f"/courses/{course['id']}{path}")).json()["classes"] == []
    is_problem(await classroom.teacher.delete(f"/courses/{course['id']}{path}"), 404, "not_found")
    assert (await classroom.student.get(path)).json()["course"] is None


async def test_a_deleted_course_leaves_its_classes_and_comes_back(classroom: Classroom, is_problem: IsProblem) -> None:
    course = await made(classroom.teacher)
    path = f"/courses/{course['id']}"
    await classroom.teacher.put(f"{path}/classes/{classroom.class_id}", {"enrolment": "open"})
    await classroom.teacher.post(f"{path}/publish")
    assert (await classroom.teacher.delete(path)).status_code == 204
    is_problem(await classroom.student.get(path), 404, "not_found")
    assert (await classroom.student.get("/courses")).json()["items"] == []
    assert (await classroom.student.get(f"/classes/{classroom.class_id}")).json()["course"] is None
    is_problem(await classroom.student.post(f"{path}/restore"), 404, "not_found")
    # A class of a deleted course is free for another one.
    other = await made(classroom.teacher, title="Other")
    taken = await classroom.teacher.put(f"/courses/{other['id']}/classes/{classroom.class_id}", {"enrolment": "open"})
    assert taken.status_code == 200
    assert (await classroom.teacher.post(f"{path}/restore")).json()["classes"] == []


async def test_the_same_request_makes_one_course(api: Api) -> None:
    teacher = await api.teacher()
    key = {"Idempotency-Key": "one"}
    first = await teacher.post("/courses", BIOLOGY, headers=key)
    assert (await teacher.post("/courses", BIOLOGY, headers=key)).json() == first.json()
    assert len((await teacher.get("/courses?own=true")).json()["items"]) == 1


async def test_the_pages_of_courses_cost_a_handful_of_statements(api: Api) -> None:
    teacher, student = await api.teacher(), await api.student()
    courses = [await made(teacher, title=f"Course {number}") for number in range(4)]
    (class_id, *_) = [await opened(teacher, course) for course in courses]
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(text("analyze"))
    for path in ("/courses", "/courses?own=true", "/courses?query=zoo", f"/courses/{courses[0]['id']}", "/courses/categories", "/classes", f"/classes/{class_id}"):  # fmt: skip
        for person in (teacher, student):
            with counted_statements(api.services.database) as statements:
                await person.get(path)
            assert len(statements) <= 8, (path, statements)
