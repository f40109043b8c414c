"""Rule 13: a document that is restored begins anew, and nothing of an older copy ever mixes in."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pycrdt
import pytest

from collab_server.errors import NotFound, Overloaded
from collab_server.ports import LogRow, NewEpoch, Right
from collab_server.protocol.coverage import read_state_vector
from persistence.update_log import PostgresUpdateLog
from tests.engine_host import EngineHost, engine_host
from tests.integration.test_update_log import DOCUMENTS, make_documents
from tests.memory_log import MemoryLog
from tests.raw_client import DIALECTS, Author, RawClient, eventually, raw_client
from tests.yjs_peers import yjs_peers

DOCUMENT = DOCUMENTS[0]
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog(DOCUMENT)


@pytest.fixture
async def host(log: MemoryLog) -> AsyncIterator[EngineHost]:
    async with engine_host(log) as running:
        let_in(running)
        yield running


def let_in(host: EngineHost) -> None:
    for name in ("ada", "bob"):
        host.doorkeeper.let(name, DOCUMENT, Right.WRITE)


async def is_told_stale(client: RawClient) -> None:
    await client.hears("denied", "stale_epoch")
    if client.dialect == "y-websocket":
        assert await client.ends() == (4409, "stale_epoch")


async def write(host: EngineHost, author: Author, *values: int, name: str = "ada") -> None:
    async with raw_client(host.url, DOCUMENT, name) as client:
        await client.joined()
        for value in values:
            await client.update(author.set("a", value))
            await client.update(author.set(f"key {value}", value))
        await client.is_saved(2 * len(values))


async def content(host: EngineHost) -> dict[str, Any]:
    async with raw_client(host.url, DOCUMENT, "bob") as client:
        await client.joined()
        assert read(await host.engine.export(DOCUMENT)) == client.map()
        return client.map()


def read(update: bytes) -> dict[str, Any]:
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    doc.apply_update(update)
    return doc.get("map", type=pycrdt.Map).to_py() or {}


@each_dialect
async def test_13_open_sessions_end_and_the_moment_is_back(host: EngineHost, log: MemoryLog, dialect: str) -> None:
    author = Author(1)
    async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as client:
        await client.joined()
        assert await client.hears("epoch") == 1
        for value in (1, 2, 3):
            await client.update(author.set("a", value))
        await client.is_saved(3)
        log.hold()
        await client.update(author.set("a", 4))
        await eventually(lambda: log.waiting, "the engine to append")
        restoring = asyncio.create_task(host.engine.restore(DOCUMENT, seq=2))
        await client.asked_and_answered()
        log.release()
        assert await restoring == 2
        # What was accepted is history like the rest; it was saved and said so.
        await client.is_saved(4)
        await is_told_stale(client)
        if dialect == "hocuspocus":
            await client.hears("close", "stale_epoch")
    assert [row.epoch for row in log.rows(DOCUMENT)] == [1, 1, 1, 1, 2]
    async with raw_client(host.url, DOCUMENT, "bob", dialect=dialect) as client:
        await client.joined()
        assert await client.hears("epoch") == 2
        assert client.map() == {"a": 2}
        fresh = client.document()
        before = fresh.get_state()
        fresh.get("map", type=pycrdt.Map)["b"] = 1
        await client.update(fresh.get_update(before))
        await client.is_saved(1)
    assert await content(host) == {"a": 2, "b": 1}


@each_dialect
@pytest.mark.parametrize("way", ["step 1", "step 2", "an edit of before", "a new edit upon it", "a deletion"])
async def test_13_a_stale_copy_that_says_nothing_of_its_epoch_is_found_out(
    host: EngineHost, dialect: str, way: str
) -> None:
    author = Author(1)
    await write(host, author, 1, 2)
    offline: pycrdt.Doc[Any] = pycrdt.Doc(client_id=99)
    offline.apply_update(author.doc.get_update())
    known = offline.get_state()
    await host.engine.restore(DOCUMENT, seq=2)
    async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as client:
        await client.hears("epoch", 2)
        mapping = offline.get("map", type=pycrdt.Map)
        if way == "step 1":
            # Its own new edit comes first, needs nothing of the old content, and would be taken.
            await client.update(Author(99).set("mixed in", True))
            await client.step1(known)
        elif way == "step 2":
            await client.update(Author(99).set("mixed in", True))
            await client.step2(offline.get_update())
        else:
            await client.joined()
            if way == "an edit of before":
                await client.update(author.set("a", 9))
            elif way == "a deletion":
                del mapping["a"]
                await client.update(offline.get_update(known))
            else:
                mapping["a"] = "changed"
                await client.update(offline.get_update(known))
        await is_told_stale(client)
        assert client.saved() == 0
    assert await content(host) == {"a": 1, "key 1": 1}


@each_dialect
async def test_13_a_client_that_says_its_epoch_hears_nothing_of_another(host: EngineHost, dialect: str) -> None:
    await write(host, Author(1), 1, 2)
    await host.engine.restore(DOCUMENT, seq=2)
    for stale in (1, 3):
        async with raw_client(host.url, DOCUMENT, f"ada;epoch={stale}", dialect=dialect) as client:
            await client.hears("denied", "stale_epoch")
            assert client.of("step2") == client.of("epoch") == []
    async with raw_client(host.url, DOCUMENT, "ada;epoch=2", dialect=dialect) as client:
        await client.hears("epoch", 2)
        await client.update(Author(2).set("b", 1))
        await client.is_saved(1)
    async with raw_client(host.url, DOCUMENT, "ada;epoch=two", dialect=dialect) as client:
        assert await client.ends() == (4400, "epoch is not a number")


async def test_13_edits_of_a_fresh_copy_wait_for_its_first_word_and_count(host: EngineHost) -> None:
    await write(host, Author(1), 1)
    await host.engine.restore(DOCUMENT, seq=2)
    fresh = Author(2)
    async with raw_client(host.url, DOCUMENT, "ada") as client:
        await client.hears("epoch", 2)
        await client.update(fresh.set("b", 1))
        await client.update(fresh.set("c", 2))
        await client.step2(fresh.doc.get_update())
        await client.is_saved(3)
    assert await content(host) == {"a": 1, "key 1": 1, "b": 1, "c": 2}


async def test_13_ids_of_before_are_not_given_out_again_and_restored_content_is_nobodys(
    host: EngineHost, log: MemoryLog
) -> None:
    template = Author(7)
    await log.append({DOCUMENT: [LogRow(template.set("a", 0), None, None)]})
    await write(host, Author(1), 1)
    await host.engine.restore(DOCUMENT, seq=1)
    async with raw_client(host.url, DOCUMENT, "bob") as client:
        await client.joined()
        (restored,) = read_state_vector(client.document().get_state())
        assert restored not in (1, 7)
        await client.update(Author(7).set("b", 1))
        await is_told_stale(client)
    async with raw_client(host.url, DOCUMENT, "bob") as client:
        await client.joined()
        thief: pycrdt.Doc[Any] = pycrdt.Doc(client_id=restored)
        thief.apply_update(client.document().get_update())
        before = thief.get_state()
        thief.get("map", type=pycrdt.Map)["b"] = 1
        await client.update(thief.get_update(before))
        assert await client.ends() == (4403, "client_id_of_another_person")


async def test_13_every_moment_of_every_epoch_can_come_back(host: EngineHost, log: MemoryLog) -> None:
    await write(host, Author(1), 1, 2)
    assert await host.engine.restore(DOCUMENT, seq=0) == 2
    assert await content(host) == {}
    await write(host, Author(2), 3)
    for seq, expected in [
        (4, {"a": 2, "key 1": 1, "key 2": 2}),
        (7, {"a": 3, "key 3": 3}),
        (1, {"a": 1}),
        (8, {"a": 2, "key 1": 1, "key 2": 2}),
    ]:
        await host.engine.restore(DOCUMENT, seq=seq)
        assert await content(host) == expected
    moment = datetime.now(UTC)
    assert await host.engine.seq_at(DOCUMENT, moment) == len(log.rows(DOCUMENT)) == 11
    assert await host.engine.seq_at(DOCUMENT, moment - timedelta(days=1)) == 0


async def test_13_what_does_not_exist_cannot_be_restored(host: EngineHost) -> None:
    for document, seq in ((DOCUMENT, 1), (DOCUMENT, -1), (uuid4(), 0)):
        with pytest.raises(NotFound):
            await host.engine.restore(document, seq=seq)
    with pytest.raises(NotFound):
        await host.engine.export(uuid4())
    with pytest.raises(NotFound):
        await host.engine.seq_at(uuid4(), datetime.now(UTC))


async def test_13_who_comes_meanwhile_waits_and_gets_the_new_epoch(host: EngineHost, log: MemoryLog) -> None:
    await write(host, Author(1), 1)
    await host.engine.registry.open(DOCUMENT)
    moment = asyncio.create_task(host.engine.restore(DOCUMENT, seq=1))
    again = asyncio.create_task(host.engine.restore(DOCUMENT, seq=2))
    async with raw_client(host.url, DOCUMENT, "bob") as client:
        assert {await moment, await again} == {2, 3}
        await client.until(lambda: client.of("epoch") or client.of("denied"), "an answer")
    assert len(log.rows(DOCUMENT)) == 4


async def test_13_a_restore_that_fails_leaves_everything_as_it_was(host: EngineHost, log: MemoryLog) -> None:
    author = Author(1)
    async with raw_client(host.url, DOCUMENT, "ada") as client:
        await client.joined()
        await client.update(author.set("a", 1))
        await client.is_saved(1)

        async def moved_on(document_id: UUID, beginning: NewEpoch) -> bool:
            return False

        log.begin_epoch = moved_on  # type: ignore[method-assign]
        with pytest.raises(Overloaded):
            await host.engine.restore(DOCUMENT, seq=0)
        assert await client.ends() == (1012, "document_reloads")
    async with raw_client(host.url, DOCUMENT, "ada;epoch=1") as client:
        await client.step1()
        await client.hears("step2")
        assert client.map() == {"a": 1}


async def test_13_a_room_that_does_not_know_of_a_restore_writes_nothing(host: EngineHost, log: MemoryLog) -> None:
    author = Author(1)
    async with raw_client(host.url, DOCUMENT, "ada") as client:
        await client.joined()
        await client.update(author.set("a", 1))
        await client.is_saved(1)
        # As another process would do it.
        assert await log.begin_epoch(DOCUMENT, NewEpoch(1, 1, 0, b"\x00\x00", []))
        await client.update(author.set("a", 2))
        assert await client.ends() == (4409, "stale_epoch")
        assert client.saved() == 1
    assert len(log.rows(DOCUMENT)) == 2
    assert await content(host) == {}


@pytest.mark.node
@pytest.mark.postgres
@pytest.mark.parametrize("dialect", ["y-websocket", "hocuspocus"])
async def test_13_the_copies_of_stock_clients_are_not_mixed_in_and_new_ones_work(
    database_url: str, dialect: str
) -> None:
    await make_documents(database_url)
    log = await PostgresUpdateLog.connect(database_url)
    async with engine_host(log) as host, yjs_peers() as peers:
        let_in(host)
        stale = await (await peers.open(dialect, host.url, DOCUMENT, "ada")).synced()
        await stale.do("insert", root="text", index=0, text="kept ")
        await stale.do("set", root="map", key="kept", value=1)
        other = await (await peers.open(dialect, host.url, DOCUMENT, "bob")).synced()
        await other.becomes(lambda value: value == {"kept": 1}, "read", map="map")
        stored = await log.load(DOCUMENT)
        assert stored is not None
        await stale.do("insert", root="text", index=0, text="gone ")
        await stale.do("set", root="map", key="gone", value=2)
        await other.becomes(lambda value: "gone" in value, "read", map="map")
        assert await host.engine.restore(DOCUMENT, seq=stored.seq) == 2
        if dialect == "hocuspocus":
            assert (await stale.heard(event="denied"))["reason"] == "stale_epoch"
        else:
            await stale.heard(event="closed", code=4409)
        await stale.do("set", root="map", key="offline", value=3)
        await stale.do("disconnect")
        if dialect == "hocuspocus":
            await stale.heard(event="status", status="disconnected")
        await stale.do("connect")
        if dialect == "hocuspocus":
            assert (await stale.heard(event="denied"))["reason"] == "stale_epoch"
        else:
            await stale.heard(event="closed", code=4409)
        fresh = await (await peers.open(dialect, host.url, DOCUMENT, "bob")).synced()
        assert await fresh.do("read", map="map") == {"kept": 1}
        assert await fresh.do("read", text="text") == "kept "
        await fresh.do("insert", root="text", index=5, text="and new")
        await fresh.do("set", root="map", key="new", value=4)
        third = await (await peers.open(dialect, host.url, DOCUMENT, "bob")).synced()
        await third.becomes(lambda value: value == {"kept": 1, "new": 4}, "read", map="map")
        assert await third.do("read", text="text") == "kept and new"
    await log.close()
