"""People who write without pause through whatever happens to the server, and what they were told.

Every edit sets a key of its own, so a document says by its keys alone which edits it holds.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pycrdt
from websockets.exceptions import WebSocketException

from tests.crash.log_check import replayed
from tests.raw_client import DIALECTS, Author, RawClient, raw_client
from tests.running_server import RunningServer
from tests.school import School

WINDOW = 20
"""How many edits a writer sends ahead of what it was told is saved."""
PATIENCE_SECONDS = 60.0
NO_SERVER = (OSError, TimeoutError, WebSocketException)


@dataclass(frozen=True)
class Place:
    """Where people meet: the address, who they are, and the documents; `others`: further addresses of the same place."""

    url: str
    token: str
    documents: tuple[str, ...]
    others: tuple[str, ...] = ()

    def door(self, number: int) -> str:
        """Return one of the addresses, in turn."""
        return (self.url, *self.others)[number % (1 + len(self.others))]


def open_place(server: RunningServer, *, documents: int) -> Place:
    """Make a class with boards on a running server."""
    school = School(server.url)
    teacher = school.register("Ada", "teacher")
    opened = school.open_class(teacher)
    boards = tuple(school.open_board(teacher, opened["id"], title=f"Board {n}")["id"] for n in range(documents))
    return Place(server.websocket_url, teacher.token, boards)


class Writer:
    """Writes one document in one dialect, over as many sockets as it takes; its copy survives them all."""

    def __init__(self, place: Place, document: str, *, dialect: str, client_id: int) -> None:
        self.document = document
        self.author = Author(client_id)
        self.saved: set[str] = set()
        self.closes: list[int | None] = []
        self._place = place
        self._dialect = dialect
        self._edits: list[str] = []
        self._covered: list[int] = []
        self._heard = 0
        self._acknowledged = 0
        # Each begins at another door, and tries the next one whenever it is sent away.
        self._tries = client_id
        self.client: RawClient | None = None

    @property
    def edits(self) -> set[str]:
        """Return the keys of everything written so far."""
        return set(self._edits)

    @property
    def waits(self) -> bool:
        """Say whether nothing more is sent before the server has answered."""
        if self.client is None or not self._covered:
            # Who has not been asked what they hold is still on the way in.
            return True
        return len(self._covered) - self._acknowledged >= WINDOW

    async def write(self, *, until: asyncio.Event, returning: bool) -> None:
        """Connect, hand in what the server lacks, and write until the event or the end of the socket.

        returning: only until the event; who is sent away comes back.
        """
        while True:
            with suppress(*NO_SERVER):
                async with self._connected() as client:
                    await self._bring(client)
                    while not until.is_set() and not client._closed:
                        await self._room_for_more(client)
                        await self._edit(client)
            self._take_stock()
            if until.is_set() or not returning:
                return

    async def settle(self) -> None:
        """Connect as often as it takes until all that was written is saved."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.saved != self.edits:
                with suppress(*NO_SERVER):
                    async with self._connected() as client:
                        await self._bring(client)
                        await self._news(client, lambda: self.saved == self.edits)
                self._take_stock()

    def _take_stock(self) -> None:
        """Count in what was heard last, and forget the socket."""
        if self.client is not None:
            self._listen()
            self.closes.append(self.client.socket.close_code)
            self.client = None

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[RawClient]:
        self._covered, self._heard, self._acknowledged = [], 0, 0
        door = self._place.door(self._tries)
        self._tries += 1
        async with raw_client(door, self.document, self._place.token, dialect=self._dialect) as client:
            self.client = client
            yield client

    async def _bring(self, client: RawClient) -> None:
        """Answer the server's question, as every client does before it goes on."""
        await client.step1(self.author.doc.get_state())
        await self._news(client, lambda: client.of("step1"))
        questions = client.of("step1")
        if questions:
            await client.step2(self.author.doc.get_update(questions[0]))
            self._covered.append(len(self._edits))

    async def _edit(self, client: RawClient) -> None:
        key = f"{self.author.doc.client_id}-{len(self._edits)}"
        update = self.author.set(key, len(self._edits))
        # Written before it is sent: whatever becomes of the socket, the edit is in our copy.
        self._edits.append(key)
        self._covered.append(len(self._edits))
        await client.update(update)

    async def _room_for_more(self, client: RawClient) -> None:
        await self._news(client, lambda: len(self._covered) - self._acknowledged < WINDOW)

    async def _news(self, client: RawClient, condition: Any) -> None:
        """Wait for the condition, or the end of the socket."""

        def done() -> bool:
            self._listen()
            return bool(condition()) or client._closed

        async with client._news:
            await client._news.wait_for(done)

    def _listen(self) -> None:
        """Read what is new among the messages: which edits are saved, and what others wrote."""
        assert self.client is not None
        heard = self.client.heard
        for message in heard[self._heard :]:
            if message.kind == "sync_status":
                assert message.value == 1
                self._acknowledged += 1
            elif message.kind == "saved":
                self._acknowledged = message.value
        self._heard = len(heard)
        assert self._acknowledged <= len(self._covered), "more was called saved than was sent"
        if self._acknowledged:
            self.saved.update(self._edits[len(self.saved) : self._covered[self._acknowledged - 1]])


@dataclass
class Reader:
    """Watches one document, and remembers everything it was ever shown."""

    document: str
    doc: pycrdt.Doc[Any] = field(default_factory=pycrdt.Doc)
    client: RawClient | None = None
    _read: int = 0

    async def watch(self, place: Place, *, dialect: str, door: int = 0) -> None:
        """Read until the socket ends."""
        with suppress(*NO_SERVER):
            async with raw_client(place.door(door), self.document, place.token, dialect=dialect) as client:
                self.client, self._read = client, 0
                await client.step1(self.doc.get_state())
                try:
                    await client.socket.wait_closed()
                finally:
                    self.read()
                    self.client = None

    def read(self) -> None:
        """Take in what has come."""
        if self.client is not None:
            for heard in self.client.heard[self._read :]:
                if heard.kind in ("step2", "update"):
                    self.doc.apply_update(heard.value)
            self._read = len(self.client.heard)

    @property
    def seen(self) -> dict[str, Any]:
        self.read()
        return keys_of(self.doc)


def keys_of(doc: pycrdt.Doc[Any]) -> dict[str, Any]:
    return doc.get("map", type=pycrdt.Map).to_py() or {}


class Crowd:
    """Writers of both dialects, and a reader, at every document."""

    def __init__(self, place: Place, *, writers_per_document: int = 4) -> None:
        self.place = place
        self.writers = [
            Writer(place, document, dialect=DIALECTS[n % 2], client_id=1_000 * (row + 1) + n)
            for row, document in enumerate(place.documents)
            for n in range(writers_per_document)
        ]
        self.readers = [Reader(document) for document in place.documents]

    def saved(self) -> int:
        return sum(len(writer.saved) for writer in self.writers)

    def shown(self) -> int:
        """Return how many edits the readers have seen."""
        return sum(len(reader.seen) for reader in self.readers)

    @asynccontextmanager
    async def at_work(self, *, returning: bool = False) -> AsyncIterator[asyncio.Event]:
        """Let everybody work; the block sets the event, or ends with the server's end (unless they return)."""
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            watching = [
                group.create_task(reader.watch(self.place, dialect=DIALECTS[n % 2]))
                for n, reader in enumerate(self.readers)
            ]
            writing = [group.create_task(writer.write(until=enough, returning=returning)) for writer in self.writers]
            yield enough
            await asyncio.wait(writing)
            for task in watching:
                task.cancel()

    async def has_saved(self, count: int) -> None:
        """Wait until this many edits were called saved, counting from the first."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.saved() < count:  # noqa: ASYNC110 -- many sockets tell, none of them all
                await asyncio.sleep(0.002)

    async def compare(self, *, log: str | None = None) -> None:
        """Check that the server has all that it called saved, and all that it showed to anybody.

        `log`: the database to look into instead, where a server may not have heard yet of what another one has called saved.
        """
        for document, reader in zip(self.place.documents, self.readers, strict=True):
            held = keys_of(await (replayed(log, document) if log else held_by_server(self.place, document)))
            writers = [writer for writer in self.writers if writer.document == document]
            saved = set().union(*(writer.saved for writer in writers))
            assert not saved - held.keys(), f"called saved, and lost: {shortened(saved - held.keys())}"
            seen = reader.seen
            assert not seen.keys() - held.keys(), f"shown, and lost: {shortened(seen.keys() - held.keys())}"
            assert all(held[key] == value for key, value in seen.items())

    async def settle(self, *, beside: Mapping[str, set[str]] | None = None) -> None:
        """Let every writer bring what was not saved; then all must be there. `beside`: what others write, document by document."""
        async with asyncio.TaskGroup() as group:
            for writer in self.writers:
                group.create_task(writer.settle())
        for document in self.place.documents:
            written = set().union(*(writer.edits for writer in self.writers if writer.document == document))
            written |= (beside or {}).get(document, set())
            async with asyncio.timeout(PATIENCE_SECONDS):
                # Others bring theirs in their own time.
                while (held := keys_of(await held_by_server(self.place, document))).keys() != written:
                    assert held.keys() <= written and beside, "not all that was written is there"
                    await asyncio.sleep(0.05)


async def held_by_server(place: Place, document: str, *, door: int = 0) -> pycrdt.Doc[Any]:
    """Return the document as a newcomer gets it."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(raw_client(place.door(door), document, place.token))
        await client.joined()
        return client.document()


def shortened(keys: Iterable[str]) -> list[str]:
    return sorted(keys)[:5]
