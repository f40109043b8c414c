"""Rule 1 to 3 and 6: durable before visible, the log is the truth, snapshots lose nothing, no gaps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from unittest.mock import patch
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from collab_server import patience, room, snapshots
from collab_server.content import Content
from collab_server.merging import DifferentState
from collab_server.metrics import Metrics
from collab_server.ports import LogRow, Right
from collab_server.protocol.codec import string, uint
from collab_server.registry import RegistryLimits
from collab_server.session import MAX_EARLY, MAX_RESYNCS
from collab_server.worker import Worker
from tests.engine_host import LIMITS, EngineHost, engine_host
from tests.memory_log import MemoryLog
from tests.raw_client import DIALECTS, Author, eventually, raw_client

DOCUMENT = uuid4()
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)
UNLOADING = replace(LIMITS, registry=RegistryLimits(unload_seconds=0, room=LIMITS.registry.room))


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog(DOCUMENT)


@pytest.fixture
async def host(log: MemoryLog) -> AsyncIterator[EngineHost]:
    async with engine_host(log) as running:
        yield running


def person(host: EngineHost, name: str, right: Right = Right.WRITE) -> str:
    return host.doorkeeper.let(name, DOCUMENT, right)


async def appending(log: MemoryLog) -> None:
    await eventually(lambda: log.waiting, "the engine to append")


@each_dialect
async def test_1_nothing_is_seen_or_acknowledged_before_it_is_committed(
    host: EngineHost, log: MemoryLog, dialect: str
) -> None:
    ada = Author(1)
    async with (
        raw_client(host.url, DOCUMENT, person(host, "ada"), dialect=dialect) as writer,
        raw_client(host.url, DOCUMENT, person(host, "bob"), dialect=dialect) as reader,
    ):
        await writer.joined()
        await reader.joined()
        log.hold()
        update = ada.set("a", 1)
        await writer.update(update)
        await appending(log)
        # A joiner does not see it either, nor does anybody who asks again.
        await writer.asked_and_answered()
        await reader.asked_and_answered()
        assert reader.map() == {} and writer.saved() == 0 and reader.of("update") == []
        # Sending it again does not make it saved sooner.
        await writer.update(update)
        await writer.asked_and_answered()
        assert writer.saved() == 0
        log.release()
        await writer.is_saved(2)
        await reader.hears("update", update)
        assert [row.payload for row in log.rows(DOCUMENT)] == [update]
        assert log.rows(DOCUMENT)[0].user_id == host.doorkeeper.person("ada").id
        assert writer.of("update") == []


async def test_1_what_queues_up_during_a_commit_is_the_next_batch(host: EngineHost, log: MemoryLog) -> None:
    author = Author(1)
    async with raw_client(host.url, DOCUMENT, person(host, "ada")) as writer:
        await writer.joined()
        log.hold()
        for number in range(50):
            await writer.update(author.set("a", number))
        await writer.asked_and_answered()
        log.release()
        await writer.is_saved(50)
        assert log.commits == 2
        assert len(log.rows(DOCUMENT)) == 50


async def test_1_many_rooms_share_a_commit() -> None:
    documents = [uuid4() for _ in range(6)]
    log = MemoryLog(*documents)
    async with engine_host(log) as host:
        for document in documents:
            host.doorkeeper.let("ada", document, Right.WRITE)
        async with raw_client(host.url, documents[0], "ada", dialect="hocuspocus") as writer:
            for document in documents[1:]:
                await writer.authenticate("ada", key=str(document))
            for document in documents:
                await writer.step1(key=str(document))
                await writer.hears("step2", key=str(document))
            log.hold()
            for number, document in enumerate(documents):
                await writer.update(Author(number + 1).set("a", 1), key=str(document))
            await writer.asked_and_answered()
            log.release()
            await writer.is_saved(6)
            assert log.commits <= 2


async def test_1_a_failed_append_applies_nothing_and_is_tried_again(host: EngineHost, log: MemoryLog) -> None:
    author = Author(1)
    with patch.object(patience, "FIRST_SECONDS", 0.001):
        async with (
            raw_client(host.url, DOCUMENT, person(host, "ada")) as writer,
            raw_client(host.url, DOCUMENT, person(host, "bob")) as reader,
        ):
            await writer.joined()
            await reader.joined()
            log.fail_with = OSError("no database")
            await writer.update(author.set("a", 1))
            await eventually(lambda: log.failures >= 2, "a second attempt")
            await reader.asked_and_answered()
            assert reader.map() == {}
            assert writer.saved() == 0
            log.fail_with = None
            await writer.is_saved(1)
            await reader.until(lambda: reader.map() == {"a": 1}, "the edit")


async def test_1_writers_are_sent_away_when_the_log_stays_away_and_lose_nothing(
    host: EngineHost, log: MemoryLog
) -> None:
    author = Author(1)
    with patch.object(patience, "FIRST_SECONDS", 0.001), patch.object(patience, "GIVE_UP_SECONDS", 0.01):
        async with raw_client(host.url, DOCUMENT, person(host, "ada")) as writer:
            await writer.joined()
            log.fail_with = OSError("no database")
            await writer.update(author.set("a", 1))
            assert await writer.ends() == (1013, "try_again_later")
    log.fail_with = None
    assert log.rows(DOCUMENT) == []
    async with raw_client(host.url, DOCUMENT, person(host, "ada")) as writer:
        await writer.joined()
        assert writer.map() == {}
        await writer.step2(author.doc.get_update())
        await writer.is_saved(1)
    assert len(log.rows(DOCUMENT)) == 1


async def test_1_a_document_that_is_deleted_meanwhile_is_closed(host: EngineHost, log: MemoryLog) -> None:
    async with raw_client(host.url, DOCUMENT, person(host, "ada")) as writer:
        await writer.joined()
        log.forget(DOCUMENT)
        await writer.update(Author(1).set("a", 1))
        assert await writer.ends() == (4404, "not_found")


async def test_2_a_document_that_cannot_be_read_does_not_open_and_opens_later(host: EngineHost, log: MemoryLog) -> None:
    log.fail_with = OSError("no database")
    async with raw_client(host.url, DOCUMENT, person(host, "ada")) as client:
        assert await client.ends() == (1013, "try_again_later")
    log.fail_with = None
    async with raw_client(host.url, DOCUMENT, person(host, "ada")) as client:
        await client.joined()


async def test_15_an_unloaded_document_comes_back_equal(log: MemoryLog) -> None:
    author = Author(1)
    async with engine_host(log, limits=UNLOADING) as host:
        for number in range(3):
            async with raw_client(host.url, DOCUMENT, person(host, "ada")) as writer:
                await writer.joined()
                assert len(writer.map()) == number
                await writer.update(author.set(f"key {number}", number))
                await writer.is_saved(1)
            await no_rooms(host)


async def no_rooms(host: EngineHost) -> None:
    await eventually(lambda: not host.engine.registry.rooms(), "the document to be unloaded")


async def test_15_a_document_stays_open_as_long_as_somebody_is_there(log: MemoryLog) -> None:
    async with engine_host(log, limits=UNLOADING) as host:
        async with raw_client(host.url, DOCUMENT, person(host, "ada")) as first:
            await first.joined()
            (open_room,) = host.engine.registry.rooms()
            async with raw_client(host.url, DOCUMENT, person(host, "bob")) as second:
                await second.joined()
            await first.asked_and_answered()
            assert host.engine.registry.rooms() == [open_room]
        await no_rooms(host)


async def test_3_snapshot_and_tail_equal_a_full_replay(log: MemoryLog) -> None:
    author = Author(1)
    async with engine_host(log, limits=UNLOADING) as host:
        async with raw_client(host.url, DOCUMENT, person(host, "ada")) as writer:
            await writer.joined()
            for number in range(snapshots.MIN_ROWS):
                await writer.update(author.set(str(number % 7), number))
            await writer.is_saved(snapshots.MIN_ROWS)
        await eventually(lambda: log.snapshots(DOCUMENT), "a snapshot")
        async with raw_client(host.url, DOCUMENT, person(host, "ada")) as writer:
            await writer.joined()
            await writer.update(author.set("after", "the snapshot"))
            await writer.is_saved(1)
        async with raw_client(host.url, DOCUMENT, person(host, "bob")) as reader:
            await reader.joined()
            assert reader.map() == author.map.to_py()
    stored = await log.load(DOCUMENT)
    assert stored is not None and stored.snapshot_seq == snapshots.MIN_ROWS and len(stored.tail) == 1
    whole = await replay(log)
    assert Content(stored).coverage() == whole.coverage()
    assert len(log.rows(DOCUMENT)) == snapshots.MIN_ROWS + 1


async def replay(log: MemoryLog) -> Content:
    copy = MemoryLog(DOCUMENT)
    await copy.append({DOCUMENT: [row._replace(after=0) for row in log.rows(DOCUMENT)]})
    stored = await copy.load(DOCUMENT)
    assert stored is not None
    return Content(stored)


async def test_3_a_snapshot_that_differs_from_the_log_is_not_kept(log: MemoryLog) -> None:
    author = Author(1)
    await log.append({DOCUMENT: [LogRow(author.set("a", n), None, None) for n in range(snapshots.MIN_ROWS)]})
    metrics = Metrics()
    taker = snapshots.Snapshots(log, Worker(metrics), metrics)
    with patch.object(snapshots, "merge", side_effect=DifferentState):
        await taker.take(DOCUMENT)
    assert not log.snapshots(DOCUMENT)
    await taker.take(DOCUMENT)
    assert log.snapshots(DOCUMENT)
    await taker.take(uuid4())


BROKEN = b"\xff\xff\xff"


async def test_4_a_row_that_the_crdt_library_cannot_apply_is_left_out(host: EngineHost, log: MemoryLog) -> None:
    author = Author(1)
    rows = [author.set("a", 1), BROKEN, author.set("b", 2)]
    await log.append({DOCUMENT: [LogRow(row, None, None) for row in rows]})
    async with raw_client(host.url, DOCUMENT, person(host, "ada")) as client:
        await client.joined()
        assert client.map() == {"a": 1, "b": 2}
        await client.update(Author(2).set("c", 3))
        await client.is_saved(1)
    assert len(log.rows(DOCUMENT)) == 4
    assert b"lectern_quarantined_updates_total 1.0" in host.engine.metrics.exposition()


async def test_4_who_sends_what_cannot_be_applied_is_sent_away_and_the_others_go_on(
    host: EngineHost, log: MemoryLog
) -> None:
    author = Author(1)
    async with (
        raw_client(host.url, DOCUMENT, person(host, "ada")) as victim,
        raw_client(host.url, DOCUMENT, person(host, "eve")) as attacker,
        raw_client(host.url, DOCUMENT, person(host, "bob")) as bystander,
    ):
        for client in (victim, attacker, bystander):
            await client.joined()
        await victim.update(author.set("a", "text"))
        await victim.is_saved(1)
        # An item below a plain value: only the document itself can tell that it has no children.
        misplaced = uint(1) + uint(1) + uint(66) + uint(0) + b"\x04\x00" + uint(1) + uint(0) + string("x") + b"\x00"
        log.hold()
        await victim.update(author.set("b", 0))
        await victim.asked_and_answered()
        await victim.update(author.set("b", 1))
        await attacker.update(misplaced)
        await attacker.asked_and_answered()
        await victim.update(author.set("c", 2))
        log.release()
        assert await attacker.ends() == (4400, "update_cannot_be_applied")
        await victim.is_saved(4)
        await bystander.until(lambda: bystander.map() == {"a": "text", "b": 1, "c": 2}, "the victim's edits")
        assert misplaced not in bystander.of("update")
        await victim.update(author.set("d", 3))
        await bystander.until(lambda: "d" in bystander.map(), "a later edit")
        async with raw_client(host.url, DOCUMENT, person(host, "eve")) as again:
            await again.joined()
            assert again.map() == bystander.map()
            await again.update(Author(66).set("e", 4))
            await again.is_saved(1)


@each_dialect
async def test_6_an_update_with_missing_dependencies_is_asked_for_again_not_applied_nor_acknowledged(
    host: EngineHost, log: MemoryLog, dialect: str
) -> None:
    author = Author(1)
    first, second = author.set("a", 1), author.set("b", 2)
    async with raw_client(host.url, DOCUMENT, person(host, "ada"), dialect=dialect) as writer:
        await writer.joined()
        asked = len(writer.of("step1"))
        await writer.update(second)
        await writer.until(lambda: len(writer.of("step1")) > asked, "a request for what is missing")
        await writer.asked_and_answered()
        assert writer.saved() == 0
        assert log.rows(DOCUMENT) == []
        await writer.step2(author.doc.get_update())
        await writer.is_saved(1)
        await writer.update(first)
        await writer.is_saved(2)
        assert len(log.rows(DOCUMENT)) == 1


async def test_6_who_never_sends_what_is_missing_is_sent_away(host: EngineHost) -> None:
    author = Author(1)
    author.set("a", 1)
    gap = author.set("b", 2)
    async with raw_client(host.url, DOCUMENT, person(host, "ada")) as writer:
        await writer.joined()
        with suppress(ConnectionClosed):
            for _ in range(MAX_EARLY + 1):
                await writer.update(gap)
        assert await writer.ends() == (4400, "update_depends_on_unknown_edits")
        assert len(writer.of("step1")) == 2


async def test_6_answers_that_leave_out_what_is_missing_end_the_session(host: EngineHost) -> None:
    author = Author(1)
    author.set("a", 1)
    gap = author.set("b", 2)
    async with raw_client(host.url, DOCUMENT, person(host, "ada")) as writer:
        await writer.joined()
        for _ in range(MAX_RESYNCS + 1):
            await writer.step2(gap)
        assert await writer.ends() == (4400, "update_depends_on_unknown_edits")


@each_dialect
async def test_6_who_goes_on_drawing_while_it_connects_is_brought_up_to_date(
    host: EngineHost, log: MemoryLog, dialect: str
) -> None:
    author = Author(1)
    author.set("offline", 1)
    async with raw_client(host.url, DOCUMENT, person(host, "ada"), dialect=dialect) as writer:
        await writer.joined()
        for number in range(100):
            await writer.update(author.set(f"k{number}", number))
        await writer.asked_and_answered()
        assert log.rows(DOCUMENT) == []
        # A stock client answers with all it has, and then hears that all of it is saved.
        await writer.step2(author.doc.get_update())
        await writer.is_saved(100)
        await writer.update(author.set("after", 1))
        await writer.is_saved(101 if dialect == "hocuspocus" else 102)
        assert len(log.rows(DOCUMENT)) == 2


async def test_1_a_graceful_close_commits_what_it_took_and_then_says_come_back(
    host: EngineHost, log: MemoryLog
) -> None:
    author = Author(1)
    async with raw_client(host.url, DOCUMENT, person(host, "ada")) as writer:
        await writer.joined()
        log.hold()
        await writer.update(author.set("a", 1))
        await appending(log)
        closing = asyncio.create_task(host.engine.close())
        await writer.asked_and_answered()
        # Too late to be taken: not acknowledged, so the client brings it again.
        await writer.update(author.set("b", 2))
        async with raw_client(host.url, DOCUMENT, person(host, "bob")) as late:
            assert await late.ends() == (1012, "server_restarts")
        assert not closing.done()
        log.release()
        await closing
        assert await writer.ends() == (1012, "server_restarts")
        assert writer.saved() == 1
        assert len(log.rows(DOCUMENT)) == 1
        assert host.engine.registry.rooms() == []


async def test_1_a_close_while_a_document_loads_lets_nobody_in(host: EngineHost, log: MemoryLog) -> None:
    log.hold_loads()
    async with raw_client(host.url, DOCUMENT, person(host, "ada")) as client:
        await eventually(lambda: log.loading, "the document to load")
        closing = asyncio.create_task(host.engine.close())
        await asyncio.sleep(0)
        log.release_loads()
        await closing
        assert await client.ends() == (1012, "server_restarts")
        assert host.engine.registry.rooms() == []


async def test_1_a_crowded_busy_room_gathers_updates_and_a_small_one_does_not(log: MemoryLog) -> None:
    with patch.multiple(room, CROWD_MEMBERS=3, HOLD_SECONDS_PER_MEMBER=1.0, HOLD_LONGEST_SECONDS=0.3):
        async with engine_host(log) as host, AsyncExitStack() as stack:
            host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
            author = Author(1)
            writer = await stack.enter_async_context(raw_client(host.url, DOCUMENT, "ada"))
            await writer.joined()
            for count in range(1, 6):
                await writer.update(author.set("a", count))
                await writer.is_saved(count)
            assert log.commits == 5, "alone, every update is a commit of its own"
            for _ in range(2):
                await (await stack.enter_async_context(raw_client(host.url, DOCUMENT, "ada"))).joined()
            await writer.update(author.set("a", 6))
            await writer.is_saved(6)
            for count in range(7, 27):
                await writer.update(author.set("a", count))
            await writer.is_saved(26)
            assert log.commits <= 8, "in a crowd, what comes right after another waits for company"
