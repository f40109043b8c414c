"""Rule 3: rows of the log whose time is over go, and nothing else changes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pycrdt
import pytest

from collab_server import retention as retention_module
from collab_server.app import retention_of
from collab_server.live import NeededPast
from collab_server.ports import MomentNotKept, NewEpoch, Right
from collab_server.settings import Settings
from documents.kinds import Kind
from persistence import log_retention
from persistence.connecting import Address
from persistence.database import Database
from persistence.update_log import PostgresUpdateLog
from tests.engine_host import engine_host
from tests.integration.old_rows import (
    DOCUMENT,
    LAST,
    OLD,
    YOUNG,
    ListedPast,
    Node,
    age,
    read,
    retaining,
    rows,
    snapshots,
    sql,
    state,
    write,
)
from tests.integration.test_update_log import DOCUMENTS, make_documents
from tests.raw_client import Author, raw_client
from tests.yjs_peers import yjs_peers

pytestmark = pytest.mark.postgres


@pytest.fixture
async def url(database_url: str) -> str:
    await make_documents(database_url)
    return database_url


@pytest.fixture
async def node(url: str) -> AsyncIterator[Node]:
    """A board with 30 rows that are 40 days old, and ten of today."""
    async with retaining(url) as node:
        await write(node.log, Author(1), LAST)
        await age(url, OLD, days=40)
        yield node


async def test_3_rows_whose_time_is_over_go_and_the_document_is_byte_for_byte_what_it_was(node: Node, url: str) -> None:
    before = await state(node)
    loaded = await node.log.load(DOCUMENT)
    assert await node.retention.remove() == OLD - 1
    assert await rows(url) == list(range(OLD, LAST + 1))
    assert await snapshots(url) == [(OLD, True)]
    assert await state(node) == before
    again = await node.log.load(DOCUMENT)
    assert loaded is not None
    assert again is not None
    assert (again.seq, again.epoch, again.authors) == (loaded.seq, loaded.epoch, loaded.authors)
    assert b"lectern_history_rows_removed_total 29.0" in node.metrics.exposition()
    assert await node.retention.remove() == 0


async def test_3_every_moment_that_is_kept_is_as_it_was_and_earlier_ones_are_refused(node: Node) -> None:
    before = {seq: await state(node, seq) for seq in range(LAST + 1)}
    await node.retention.remove()
    for seq in (0, *range(OLD, LAST + 1)):
        assert await state(node, seq) == before[seq], seq
    for seq in range(1, OLD):
        with pytest.raises(MomentNotKept):
            await state(node, seq)
    now = datetime.now(UTC)
    assert await node.log.seq_at(DOCUMENT, now) == LAST
    assert await node.log.seq_at(DOCUMENT, now - timedelta(days=5)) == OLD
    with pytest.raises(MomentNotKept):
        await node.log.seq_at(DOCUMENT, now - timedelta(days=100))
    with pytest.raises(MomentNotKept):
        await node.log.read_rows(DOCUMENT, after=OLD - 2, until=LAST)
    assert [row.seq for row in await node.log.read_rows(DOCUMENT, after=OLD, until=LAST)] == list(range(31, 41))


async def test_3_moments_that_somebody_needs_stay_for_ever(url: str) -> None:
    past = ListedPast(NeededPast(moments=[5, 12, OLD, 35], watched=True))
    async with retaining(url, past=past) as node:
        author = Author(1)
        await write(node.log, author, LAST)
        before = {seq: await state(node, seq) for seq in range(LAST + 1)}
        await age(url, OLD, days=40)
        assert await node.retention.remove() == OLD - 1
        assert await snapshots(url) == [(5, True), (12, True), (OLD, True)]
        assert past.told == [(OLD, [before[5], before[12], before[OLD]])]
        # A hundred days later: all of that is old, and nobody needs the twelfth any more.
        await age(url, LAST, days=100)
        past.needs = NeededPast(moments=[5, OLD, 35])
        assert await node.retention.remove() == YOUNG
        assert await snapshots(url) == [(5, True), (OLD, True), (35, True), (LAST, True)]
        assert await rows(url) == [LAST]
        for seq in (5, OLD, 35, LAST):
            assert await state(node, seq) == before[seq]
        for seq in (4, 6, 12, 36):
            with pytest.raises(MomentNotKept):
                await state(node, seq)


async def test_3_rows_that_somebody_has_still_to_read_stay(url: str) -> None:
    past = ListedPast(NeededPast(rows_after=7))
    async with retaining(url, past=past) as node:
        await write(node.log, Author(1), LAST)
        await age(url, OLD, days=40)
        assert await node.retention.remove() == 6
        assert await rows(url) == list(range(7, LAST + 1))
        assert await node.retention.remove() == 0
        past.needs = NeededPast()
        assert await node.retention.remove() == OLD - 7


async def test_3_nothing_goes_before_its_time(url: str) -> None:
    async with retaining(url) as node:
        await write(node.log, Author(1), LAST)
        await age(url, OLD, days=30)
        # Not yet: rows of a document go together, those of a day.
        assert await node.retention.remove() == 0
        await age(url, 2, days=2)
        assert await node.retention.remove() == OLD - 1
        assert await snapshots(url) == [(OLD, True)]
        # A document of one row has nothing before it.
        await write(node.log, Author(2), 1, DOCUMENTS[1])
        await age(url, 1, days=400, document=DOCUMENTS[1])
        assert await node.retention.remove() == 0
        assert await snapshots(url, DOCUMENTS[1]) == []


async def test_3_a_row_that_is_younger_than_a_later_one_stays_with_all_that_follow(node: Node, url: str) -> None:
    await sql(url, "update document_updates set created_at = now() where document_id = $1 and seq = 11", DOCUMENT)
    assert await node.retention.remove() == 9
    assert await rows(url) == list(range(10, LAST + 1))


async def test_without_the_setting_everything_is_kept(url: str) -> None:
    log, address = PostgresUpdateLog(url), Address(url)
    database = Database(address)
    async with engine_host(log) as host:
        parts = partial(retention_of, engine=host.engine, log=log, database=database, address=address)
        assert parts(Settings()) == ()
        assert len(parts(Settings(history_days=90))) == 1
    await database.close()


async def test_3_a_long_history_goes_in_steps_and_in_batches(
    node: Node, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await state(node)
    monkeypatch.setattr(log_retention, "STEP_ROWS", 7)
    monkeypatch.setattr(retention_module, "BATCH_ROWS", 2)
    assert await node.retention.remove() == OLD - 1
    assert await rows(url) == list(range(OLD, LAST + 1))
    assert await snapshots(url) == [(OLD, True)]
    assert await state(node) == before


async def test_3_a_step_is_bounded_in_bytes_and_however_large_rows_are_it_is_one(
    node: Node, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_retention, "STEP_BYTES", 1)
    before = datetime.now(UTC) - timedelta(days=30)
    assert await node.rows.beginning(DOCUMENT, before=before) == (0, 2, 1)
    assert await node.retention.remove() == OLD - 1
    assert await rows(url) == list(range(OLD, LAST + 1))


@pytest.mark.parametrize("step", ["begin_at", "remove", "begins"])
async def test_3_killed_in_the_middle_the_document_is_what_it_was_and_the_next_time_goes_on(
    url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    past = ListedPast(NeededPast(moments=[5], watched=True))
    async with retaining(url, past=past) as node:
        await write(node.log, Author(1), LAST)
        await age(url, OLD, days=40)
        before = {seq: await state(node, seq) for seq in (5, *range(OLD, LAST + 1))}
        monkeypatch.setattr(retention_module, "BATCH_ROWS", 4)
        where: Any = past if step == "begins" else node.rows
        whole, calls = getattr(where, step), 0

        async def killed(*parts: Any, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == (3 if step == "remove" else 1):
                raise ConnectionResetError
            return await whole(*parts, **more)

        with monkeypatch.context() as patch:
            patch.setattr(where, step, killed)
            await node.retention.remove()
        left = {"begin_at": 1, "begins": 1, "remove": 9}[step]
        assert await rows(url) == list(range(left, LAST + 1))
        for seq, was in before.items():
            assert await state(node, seq) == was
        assert await node.retention.remove() == OLD - left
        assert [seq for seq, _ in past.told][-1] == OLD
        for seq, was in before.items():
            assert await state(node, seq) == was


async def test_3_a_beginning_that_is_rolled_back_leaves_no_trace(node: Node, url: str) -> None:
    before = await state(node)
    await node.snapshots.take(DOCUMENT, min_rows=1)
    kept = await snapshots(url)
    # The last of its statements fails.
    await sql(
        url,
        "create function no() returns trigger language plpgsql as $$ begin raise 'no'; end $$",
    )
    await sql(
        url,
        "create trigger no before delete on document_snapshots for each statement execute function no()",
    )
    assert await node.retention.remove() == 0
    assert (await snapshots(url), await rows(url)) == (kept, list(range(1, LAST + 1)))
    assert await state(node) == before


async def test_3_of_two_nodes_one_removes(node: Node, url: str) -> None:
    async with retaining(url) as other:
        found = await asyncio.gather(node.retention.remove(), other.retention.remove())
        assert sum(found) == OLD - 1
        assert sorted(found)[0] == 0
        await age(url, LAST, days=100)
        async with other.rows.alone() as alone:
            assert alone
            assert await node.retention.remove() == 0
        assert await node.retention.remove() == YOUNG


async def test_3_moments_of_earlier_epochs_go_with_their_rows_and_their_ids_stay_taken(url: str) -> None:
    async with retaining(url) as node:
        await write(node.log, Author(1), 20)
        moment = await state(node, 5)
        assert await node.log.begin_epoch(DOCUMENT, NewEpoch(1, 20, 5, moment, [1]))
        await write(node.log, Author(9), 10, epoch=2)
        before = await node.log.load(DOCUMENT)
        content = await state(node)
        await age(url, 25, days=40)
        assert await node.retention.remove() == 24
        after = await node.log.load(DOCUMENT)
        assert before is not None
        assert after is not None
        assert (after.epoch, after.authors, after.retired) == (2, before.authors, before.retired)
        assert await state(node) == content
        assert await snapshots(url) == [(25, True)]
        # And where the history begins before an epoch does.
        await age(url, 31, days=100)
        await node.retention.remove()
        assert await rows(url) == [31]
        assert await state(node) == content


async def test_3_what_the_history_begins_with_outlives_newer_snapshots(node: Node, url: str) -> None:
    moment = await state(node, OLD)
    await node.retention.remove()
    for number in range(4):
        await write(node.log, Author(100 + number), 3)
        await node.snapshots.take(DOCUMENT, min_rows=1)
    assert await snapshots(url) == [(OLD, True), (LAST + 9, False), (LAST + 12, False)]
    assert await state(node, OLD) == moment


async def test_2_a_document_whose_beginning_cannot_be_read_does_not_open(node: Node, url: str) -> None:
    await node.retention.remove()
    await sql(url, "update document_snapshots set payload = '\\x00' where document_id = $1", DOCUMENT)
    with pytest.raises(MomentNotKept):
        await node.log.load(DOCUMENT)
    async with engine_host(node.log) as host:
        host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        async with raw_client(host.url, DOCUMENT, "ada") as client:
            assert await client.ends() == (1013, "try_again_later")
    assert await rows(url) == list(range(OLD, LAST + 1))


async def test_3_a_document_that_cannot_be_merged_keeps_its_rows_and_others_go_on(node: Node, url: str) -> None:
    await write(node.log, Author(3), 5, DOCUMENTS[1])
    await age(url, 5, days=400, document=DOCUMENTS[1])
    moments = node.snapshots.moments

    async def failing(document_id: UUID, seqs: Any) -> Any:
        if document_id == min(DOCUMENTS[0], DOCUMENTS[1]):
            raise ConnectionResetError
        return await moments(document_id, seqs)

    node.snapshots.moments = failing  # type: ignore[method-assign]
    assert await node.retention.remove() in {4, OLD - 1}


async def test_3_a_room_that_is_written_in_meanwhile_notices_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_module, "BATCH_ROWS", 1)
    async with retaining(url) as node:
        ada = Author(1)
        await write(node.log, ada, LAST)
        await age(url, OLD, days=40)
        log = await PostgresUpdateLog.connect(url)
        async with engine_host(log) as host:
            for name in ("ada", "bob"):
                host.doorkeeper.let(name, DOCUMENT, Right.WRITE)
            async with (
                raw_client(host.url, DOCUMENT, "ada") as client,
                raw_client(host.url, DOCUMENT, "bob") as watching,
            ):
                await client.joined()
                await watching.joined()
                removing = asyncio.create_task(node.retention.remove())
                sent, author = 0, Author(77)
                while not removing.done() or sent < 20:
                    await client.update(author.set(f"meanwhile {sent}", sent))
                    sent += 1
                    await client.is_saved(sent)
                assert await removing == OLD - 1
                await watching.until(lambda: len(watching.map()) == 14 + sent, "all edits")
                expected = watching.map()
            assert await rows(url) == list(range(OLD, LAST + sent + 1))
        async with (
            engine_host(log, doorkeeper=host.doorkeeper) as restarted,
            raw_client(restarted.url, DOCUMENT, "bob") as newcomer,
        ):
            await newcomer.joined()
            assert newcomer.map() == expected
        await log.close()


@pytest.mark.node
async def test_3_stock_clients_open_a_document_with_a_removed_past_and_bring_offline_work_of_before(
    node: Node, url: str
) -> None:
    before = await state(node)
    async with engine_host(node.log) as host, yjs_peers() as peers:
        host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        away = await peers.open("hocuspocus", host.url, DOCUMENT, "ada")
        await away.synced()
        await away.do("disconnect")
        await away.do("set", root="map", key="offline", value=1)
        await node.retention.remove()
        for dialect in ("y-websocket", "hocuspocus"):
            peer = await peers.open(dialect, host.url, DOCUMENT, "ada")
            await peer.synced()
            assert read(await peer.update()) == read(before)
        await away.do("connect")
        await away.saved()
        assert read(await host.engine.export(DOCUMENT)) == {**read(before), "offline": 1}


async def test_2_an_edit_by_the_server_goes_on_from_a_copy_of_long_ago(node: Node, url: str) -> None:
    database = Database(url)
    async with engine_host(node.log) as host:

        async def edit(key: str) -> None:
            def put(doc: pycrdt.Doc[Any]) -> None:
                doc.get("elements", type=pycrdt.Map)[key] = 1

            async with database.transaction() as transaction:
                host.engine.edit(transaction, DOCUMENT, Kind.WHITEBOARD, put)

        await edit("first")
        await write(node.log, Author(50), 10)
        await age(url, LAST + 8, days=40)
        await node.retention.remove()
        assert await rows(url) == list(range(LAST + 8, LAST + 12))
        await edit("second")
        doc: pycrdt.Doc[Any] = pycrdt.Doc()
        doc.apply_update(await host.engine.export(DOCUMENT))
        assert doc.get("elements", type=pycrdt.Map).to_py() == {"first": 1, "second": 1}
        assert "key 9" in doc.get("map", type=pycrdt.Map).to_py()
    await database.close()
