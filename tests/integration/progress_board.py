"""A class with a board of progress, as tests use it."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from classroom.documents.export import updates_of
from classroom.progress.doings import record
from collab_server.live import Activity
from documents.kinds import Kind
from documents.reading import read_roots
from tests.integration.conftest import Classroom, Client


class Lesson:
    """A class with two students, a board to draw on and a board of progress."""

    def __init__(self, classroom: Classroom, mei: Client) -> None:
        self.api = classroom.api
        self.teacher, self.zoe, self.mei = classroom.teacher, classroom.student, mei
        self.stranger = classroom.stranger
        self.class_id, self.join_code = classroom.class_id, classroom.join_code
        self.drawing = classroom.board_id
        self.path = f"/classes/{classroom.class_id}/progress"

    async def board(self, person: Client | None = None) -> dict[str, Any]:
        response = await (person or self.teacher).get(self.path)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def shown(self, person: Client | None = None) -> dict[str, Any]:
        """Return what the person's document of progress holds, as the log has it."""
        return await self.content((await self.board(person))["document_id"])

    async def content(self, document_id: str) -> dict[str, Any]:
        async with self.api.services.database.transaction() as transaction:
            return read_roots(Kind.PROGRESS, await updates_of(transaction.session, UUID(document_id)))

    async def column(self, title: str = "Talk", **more: Any) -> str:
        response = await self.teacher.post(f"{self.path}/columns", {"title": title, **more})
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def drawing_column(self) -> str:
        columns = (await self.board())["columns"]
        return str(next(column["id"] for column in columns if column["activity_id"] == self.drawing))

    async def opens(self, person: Client, document_id: str | None = None) -> None:
        await record(self.api.services, [Activity(UUID(document_id or self.drawing), UUID(person.id), edited=False)])

    async def edits(self, person: Client, document_id: str | None = None) -> None:
        await record(self.api.services, [Activity(UUID(document_id or self.drawing), UUID(person.id), edited=True)])

    async def cells(self) -> int:
        return await self.count("progress_cells")

    async def count(self, table: str) -> int:
        async with self.api.services.database.transaction() as transaction:
            found = await transaction.session.scalar(text(f"select count(*) from {table}"))
        assert found is not None
        return int(found)


def states(content: dict[str, Any], person: Client) -> dict[str, str]:
    return {column: cell["state"] for column, cell in content["rows"].get(person.id, {}).items()}
