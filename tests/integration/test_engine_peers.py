"""Rule 18: clients of other makes, speaking for themselves."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pycrdt
import pytest
import y_py
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from collab_server.ports import Right
from tests.engine_host import EngineHost, engine_host
from tests.raw_client import Author, eventually, raw_client
from tests.yjs_peers import Peers, yjs_peers

DOCUMENT = uuid4()


@pytest.fixture
async def host() -> AsyncIterator[EngineHost]:
    async with engine_host(None, DOCUMENT) as running:
        running.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        yield running


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


@pytest.mark.node
async def test_18_yjs_pycrdt_and_y_py_converge(host: EngineHost, peers: Peers) -> None:
    yjs = await (await peers.open("hocuspocus", host.url, DOCUMENT, "ada")).synced()
    await yjs.do("set", root="map", key="yjs", value={"text": "Zoë 🎓"})
    await yjs.do("insert", root="text", index=0, text="from yjs ")
    await yjs.saved()
    async with raw_client(host.url, DOCUMENT, "ada") as one, raw_client(host.url, DOCUMENT, "ada") as two:
        await one.joined()
        await two.joined()
        newer, older = one.document(), y_py.YDoc(77)
        y_py.apply_update(older, newer.get_update())
        before = newer.get_state()
        newer.get("map", type=pycrdt.Map)["pycrdt"] = [1, None, True]
        await one.update(newer.get_update(before))
        vector = y_py.encode_state_vector(older)
        mapping, text = older.get_map("map"), older.get_text("text")
        older.transact(lambda transaction: mapping.set(transaction, "y-py", 2.5))
        older.transact(lambda transaction: text.extend(transaction, "and y-py"))
        await two.update(y_py.encode_state_as_update(older, vector))
        await one.is_saved(1)
        await two.is_saved(1)
        await yjs.becomes(lambda value: set(value) == {"yjs", "pycrdt", "y-py"}, "read", map="map")
        assert await yjs.do("read", text="text") == "from yjs and y-py"
        whole = await yjs.do("read", map="map")
        async with raw_client(host.url, DOCUMENT, "ada") as late:
            await late.joined()
            assert late.map() == whole
            assert str(late.document().get("text", type=pycrdt.Text)) == "from yjs and y-py"


@pytest.mark.node
async def test_18_sessions_with_a_name_of_their_own_work_with_the_stock_provider(
    host: EngineHost, peers: Peers
) -> None:
    one = await peers.open("hocuspocus", host.url, DOCUMENT, "ada", sessionAwareness=True)
    two = await peers.open("hocuspocus", host.url, DOCUMENT, "ada", sessionAwareness=True)
    for peer in (one, two):
        await peer.synced()
    await one.do("set", root="map", key="a", value=1)
    await two.becomes(lambda value: value == {"a": 1}, "read", map="map")
    await one.saved()


@pytest.mark.node
async def test_1_the_stock_provider_hears_that_all_is_saved_even_after_a_gap(host: EngineHost, peers: Peers) -> None:
    peer = await (await peers.open("hocuspocus", host.url, DOCUMENT, "ada")).synced()
    for number in range(20):
        await peer.do("set", root="map", key=str(number), value=number)
    await peer.saved()
    await peer.do("disconnect")
    await peer.heard(event="status", status="disconnected")
    await peer.do("set", root="map", key="offline", value=True)
    await peer.do("connect")
    await peer.saved()
    async with raw_client(host.url, DOCUMENT, "ada") as reader:
        await reader.joined()
        assert len(reader.map()) == 21


@pytest.mark.node
@pytest.mark.parametrize("dialect", ["y-websocket", "hocuspocus"])
async def test_7_stock_readers_of_a_document_with_conflicts_may_come_back(
    host: EngineHost, peers: Peers, dialect: str
) -> None:
    host.doorkeeper.let("bob", DOCUMENT, Right.READ)
    async with raw_client(host.url, DOCUMENT, "ada") as writer:
        await writer.joined()
        for client_id in (1, 2, 3):
            await writer.update(Author(client_id).set("key", client_id))
        await writer.is_saved(3)
        reader = await (await peers.open(dialect, host.url, DOCUMENT, "bob")).synced()
        await reader.becomes(lambda value: "key" in value, "read", map="map")
        await reader.do("disconnect")
        await reader.heard(event="status", status="disconnected")
        await reader.do("connect")
        await reader.synced()
        await writer.asked_and_answered()
        assert not [event for event in reader.events if event["event"] == "denied" or event.get("code") == 4403]


class Channel:
    """A WebSocket as pycrdt's provider wants it."""

    def __init__(self, socket: Any, path: str) -> None:
        self._socket = socket
        self.path = path

    def __aiter__(self) -> "Channel":
        return self

    async def __anext__(self) -> bytes:
        try:
            return await self.recv()
        except ConnectionClosed:
            raise StopAsyncIteration from None

    async def send(self, message: bytes) -> None:
        await self._socket.send(message)

    async def recv(self) -> bytes:
        data = await self._socket.recv()
        assert isinstance(data, bytes)
        return data


async def test_18_the_provider_of_pycrdt_works(host: EngineHost) -> None:
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    mapping = doc.get("map", type=pycrdt.Map)
    async with (
        connect(f"{host.url}/collab/{DOCUMENT}?token=ada", proxy=None) as socket,
        pycrdt.Provider(doc, Channel(socket, str(DOCUMENT))),
        raw_client(host.url, DOCUMENT, "ada") as other,
    ):
        await other.joined()
        await other.update(Author(1).set("a", 1))
        await eventually(lambda: mapping.to_py() == {"a": 1}, "the other's edit")
        mapping["b"] = 2.5
        await other.until(lambda: other.map() == {"b": 2.5}, "the provider's edit")


async def test_18_a_stock_client_is_told_nothing_that_it_does_not_know(host: EngineHost) -> None:
    async with raw_client(host.url, DOCUMENT, "ada", lectern=False) as client:
        await client.joined()
        await client.update(Author(1).set("a", 1))
        await client.asked_and_answered()
        assert {heard.kind for heard in client.heard} == {"step1", "step2"}
