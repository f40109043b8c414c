"""The rights table against both WebSocket dialects: each role at documents of each setting, on the real server."""

from uuid import uuid4

import pytest

from auth.models import Role
from auth.permissions import Action, permits_in_class
from documents.access import Level, decide
from documents.kinds import Kind
from tests.conftest import run_sql
from tests.raw_client import DIALECTS, raw_client
from tests.running_server import RunningServer, http_client, lectern
from tests.school import PASSWORD, School

pytestmark = pytest.mark.postgres


def administrators_token(server: RunningServer) -> str:
    email = f"{uuid4()}@school.example"
    created = lectern("create-admin", "--email", email, settings=server.settings, text=PASSWORD + "\n")
    assert created.returncode == 0, created.stderr
    with http_client(server.url) as api:
        return School(server.url).sign_in(email, api)


async def level_on_socket(url: str, board: str, token: str | None, dialect: str) -> Level:
    """Return what a socket of this dialect is told about its right."""
    async with raw_client(url, board, token, dialect=dialect) as client:
        heard = await client.until(
            lambda: client.of("denied") or client.of("authenticated") or client.of("access"), "an answer at the door"
        )
        if client.of("denied"):
            return Level.NONE
        return Level.WRITE if heard[-1] in ("read-write", 1) else Level.READ


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_role_gets_from_a_socket_what_the_table_says(shared_server: RunningServer, dialect: str) -> None:
    school = School(shared_server.url)
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë", "student")
    class_id = school.open_class(teacher, student)["id"]
    support = school.register("Help desk", "student")
    run_sql(shared_server.settings["database_url"], f"update users set role = 'support' where id = '{support.id}'")
    people = [
        ("student", "student", student.token),
        ("teacher", "teacher", teacher.token),
        (None, "student", school.register("Amir", "student").token),
        (None, "teacher", school.register("Mr. Lind", "teacher").token),
        (None, Role.SUPPORT.value, support.token),
        (None, Role.ADMIN.value, administrators_token(shared_server)),
    ]
    wrong = []
    for setting in Level:
        board = school.open_board(teacher, class_id, title=setting)["id"]
        teacher.api.put(f"/api/documents/{board}/access", json={"students": setting}).raise_for_status()
        for in_class, role, token in people:
            expected = decide(Kind.WHITEBOARD, role_in_class=in_class, students=setting, personal=None)
            assert (expected is Level.NONE) or permits_in_class(Action.SEE_CLASS, in_class)
            found = await level_on_socket(shared_server.websocket_url, board, token, dialect)
            if found is not expected:
                wrong.append(f"{role} ({in_class}) at a board with {setting}: {found}, not {expected}")
    assert not wrong, "\n".join(wrong)
