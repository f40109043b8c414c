"""What people do in documents is told to whoever listens: once for each session, and never in the way of an edit."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from collab_server import activity
from collab_server.ports import Right
from tests.engine_host import EngineHost, engine_host
from tests.raw_client import Author, eventually, raw_client

DOCUMENT = uuid4()


@dataclass
class Listener:
    """Keeps what it hears; `fails`: raises as well."""

    heard: list[tuple[str, UUID]] = field(default_factory=list)
    fails: bool = False

    async def opened(self, document_id: UUID, user_id: UUID) -> None:
        self._hear("opened", document_id, user_id)

    async def edited(self, document_id: UUID, user_id: UUID) -> None:
        self._hear("edited", document_id, user_id)

    def _hear(self, what: str, document_id: UUID, user_id: UUID) -> None:
        assert document_id == DOCUMENT
        self.heard.append((what, user_id))
        if self.fails:
            raise OSError("no database")


@pytest.fixture
async def host() -> AsyncIterator[EngineHost]:
    async with engine_host(None, DOCUMENT) as running:
        yield running


@pytest.mark.parametrize("fails", [False, True])
async def test_opening_and_the_first_edit_of_each_session_are_told(host: EngineHost, fails: bool) -> None:
    listener = Listener(fails=fails)
    host.engine.listen(listener)
    ada = host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    bob = host.doorkeeper.let("bob", DOCUMENT, Right.READ)
    author = Author(1)
    async with raw_client(host.url, DOCUMENT, ada) as writer, raw_client(host.url, DOCUMENT, bob) as reader:
        await writer.joined()
        await reader.joined()
        for number in range(3):
            await writer.update(author.set("a", number))
        await writer.is_saved(3)
        # Nothing new, and so no edit of this reader.
        await reader.step2(b"\x00\x00")
        await reader.is_saved(1)
    async with raw_client(host.url, DOCUMENT, ada) as again:
        await again.joined()
        await again.update(author.set("b", 1))
        await again.is_saved(1)
    ids = {name: host.doorkeeper.person(name).id for name in ("ada", "bob")}
    expected = sorted([("opened", ids["ada"]), ("edited", ids["ada"])] * 2 + [("opened", ids["bob"])])
    await eventually(lambda: sorted(listener.heard) == expected, f"{expected}, heard {listener.heard}")


async def test_news_above_the_bound_is_dropped(host: EngineHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "MAX_WAITING", 2)
    listener = Listener()
    host.engine.listen(listener)
    people = [uuid4() for _ in range(5)]
    for person in people:
        host.engine.activity.opened(DOCUMENT, person)
    await host.engine.activity.close()
    assert listener.heard == [("opened", person) for person in people[:2]]
