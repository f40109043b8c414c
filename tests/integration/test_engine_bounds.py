"""Rules 4, 11, 12 and 15: bad and greedy peers hurt only themselves, and nothing stays behind."""

from collections.abc import AsyncIterator
from dataclasses import replace
from unittest.mock import patch
from uuid import uuid4

import pytest

from collab_server import states, wire
from collab_server.engine import EngineLimits
from collab_server.ports import Right
from collab_server.protocol.codec import string, uint
from collab_server.registry import RegistryLimits
from collab_server.room_host import RoomLimits
from collab_server.session import SessionLimits
from tests.engine_host import LIMITS, EngineHost, engine_host
from tests.memory_log import MemoryLog
from tests.raw_client import DIALECTS, Author, RawClient, eventually, raw_client

DOCUMENT = uuid4()
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog(DOCUMENT)


@pytest.fixture
async def host(log: MemoryLog) -> AsyncIterator[EngineHost]:
    async with engine_host(log) as running:
        for name in ("ada", "eve"):
            running.doorkeeper.let(name, DOCUMENT, Right.WRITE)
        yield running


GARBAGE = {
    "nothing": b"",
    "an unknown message": b"\x63",
    "an unknown sync step": b"\x00\x07\x00",
    "a truncated message": b"\x00\x02\x7f\x00",
    "an overlong integer": b"\x00\x82\x00\x00",
    "trailing bytes": b"\x03\x00",
    "an update that is none": b"\x00\x02\x03\xff\xff\xff",
    "a state vector that is none": b"\x00\x00\x01\x01",
    "presence that is none": b"\x01\x03abc",
}


@each_dialect
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
async def test_4_garbage_ends_its_sender_and_nobody_else(host: EngineHost, dialect: str, garbage: bytes) -> None:
    async with (
        raw_client(host.url, DOCUMENT, "ada") as honest,
        raw_client(host.url, DOCUMENT, "eve", dialect=dialect) as attacker,
    ):
        await honest.joined()
        await attacker.joined()
        await attacker.send(garbage)
        assert (await attacker.ends())[0] == 4400
        await honest.update(Author(1).set("a", 1))
        await honest.is_saved(1)
    assert b'lectern_refusals_total{code="4400"' in host.engine.metrics.exposition()


@each_dialect
async def test_4_text_is_no_message(host: EngineHost, dialect: str) -> None:
    async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as client:
        await client.joined()
        await client.socket.send("hello")
        assert await client.ends() == (4400, "text_message")


async def test_4_a_routing_key_is_bounded(host: EngineHost) -> None:
    async with raw_client(host.url, "x" * 257, "ada", dialect="hocuspocus") as client:
        assert await client.ends() == (4400, "document_name_too_long")


def small(**changes: int) -> object:
    room = RoomLimits(
        document_max_bytes=changes.get("document", 4_000_000), inbox_max_updates=changes.get("inbox", 5_000)
    )
    return replace(
        LIMITS,
        registry=RegistryLimits(unload_seconds=30, room=room),
        session=SessionLimits(message_max_bytes=1_000, first_sync_max_bytes=10_000),
        messages_per_second=changes.get("rate", 1_000),
        outbox_max_bytes=changes.get("outbox", 8_000_000),
    )


@each_dialect
async def test_11_a_message_above_its_bound_is_refused(dialect: str) -> None:
    async with engine_host(None, DOCUMENT, limits=small()) as host:  # type: ignore[arg-type]
        host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        large = Author(1).set("a", "x" * 2_000)
        async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as client:
            await client.joined()
            await client.step2(large)
            await client.is_saved(1)
            await client.update(Author(2).set("a", "x" * 2_000))
            assert await client.ends() == (1009, "message_too_big")
        async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as client:
            await client.joined()
            await client.step2(Author(3).set("a", "x" * 20_000))
            # Above what the WebSocket library takes at all, so it is closed before we see it.
            assert (await client.ends())[0] == 1009


async def test_11_a_document_grows_only_so_far() -> None:
    async with engine_host(None, DOCUMENT, limits=small(document=2_000)) as host:  # type: ignore[arg-type]
        host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        author = Author(1)
        async with raw_client(host.url, DOCUMENT, "ada") as client:
            await client.joined()
            for _ in range(2):
                await client.update(author.set("a", "x" * 800))
            await client.is_saved(2)
            await client.update(author.set("a", "x" * 800))
            assert await client.ends() == (1009, "document_full")


async def test_11_a_socket_sends_only_so_many_messages() -> None:
    async with engine_host(None, DOCUMENT, limits=small(rate=20)) as host:  # type: ignore[arg-type]
        host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        async with raw_client(host.url, DOCUMENT, "ada") as client:
            await client.joined()
            for _ in range(150):
                await client.send(b"\x03")
            assert await client.ends() == (4429, "too_many_messages")


@pytest.mark.parametrize("known", [True, False])
async def test_11_what_waits_for_the_log_is_bounded_known_or_not(known: bool) -> None:
    log = MemoryLog(DOCUMENT)
    async with engine_host(log, limits=small(inbox=10)) as host:  # type: ignore[arg-type]
        host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        author = Author(1)
        async with raw_client(host.url, DOCUMENT, "ada") as client:
            await client.joined()
            log.hold()
            await client.update(author.set("a", 0))
            await eventually(lambda: log.waiting, "the engine to append")
            for number in range(11):
                await client.update(b"\x00\x00" if known else author.set("a", number))
            assert await client.ends() == (1013, "try_again_later")
            log.release()


def roomy(*, outbox_max_bytes: int = LIMITS.outbox_max_bytes) -> EngineLimits:
    room = replace(LIMITS.registry.room, document_max_bytes=200_000_000)
    return replace(LIMITS, registry=replace(LIMITS.registry, room=room), outbox_max_bytes=outbox_max_bytes)


async def congest(host: EngineHost, writer: RawClient, author: Author) -> int:
    """Write until somebody does not keep up, and on; returns how many updates that took."""
    for count in range(1, 500):
        await writer.update(author.set("a", f"{count}" + "x" * 90_000))
        await writer.is_saved(count)
        if any(socket.wire.congested for socket in host.engine._sockets):
            break
    else:
        raise AssertionError("nobody was ever congested")
    for more in range(count + 1, count + 6):
        await writer.update(author.set("a", f"{more}" + "x" * 90_000))
        await writer.is_saved(more)
    return count + 5


@each_dialect
async def test_12_a_peer_that_reads_late_is_brought_up_to_date_with_one_update(log: MemoryLog, dialect: str) -> None:
    async with engine_host(log, limits=roomy()) as host:
        for name in ("ada", "eve"):
            host.doorkeeper.let(name, DOCUMENT, Right.WRITE)
        async with (
            raw_client(host.url, DOCUMENT, "ada") as writer,
            raw_client(host.url, DOCUMENT, "eve", dialect=dialect) as late,
        ):
            await writer.joined()
            await late.joined()
            late.stop_reading()
            author = Author(1)
            count = await congest(host, writer, author)
            late.read_on()
            await late.until(lambda: late.map() == author.map.to_py(), "everything to arrive")
            assert len(late.of("update")) < count
            assert b"lectern_resyncs_total 1.0" in host.engine.metrics.exposition()
            await writer.update(author.set("b", 1))
            await late.until(lambda: late.map() == author.map.to_py(), "the next update, as ever")


async def test_12_what_a_peer_that_never_reads_is_owed_is_bounded(log: MemoryLog) -> None:
    with patch.object(wire, "CLOSING_SECONDS", 0.1):
        async with engine_host(log, limits=roomy(outbox_max_bytes=200)) as host:
            for name in ("ada", "eve"):
                host.doorkeeper.let(name, DOCUMENT, Right.WRITE)
            async with (
                raw_client(host.url, DOCUMENT, "ada") as writer,
                raw_client(host.url, DOCUMENT, "eve") as deaf,
            ):
                await writer.joined()
                await deaf.joined()
                deaf.stop_reading()
                await congest(host, writer, Author(1))
                for _ in range(100):
                    await deaf.update(b"\x00\x00")
                await eventually(lambda: b"lectern_sockets 1.0" in host.engine.metrics.exposition(), "its socket to go")
                refused = b'lectern_refusals_total{code="1013",reason="reading_too_slowly"} 1.0'
                assert refused in host.engine.metrics.exposition()
                deaf.read_on()


async def test_12_whoever_asks_again_and_again_without_reading_gets_few_answers(log: MemoryLog) -> None:
    async with engine_host(log, limits=roomy()) as host:
        for name in ("ada", "eve"):
            host.doorkeeper.let(name, DOCUMENT, Right.WRITE)
        async with (
            raw_client(host.url, DOCUMENT, "ada") as writer,
            raw_client(host.url, DOCUMENT, "eve") as deaf,
        ):
            await writer.joined()
            await deaf.joined()
            deaf.stop_reading()
            await congest(host, writer, Author(1))
            before = len(deaf.of("step2"))
            for _ in range(200):
                await deaf.step1()
                await deaf.send(b"\x03")
            await writer.asked_and_answered()
            deaf.read_on()
            await deaf.until(lambda: len(deaf.of("step2")) > before, "an answer")
            await deaf.asked_and_answered()
            assert len(deaf.of("step2")) < before + 20


async def test_12_a_document_above_the_outbox_bound_opens(log: MemoryLog) -> None:
    async with engine_host(log, limits=replace(LIMITS, outbox_max_bytes=65_536)) as host:
        host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        author = Author(1)
        async with raw_client(host.url, DOCUMENT, "ada") as client:
            await client.joined()
            for key in "abcd":
                await client.update(author.set(key, "x" * 90_000))
            await client.is_saved(4)
        async with raw_client(host.url, DOCUMENT, "ada") as client:
            await client.joined()
            assert client.map() == author.map.to_py()


@each_dialect
async def test_11_a_peer_that_errs_and_closes_in_one_breath_does_not_linger(host: EngineHost, dialect: str) -> None:
    with patch.object(wire, "CLOSING_SECONDS", 3_600):
        async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as client:
            await client.joined()
            client.socket.protocol.send_binary(b"\x63")
            client.socket.protocol.send_close(1000)
            client.socket.transport.write(b"".join(client.socket.protocol.data_to_send()))
            await eventually(lambda: not host.engine._sockets, "the socket to go")


async def test_11_before_it_is_admitted_a_client_can_make_the_server_keep_little(host: EngineHost) -> None:
    async with raw_client(host.url, DOCUMENT, None, dialect="hocuspocus") as client:
        await client.announce(1, 1, {"x": "y" * 60_000})
        await client.announce(1, 2, {"x": "y" * 60_000})
        assert await client.ends() == (1009, "message_too_big")
    async with raw_client(host.url, DOCUMENT, None, dialect="hocuspocus") as client:
        await client.authenticate("t" * 10_000)
        assert await client.ends() == (4400, "token is too long")


async def test_4_a_value_that_breaks_every_browser_is_refused(host: EngineHost) -> None:
    async with raw_client(host.url, DOCUMENT, "eve") as attacker:
        await attacker.joined()
        embed = b"\x05\x01" + string("text") + string("NaN")
        await attacker.update(uint(1) + uint(1) + uint(9) + uint(0) + embed + b"\x00")
        assert (await attacker.ends())[0] == 4400


@each_dialect
async def test_11_who_asks_again_and_again_for_a_long_document_gets_one_answer_a_while(
    host: EngineHost, dialect: str
) -> None:
    with patch.multiple(states, LARGE_BYTES=100, LARGE_SECONDS=0.5):
        async with (
            raw_client(host.url, DOCUMENT, "ada") as writer,
            raw_client(host.url, DOCUMENT, "eve", dialect=dialect) as greedy,
        ):
            await writer.joined()
            author = Author(1)
            await writer.update(author.set("a", "x" * 200))
            await writer.is_saved(1)
            await greedy.joined()
            before = len(greedy.of("step2"))
            for number in range(50):
                await writer.update(author.set("b", number))
                await greedy.step1()
            await writer.is_saved(51)
            await greedy.until(lambda: len(greedy.of("step2")) == before + 1, "the late answer")
            assert greedy.map()["b"] == 49
            await greedy.asked_and_answered()
            assert len(greedy.of("step2")) <= before + 2
