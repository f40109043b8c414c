"""Rule 5: a Yjs client id belongs, per document, to the person on whose connection it first added something."""

from collections.abc import AsyncIterator
from dataclasses import replace
from unittest.mock import patch
from uuid import uuid4

import pycrdt
import pytest

from collab_server import intake, snapshots
from collab_server.ports import LogRow, Right
from collab_server.protocol.codec import string, uint
from collab_server.registry import RegistryLimits
from tests.engine_host import LIMITS, EngineHost, engine_host
from tests.memory_log import MemoryLog
from tests.raw_client import DIALECTS, Author, RawClient, eventually, raw_client
from tests.yjs_peers import yjs_peers

DOCUMENT, OTHER = uuid4(), uuid4()
UNLOADING = replace(LIMITS, registry=RegistryLimits(unload_seconds=0, room=LIMITS.registry.room))
STOLEN = "client_id_of_another_person"
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog(DOCUMENT, OTHER)


@pytest.fixture
async def host(log: MemoryLog) -> AsyncIterator[EngineHost]:
    async with engine_host(log, limits=UNLOADING) as running:
        for name in ("ada", "bob", "eve"):
            for document in (DOCUMENT, OTHER):
                running.doorkeeper.let(name, document, Right.WRITE)
        yield running


async def is_refused(client: RawClient, code: int = 4403, reason: str = STOLEN) -> None:
    await client.hears("denied", reason)
    if client.dialect == "hocuspocus":
        await client.hears("close", reason)
    else:
        assert await client.ends() == (code, reason)


FORGERIES = {
    "an edit": lambda: one_block(5, 1, b"\x84" + uint(5) + uint(0) + string("x")),
    "a collected struct": lambda: one_block(5, 1, b"\x00\x7f"),
    "a deleted item": lambda: one_block(5, 1, b"\x81" + uint(5) + uint(0) + uint(9)),
    "a jump": lambda: one_block(5, 7, b"\x00\x01"),
    "a skip and a jump": lambda: one_block(5, 1, b"\x0a\x05", b"\x00\x01"),
    "known structs and one more": lambda: one_block(5, 0, b"\x04\x01" + string("text") + string("a"), b"\x00\x01"),
    "own structs and one more": lambda: (
        uint(2) + block(66, 0, b"\x04\x01" + string("text") + string("z")) + block(5, 1, b"\x00\x01") + b"\x00"
    ),
}


def block(client: int, clock: int, *structs: bytes) -> bytes:
    return uint(len(structs)) + uint(client) + uint(clock) + b"".join(structs)


def one_block(client: int, clock: int, *structs: bytes) -> bytes:
    return uint(1) + block(client, clock, *structs) + b"\x00"


@each_dialect
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_5_nobody_adds_anything_in_anothers_name(
    host: EngineHost, log: MemoryLog, dialect: str, forgery: object
) -> None:
    victim = one_block(5, 0, b"\x04\x01" + string("text") + string("a"))
    later = one_block(5, 1, b"\x84" + uint(5) + uint(0) + string("b"))
    async with (
        raw_client(host.url, DOCUMENT, "ada") as ada,
        raw_client(host.url, DOCUMENT, "eve", dialect=dialect) as eve,
    ):
        await ada.joined()
        await eve.joined()
        await ada.update(victim)
        await ada.is_saved(1)
        await eve.update(forgery())  # type: ignore[operator]
        await is_refused(eve)
        await ada.update(later)
        await ada.is_saved(2)
        assert str(ada.document().get("text", type=pycrdt.Text)) == ""
        async with raw_client(host.url, DOCUMENT, "bob") as bob:
            await bob.joined()
            assert str(bob.document().get("text", type=pycrdt.Text)) == "ab"
    assert [row.payload for row in log.rows(DOCUMENT)] == [victim, later]
    assert f'refusals_total{{code="4403",reason="{STOLEN}"}} 1.0' in host.engine.metrics.exposition().decode()


async def test_5_an_id_is_taken_as_soon_as_its_first_edit_is_accepted(host: EngineHost, log: MemoryLog) -> None:
    author = Author(5)
    async with raw_client(host.url, DOCUMENT, "ada") as ada, raw_client(host.url, DOCUMENT, "eve") as eve:
        await ada.joined()
        await eve.joined()
        log.hold()
        await ada.update(author.set("a", 1))
        await eventually(lambda: log.waiting, "the engine to append")
        await eve.step2(one_block(5, 0, b"\x00\x09"))
        await is_refused(eve)
        log.release()
        await ada.is_saved(1)


async def test_5_an_id_stays_its_owners_after_the_document_was_unloaded_and_compacted(
    host: EngineHost, log: MemoryLog
) -> None:
    author = Author(5)
    async with raw_client(host.url, DOCUMENT, "ada") as ada:
        await ada.joined()
        for number in range(snapshots.MIN_ROWS):
            await ada.update(author.set("a", number))
        await ada.is_saved(snapshots.MIN_ROWS)
    await eventually(lambda: log.snapshots(DOCUMENT), "a snapshot")
    async with raw_client(host.url, DOCUMENT, "eve") as eve:
        await eve.joined()
        await eve.update(one_block(5, snapshots.MIN_ROWS, b"\x00\x01"))
        await is_refused(eve)
    # A new socket of the same person, and a second one beside it, go on.
    async with raw_client(host.url, DOCUMENT, "ada") as one, raw_client(host.url, DOCUMENT, "ada") as two:
        await one.joined()
        await two.joined()
        await one.update(author.set("b", 1))
        await one.is_saved(1)
        await two.update(author.set("c", 2))
        await two.is_saved(1)
    # The same id in another document is another matter.
    async with raw_client(host.url, OTHER, "eve") as eve:
        await eve.joined()
        await eve.update(Author(5).set("a", 1))
        await eve.is_saved(1)


async def test_5_initial_content_is_continued_by_nobody(host: EngineHost, log: MemoryLog) -> None:
    template = Author(5)
    await log.append({DOCUMENT: [LogRow(template.set("a", 1), None, None)]})
    async with raw_client(host.url, DOCUMENT, "ada") as ada:
        await ada.joined()
        # Bringing it back and deleting what it says is everybody's right.
        mine = ada.document()
        before = mine.get_state()
        mine.get("map", type=pycrdt.Map)["a"] = 2
        await ada.update(mine.get_update(before))
        await ada.step2(mine.get_update())
        await ada.is_saved(2)
        await ada.update(template.set("a", 3))
        await is_refused(ada)


async def test_5_a_copy_full_of_everybodys_edits_may_be_brought_back(host: EngineHost) -> None:
    async with (
        raw_client(host.url, DOCUMENT, "ada") as ada,
        raw_client(host.url, DOCUMENT, "bob") as bob,
        raw_client(host.url, DOCUMENT, "eve") as eve,
    ):
        for client in (ada, bob, eve):
            await client.joined()
        await ada.update(Author(1).set("a", 1))
        await bob.update(Author(2).set("b", 2))
        await eve.until(lambda: len(eve.map()) == 2, "both edits")
        copy: pycrdt.Doc = pycrdt.Doc(client_id=3)
        copy.apply_update(eve.document().get_update())
        mapping = copy.get("map", type=pycrdt.Map)
        del mapping["a"]
        mapping["b"] = "changed"
    # Another browser of hers finds the offline copy, and continues it under an id of its own.
    async with raw_client(host.url, DOCUMENT, "eve") as first, raw_client(host.url, DOCUMENT, "eve") as second:
        await first.joined()
        await first.step2(copy.get_update())
        await first.is_saved(1)
        again: pycrdt.Doc = pycrdt.Doc(client_id=4)
        again.apply_update(copy.get_update())
        again.get("map", type=pycrdt.Map)["c"] = 3
        await second.joined()
        await second.step2(again.get_update())
        await second.is_saved(1)
        assert second.map() == {"b": "changed"}
    async with raw_client(host.url, DOCUMENT, "ada") as ada:
        await ada.joined()
        assert ada.map() == {"b": "changed", "c": 3}


async def test_5_a_reader_who_forges_is_refused_as_a_reader(host: EngineHost) -> None:
    host.doorkeeper.let("eve", DOCUMENT, Right.READ)
    async with raw_client(host.url, DOCUMENT, "eve") as eve:
        await eve.joined()
        await eve.update(one_block(5, 0, b"\x00\x01"))
        await is_refused(eve, reason="write_refused")


async def test_5_an_id_that_came_with_an_unappliable_update_is_taken_too(host: EngineHost, log: MemoryLog) -> None:
    misplaced = uint(2) + block(66, 0, b"\x04\x00" + uint(1) + uint(0) + string("x")) + block(67, 0, b"\x00\x01")
    async with raw_client(host.url, DOCUMENT, "ada") as ada, raw_client(host.url, DOCUMENT, "bob") as bob:
        await ada.joined()
        await bob.joined()
        await ada.update(Author(1).set("a", "text"))
        await ada.is_saved(1)
        log.hold()
        await bob.update(Author(2).set("b", 1))
        await eventually(lambda: log.waiting, "the engine to append")
        async with raw_client(host.url, DOCUMENT, "eve") as eve:
            await eve.joined()
            await eve.update(misplaced + b"\x00")
            await eve.asked_and_answered()
            await ada.update(Author(3).set("c", 2))
            await ada.asked_and_answered()
            log.release()
            assert await eve.ends() == (4400, "update_cannot_be_applied")
        await ada.is_saved(2)
        await bob.update(Author(67).set("d", 4))
        await is_refused(bob)
        async with raw_client(host.url, DOCUMENT, "eve") as eve:
            await eve.joined()
            await eve.update(one_block(3, 1, b"\x00\x01"))
            await is_refused(eve)


async def test_11_one_update_brings_only_so_many_ids(host: EngineHost, log: MemoryLog) -> None:
    def many(first: int, count: int) -> bytes:
        return uint(count) + b"".join(block(first + n, 0, b"\x00\x01") for n in range(count)) + b"\x00"

    with patch.object(intake, "MAX_NEW_CLIENTS", 50):
        async with raw_client(host.url, DOCUMENT, "ada") as ada:
            await ada.joined()
            await ada.update(many(0, 50))
            await ada.update(many(50, 50))
            await ada.is_saved(2)
            await ada.update(many(100, 51))
            assert await ada.ends() == (1009, "too_many_client_ids")
    assert [len(row.new_clients) for row in log.rows(DOCUMENT)] == [50, 50]


async def test_11_one_update_names_only_so_many_deleted_runs(host: EngineHost, log: MemoryLog) -> None:
    def deletes(runs: int) -> bytes:
        return uint(0) + uint(1) + uint(1) + uint(runs) + b"".join(uint(2 * n) + b"\x01" for n in range(runs))

    with patch.object(intake, "MAX_DELETIONS", 50):
        async with raw_client(host.url, DOCUMENT, "ada") as ada:
            await ada.joined()
            await ada.update(one_block(1, 0, b"\x04\x01\x01t" + string("x" * 200)))
            await ada.update(deletes(50))
            await ada.is_saved(2)
            await ada.update(deletes(51))
            assert await ada.ends() == (1009, "too_many_deletions")
    assert len(log.rows(DOCUMENT)) == 2


@each_dialect
async def test_6_an_update_whose_parts_wait_for_each_other_is_refused(
    host: EngineHost, log: MemoryLog, dialect: str
) -> None:
    def behind(client: int, clock: int) -> bytes:
        return b"\x84" + uint(client) + uint(clock) + string("x")

    tangled = uint(2) + block(8, 0, behind(9, 0)) + block(9, 0, behind(8, 0)) + b"\x00"
    async with raw_client(host.url, DOCUMENT, "eve", dialect=dialect) as eve:
        await eve.joined()
        await eve.update(tangled)
        assert await eve.ends() == (4400, "update_depends_on_itself")
    assert log.rows(DOCUMENT) == []


@pytest.mark.node
@pytest.mark.parametrize("dialect", ["y-websocket", "hocuspocus"])
async def test_5_stock_clients_of_one_person_and_of_several_work_and_come_back(host: EngineHost, dialect: str) -> None:
    async with yjs_peers() as peers:
        clients = [await peers.open(dialect, host.url, DOCUMENT, name) for name in ("ada", "ada", "bob")]
        for number, client in enumerate(clients):
            await client.synced()
            await client.do("set", root="map", key=f"from {number}", value=number)
        for client in clients:
            await client.becomes(lambda value: len(value) == 3, "read", map="map")
            await client.do("disconnect")
        for client in clients:
            await client.do("set", root="map", key="offline", value=client.name)
            await client.do("set", root="map", key=client.name, value=True)
            await client.do("connect")
        for client in clients:
            await client.becomes(lambda value: len(value) == 7, "read", map="map")
        assert not [e for c in clients for e in c.events if e["event"] == "denied" or e.get("code") == 4403]
