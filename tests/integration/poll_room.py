"""A class that votes, and what its poll's document says."""

from typing import Any
from uuid import UUID

from classroom.documents.export import updates_of
from documents.kinds import Kind
from documents.reading import read_roots
from tests.integration.conftest import Classroom, Client

SECRET = "a-secret-of-the-device-{}"


async def prepare(classroom: Classroom, **more: Any) -> dict[str, Any]:
    """Prepare a poll."""
    body = {"question": "Where is the DNA?", "type": "single", "options": ["Nucleus", "Membrane"], **more}
    made = await classroom.teacher.post(f"/classes/{classroom.class_id}/polls", body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def opened(classroom: Classroom, **more: Any) -> dict[str, Any]:
    """Prepare a poll and open it."""
    poll = await prepare(classroom, **more)
    await act(classroom, poll, "open")
    return poll


async def act(classroom: Classroom, poll: dict[str, Any], step: str) -> dict[str, Any]:
    """Let the teacher do something with a poll."""
    answer = await classroom.teacher.post(f"/polls/{poll['id']}/{step}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def vote(client: Client, poll: dict[str, Any], *choices: str | int, **more: Any) -> Any:
    """Cast a ballot; returns the response."""
    return await client.put(f"/polls/{poll['id']}/ballot", {"choices": list(choices), **more})


async def students(classroom: Classroom, count: int) -> list[Client]:
    """Let more students join the class."""
    found = []
    for _ in range(count):
        student = await classroom.api.student()
        await student.post("/classes/join", {"join_code": classroom.join_code})
        found.append(student)
    return found


async def document(classroom: Classroom, poll: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the roots `poll` and `results` of a poll's document, as its log has them."""
    async with classroom.api.services.database.transaction() as transaction:
        updates = await updates_of(transaction.session, UUID(poll["document_id"]))
    roots = read_roots(Kind.POLL, updates)
    return roots["poll"], roots["results"]
