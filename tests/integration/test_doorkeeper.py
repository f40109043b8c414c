"""A class that comes at once is looked up together, and each of them gets its own answer."""

import asyncio
from uuid import uuid4

import pytest

from collab_server.app import ClassroomDoorkeeper
from collab_server.errors import NotFound, Unauthenticated
from collab_server.ports import Admission, Right
from tests.integration.conftest import Api, Classroom, Client
from tests.integration.statements import counted_statements

pytestmark = pytest.mark.postgres


@pytest.fixture
def doorkeeper(api: Api) -> ClassroomDoorkeeper:
    return ClassroomDoorkeeper(api.services.database.reader, api.services.issuer)


async def test_many_who_come_at_once_are_one_question_after_the_first(
    api: Api, classroom: Classroom, doorkeeper: ClassroomDoorkeeper
) -> None:
    board = classroom.board_id
    comers = [classroom.teacher, classroom.student, classroom.stranger] * 10
    with counted_statements(api.services.database) as statements:
        first = asyncio.create_task(doorkeeper.admit(token(classroom.teacher), board))
        await asyncio.sleep(0)
        answers = await asyncio.gather(
            *(doorkeeper.admit(token(comer), board) for comer in comers),
            doorkeeper.admit(token(classroom.teacher), str(uuid4())),
            return_exceptions=True,
        )
    # Two for the first, and for all others a query for the people and one for each document.
    assert len(statements) <= 5
    assert (await first).right is Right.WRITE
    *those, lost = answers
    assert isinstance(lost, NotFound)
    for comer, answer in zip(comers, those, strict=True):
        if comer is classroom.stranger:
            assert isinstance(answer, NotFound)
        else:
            assert isinstance(answer, Admission)
            assert str(answer.participant.id) == comer.id
            assert answer.participant.role == ("teacher" if comer is classroom.teacher else "student")


async def test_who_has_signed_out_is_refused_among_others_who_are_let_in(
    classroom: Classroom, doorkeeper: ClassroomDoorkeeper
) -> None:
    gone = token(classroom.student)
    (await classroom.student.post("/auth/logout")).raise_for_status()
    refused, admitted = await asyncio.gather(
        doorkeeper.admit(gone, classroom.board_id),
        doorkeeper.admit(token(classroom.teacher), classroom.board_id),
        return_exceptions=True,
    )
    assert isinstance(refused, Unauthenticated)
    assert refused.reason == "token_revoked"
    assert isinstance(admitted, Admission)


def token(person: Client) -> str:
    return str(person.http.headers["Authorization"].removeprefix("Bearer "))
