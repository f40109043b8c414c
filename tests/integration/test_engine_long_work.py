"""Rule 16: long work is done in another process, and nothing of rules 1 to 8 is different for it. On a real PostgreSQL."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import asyncpg
import pytest

from collab_server import snapshots, worker
from collab_server.errors import NotAllowed, Overloaded
from collab_server.merging import DifferentState
from collab_server.ports import LogRow, Right
from collab_server.protocol.codec import string, uint
from collab_server.registry import RegistryLimits
from collab_server.room_host import RoomLimits
from collab_server.session import SessionLimits
from collab_server.worker import Worker
from persistence.update_log import PostgresUpdateLog
from tests.engine_host import LIMITS, EngineHost, engine_host
from tests.integration.test_update_log import A, B, make_documents
from tests.raw_client import DIALECTS, Author, RawClient, eventually, raw_client

pytestmark = pytest.mark.postgres

MIB = 1024 * 1024
WALKED_HERE_BYTES = 1_000
ROOMY = replace(
    LIMITS,
    registry=RegistryLimits(unload_seconds=30, room=RoomLimits(document_max_bytes=64 * MIB)),
    session=SessionLimits(message_max_bytes=MIB, first_sync_max_bytes=16 * MIB, walk_here_max_bytes=WALKED_HERE_BYTES),
)
BROKEN = b"\xff\xff\xff"
STROKE = b"\x75" + uint(100) + b"".join(b"\x7b" + bytes(6) + bytes((n, 64)) for n in range(100))
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


def drawing(size: int, *, client: int = 7) -> bytes:
    """Return a whiteboard of many strokes as one update of at most `size` bytes."""
    count = (size - 20) // (len(STROKE) + 20)
    strokes = (
        b"\x28\x01" + string("map") + string(f"{client} {number:06}") + b"\x01" + STROKE for number in range(count)
    )
    return uint(1) + uint(count) + uint(client) + b"\x00" + b"".join(strokes) + b"\x00"


@dataclass
class Store:
    """The log, and a way to damage what it keeps."""

    log: PostgresUpdateLog
    url: str

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetch(statement, *arguments)
        finally:
            await connection.close()

    async def payloads(self, document: UUID) -> list[bytes]:
        found = await self.fetch("select payload from document_updates where document_id = $1 order by seq", document)
        return [row["payload"] for row in found]

    async def snapshot_seqs(self, document: UUID) -> list[int]:
        found = await self.fetch("select seq from document_snapshots where document_id = $1 order by seq", document)
        return [row["seq"] for row in found]


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    await make_documents(database_url)
    log = await PostgresUpdateLog.connect(database_url)
    yield Store(log, database_url)
    await log.close()


@pytest.fixture
async def host(store: Store) -> AsyncIterator[EngineHost]:
    async with engine_host(store.log, limits=ROOMY) as running:
        for document in (A, B):
            for name in ("ada", "bob"):
                running.doorkeeper.let(name, document, Right.WRITE)
        yield running


@contextmanager
def frozen(pid: int | None) -> Iterator[None]:
    """Let a process stand still: what it was given is not done before the block ends."""
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


async def worker_of(host: EngineHost) -> int:
    """Start the engine's worker, if need be; returns its process."""
    await host.engine.registry.worker.walk(b"\x00\x00")
    pid = host.engine.registry.worker.pid
    assert pid is not None
    return pid


def metric(host: EngineHost, name: str) -> float:
    lines = host.engine.metrics.exposition().decode().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


async def test_16_a_16_mib_first_sync_does_not_keep_another_room_waiting(host: EngineHost, store: Store) -> None:
    whole, author = drawing(16 * MIB - 100), Author(1)
    pid = await worker_of(host)
    async with (
        raw_client(host.url, A, "ada") as bringer,
        raw_client(host.url, B, "bob") as writer,
    ):
        await bringer.joined()
        await writer.joined()
        with frozen(pid):
            await bringer.step2(whole)
            for count in range(1, 51):
                await writer.update(author.set("a", count))
                await writer.is_saved(count)
            assert bringer.saved() == 0 and await store.payloads(A) == []
        await bringer.is_saved(1)
    assert await store.payloads(A) == [whole]


@each_dialect
async def test_16_nothing_overtakes_a_long_update(host: EngineHost, store: Store, dialect: str) -> None:
    author = Author(1)
    pid = await worker_of(host)
    sent = [
        author.set("a", 1),
        drawing(20_000, client=7),
        author.set("b", 2),
        drawing(30_000, client=8),
        author.set("c", 3),
    ]
    async with (
        raw_client(host.url, A, "ada", dialect=dialect) as writer,
        raw_client(host.url, A, "bob", dialect=dialect) as reader,
    ):
        await writer.joined()
        await reader.joined()
        with frozen(pid):
            for update in sent:
                await writer.update(update)
            await writer.is_saved(1)
            await reader.asked_and_answered()
            assert reader.of("update") == sent[:1]
        await writer.is_saved(5)
        await reader.until(lambda: reader.of("update") == sent, "all in order")
    assert await store.payloads(A) == sent


async def test_16_a_worker_that_dies_lets_nothing_pass_unchecked(host: EngineHost, store: Store) -> None:
    pid = await worker_of(host)
    update = drawing(20_000)
    async with raw_client(host.url, A, "ada") as writer:
        await writer.joined()
        with frozen(pid):
            await writer.update(update)
            await writer.update(Author(1).set("a", 1))
            os.kill(pid, signal.SIGKILL)
            assert await writer.ends() == (1013, "try_again_later")
    assert await store.payloads(A) == []
    assert metric(host, "lectern_worker_failures_total") == 1
    async with raw_client(host.url, A, "ada") as writer:
        await writer.joined()
        await writer.update(update)
        await writer.is_saved(1)
    assert await worker_of(host) != pid


async def test_4_16_a_long_update_that_is_malformed_is_refused_as_ever(host: EngineHost, store: Store) -> None:
    async with raw_client(host.url, A, "ada") as writer:
        await writer.joined()
        await writer.update(drawing(20_000)[:-5])
        assert await writer.ends() == (4400, "message ends early")
    assert await store.payloads(A) == []


async def refused(host: EngineHost, how: str) -> None:
    if how == "access":
        host.doorkeeper.let("ada", A, None)
        await host.engine.access_changed(document_id=A)
    elif how == "kick":
        for session in list(host.engine.sessions(document_id=A)):
            session.end(NotAllowed("ended_by_administrator"))
    else:
        host.doorkeeper.let("ada", A, Right.READ)
        await host.engine.access_changed(document_id=A)


@pytest.mark.parametrize(
    ("how", "ending"),
    [("access", (4404, "not_found")), ("kick", (4403, "ended_by_administrator")), ("reading", (4403, "write_refused"))],
)
async def test_7_8_16_a_session_that_may_not_go_on_takes_its_long_update_with_it(
    host: EngineHost, store: Store, how: str, ending: tuple[int, str]
) -> None:
    pid = await worker_of(host)
    async with raw_client(host.url, A, "ada") as writer:
        await writer.joined()
        with frozen(pid):
            await writer.update(drawing(20_000))
            await eventually(lambda: host.engine.registry.worker.busy, "the update to be walked")
            await refused(host, how)
        assert await writer.ends() == ending
    await worker_of(host)
    assert await store.payloads(A) == []


@each_dialect
async def test_16_what_a_client_sent_before_it_left_counts(host: EngineHost, store: Store, dialect: str) -> None:
    pid = await worker_of(host)
    update, last = drawing(20_000), Author(1).set("a", 1)
    with frozen(pid):
        async with raw_client(host.url, A, "ada", dialect=dialect) as writer:
            await writer.joined()
            await writer.update(update)
            await writer.update(last)
        await eventually(lambda: metric(host, "lectern_sockets") == 0, "the socket to close")
        assert await store.payloads(A) == []
    await eventually(lambda: metric(host, "lectern_sessions") == 0, "the session to end")
    async with raw_client(host.url, A, "bob") as reader:
        await reader.joined()
        await reader.until(lambda: reader.map().get("a") == 1, "the last word")
    assert await store.payloads(A) == [update, last]


async def test_11_16_what_waits_behind_a_long_update_is_bounded(host: EngineHost, store: Store) -> None:
    pid = await worker_of(host)
    async with raw_client(host.url, A, "ada") as writer:
        await writer.joined()
        with frozen(pid):
            await writer.step2(drawing(20_000))
            for _ in range(17):
                await writer.update(bytes(MIB))
            assert await writer.ends() == (1013, "try_again_later")
    assert await store.payloads(A) == []


async def test_11_16_what_waits_for_the_worker_is_bounded(host: EngineHost) -> None:
    busy = host.engine.registry.worker
    with frozen(await worker_of(host)), patch.object(worker, "WAITING_MAX_BYTES", 90_000):
        jobs = [asyncio.create_task(busy.walk(drawing(40_000))) for _ in range(3)]
        await eventually(jobs[2].done, "the third to be refused")
        with pytest.raises(Overloaded):
            await jobs[2]
        assert not jobs[0].done() and not jobs[1].done()
    await asyncio.gather(*jobs[:2])


async def test_1_16_a_server_that_stops_does_not_wait_for_what_it_has_not_taken(store: Store) -> None:
    async with engine_host(store.log, limits=ROOMY) as host:
        host.doorkeeper.let("ada", A, Right.WRITE)
        pid = await worker_of(host)
        async with raw_client(host.url, A, "ada") as writer:
            await writer.joined()
            os.kill(pid, signal.SIGSTOP)
            await writer.update(drawing(20_000))
            await eventually(lambda: host.engine.registry.worker.busy, "the update to be walked")
            await host.engine.close()
            assert await writer.ends() == (1012, "server_restarts")
        assert not Path(f"/proc/{pid}").exists()
    assert await store.payloads(A) == []


async def written(store: Store, count: int, *, broken: bool = False) -> Author:
    """Write a log of many small rows, one of which may be beyond the CRDT library."""
    author = Author(1)
    rows = [author.set(str(number % 7), number) for number in range(count)]
    if broken:
        rows.insert(count // 2, BROKEN)
    await store.log.append({A: [LogRow(row, None, None) for row in rows]})
    return author


async def reads(host: EngineHost) -> RawClient:
    async with raw_client(host.url, A, "bob") as reader:
        return await reader.joined()


async def test_3_16_a_long_log_is_merged_elsewhere_and_kept_as_a_snapshot(host: EngineHost, store: Store) -> None:
    author = await written(store, 100, broken=True)
    with patch.object(snapshots, "LONG_TAIL_ROWS", 90):
        assert (await reads(host)).map() == author.map.to_py()
    assert host.engine.registry.worker.pid is not None
    assert metric(host, "lectern_quarantined_updates_total") == 1
    (room,) = host.engine.registry.rooms()
    assert room.seq == 101
    await host.engine.registry.settled()
    assert await store.snapshot_seqs(A) == [101]
    assert len(await store.payloads(A)) == 101


async def test_3_16_a_long_log_opens_also_where_its_merged_state_is_not_trusted(host: EngineHost, store: Store) -> None:
    author = await written(store, 20)
    with patch.object(snapshots, "LONG_TAIL_ROWS", 10), patch.object(Worker, "merge", side_effect=DifferentState):
        assert (await reads(host)).map() == author.map.to_py()
    assert await store.snapshot_seqs(A) == []


async def test_3_16_an_open_document_that_has_grown_gets_a_snapshot(host: EngineHost, store: Store) -> None:
    author = Author(1)
    with patch.multiple(snapshots, GROWN_ROWS=60, LONG_ROWS=10):
        async with raw_client(host.url, A, "ada") as writer:
            await writer.joined()
            (room,) = host.engine.registry.rooms()
            for number in range(1, 62):
                await writer.update(author.set("a", number))
                await writer.is_saved(number)
            await host.engine.registry.settled()
            assert host.engine.registry.rooms() == [room]
            seqs = await store.snapshot_seqs(A)
            assert len(seqs) == 1 and seqs[0] >= 60
    assert len(await store.payloads(A)) == 61


@pytest.mark.parametrize(("rests", "taken"), [(0, 2), (1e9, 1)])
async def test_3_16_one_that_grows_without_pause_gets_the_next_snapshot_after_a_rest(
    host: EngineHost, store: Store, rests: float, taken: int
) -> None:
    author = Author(1)
    with patch.multiple(snapshots, GROWN_ROWS=60, LONG_ROWS=10, RESTS=rests):
        async with raw_client(host.url, A, "ada") as writer:
            await writer.joined()
            for number in range(1, 123):
                await writer.update(author.set("a", number))
                await writer.is_saved(number)
                await host.engine.registry.settled()
            assert len(await store.snapshot_seqs(A)) == taken


@pytest.mark.parametrize("spoilt", [b"no snapshot", BROKEN])
async def test_3_a_snapshot_that_cannot_be_read_is_replaced_by_the_one_before_it(
    host: EngineHost, store: Store, spoilt: bytes
) -> None:
    author = await written(store, 60)
    await host.engine.registry.keep_snapshot(A)
    await store.log.append({A: [LogRow(author.set("later", 1), None, None)]})
    await host.engine.registry.keep_snapshot(A)
    assert await store.snapshot_seqs(A) == [60, 61]
    await spoil(store, spoilt, seq=61)
    assert (await reads(host)).map() == author.map.to_py()
    assert metric(host, "lectern_unreadable_snapshots_total") == 1
    # The next one takes its place.
    await host.engine.registry.keep_snapshot(A)
    stored = await store.log.load(A)
    assert stored is not None and (stored.snapshot_seq, list(stored.unreadable)) == (61, [])


async def test_3_where_no_snapshot_can_be_read_the_log_alone_is(host: EngineHost, store: Store) -> None:
    author = await written(store, 60)
    rows = await store.payloads(A)
    for seq, spoilt in ((60, BROKEN), (61, b"no snapshot")):
        await host.engine.registry.keep_snapshot(A)
        await spoil(store, spoilt, seq=seq)
        await store.log.append({A: [LogRow(author.set("later", seq), None, None)]})
    async with raw_client(host.url, A, "bob") as reader:
        await reader.joined()
        assert reader.map() == author.map.to_py()
        await reader.update(Author(2).set("more", 1))
        await reader.is_saved(1)
    assert metric(host, "lectern_unreadable_snapshots_total") >= 2
    assert (await store.payloads(A))[:60] == rows


async def spoil(store: Store, spoilt: bytes, *, seq: int) -> None:
    """Damage a snapshot: bytes that do not unpack, or a state that cannot be applied."""
    if spoilt == BROKEN:
        await store.log.save_snapshot(A, seq, BROKEN)
    else:
        await store.fetch(
            "update document_snapshots set payload = $1 where document_id = $2 and seq = $3", spoilt, A, seq
        )


async def test_13_16_a_long_document_is_exported_and_restored_by_the_worker(host: EngineHost, store: Store) -> None:
    author = await written(store, 20)
    earlier = author.map.to_py()
    await store.log.append({A: [LogRow(author.set("later", 1), None, None)]})
    with patch.multiple(snapshots, LONG_BYTES=0, LONG_ROWS=0):
        exported = Author(3)
        exported.doc.apply_update(await host.engine.export(A))
        assert exported.map.to_py() == author.map.to_py()
        assert await host.engine.restore(A, seq=20) == 2
    assert (await reads(host)).map() == earlier
