"""A deck in a class, and the worker that makes its slides, as tests use them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
from pycrdt import Doc
from sqlalchemy import func, select

from classroom.documents.export import updates_of
from classroom.files.models import FileRow
from classroom.slides.models import PdfPageRow
from classroom.slides.work import SlideWork
from documents.kinds import Kind
from documents.reading import read_roots
from tests.integration.conftest import Api, Classroom, Client

PATIENCE_SECONDS = 180.0


PDF = "application/pdf"


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until the answer is something, and return it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if answer := await condition():
                return answer
            await asyncio.sleep(0.01)


@dataclass
class Deck:
    """A deck in a class, and the worker that makes its slides."""

    room: Classroom
    id: str
    folder: Path

    @property
    def api(self) -> Api:
        return self.room.api

    @property
    def path(self) -> str:
        return f"/documents/{self.id}/slides"

    @property
    def work(self) -> SlideWork:
        return cast(SlideWork, self.api.services.slides)

    async def upload(
        self, content: bytes, *, by: Client | None = None, name: str = "a.pdf", **more: Any
    ) -> httpx.Response:
        files = {"file": (name, content, PDF)}
        return await (by or self.room.teacher).request("POST", self.path, files=files, **more)

    async def roots(self) -> dict[str, Any]:
        async with self.api.services.database.transaction() as transaction:
            return read_roots(Kind.SLIDES, await updates_of(transaction.session, UUID(self.id)))

    async def titles(self) -> list[str]:
        return [slide["title"] for slide in (await self.roots())["slides"]]

    async def told(self, *, by: Client | None = None) -> dict[str, Any]:
        answer = await (by or self.room.teacher).get(self.path)
        assert answer.status_code == 200, answer.text
        return cast(dict[str, Any], answer.json())

    async def finished(self) -> dict[str, Any]:
        """Wait until nothing is under way, and return what the deck then says."""

        async def all_done() -> dict[str, Any] | None:
            told = await self.told()
            return told if all(upload["state"] in ("done", "failed") for upload in told["uploads"]) else None

        return cast(dict[str, Any], await until(all_done))

    async def pages_done(self) -> int:
        return cast(int, (await self.told())["uploads"][0]["pages_done"])

    async def count(self, table: type[Any]) -> int:
        async with self.api.services.database.transaction() as transaction:
            return await transaction.session.scalar(select(func.count()).select_from(table)) or 0

    def kept(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    async def keeps_only(self, files: int) -> bool:
        return len(self.kept()) == files

    async def change(self, change: Callable[[Doc[Any]], None]) -> None:
        """Write into the deck as another program would."""
        async with self.api.services.database.transaction() as transaction:
            self.api.live.edit(transaction, UUID(self.id), Kind.SLIDES, change)

    async def left_nothing(self) -> bool:
        """Tell whether the deck is as if nothing had been uploaded; a second transaction removes the bytes."""
        await until(lambda: self.keeps_only(0))
        return (
            (await self.roots())["slides"] == [] and not await self.count(FileRow) and not await self.count(PdfPageRow)
        )
