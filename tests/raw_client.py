"""A client that sends what the test tells it to, frame by frame, in either dialect; what it hears is kept in order."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pycrdt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.typing import Subprotocol

from collab_server.protocol import awareness
from collab_server.protocol.awareness import PresenceEntry
from collab_server.protocol.codec import Reader, byte_array, string

PATIENCE_SECONDS = 10.0
DIALECTS = ("y-websocket", "hocuspocus")
_KINDS = {
    1: "presence", 2: "auth", 5: "epoch", 7: "close", 8: "sync_status", 9: "ping",
    100: "saved", 101: "access", 102: "epoch",
}  # fmt: skip
_STEPS = {0: "step1", 1: "step2", 2: "update"}
_AUTH = {0: "token", 1: "denied", 2: "authenticated"}


async def eventually(condition: Callable[[], Any], what: str) -> None:
    """Wait until a condition of this process holds."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():  # noqa: ASYNC110 -- conditions of any kind, none of which tells of its change
                await asyncio.sleep(0.001)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {what}") from None


@dataclass(frozen=True)
class Heard:
    """One message of the server: for which routing key, its kind, and what it carries."""

    key: str
    kind: str
    value: Any


class RawClient:
    """One socket. In the Hocuspocus dialect `key` names the document of what is sent."""

    def __init__(self, socket: ClientConnection, dialect: str, key: str) -> None:
        self.socket = socket
        self.dialect = dialect
        self.key = key
        self.heard: list[Heard] = []
        self._news = asyncio.Condition()
        self._closed = False
        self._ears = asyncio.Event()
        self._ears.set()

    def stop_reading(self) -> None:
        """Leave what arrives where it is; before long the server cannot send more."""
        self._ears.clear()

    def read_on(self) -> None:
        self._ears.set()

    async def send(self, body: bytes, *, key: str | None = None) -> None:
        """Send one message."""
        prefix = string(self.key if key is None else key) if self.dialect == "hocuspocus" else b""
        await self.socket.send(prefix + body)

    async def authenticate(self, token: str, *, key: str | None = None) -> None:
        """Send a token (Hocuspocus)."""
        await self.send(b"\x02\x00" + string(token), key=key)

    async def update(self, update: bytes, *, key: str | None = None) -> None:
        await self.send(b"\x00\x02" + byte_array(update), key=key)

    async def step1(self, state_vector: bytes = b"\x00", *, key: str | None = None) -> None:
        await self.send(b"\x00\x00" + byte_array(state_vector), key=key)

    async def step2(self, update: bytes, *, key: str | None = None) -> None:
        await self.send(b"\x00\x01" + byte_array(update), key=key)

    async def announce(self, client_id: int, clock: int, state: dict[str, Any] | None) -> None:
        await self.send(b"\x01" + byte_array(awareness.encode([PresenceEntry(client_id, clock, state)])))

    def of(self, kind: str, *, key: str | None = None) -> list[Any]:
        """Return what was heard of a kind so far."""
        return [heard.value for heard in self.heard if heard.kind == kind and key in (None, heard.key)]

    async def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait until the condition holds; fails when the socket closes before."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._news:
                await self._news.wait_for(lambda: condition() or self._closed)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}; heard {self.heard}") from None
        assert condition(), f"closed ({self.socket.close_code}) before {what}; heard {self.heard}"
        return condition()

    async def hears(self, kind: str, value: Any = None, *, key: str | None = None) -> Any:
        """Wait until a message of this kind, and with this value if given, has been heard; returns the last one's value."""
        found = await self.until(
            lambda: [v for v in self.of(kind, key=key) if value is None or v == value], f"{kind} {value}"
        )
        return found[-1]

    async def joined(self) -> "RawClient":
        """Wait for an answer to step 1, by which the session is open."""
        await self.step1()
        await self.hears("step2", key=self.key)
        return self

    async def asked_and_answered(self) -> None:
        """Come back when the server has read everything sent so far."""
        before = len(self.of("step2"))
        await self.step1()
        await self.until(lambda: len(self.of("step2")) > before, "an answer")

    def saved(self) -> int:
        """Return how many document messages are acknowledged."""
        if self.dialect == "hocuspocus":
            return sum(self.of("sync_status"))
        return max(self.of("saved"), default=0)

    async def is_saved(self, count: int) -> None:
        await self.until(lambda: self.saved() >= count, f"{count} saved")

    async def is_saved_or_ends(self, count: int) -> bool:
        """Wait until so many document messages are acknowledged, or the socket ends; say which."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: self.saved() >= count or self._closed)
        return self.saved() >= count

    def presence(self) -> dict[int, PresenceEntry]:
        """Return the newest state of each client heard of, as y-protocols would keep it."""
        known: dict[int, PresenceEntry] = {}
        for entries in self.of("presence"):
            for entry in entries:
                if entry.client_id not in known or known[entry.client_id].clock < entry.clock:
                    known[entry.client_id] = entry
        return known

    def document(self) -> pycrdt.Doc[Any]:
        """Return a document with everything heard."""
        doc: pycrdt.Doc[Any] = pycrdt.Doc()
        for heard in self.heard:
            if heard.kind in ("step2", "update"):
                doc.apply_update(heard.value)
        return doc

    def map(self) -> dict[str, Any]:
        return self.document().get("map", type=pycrdt.Map).to_py() or {}

    async def ends(self) -> tuple[int, str]:
        """Wait until the server has closed the socket; returns code and reason."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.socket.wait_closed()
        assert self.socket.close_code is not None
        return self.socket.close_code, self.socket.close_reason or ""

    async def listen(self) -> None:
        try:
            async for data in self.socket:
                await self._ears.wait()
                assert isinstance(data, bytes)
                async with self._news:
                    self.heard.append(self._read(Reader(data)))
                    self._news.notify_all()
        finally:
            async with self._news:
                self._closed = True
                self._news.notify_all()

    def _read(self, reader: Reader) -> Heard:
        key = reader.string() if self.dialect == "hocuspocus" else ""
        number = reader.uint()
        if number == 0:
            heard = Heard(key, _STEPS[reader.uint()], reader.bytes())
        else:
            kind = _KINDS[number]
            if kind == "presence":
                heard = Heard(key, kind, awareness.decode(reader.bytes()))
            elif kind == "auth":
                number = reader.uint()
                kind = _AUTH[number] if self.dialect == "hocuspocus" else "denied"
                heard = Heard(key, kind, None if kind == "token" else reader.string())
            elif kind == "close":
                heard = Heard(key, kind, reader.string())
            elif number == 5:
                heard = Heard(key, kind, json.loads(reader.string())["epoch"])
            else:
                heard = Heard(key, kind, reader.uint())
        reader.finish()
        return heard


@asynccontextmanager
async def raw_client(
    url: str,
    document: UUID | str,
    token: str | None,
    *,
    dialect: str = "y-websocket",
    lectern: bool = True,
    window_bits: int | None = None,
) -> AsyncIterator[RawClient]:
    """Open a socket and, where a token is given, hand it in. `window_bits`: offer deflated messages, of such a window."""
    protocols: list[Subprotocol] | None = None
    if dialect == "hocuspocus":
        address = f"{url}/hocuspocus"
    else:
        address = f"{url}/collab/{document}" + ("" if token is None else f"?token={token}")
        protocols = [Subprotocol("lectern.v1")] if lectern else None
    deflating = None if window_bits is None else [ClientPerMessageDeflateFactory(server_max_window_bits=window_bits)]
    async with connect(
        address,
        subprotocols=protocols,
        max_size=None,
        compression=None,
        extensions=deflating,
        proxy=None,
        ping_interval=None,
    ) as socket:
        client = RawClient(socket, dialect, str(document) if dialect == "hocuspocus" else "")
        listening = asyncio.create_task(client.listen())
        try:
            if dialect == "hocuspocus" and token is not None:
                await client.authenticate(token)
            yield client
        finally:
            await socket.close()
            with suppress(ConnectionClosed):
                await listening


class Author:
    """Writes a document of its own, and hands out each step as an update."""

    def __init__(self, client_id: int) -> None:
        self.doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=client_id)
        self.map = self.doc.get("map", type=pycrdt.Map)

    def set(self, key: str, value: Any) -> bytes:
        before = self.doc.get_state()
        self.map[key] = value
        return self.doc.get_update(before)
