"""A class in which work is set, handed in and graded."""

from typing import Any
from uuid import UUID

from sqlalchemy import event, text

from classroom.documents.export import updates_of
from documents.kinds import Kind
from documents.reading import read_roots
from tests.integration.conftest import Api, Classroom, Client


class Term:
    """A class with two students and a second teacher."""

    def __init__(self, classroom: Classroom, mei: Client, other: Client) -> None:
        self.api: Api = classroom.api
        self.teacher, self.zoe, self.mei, self.other = classroom.teacher, classroom.student, mei, other
        self.stranger = classroom.stranger
        self.class_id, self.join_code = classroom.class_id, classroom.join_code
        self.path = f"/classes/{classroom.class_id}"

    async def assignment(self, *, published: bool = True, **values: Any) -> dict[str, Any]:
        """Set an assignment, by default one for a text and 10 points."""
        body = {"title": "Essay", "points_max": 10, **values}
        made = await self.ok(self.teacher.post(f"{self.path}/assignments", body), 201)
        if published:
            made = await self.ok(self.teacher.post(f"/assignments/{made['id']}/publish"))
        return made

    async def hand_in(
        self, student: Client, assignment: dict[str, Any], words: str | None = "My text", **more: Any
    ) -> Any:
        body = {"text": words, **more}
        return await self.ok(student.post(f"/assignments/{assignment['id']}/submissions", body), 201)

    async def grade(
        self, submission: dict[str, Any], points: float | None, teacher: Client | None = None, **more: Any
    ) -> Any:
        """Grade and give back, from the version that the submission was read with."""
        body = {"version": submission["version"], "points": points, "give_back": True, **more}
        return await self.ok((teacher or self.teacher).put(f"/submissions/{submission['id']}/grade", body))

    async def book(self, person: Client | None = None) -> dict[str, Any]:
        found: dict[str, Any] = await self.ok((person or self.teacher).get(f"{self.path}/grades"))
        return found

    async def set_grades(self, *changes: tuple[str, Client, float | None, int], by: Client | None = None) -> Any:
        return await (by or self.teacher).put(
            f"{self.path}/grades",
            {
                "changes": [
                    {"item_id": item, "user_id": student.id, "points": points, "version": version}
                    for item, student, points, version in changes
                ]
            },
        )

    async def item(self, title: str = "Talk", **more: Any) -> str:
        made = await self.ok(self.teacher.post(f"{self.path}/grades/items", {"title": title, **more}), 201)
        return str(made["id"])

    async def board(self, person: Client | None = None) -> dict[str, Any]:
        """Return what the board of progress shows somebody, as its log has it."""
        found = await self.ok((person or self.teacher).get(f"{self.path}/progress"))
        return await self.content(found["document_id"], Kind.PROGRESS)

    async def content(self, document_id: str, kind: Kind) -> dict[str, Any]:
        async with self.api.services.database.transaction() as transaction:
            return read_roots(kind, await updates_of(transaction.session, UUID(document_id)))

    async def cell(self, student: Client, title: str = "Essay", *, seen_by: Client | None = None) -> Any:
        board = await self.board(seen_by)
        (column,) = [each["id"] for each in board["columns"] if each["title"] == title]
        cell = board["rows"].get(student.id, {}).get(column)
        return None if cell is None else (cell["state"], cell["score"])

    async def count(self, table: str) -> int:
        async with self.api.services.database.transaction() as transaction:
            found = await transaction.session.scalar(text(f"select count(*) from {table}"))
        assert found is not None
        return int(found)

    async def queries(self, call: Any) -> int:
        """Return how many statements a request sends to the database."""
        engine = self.api.services.database.engine.sync_engine
        sent: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            response = await call
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert response.status_code == 200, response.text
        return len(sent)

    @staticmethod
    async def ok(call: Any, status: int = 200) -> Any:
        response = await call
        assert response.status_code == status, response.text
        return response.json() if response.content else None
