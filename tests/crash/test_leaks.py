"""Rule 15: ten thousand times opened, used, dropped and closed, and the process is what it was."""

import asyncio
import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from uuid import uuid4

import psutil
import pycrdt
import pytest
import structlog
from websockets.exceptions import ConnectionClosed

from collab_server import gateway
from collab_server.authorship import Authorship
from collab_server.connection import Connection
from collab_server.content import Content
from collab_server.ports import Right
from collab_server.presence import Presence
from collab_server.room import Room
from collab_server.session import Session
from collab_server.wire import Wire
from tests.engine_host import LIMITS, EngineHost, engine_host
from tests.extent import LONG, extent
from tests.memory_log import MemoryLog
from tests.raw_client import DIALECTS, Author, RawClient, eventually, raw_client

pytestmark = pytest.mark.slow

CYCLES = extent(200, long=10_000)
SAMPLES = extent(4, long=10)
AT_A_TIME = 10
KINDS = (
    Authorship, Connection, Content, Presence, Room, Session, Wire, gateway.Socket, gateway.OneDocument,
    gateway.ManyDocuments, pycrdt.Doc, pycrdt.Map, asyncio.Task,
)  # fmt: skip
GROWTH_MAX_BYTES = 4 * 1024 * 1024
"""What the allocator may keep more after the last nine tenths of the cycles: a leak of one Doc each would be 50 MB."""


class Visits:
    """One document per cycle: made, visited by several people in several ways, deleted."""

    def __init__(self, host: EngineHost, log: MemoryLog) -> None:
        self.host = host
        self.log = log
        self.number = 0

    async def more(self, count: int) -> None:
        """Let people come and go this many times more, at several documents at a time."""
        for _ in range(count // AT_A_TIME):
            numbers = range(self.number + 1, self.number + 1 + AT_A_TIME)
            self.number += AT_A_TIME
            async with asyncio.TaskGroup() as group:
                for number in numbers:
                    group.create_task(self._visit(number))

    async def _visit(self, number: int) -> None:
        document = uuid4()
        dialect, other = DIALECTS[number % 2], DIALECTS[number // 2 % 2]
        doorkeeper = self.host.doorkeeper
        self.log.create(document)
        for name, right in (("ada", Right.WRITE), ("bob", Right.READ)):
            doorkeeper.let(name, document, right)
        async with (
            raw_client(self.host.url, document, "ada", dialect=dialect) as ada,
            raw_client(self.host.url, document, "bob", dialect=other) as bob,
        ):
            await ada.joined()
            await bob.joined()
            await ada.announce(number, 1, {"n": number})
            await bob.until(lambda: number in bob.presence(), "ada")
            author = Author(number)
            await ada.update(author.set("a", number))
            await bob.until(lambda: bob.of("update"), "the edit")
            doorkeeper.let("ada", document, Right.READ)
            await self.host.engine.access_changed(document_id=document)
            await self._end(number, ada, bob)
        async with raw_client(self.host.url, document, "nobody", dialect=other) as stranger:
            await stranger.hears("denied")
        for name in ("ada", "bob"):
            doorkeeper.let(name, document, None)
        await eventually(lambda: self.host.engine.registry.room(document) is None, "the room to go")
        self.log.forget(document)

    async def _end(self, number: int, ada: RawClient, bob: RawClient) -> None:
        """Let somebody go in one of the ways in which people go."""
        with suppress(ConnectionClosed):
            match number % 5:
                case 0:
                    await ada.send(b"\x63")
                    await ada.ends()
                case 1:
                    # The right to write is gone; so the session ends.
                    await ada.update(Author(number + 1).set("b", 1))
                    await ada.hears("denied")
                case 2:
                    # A cable is pulled.
                    bob.socket.transport.abort()
                case 3 if bob.dialect == "hocuspocus":
                    await bob.send(b"\x07")
                case _:
                    await bob.authenticate("bob") if bob.dialect == "hocuspocus" else None


def alive() -> Counter[str]:
    gc.collect()
    return Counter(type(each).__name__ for each in gc.get_objects() if type(each) in KINDS)


def timers() -> int:
    return sum(not timer.cancelled() for timer in getattr(asyncio.get_running_loop(), "_scheduled", []))


@contextmanager
def silence() -> Iterator[None]:
    """Keep ten thousand refusals out of the test's report, which would keep them in memory."""
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.configure(**before)


async def test_15_nothing_stays_behind_of_many_visits(capsys: pytest.CaptureFixture[str]) -> None:
    limits = replace(LIMITS, registry=replace(LIMITS.registry, unload_seconds=0))
    log = MemoryLog()
    with silence():
        async with engine_host(log, limits=limits) as host:
            visits = Visits(host, log)

            async def quiet() -> None:
                await eventually(lambda: not host.engine._sockets, "sockets to go")
                await host.engine.registry.settled()
                # Callbacks of what has just ended.
                for _ in range(5):
                    await asyncio.sleep(0)

            await visits.more(2 * AT_A_TIME)
            await quiet()
            counts, waiting = alive(), timers()
            curve = []
            for _ in range(SAMPLES):
                await visits.more(CYCLES // SAMPLES)
                await quiet()
                assert alive() - counts == Counter()
                assert timers() <= waiting + 2
                curve.append(psutil.Process().memory_info().rss)
                if LONG:
                    with capsys.disabled():
                        print(f"{visits.number} visits: {curve[-1] / 2**20:.1f} MiB")  # noqa: T201 -- the nightly report
            assert curve[-1] - curve[0] < GROWTH_MAX_BYTES, curve
