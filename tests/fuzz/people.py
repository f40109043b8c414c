"""People of several makes who edit, drop and come back: each with a copy of its own that must end as everyone's."""

import asyncio
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

import pycrdt
import y_py
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.raw_client import RawClient, raw_client
from tests.yjs_peers import Peer, Peers

FINAL = (4401, 4403, 4404)


class Person(Protocol):
    """One client with its copy. `refused`: the server will have no more of this copy."""

    name: str

    @property
    def refused(self) -> bool: ...

    async def set(self, key: str, value: Any) -> None: ...

    async def insert(self, words: str, share: float) -> None: ...

    async def drop(self) -> None: ...

    async def come_back(self) -> None: ...

    async def state(self) -> bytes: ...

    async def leave(self) -> None: ...


class Copy(Protocol):
    """A document of a CRDT library; every edit returns itself as an update."""

    def set(self, key: str, value: Any) -> bytes: ...

    def insert(self, words: str, share: float) -> bytes: ...

    def apply(self, update: bytes) -> None: ...

    def vector(self) -> bytes: ...

    def since(self, vector: bytes) -> bytes: ...


def byte_index(text: str, share: float) -> int:
    """Return a place between two characters, in bytes as pycrdt and y-py count.

    Inside a character they write an item without content, and can read their own document no more.
    """
    return len(text[: int(share * len(text))].encode())


class PycrdtCopy:
    def __init__(self, client_id: int) -> None:
        self._doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=client_id)
        self._map = self._doc.get("map", type=pycrdt.Map)
        self._text = self._doc.get("text", type=pycrdt.Text)

    def set(self, key: str, value: Any) -> bytes:
        before = self.vector()
        self._map[key] = value
        return self.since(before)

    def insert(self, words: str, share: float) -> bytes:
        before = self.vector()
        # Where nothing is deleted, the update since a state vector is just this edit.
        self._text.insert(byte_index(str(self._text), share), words)
        return self.since(before)

    def apply(self, update: bytes) -> None:
        self._doc.apply_update(update)

    def vector(self) -> bytes:
        return self._doc.get_state()

    def since(self, vector: bytes) -> bytes:
        return self._doc.get_update(vector)


class YPyCopy:
    def __init__(self, client_id: int) -> None:
        self._doc = y_py.YDoc(client_id)
        self._map, self._text = self._doc.get_map("map"), self._doc.get_text("text")

    def set(self, key: str, value: Any) -> bytes:
        before = self.vector()
        self._doc.transact(lambda transaction: self._map.set(transaction, key, value))
        return self.since(before)

    def insert(self, words: str, share: float) -> bytes:
        before = self.vector()
        at = byte_index(str(self._text), share)
        self._doc.transact(lambda transaction: self._text.insert(transaction, at, words))
        return self.since(before)

    def apply(self, update: bytes) -> None:
        y_py.apply_update(self._doc, update)

    def vector(self) -> bytes:
        return bytes(y_py.encode_state_vector(self._doc))

    def since(self, vector: bytes) -> bytes:
        return bytes(y_py.encode_state_as_update(self._doc, vector))


class RawPerson:
    """A CRDT library behind a raw socket: answers what it is asked, sends its edits as they happen."""

    def __init__(self, copy: Copy, url: str, document: UUID, name: str, *, dialect: str) -> None:
        self.name = name
        self.refused = False
        self._copy = copy
        self._url, self._document, self._dialect = url, document, dialect
        self._client: RawClient | None = None
        self._wanted = asyncio.Event()
        self._task = asyncio.create_task(self._live())

    async def set(self, key: str, value: Any) -> None:
        await self._send(self._copy.set(key, value))

    async def insert(self, words: str, share: float) -> None:
        await self._send(self._copy.insert(words, share))

    async def drop(self) -> None:
        self._wanted.clear()
        if self._client is not None:
            await self._client.socket.close()

    async def come_back(self) -> None:
        self._wanted.set()

    async def state(self) -> bytes:
        return self._copy.since(b"\x00")

    async def leave(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _send(self, update: bytes) -> None:
        # Before the server has asked, an edit is part of the answer to its question.
        if self._client is not None:
            with suppress(ConnectionClosed):
                await self._client.update(update)

    async def _live(self) -> None:
        while not self.refused:
            await self._wanted.wait()
            with suppress(OSError, WebSocketException):
                async with raw_client(self._url, self._document, self.name, dialect=self._dialect) as client:
                    await self._converse(client)
            # Whoever finds nobody tries again at once, and lets others go on meanwhile.
            await asyncio.sleep(0.005)

    async def _converse(self, client: RawClient) -> None:
        await client.step1(self._copy.vector())
        heard = 0
        try:
            while not client._closed and not self.refused:
                async with client._news:
                    await client._news.wait_for(lambda: len(client.heard) > heard or client._closed)  # noqa: B023
                for message in client.heard[heard:]:
                    if message.kind == "step1":
                        # From here on edits are sent as they happen: the answer does not hold them.
                        self._client = client
                        await client.step2(self._copy.since(message.value))
                    elif message.kind in ("step2", "update"):
                        self._copy.apply(message.value)
                    elif message.kind == "denied":
                        self.refused = True
                heard = len(client.heard)
            if client.socket.close_code in FINAL:
                self.refused = True
        finally:
            self._client = None


class StockPerson:
    """A provider as its package ships it, in Node."""

    def __init__(self, peer: Peer, name: str) -> None:
        self.name = name
        self._peer = peer

    @classmethod
    async def open(cls, peers: Peers, dialect: str, url: str, document: UUID, name: str) -> "StockPerson":
        return cls(await peers.open(dialect, url, document, name), name)

    @property
    def refused(self) -> bool:
        return any(each["event"] == "denied" or each.get("code") in FINAL for each in self._peer.events)

    async def set(self, key: str, value: Any) -> None:
        await self._peer.do("set", root="map", key=key, value=value)

    async def insert(self, words: str, share: float) -> None:
        await self._peer.do("insertWithin", root="text", share=share, text=words)

    async def drop(self) -> None:
        await self._peer.do("disconnect")

    async def come_back(self) -> None:
        await self._peer.do("connect")

    async def state(self) -> bytes:
        return await self._peer.update()

    async def leave(self) -> None:
        await self._peer.do("close")
