"""Rule 17: the log is shorter than it was, because another database has taken its place; no node goes on as if it were not."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pycrdt
import pytest

from collab_server.ports import Right
from documents.kinds import Kind as DocumentKind
from tests.engine_host import EngineHost, engine_host
from tests.integration.test_cluster import DOCUMENT as SHARED
from tests.integration.test_cluster import Pair, pair, put_element, quick  # noqa: F401 -- fixtures
from tests.memory_log import MemoryLog, MemoryTransaction
from tests.raw_client import DIALECTS, Author, RawClient, eventually, raw_client
from tests.yjs_peers import yjs_peers

DOCUMENT = uuid4()


@pytest.fixture
async def log() -> MemoryLog:
    return MemoryLog(DOCUMENT)


@pytest.fixture
async def host(log: MemoryLog) -> AsyncIterator[EngineHost]:
    async with engine_host(log) as host:
        yield host


def let(host: EngineHost, name: str) -> str:
    return host.doorkeeper.let(name, DOCUMENT, Right.WRITE)


async def bring(client: RawClient, author: Author) -> None:
    """Answer the server's question, as every client does that comes back."""
    await client.step1(author.doc.get_state())
    await client.step2(author.doc.get_update(await client.hears("step1")))


async def map_of(host: EngineHost) -> object:
    async with raw_client(host.url, DOCUMENT, let(host, "newcomer")) as client:
        await client.joined()
        return client.map()


async def test_17_nothing_is_appended_to_a_log_that_has_lost_what_was_committed(
    host: EngineHost, log: MemoryLog, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = Author(1)
    async with raw_client(host.url, DOCUMENT, let(host, "ada")) as client:
        await client.joined()
        for number in range(5):
            await client.update(ada.set("a", number))
        await client.is_saved(5)
        log.lose(DOCUMENT, 2)
        await client.update(ada.set("b", 1))
        assert await client.ends() == (1012, "document_reloads")
    assert len(log.rows(DOCUMENT)) == 3
    said = capsys.readouterr().out
    assert said.count("the log has lost rows that were committed") == 1
    async with raw_client(host.url, DOCUMENT, let(host, "ada")) as client:
        await bring(client, ada)
        await client.is_saved(1)
    assert await map_of(host) == {"a": 4, "b": 1}


async def test_17_whoever_only_watches_a_log_that_has_lost_something_is_sent_away(pair: Pair) -> None:  # noqa: F811
    ada = Author(1)
    async with pair.people() as (east, west):
        await east.update(ada.set("a", 1))
        await east.update(ada.set("a", 2))
        await west.until(lambda: west.map() == {"a": 2}, "the edits")
        pair.log.lose(SHARED, 1)
        pair.east_bus.connected = pair.west_bus.connected = False
        assert await east.ends() == (1012, "document_reloads")
        assert await west.ends() == (1012, "document_reloads")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_5_17_what_a_node_has_seen_committed_comes_back_and_is_whose_it_was(
    host: EngineHost, log: MemoryLog, dialect: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ada, bob = Author(1), Author(2)
    async with (
        raw_client(host.url, DOCUMENT, let(host, "ada"), dialect=dialect) as east,
        raw_client(host.url, DOCUMENT, let(host, "bob"), dialect=dialect) as west,
    ):
        await east.joined()
        await west.joined()
        for number in range(3):
            await east.update(ada.set(f"a{number}", number))
        await west.until(lambda: len(west.map()) == 3, "ada's edits")
        await west.update(bob.set("b", 1))
        await east.until(lambda: "b" in east.map(), "bob's edit")
        # Bob's first edit goes, and with it that the id is his.
        log.lose(DOCUMENT, 3)
        log.fail_with = OSError("it is not quite there yet")
        host.engine.database_moved()
        await eventually(lambda: log.failures > 1, "the log to be asked")
        log.fail_with = None
        assert (await east.ends())[0] == (await west.ends())[0] == 1012
    everything = {"a0": 0, "a1": 1, "a2": 2, "b": 1}
    assert await map_of(host) == everything
    assert capsys.readouterr().out.count("the log lacks what was saved before the database moved") == 1
    # Each copy holds what the others wrote, too, and is welcome.
    for author in (ada, bob):
        author.doc.apply_update(ada.doc.get_update())
        author.doc.apply_update(bob.doc.get_update())
    for name, author in (("ada", ada), ("bob", bob)):
        async with raw_client(host.url, DOCUMENT, let(host, name), dialect=dialect) as client:
            await bring(client, author)
            await client.update(author.set(name, 1))
            await client.is_saved(2)
    assert await map_of(host) == {**everything, "ada": 1, "bob": 1}
    async with raw_client(host.url, DOCUMENT, let(host, "eve"), dialect=dialect) as client:
        await client.joined()
        await client.update(bob.set("forged", 1))
        await client.hears("denied")


async def test_17_where_nothing_is_lost_nothing_is_written(host: EngineHost, log: MemoryLog) -> None:
    ada = Author(1)
    async with raw_client(host.url, DOCUMENT, let(host, "ada")) as client:
        await client.joined()
        await client.update(ada.set("a", 1))
        await client.is_saved(1)
        host.engine.database_moved()
        assert await client.ends() == (1012, "document_reloads")
    assert await map_of(host) == {"a": 1}
    assert len(log.rows(DOCUMENT)) == 1


async def test_17_the_servers_own_edits_go_with_the_rows_that_they_belonged_to(
    host: EngineHost, log: MemoryLog
) -> None:
    async def edit(key: str) -> None:
        transaction = MemoryTransaction()
        host.engine.edit(transaction, DOCUMENT, DocumentKind.WHITEBOARD, lambda doc: elements(doc).update({key: 1}))
        await transaction.commit(log)

    async with raw_client(host.url, DOCUMENT, let(host, "ada")) as client:
        await client.joined()
        await edit("one")
        await edit("two")
        await client.until(lambda: elements(client.document()).to_py() == {"one": 1, "two": 1}, "the server's edits")
        log.lose(DOCUMENT, 1)
        host.engine.database_moved()
        assert (await client.ends())[0] == 1012
    # What comes next does not build on what is gone.
    await edit("three")
    async with raw_client(host.url, DOCUMENT, let(host, "ada")) as client:
        await client.joined()
        assert elements(client.document()).to_py() == {"one": 1, "three": 1}


def elements(doc: object) -> pycrdt.Map:
    return doc.get("elements", type=pycrdt.Map)  # type: ignore[attr-defined]


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_13_17_a_restored_backup_gets_back_what_a_stock_client_still_has(dialect: str) -> None:
    log = MemoryLog(DOCUMENT)
    async with yjs_peers() as peers:
        async with engine_host(log) as host:
            port = int(host.url.rpartition(":")[2])
            peer = await (await peers.open(dialect, host.url, DOCUMENT, let(host, "ada"))).synced()
            for number in range(5):
                await peer.do("set", root="map", key=f"a{number}", value=number)
            async with raw_client(host.url, DOCUMENT, let(host, "bob")) as reader:
                await reader.joined()
                await reader.until(lambda: len(reader.map()) == 5, "the edits")
        log.lose(DOCUMENT, len(log.rows(DOCUMENT)) - 1)
        async with engine_host(log, doorkeeper=host.doorkeeper, port=port) as host:
            await peer.do("set", root="map", key="after", value=1)
            expected = {**{f"a{number}": number for number in range(5)}, "after": 1}
            async with raw_client(host.url, DOCUMENT, let(host, "bob")) as reader:
                await reader.joined()
                await reader.until(lambda: reader.map() == expected, "everything")
            assert await peer.do("read", map="map") == expected
