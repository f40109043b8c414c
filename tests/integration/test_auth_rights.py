"""The rights table against every route: each role and each action, allowed and denied."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from auth.models import Role
from auth.permissions import CLASS_RULES, HOUSE_RULES, Action, permits, permits_in_class
from classroom.openapi import openapi_document
from tests.integration.conftest import Api, Client
from tests.integration.rights_calls import CALLS, OPEN, Call

DOT = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle cx="4" cy="4" r="4"/></svg>'
IMAGE = ("dot.svg", DOT, "image/svg+xml")
NOT_ALLOWED, NOT_FOR_YOU, SIGN_IN_FIRST = 403, 404, 401


@dataclass
class Subject:
    """Somebody who calls: the role of their account, and their role in the class; None where they have none."""

    client: Client
    role: Role | None
    in_class: str | None

    def __str__(self) -> str:
        return f"{self.role or 'nobody'} ({self.in_class or 'outside'})"

    def refusal(self, call: Call) -> int | None:
        """Return the status with which the table refuses a call, or None where it allows it."""
        if call.needs == OPEN:
            return None
        if self.role is None:
            return SIGN_IN_FIRST
        needs = Action(call.needs)
        if needs in HOUSE_RULES:
            return None if permits(needs, self.role) else NOT_ALLOWED
        if permits_in_class(needs, self.in_class) or (call.also is not None and permits(call.also, self.role)):
            return None
        return NOT_FOR_YOU if self.in_class is None else NOT_ALLOWED


@dataclass
class World:
    """A class at work, and everybody who may want something of it."""

    subjects: list[Subject]
    places: dict[str, str]

    async def make(self, call: Call, subject: Subject) -> int:
        """Make a call as somebody; return the status of the answer."""
        places = {**self.places, "self": subject.client.id or str(uuid4()), "new_id": str(uuid4())}
        path, body = call.path, json.dumps(call.body)
        for name, value in places.items():
            path, body = path.replace(f"{{{name}}}", value), body.replace(f"{{{name}}}", value)
        options: dict[str, Any] = {}
        if call.files:
            options = {"files": {"file": IMAGE}, "data": {"document_id": places["board"]}}
            if "slides" in call.path:
                options.pop("data")
        elif call.body is not None:
            options = {"json": json.loads(body)}
        return (await subject.client.request(call.method, path, **options)).status_code


async def made(client: Client, path: str, body: Any, method: str = "POST") -> dict[str, Any]:
    response = await client.request(method, path, json=body)
    assert response.status_code in (200, 201), response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.fixture
async def world(api: Api) -> World:
    teacher, student, mate = await api.teacher(), await api.student(), await api.student()
    outside_teacher, outside_student, support = await api.teacher(), await api.student(), await api.student()
    async with api.services.database.transaction() as transaction:
        statement = text("update users set role = 'support' where id = :id")
        await transaction.session.execute(statement, {"id": support.id})
    opened = await made(teacher, "/classes", {"title": "7b"})
    for each in (student, mate):
        await made(each, "/classes/join", {"join_code": opened["join_code"]})
    path = f"/classes/{opened['id']}"
    other = await made(outside_teacher, "/classes", {"title": "8a"})
    board = await made(teacher, f"{path}/documents", {"kind": "whiteboard", "title": "Board"})
    deck = await made(teacher, f"{path}/documents", {"kind": "slides", "title": "Deck", "students": "read"})
    poll = await made(teacher, f"{path}/polls", {"question": "Well?", "type": "yes_no"})
    questions = await made(teacher, f"{path}/polls", {"question": "Questions?", "type": "q_and_a"})
    for one_poll in (poll, questions):
        await made(teacher, f"/polls/{one_poll['id']}/open", {})
    question = str(uuid4())
    await made(student, f"/polls/{questions['id']}/questions/{question}", {"text": "When?"}, "PUT")
    column = await made(teacher, f"{path}/progress/columns", {"title": "Reading"})
    assignment = await made(teacher, f"{path}/assignments", {"title": "Essay", "points_max": 10})
    await made(teacher, f"/assignments/{assignment['id']}/publish", None)
    submission = await made(student, f"/assignments/{assignment['id']}/submissions", {"text": "Once upon a time"})
    item = await made(teacher, f"{path}/grades/items", {"title": "Quiz"})
    running = await made(teacher, f"{path}/sessions/start", {})
    tomorrow = {"starts_at": "2099-01-01T08:00:00Z", "ends_at": "2099-01-01T09:00:00Z"}
    planned = await made(teacher, "/sessions", {"class_id": opened["id"], "title": "Next", **tomorrow})
    # Drafts: for who is not in their classes they do not exist, as the class does not.
    course = await made(teacher, "/courses", {"title": "Biology", "category": "Science"})
    await made(teacher, f"/courses/{course['id']}/classes/{opened['id']}", {"enrolment": "open"}, "PUT")
    spare = await made(teacher, "/courses", {"title": "Physics", "category": "Science"})
    spare = await made(teacher, f"/courses/{spare['id']}/classes", {"title": "7e"})
    spare_class = await made(teacher, f"/classes/{spare['classes'][0]['id']}/join-code", {})
    await made(student, "/classes/join", {"join_code": spare_class["join_code"]})
    unit = await made(teacher, f"{path}/units", {"title": "Water"})
    lesson = await made(teacher, f"{path}/lessons", {"unit_id": unit["id"], "title": "Rain"})
    await made(teacher, f"/lessons/{lesson['id']}/publish", {})
    upload = await teacher.request("POST", "/files", files={"file": IMAGE}, data={"document_id": board["id"]})
    assert upload.status_code == 201, upload.text
    sheet = await teacher.request("POST", "/files", files={"file": ("sheet.txt", b"words", "text/plain")})
    class_file = await made(teacher, f"{path}/files", {"file_id": sheet.json()["id"]})
    return World(
        [
            Subject(api.client(), None, None),
            Subject(outside_student, Role.STUDENT, None),
            Subject(outside_teacher, Role.TEACHER, None),
            Subject(support, Role.SUPPORT, None),
            Subject(await api.admin(), Role.ADMIN, None),
            Subject(student, Role.STUDENT, "student"),
            Subject(teacher, Role.TEACHER, "teacher"),
        ],
        {
            "class": opened["id"],
            "other_code": other["join_code"],
            "board": board["id"],
            "deck": deck["id"],
            "poll": poll["id"],
            "questions": questions["id"],
            "question": question,
            "column": column["id"],
            "course": course["id"],
            "spare_course": spare["id"],
            "unit": unit["id"],
            "lesson": lesson["id"],
            "assignment": assignment["id"],
            "submission": submission["id"],
            "item": item["id"],
            "session": running["id"],
            "planned": planned["id"],
            "file": upload.json()["id"],
            "class_file": class_file["id"],
            "student": student.id,
            "mate": mate.id,
            "somebody": (await api.student()).id,
        },
    )


def test_every_operation_of_the_interface_is_in_the_table_of_calls() -> None:
    described = {
        operation["operationId"] for path in openapi_document()["paths"].values() for operation in path.values()
    }
    assert {call.operation for call in CALLS} == described, "name new operations in tests/integration/rights_calls.py"


def test_every_action_is_asked_for_by_a_call() -> None:
    assert {call.needs for call in CALLS} | {call.also for call in CALLS} >= set(HOUSE_RULES) | set(CLASS_RULES)


async def test_every_call_is_refused_to_whom_the_table_refuses_it(world: World) -> None:
    wrong = []
    for call in CALLS:
        for subject in world.subjects:
            expected = subject.refusal(call)
            if expected is not None and (found := await world.make(call, subject)) != expected:
                wrong.append(f"{call.operation} {call.path} as {subject}: {found}, not {expected}")
    assert not wrong, "\n".join(wrong)


async def test_every_call_is_open_to_whom_the_table_allows_it(world: World) -> None:
    wrong = []
    for call in CALLS:
        for subject in world.subjects:
            if subject.refusal(call) is None:
                found = await world.make(call, subject)
                if not 200 <= found < 300 and found not in call.answers:
                    wrong.append(f"{call.operation} {call.path} as {subject}: {found}")
    assert not wrong, "\n".join(wrong)
