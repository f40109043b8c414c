"""Unmodified Yjs clients on the engine (SPEC rule 18)."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from collab_server.ports import Right
from tests.engine_host import EngineHost, engine_host
from tests.yjs_peers import Peers, yjs_peers

pytestmark = pytest.mark.node

DOCUMENT = uuid4()
DIALECTS = ["y-websocket", "hocuspocus"]


@pytest.fixture
async def host() -> AsyncIterator[EngineHost]:
    async with engine_host(None, DOCUMENT) as running:
        yield running


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


@pytest.mark.parametrize("second", DIALECTS)
@pytest.mark.parametrize("first", DIALECTS)
async def test_18_two_stock_clients_of_any_dialect_converge(
    host: EngineHost, peers: Peers, first: str, second: str
) -> None:
    ada = await peers.open(first, host.url, DOCUMENT, host.doorkeeper.let("ada", DOCUMENT, Right.WRITE))
    bob = await peers.open(second, host.url, DOCUMENT, host.doorkeeper.let("Zoë", DOCUMENT, Right.WRITE))
    await ada.synced()
    await bob.synced()
    await ada.do("set", root="elements", key="a", value={"type": "rectangle", "text": "Zoë 🎓"})
    await bob.do("set", root="elements", key="b", value={"type": "ellipse"})
    both = {"a": {"type": "rectangle", "text": "Zoë 🎓"}, "b": {"type": "ellipse"}}
    for peer in (ada, bob):
        await peer.becomes(lambda value: value == both, "read", map="elements")
    await bob.do("disconnect")
    await bob.do("set", root="elements", key="c", value=3)
    await ada.do("set", root="elements", key="d", value=4)
    await bob.do("connect")
    for peer in (ada, bob):
        await peer.becomes(lambda value: len(value) == 4, "read", map="elements")
