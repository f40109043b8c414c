"""Rules 1, 6, 7, 8, 14 and 15 together: whatever happens in whatever order, in the end everyone has what the log has."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any
from uuid import UUID

import pycrdt
import pytest

from collab_server.ports import Right
from collab_server.protocol.coverage import read_state_vector
from tests.engine_host import LIMITS, EngineHost, ListedDoorkeeper, engine_host
from tests.extent import extent
from tests.fuzz.people import Person, PycrdtCopy, RawPerson, StockPerson, YPyCopy
from tests.memory_log import MemoryLog
from tests.yjs_peers import Peers, yjs_peers

pytestmark = [pytest.mark.node, pytest.mark.slow]

DOCUMENT = UUID(int=7)
STEPS = 60
ONCE_FAILED: list[int] = [5, 10, 11, 102, 103, 107, 222, 270, 396]
"""Seeds that found a fault: they always run."""
SEEDS = sorted({*ONCE_FAILED, *range(101, extent(102, long=401))})
MAKES = ("y-websocket", "hocuspocus", "pycrdt", "pycrdt over hocuspocus", "y-py")
PATIENCE_SECONDS = 12.0


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


class Lesson:
    """One document, five people of different makes, a server that comes and goes, and a dice."""

    def __init__(self, peers: Peers, *, seed: int) -> None:
        self.peers = peers
        self.chosen = random.Random(seed)
        self.seed = seed
        self.log = MemoryLog(DOCUMENT)
        self.doorkeeper = ListedDoorkeeper()
        self.rights: dict[str, Right | None] = {}
        self.people: dict[str, Person] = {}
        self.history: list[str] = []
        self._copies = 0
        self._stack = AsyncExitStack()
        self.host: EngineHost

    async def open(self) -> None:
        await self._serve(0)
        for make in MAKES:
            self.rights[make] = Right.WRITE
            self.doorkeeper.let(make, DOCUMENT, Right.WRITE)
            await self._enter(make)

    async def _serve(self, port: int) -> None:
        registry = replace(LIMITS.registry, unload_seconds=self.chosen.choice((0, 30)))
        limits = replace(LIMITS, registry=registry)
        self._stack = AsyncExitStack()
        serving = engine_host(self.log, limits=limits, doorkeeper=self.doorkeeper, port=port)
        self.host = await self._stack.enter_async_context(serving)

    async def _enter(self, make: str) -> None:
        """Start with an empty copy, as a client does after a refusal."""
        if make in self.people:
            await self.people[make].leave()
        self._copies += 1
        client_id = 1_000 * self.seed + self._copies
        person: Person
        if make in ("y-websocket", "hocuspocus"):
            person = await StockPerson.open(self.peers, make, self.host.url, DOCUMENT, make)
        else:
            copy = YPyCopy(client_id) if make == "y-py" else PycrdtCopy(client_id)
            dialect = "hocuspocus" if "hocuspocus" in make else "y-websocket"
            person = RawPerson(copy, self.host.url, DOCUMENT, make, dialect=dialect)
            await person.come_back()
        self.people[make] = person

    async def step(self) -> None:
        """Let one thing happen."""
        make = self.chosen.choice(MAKES)
        happenings = {"set": 8, "insert": 8, "drop": 3, "come_back": 4, "hold": 2, "release": 3, "access": 2}
        happenings |= {"everybody_drops": 1, "restart": 1}
        what = self.chosen.choices(list(happenings), weights=list(happenings.values()))[0]
        self.history.append(f"{what} {make}")
        person = self.people[make]
        match what:
            case "set":
                await person.set(self.chosen.choice("abc"), self.chosen.randrange(1_000))
            case "insert":
                await person.insert(self.chosen.choice(("x", "words ", "Zoë ", "🎓")), self.chosen.random())
            case "drop":
                await person.drop()
            case "come_back":
                await person.come_back()
            case "hold":
                self.log.hold()
            case "release":
                self.log.release()
            case "access":
                await self._change_access(make, self.chosen.choice((Right.WRITE, Right.WRITE, Right.READ, None)))
            case "everybody_drops":
                for each in self.people.values():
                    await each.drop()
            case "restart":
                await self._restart()
        # How far the sockets get between two steps is part of the dice.
        for _ in range(self.chosen.choice((0, 1, 5, 50))):
            await asyncio.sleep(0)

    async def _change_access(self, make: str, right: Right | None) -> None:
        self.rights[make] = right
        self.doorkeeper.let(make, DOCUMENT, right)
        await self.host.engine.access_changed(document_id=DOCUMENT)

    async def _restart(self) -> None:
        # A stop waits for the commits under way.
        self.log.release()
        port = int(self.host.url.rpartition(":")[2])
        await self._stack.aclose()
        await self._serve(port)

    async def settle(self) -> None:
        """Let everybody in again who may read, and wait until all have what the log has."""
        self.log.release()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                for make in MAKES:
                    await self.people[make].come_back()
                while not await self._agreed():  # noqa: ASYNC110 -- five clients tell, none of them all
                    await asyncio.sleep(0.02)
        except TimeoutError:
            states = {make: content(await self.people[make].state()) for make in self._readers()}
            raise AssertionError(f"seed {self.seed}: {states}, log {content(*self.rows())}; {self.history}") from None

    async def _agreed(self) -> bool:
        for make in self._readers():
            if self.people[make].refused:
                await self._enter(make)
                return False
        logged = content(*self.rows())
        return all([content(await self.people[make].state()) == logged for make in self._readers()])

    def _readers(self) -> list[str]:
        return [make for make in MAKES if self.rights[make] is not None]

    def rows(self) -> list[bytes]:
        return [row.payload for row in self.log.rows(DOCUMENT)]

    async def close(self) -> None:
        self.log.release()
        for person in self.people.values():
            await person.leave()
        await self._stack.aclose()


def content(*updates: bytes) -> tuple[Any, str, dict[int, int]]:
    """Return what updates make: the map, the text, and the clocks."""
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    mapping, text = doc.get("map", type=pycrdt.Map), doc.get("text", type=pycrdt.Text)
    for update in updates:
        doc.apply_update(update)
    return mapping.to_py(), str(text), read_state_vector(doc.get_state())


@pytest.mark.parametrize("seed", SEEDS)
async def test_1_everyone_ends_with_what_the_log_has(peers: Peers, seed: int) -> None:
    lesson = Lesson(peers, seed=seed)
    await lesson.open()
    try:
        for _ in range(STEPS):
            await lesson.step()
        await lesson.settle()
    finally:
        await lesson.close()
