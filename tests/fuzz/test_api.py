"""Whatever is asked of the interface, it answers as its description says: no 500, and no status, type or shape that is not in it."""

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import sampled_from
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from classroom.openapi import openapi_document
from tests.extent import extent
from tests.running_server import RunningServer, http_client, lectern
from tests.school import PASSWORD, Account, School

pytestmark = pytest.mark.slow

CASES = extent(4, long=100)
"""For each operation: so many that fit the description, and so many that do not."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ADMIN = "described.office@school.example"


class Place:
    """Two people and an office, and one of each thing that a path can name; made anew when it was deleted."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.school = School(server.url)
        created = lectern("create-admin", "--email", ADMIN, settings=server.settings, text=PASSWORD + "\n")
        assert created.returncode == 0, created.stderr
        self.furnish()

    def furnish(self) -> None:
        """Make everybody and everything."""
        self.teacher, self.student = self.school.register("Ada", "teacher"), self.school.register("Zoë", "student")
        other = self.school.register("Mei", "student")
        self.people = [self.teacher.token, self.student.token, self.school.sign_in(ADMIN, http_client(self.server.url))]
        opened = self.school.open_class(self.teacher, self.student, other)
        path = f"/api/classes/{opened['id']}"
        board = self.school.open_board(self.teacher, opened["id"])["id"]
        column = self.made(f"{path}/progress/columns", {"title": "Talk"})["id"]
        unit = self.made(f"{path}/units", {"title": "Water"})["id"]
        lesson = self.made(f"{path}/lessons", {"unit_id": unit, "title": "Rain"})["id"]
        self.made(f"/api/lessons/{lesson}/publish", {})
        poll = self.made(f"{path}/polls", {"question": "Which?", "type": "single", "options": ["A", "B"]})
        assignment = self.made(f"{path}/assignments", {"title": "Essay", "points_max": 10})["id"]
        self.made(f"/api/assignments/{assignment}/publish", {})
        work = self.made(f"/api/assignments/{assignment}/submissions", {"text": "Mine"}, by=self.student)
        item = self.made(f"{path}/grades/items", {"title": "Test", "points_max": 10})["id"]
        course = self.made("/api/courses", {"title": "Sea", "category": "Science", "description": "Fish."})["id"]
        session = self.made(f"{path}/sessions/start", {})["id"]
        file = self.teacher.api.post("/api/files", files={"file": ("a.txt", b"words")}).raise_for_status().json()
        shared = self.made(f"{path}/files", {"file_id": file["id"], "audience": "everybody"})["id"]
        self.ids: dict[str, Any] = {
            "class_id": opened["id"], "join_code": opened["join_code"], "document_id": board, "column_id": column,
            "unit_id": unit, "lesson_id": lesson, "poll_id": poll["id"], "assignment_id": assignment, "item_id": item,
            "submission_id": work["id"], "course_id": course, "session_id": session, "file_id": file["id"],
            "class_file_id": shared, "user_id": other.id, "page": 1, "seq": 1,
            "question_id": poll["questions"][0]["id"] if "questions" in poll else "q",
        }  # fmt: skip

    def mend(self, *, everything: bool) -> None:
        """Make all anew where `everything` may be gone, or somebody has been signed out."""
        if everything or not all(map(self.signed_in, self.people)):
            self.furnish()

    def signed_in(self, token: str) -> bool:
        with http_client(self.server.url) as client:
            return client.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200

    def made(self, path: str, body: Any, *, by: Account | None = None) -> Any:
        return (by or self.teacher).api.post(path, json=body).raise_for_status().json()


@pytest.fixture(scope="module")
def place(shared_server: RunningServer) -> Place:
    return Place(shared_server)


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "PATCH", "DELETE"])
def test_the_interface_answers_as_it_is_described(place: Place, method: str) -> None:
    described = schemathesis.openapi.from_dict(openapi_document())
    faults: list[str] = []
    asked: Counter[int] = Counter()
    for methods in described.values():
        if method.lower() in list(methods):
            faults += ask(place, methods[method], asked)
            place.mend(everything=method == "DELETE")
    assert faults == [], f"{len(faults)}:\n" + "\n".join(faults)
    assert asked[200] + asked[201] + asked[204] > sum(asked.values()) / 20


def ask(place: Place, operation: Any, asked: Counter[int]) -> list[str]:
    """Ask as different people, with what fits and what does not; return what is wrong with the answers."""
    faults: dict[str, None] = {}
    known = {each.name: place.ids[each.name] for each in operation.path_parameters if each.name in place.ids}

    def send(case: Case, token: str) -> None:
        response = case.call(base_url=place.server.url, headers={"Authorization": f"Bearer {token}"})
        asked[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                faults[f"{operation.label}: {failure}".split("Reproduce with")[0]] = None

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        cases = operation.as_strategy(generation_mode=mode, path_parameters=known or None)
        asking = given(case=cases, token=sampled_from(place.people))(send)
        # Nothing can be wrong with a request that has no parts.
        with suppress(Unsatisfiable):
            settings(
                max_examples=CASES, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None
            )(asking)()
    return list(faults)
