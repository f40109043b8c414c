"""A session of a class that runs, as tests use it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from classroom.documents.export import updates_of
from documents.kinds import Kind
from documents.reading import read_roots
from tests.integration.conftest import Classroom, Client


@dataclass
class Lesson:
    """A session of the class that runs."""

    room: Classroom
    session: dict[str, Any]
    path: str = field(init=False)

    def __post_init__(self) -> None:
        self.path = f"/sessions/{self.session['id']}"

    async def stage(self, who: Client | None = None, **changes: Any) -> dict[str, Any]:
        response = await (who or self.room.teacher).patch(f"{self.path}/stage", changes)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def show(self, document_id: str, **more: Any) -> dict[str, Any]:
        return await self.stage(activity={"kind": "document", "document_id": document_id, **more})

    async def document(self) -> dict[str, Any]:
        """Return the roots of the stage's live document, as committed."""
        async with self.room.api.services.database.transaction() as transaction:
            updates = await updates_of(transaction.session, UUID(self.session["stage_document_id"]))
        return read_roots(Kind.STAGE, updates)

    async def access(self, who: Client, document_id: str) -> str:
        response = await who.get(f"/documents/{document_id}")
        return str(response.json()["access"]) if response.status_code == 200 else "none"


async def another_teacher(room: Classroom) -> Client:
    second = await room.api.teacher()
    await second.post("/classes/join", {"join_code": room.join_code})
    await room.teacher.patch(f"/classes/{room.class_id}/members/{second.id}", {"role": "teacher"})
    return second


async def new_board(room: Classroom, **more: Any) -> str:
    response = await room.teacher.post(
        f"/classes/{room.class_id}/documents", {"kind": "whiteboard", "title": "Second board", **more}
    )
    assert response.status_code == 201, response.text
    return str(response.json()["id"])
