"""What the server itself changes in documents: within a transaction, in the log's order, seen by whoever is there."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from pycrdt import Doc, Map
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from collab_server.errors import NotFound
from collab_server.ports import Right
from collab_server.protocol.coverage import read_state_vector
from documents.kinds import Kind
from documents.reading import read_roots
from documents.writing import Change
from persistence.database import Database
from persistence.edit_log import PostgresEditLog
from persistence.update_log import PostgresUpdateLog
from tests.engine_host import EngineHost, engine_host
from tests.integration.test_update_log import A, B, make_documents
from tests.memory_log import MemoryLog, MemoryTransaction
from tests.raw_client import Author, RawClient, raw_client

DOCUMENT = uuid4()


def put(key: str, value: Any, root: str = "map") -> Change:
    def change(doc: Doc[Any]) -> None:
        doc.get(root, type=Map)[key] = value

    return change


def refuse(doc: Doc[Any]) -> None:
    doc.get("map", type=Map)["half"] = 1
    raise ValueError("no")


def holds(client: RawClient, content: dict[str, Any]) -> bool:
    return client.map() == content


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog(DOCUMENT)


@pytest.fixture
async def host(log: MemoryLog) -> AsyncIterator[EngineHost]:
    async with engine_host(log) as running:
        yield running


async def edit(host: EngineHost, log: MemoryLog, *changes: Change) -> None:
    transaction = MemoryTransaction()
    for change in changes:
        host.engine.edit(transaction, DOCUMENT, Kind.WHITEBOARD, change)
    await transaction.commit(log)


async def test_2_what_the_server_edits_reaches_everybody_and_comes_back_from_the_log(
    host: EngineHost, log: MemoryLog
) -> None:
    ada, bob = (host.doorkeeper.let(name, DOCUMENT, Right.WRITE) for name in ("ada", "bob"))
    async with (
        raw_client(host.url, DOCUMENT, ada) as one,
        raw_client(host.url, DOCUMENT, bob, dialect="hocuspocus") as two,
    ):
        await one.joined()
        await two.joined()
        await edit(host, log, put("a", 1), put("b", 2))
        for client in (one, two):
            await client.until(partial(holds, client, {"a": 1, "b": 2}), "the edit")
        await one.update(Author(5).set("c", 3))
        await one.is_saved(1)
        await edit(host, log, put("d", 4))
        await one.until(lambda: one.map() == {"a": 1, "b": 2, "d": 4}, "what others wrote")
        await two.until(lambda: two.map() == {"a": 1, "b": 2, "c": 3, "d": 4}, "all edits")
    assert len(log.rows(DOCUMENT)) == 3
    async with raw_client(host.url, DOCUMENT, ada) as again:
        await again.joined()
        assert again.map() == {"a": 1, "b": 2, "c": 3, "d": 4}


async def test_2_a_row_that_nobody_told_of_is_read_from_the_log(host: EngineHost, log: MemoryLog) -> None:
    ada, bob = (host.doorkeeper.let(name, DOCUMENT, Right.WRITE) for name in ("ada", "bob"))
    async with raw_client(host.url, DOCUMENT, ada) as writer, raw_client(host.url, DOCUMENT, bob) as reader:
        await writer.joined()
        await reader.joined()
        unheard = MemoryTransaction()
        host.engine.edit(unheard, DOCUMENT, Kind.WHITEBOARD, put("silent", 1))
        await unheard.steps.pop()()
        await log.append(unheard.batches)
        await writer.update(Author(5).set("mine", 2))
        await writer.is_saved(1)
        await reader.until(lambda: reader.map() == {"silent": 1, "mine": 2}, "both")
        await edit(host, log, put("third", 3))
        await reader.until(lambda: "third" in reader.map(), "what comes after")


async def test_14_an_edit_that_commits_while_the_document_is_opened_is_not_missed(
    host: EngineHost, log: MemoryLog
) -> None:
    ada = host.doorkeeper.let("ada", DOCUMENT, Right.READ)
    await edit(host, log, put("a", 1))
    async with raw_client(host.url, DOCUMENT, ada) as reader:
        await reader.joined()
        await edit(host, log, put("b", 2))
        await reader.until(lambda: reader.map() == {"a": 1, "b": 2}, "both")


async def test_an_edit_that_changes_nothing_writes_nothing(host: EngineHost, log: MemoryLog) -> None:
    await edit(host, log, put("a", 1))
    await edit(host, log, lambda _doc: None)
    assert len(log.rows(DOCUMENT)) == 1


async def test_5_nobody_goes_on_under_the_servers_client_id(host: EngineHost, log: MemoryLog) -> None:
    await edit(host, log, put("a", 1))
    eve = host.doorkeeper.let("eve", DOCUMENT, Right.WRITE)
    async with raw_client(host.url, DOCUMENT, eve) as client:
        await client.joined()
        doc = client.document()
        (server_id,) = read_state_vector(doc.get_state())
        forged: Doc[Any] = Doc(client_id=server_id)
        forged.apply_update(doc.get_update())
        before = forged.get_state()
        forged.get("map", type=Map)["a"] = "forged"
        await client.update(forged.get_update(before))
        assert await client.ends() == (4403, "client_id_of_another_person")


async def undone(database: Database, host: EngineHost, *edits: tuple[UUID, Change]) -> None:
    async with database.transaction() as transaction:
        for document_id, change in edits:
            host.engine.edit(transaction, document_id, Kind.WHITEBOARD, change)


@pytest.mark.postgres
class TestInPostgres:
    """Rows and documents commit together."""

    @pytest.fixture
    async def parts(self, database_url: str) -> AsyncIterator[tuple[Database, PostgresUpdateLog, EngineHost]]:
        await make_documents(database_url)
        database, log = Database(database_url), await PostgresUpdateLog.connect(database_url)
        async with engine_host(log) as host:
            yield database, log, host
        await log.close()
        await database.close()

    async def test_1_an_edit_is_in_the_log_exactly_when_its_transaction_commits(
        self, parts: tuple[Database, PostgresUpdateLog, EngineHost]
    ) -> None:
        database, log, host = parts
        token = host.doorkeeper.let("ada", A, Right.READ)
        async with raw_client(host.url, A, token) as reader:
            await reader.joined()
            async with database.transaction() as transaction:
                host.engine.edit(transaction, A, Kind.WHITEBOARD, put("kept", 1))
                host.engine.edit(transaction, B, Kind.WHITEBOARD, put("kept", 1, "elements"))
            with pytest.raises(ValueError, match="no"):
                await undone(database, host, (A, put("undone", 1)), (B, refuse))
            with pytest.raises(NotFound):
                await undone(database, host, (A, put("undone", 2)), (uuid4(), put("x", 2)))
            async with database.transaction() as transaction:
                host.engine.edit(transaction, A, Kind.WHITEBOARD, put("after", 2))
            await reader.until(lambda: reader.map() == {"kept": 1, "after": 2}, "what was committed")
        for document_id, rows in ((A, 2), (B, 1)):
            stored = await log.load(document_id)
            assert stored is not None
            assert stored.seq == rows
        stored = await log.load(B)
        assert stored is not None
        assert read_roots(Kind.WHITEBOARD, [update for _, update in stored.tail])["elements"] == {"kept": 1}

    async def test_1_an_edit_that_is_all_of_its_transaction_goes_when_a_later_step_fails(
        self, parts: tuple[Database, PostgresUpdateLog, EngineHost]
    ) -> None:
        database, log, host = parts

        async def fail() -> None:
            raise ValueError("no")

        async def edited_and_failed() -> None:
            async with database.transaction() as transaction:
                host.engine.edit(transaction, A, Kind.WHITEBOARD, put("undone", 1))
                transaction.before_commit(fail)

        with pytest.raises(ValueError, match="no"):
            await edited_and_failed()
        stored = await log.load(A)
        assert stored is not None
        assert (stored.seq, list(stored.tail)) == (0, [])

    async def test_2_a_lock_that_is_first_in_its_transaction_is_held_to_its_end(
        self, parts: tuple[Database, PostgresUpdateLog, EngineHost]
    ) -> None:
        database, _, _ = parts
        head = text("select 1 from document_heads where document_id = :id for update nowait")
        async with database.transaction() as transaction:
            await PostgresEditLog().lock(transaction, [A])
            async with database.engine.connect() as other:
                with pytest.raises(DBAPIError, match="could not obtain lock"):
                    await other.execute(head, {"id": A})
        async with database.engine.connect() as other:
            await other.execute(head, {"id": A})

    async def test_2_rows_of_others_are_applied_in_the_logs_order_also_during_a_commit(
        self, parts: tuple[Database, PostgresUpdateLog, EngineHost]
    ) -> None:
        database, log, host = parts
        ada, bob = (host.doorkeeper.let(name, A, Right.WRITE) for name in ("ada", "bob"))
        async with raw_client(host.url, A, ada) as writer, raw_client(host.url, A, bob) as reader:
            await writer.joined()
            await reader.joined()
            async with database.transaction() as transaction:
                await PostgresEditLog().lock(transaction, [A])
                await writer.update(Author(5).set("mine", 1))
                await writer.asked_and_answered()
                host.engine.edit(transaction, A, Kind.WHITEBOARD, put("servers", 2))
            await writer.is_saved(1)
            await reader.until(lambda: reader.map() == {"mine": 1, "servers": 2}, "both")
        stored = await log.load(A)
        assert stored is not None
        servers, mine = (update for _, update in stored.tail)
        assert (b"servers" in servers, b"mine" in mine) == (True, True)
        assert reader.of("update") == [servers, mine]

    async def test_2_many_edits_at_once_leave_a_gapless_log_and_equal_copies(
        self, parts: tuple[Database, PostgresUpdateLog, EngineHost]
    ) -> None:
        database, log, host = parts
        tokens = [host.doorkeeper.let(name, A, Right.WRITE) for name in ("ada", "bob")]
        async with raw_client(host.url, A, tokens[0]) as writer, raw_client(host.url, A, tokens[1]) as reader:
            await writer.joined()
            await reader.joined()
            author = Author(7)

            async def from_the_server(number: int) -> None:
                async with database.transaction() as transaction:
                    # Both orders of naming the documents: locks are taken in one.
                    for document_id in (A, B) if number % 2 else (B, A):
                        host.engine.edit(transaction, document_id, Kind.WHITEBOARD, put(f"server{number}", number))

            async def from_the_socket() -> None:
                for number in range(40):
                    await writer.update(author.set(f"socket{number}", number))

            await asyncio.gather(from_the_socket(), *(from_the_server(number) for number in range(40)))
            await writer.is_saved(40)
            await reader.until(lambda: len(reader.map()) == 80, "everything")
            await writer.until(lambda: len(writer.map()) == 40, "what the server wrote")
        stored = await log.load(A)
        assert stored is not None
        assert stored.seq == 80
        assert [seq for seq, _ in stored.tail] == list(range(1, 81))
