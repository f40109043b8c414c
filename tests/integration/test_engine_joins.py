"""Rules 11 and 14: a class that opens a large document gets the same bytes, deflated for who can read it so, and all that came since."""

import asyncio
from asyncio import selector_events
from collections.abc import AsyncIterator, Iterator, Sequence
from random import Random
from unittest.mock import patch
from uuid import uuid4

import pytest

from collab_server import wire
from collab_server.ports import Right
from collab_server.protocol import websocket
from collab_server.protocol.websocket import deflated
from collab_server.states import BASELINE_BYTES
from tests.engine_host import EngineHost, engine_host
from tests.memory_log import MemoryLog
from tests.raw_client import DIALECTS, Author, RawClient, eventually, raw_client

DOCUMENT = uuid4()
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)
DEFLATED = 0xC2


@pytest.fixture
async def host() -> AsyncIterator[EngineHost]:
    async with engine_host(MemoryLog(DOCUMENT)) as running:
        for name in ("ada", "eve"):
            running.doorkeeper.let(name, DOCUMENT, Right.WRITE)
        yield running


@pytest.fixture
def written() -> Iterator[list[bytes]]:
    """What the server writes, frame by frame as it is handed over, of the large ones."""
    frames: list[bytes] = []
    # A compiled wire cannot be listened to, so what it writes to is. Private, and of all loops only asyncio's own has it.
    transport = vars(selector_events)["_SelectorSocketTransport"]
    write = transport.write

    def heard(self: asyncio.Transport, data: bytes) -> None:
        # What clients write is masked.
        if len(data) > BASELINE_BYTES // 4 and not data[1] & 0x80:
            frames.append(data)
        write(self, data)

    with patch.object(transport, "write", heard):
        yield frames


async def fill(writer: RawClient, author: Author, *, seed: int, times: int = 3) -> None:
    """Add times 60 KB of text that deflates to about half."""
    before = writer.saved()
    random = Random(seed)
    for number in range(times):
        await writer.update(author.set(f"text {seed} {number}", random.randbytes(30_000).hex()))
    await writer.is_saved(before + times)


@each_dialect
@pytest.mark.parametrize("window_bits", [None, 9, 12, 15])
async def test_14_who_joins_a_large_document_while_it_changes_has_all_of_it(
    host: EngineHost, dialect: str, window_bits: int | None
) -> None:
    author = Author(1)
    async with raw_client(host.url, DOCUMENT, "ada") as writer:
        await writer.joined()
        await fill(writer, author, seed=1)
        for number in range(6):
            await writer.update(author.set("now", number))
            await writer.update(author.set(f"text 1 {number % 2}", number))
            await writer.is_saved(3 + 2 * (number + 1))
            async with raw_client(
                host.url, DOCUMENT, "eve", dialect=dialect, window_bits=window_bits, lectern=False
            ) as late:
                await late.joined()
                assert late.map() == author.map.to_py()


@each_dialect
async def test_14_a_class_that_opens_a_large_document_gets_it_deflated_once(
    host: EngineHost, dialect: str, written: list[bytes]
) -> None:
    author = Author(1)
    async with raw_client(host.url, DOCUMENT, "ada") as writer:
        await writer.joined()
        await fill(writer, author, seed=1)
        done: list[bytes] = []

        def deflating(parts: Sequence[bytes]) -> bytes:
            done.append(deflated(parts))
            return done[-1]

        with patch.object(websocket, "deflated", deflating):
            for count in (1, 2, 3, 4):
                async with raw_client(host.url, DOCUMENT, "eve", dialect=dialect, window_bits=12) as late:
                    await late.joined()
                    assert late.map() == author.map.to_py()
                await writer.update(author.set("now", count))
                await writer.is_saved(3 + count)
                if count == 2:
                    # Nobody waits for it, so the next one alone may come too early.
                    await eventually(lambda: done, "the document to be deflated")
    # The first one alone is not what it is done for.
    assert [frame[0] == DEFLATED for frame in written] == [False, False, True, True]
    assert written[2:] == done * 2
    assert len(done[0]) < 0.6 * len(written[0])


async def test_14_what_has_changed_much_since_is_made_ready_anew(host: EngineHost, written: list[bytes]) -> None:
    author = Author(1)
    async with raw_client(host.url, DOCUMENT, "ada") as writer:
        await writer.joined()
        await fill(writer, author, seed=1, times=6)
        sizes = []
        for seed in (2, 3, 4, 5):
            written.clear()
            async with raw_client(host.url, DOCUMENT, "eve") as late:
                await late.joined()
                assert late.map() == author.map.to_py()
            sizes.append([len(frame) for frame in written])
            await fill(writer, author, seed=seed, times=1)
    text = pytest.approx(60_000, rel=0.01)
    assert sizes[0] == [pytest.approx(6 * 60_000, rel=0.01)]
    # One text more goes behind what is ready; two are more than a quarter of it.
    assert sizes[1] == [sizes[0][0], text]
    assert sizes[2] == [pytest.approx(8 * 60_000, rel=0.01)]
    assert sizes[3] == [sizes[2][0], text]


async def test_14_a_small_document_is_one_message(host: EngineHost) -> None:
    async with raw_client(host.url, DOCUMENT, "ada") as writer:
        await writer.joined()
        await writer.update(Author(1).set("a", 1))
        await writer.is_saved(1)
        async with raw_client(host.url, DOCUMENT, "eve") as late:
            await late.joined()
            assert not late.of("update")
            assert late.map() == {"a": 1}


@each_dialect
async def test_18_a_client_that_deflates_what_it_sends_is_understood(host: EngineHost, dialect: str) -> None:
    author = Author(1)
    async with (
        raw_client(host.url, DOCUMENT, "ada", dialect=dialect, window_bits=15) as writer,
        raw_client(host.url, DOCUMENT, "eve") as reader,
    ):
        await writer.joined()
        await reader.joined()
        assert writer.socket.protocol.extensions
        assert not reader.socket.protocol.extensions
        await writer.update(author.set("a", "x" * 50_000))
        await writer.is_saved(1)
        await reader.until(lambda: reader.map() == author.map.to_py(), "the edit")


@each_dialect
async def test_11_a_deflated_message_may_not_be_longer_than_another(host: EngineHost, dialect: str) -> None:
    async with raw_client(host.url, DOCUMENT, "eve", dialect=dialect, window_bits=15) as attacker:
        await attacker.joined()
        await attacker.update(bytes(2_000_000))
        assert await attacker.ends() == (1009, "message_too_big")


@each_dialect
async def test_11_what_deflated_messages_become_is_bounded(host: EngineHost, dialect: str) -> None:
    author = Author(1)
    update = author.set("a", "x" * 90_000)
    with patch.multiple(wire, INFLATED_BURST_BYTES=500_000, INFLATED_BYTES_PER_SECOND=1):
        async with raw_client(host.url, DOCUMENT, "eve", dialect=dialect, window_bits=15) as attacker:
            await attacker.joined()
            for _ in range(6):
                await attacker.update(update)
            assert await attacker.ends() == (4429, "too_many_inflated_bytes")
    exposed = b'lectern_refusals_total{code="4429",reason="too_many_inflated_bytes"} 1.0'
    await eventually(lambda: exposed in host.engine.metrics.exposition(), "the refusal to be counted")
