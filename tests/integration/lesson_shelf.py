"""A class with a lesson in it."""

from dataclasses import dataclass
from typing import Any

from tests.integration.conftest import Classroom, Client


def doc(*blocks: Any) -> dict[str, Any]:
    return {"type": "doc", "content": list(blocks) or [{"type": "paragraph"}]}


def words(what: str) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": what}]}


@dataclass
class Shelf:
    """A class with a unit, and a lesson in it that is published."""

    room: Classroom
    unit: str
    lesson: str

    @property
    def path(self) -> str:
        return f"/classes/{self.room.class_id}"

    async def outline(self, who: Client) -> list[dict[str, Any]]:
        units: list[dict[str, Any]] = (await who.get(f"{self.path}/lessons")).json()["units"]
        return units

    async def titles(self, who: Client) -> list[tuple[str, list[str]]]:
        return [(unit["title"], [each["title"] for each in unit["lessons"]]) for unit in await self.outline(who)]

    async def add_unit(self, title: str) -> str:
        return str((await self.room.teacher.post(f"{self.path}/units", {"title": title})).json()["id"])

    async def add(self, title: str, *, unit: str | None = None, publish: bool = True) -> str:
        body = {"unit_id": unit or self.unit, "title": title}
        made = await self.room.teacher.post(f"{self.path}/lessons", body)
        assert made.status_code == 201, made.text
        if publish:
            assert (await self.room.teacher.post(f"/lessons/{made.json()['id']}/publish", {})).status_code == 200
        return str(made.json()["id"])

    async def board(self, who: Client) -> dict[str, Any]:
        """Return a student's own row of the board: title of a column → its state."""
        (own,) = (await who.get("/me/progress")).json()["items"]
        return {each["title"]: each["state"] for each in own["activities"]}


async def upload(who: Client, name: str = "notes.txt", data: bytes = b"Rain is water.") -> dict[str, Any]:
    made = await who.request("POST", "/files", files={"file": (name, data, "text/plain")})
    assert made.status_code == 201, made.text
    file: dict[str, Any] = made.json()
    return file
