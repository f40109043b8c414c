"""What every update log does: one contract, run against the log in memory and the one on PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import process_time
from uuid import UUID, uuid4

import asyncpg
import pytest

from collab_server.authorship import Authorship
from collab_server.ports import LogRow, NewEpoch, UpdateLog
from collab_server.protocol.update import Summary
from persistence.update_log import PostgresUpdateLog
from tests.memory_log import MemoryLog

USER, SOCKET = uuid4(), uuid4()
DOCUMENTS = [uuid4() for _ in range(5)]
A, B = DOCUMENTS[:2]


@dataclass
class Logs:
    """A log under test, and a second way into the same store."""

    log: UpdateLog
    same_store: UpdateLog


async def make_documents(url: str) -> None:
    """Insert the least that the tables ask for."""
    connection = await asyncpg.connect(url)
    try:
        class_id = uuid4()
        await connection.execute(
            "insert into classes (id, title, join_code) values ($1, 'Physics', 'ABCD2345')", class_id
        )
        await connection.executemany(
            "insert into documents (id, class_id, kind, title, students) values ($1, $2, 'whiteboard', 'Board', 'write')",
            [(document, class_id) for document in DOCUMENTS],
        )
        await connection.executemany(
            "insert into document_heads (document_id) values ($1)", [(document,) for document in DOCUMENTS]
        )
    finally:
        await connection.close()


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.postgres)])
async def logs(request: pytest.FixtureRequest) -> AsyncIterator[Logs]:
    if request.param == "memory":
        log = MemoryLog(*DOCUMENTS)
        yield Logs(log, log)
        return
    url = request.getfixturevalue("database_url")
    await make_documents(url)
    one, two = await PostgresUpdateLog.connect(url), await PostgresUpdateLog.connect(url)
    yield Logs(one, two)
    await one.close()
    await two.close()


def rows(*payloads: bytes) -> list[LogRow]:
    return [LogRow(payload, USER, SOCKET) for payload in payloads]


async def tail(log: UpdateLog, document: UUID) -> list[tuple[int, bytes]]:
    stored = await log.load(document)
    assert stored is not None
    return list(stored.tail)


async def test_2_a_new_document_is_empty_and_an_unknown_one_is_none(logs: Logs) -> None:
    stored = await logs.log.load(A)
    assert stored is not None
    assert (stored.seq, stored.snapshot, stored.snapshot_seq, list(stored.tail)) == (0, None, 0, [])
    assert await logs.log.load(uuid4()) is None


async def test_2_rows_are_numbered_without_gaps_in_the_order_given(logs: Logs) -> None:
    assert await logs.log.append({A: rows(b"1", b"2")}) == {A: 2}
    assert await logs.log.append({A: rows(b"3")}) == {A: 3}
    many = [bytes([n]) for n in range(250)]
    assert await logs.log.append({A: rows(*many)}) == {A: 253}
    assert await tail(logs.same_store, A) == list(enumerate([b"1", b"2", b"3", *many], 1))


async def test_2_bytes_are_kept_as_received(logs: Logs) -> None:
    payload = random.Random(1).randbytes(100_000)
    await logs.log.append({A: rows(payload, b"", b"\x00")})
    assert await tail(logs.log, A) == [(1, payload), (2, b""), (3, b"\x00")]


async def test_2_several_documents_commit_together_and_an_unknown_one_is_left_out(logs: Logs) -> None:
    unknown = uuid4()
    assert await logs.log.append({B: rows(b"b"), unknown: rows(b"x"), A: rows(b"a", b"aa")}) == {A: 2, B: 1}
    assert await logs.log.append({unknown: rows(b"x")}) == {}
    assert await tail(logs.log, A) == [(1, b"a"), (2, b"aa")]
    assert await tail(logs.log, B) == [(1, b"b")]
    assert await logs.log.load(unknown) is None


async def test_2_rows_without_an_author_are_rows(logs: Logs) -> None:
    assert await logs.log.append({A: [LogRow(b"template", None, None)]}) == {A: 1}


async def test_2_writers_of_the_same_documents_neither_deadlock_nor_leave_gaps(logs: Logs) -> None:
    async def write(log: UpdateLog, seed: int) -> list[dict[UUID, int]]:
        rng = random.Random(seed)
        seqs = []
        for number in range(25):
            chosen = rng.sample(DOCUMENTS, k=rng.randint(1, len(DOCUMENTS)))
            seqs.append(
                dict(await log.append({d: rows(*[b"%d/%d" % (seed, number)] * rng.randint(1, 3)) for d in chosen}))
            )
        return seqs

    async with asyncio.timeout(30):
        written = await asyncio.gather(*(write(log, n) for n, log in enumerate([logs.log, logs.same_store] * 3)))
    for document in DOCUMENTS:
        stored = await logs.log.load(document)
        assert stored is not None
        assert [seq for seq, _ in stored.tail] == list(range(1, stored.seq + 1))
        last = [seqs[document] for each in written for seqs in each if document in seqs]
        assert len(set(last)) == len(last) and max(last) == stored.seq
        # Each writer's rows stand in the order in which it wrote them.
        for seed in range(6):
            mine = [int(payload.split(b"/")[1]) for _, payload in stored.tail if payload.startswith(b"%d/" % seed)]
            assert mine == sorted(mine)


async def test_3_a_document_is_its_newest_snapshot_and_the_rows_after_it(logs: Logs) -> None:
    await logs.log.append({A: rows(*(b"%d" % n for n in range(1, 11))), B: rows(b"b")})
    await logs.log.save_snapshot(A, 4, b"state 4")
    await logs.log.save_snapshot(A, 8, b"state 8" * 1_000)
    stored = await logs.same_store.load(A)
    assert stored is not None
    assert (stored.seq, stored.snapshot, stored.snapshot_seq) == (10, b"state 8" * 1_000, 8)
    assert list(stored.tail) == [(9, b"9"), (10, b"10")]
    assert await tail(logs.log, B) == [(1, b"b")]
    # A late one, and the same one again, change nothing.
    await logs.log.save_snapshot(A, 6, b"state 6")
    await logs.log.save_snapshot(A, 8, b"another state 8", halves=b"\x00")
    stored = await logs.log.load(A)
    assert stored is not None
    assert (stored.snapshot, stored.snapshot_seq, stored.halves) == (b"another state 8", 8, b"\x00")
    assert await logs.log.append({A: rows(b"11")}) == {A: 11}


async def test_4_a_quarantined_row_is_left_out_of_every_load_and_its_number_stays(logs: Logs) -> None:
    await logs.log.append({A: rows(b"1", b"2", b"3"), B: rows(b"1", b"2")})
    await logs.log.quarantine(A, 2)
    assert await tail(logs.same_store, A) == [(1, b"1"), (3, b"3")]
    assert len(await tail(logs.log, B)) == 2
    assert await logs.log.append({A: rows(b"4")}) == {A: 4}


async def authors(log: UpdateLog, document: UUID) -> dict[UUID, list[int]]:
    stored = await log.load(document)
    assert stored is not None
    return {person: sorted(ids) for person, ids in stored.authors.items()}


async def test_5_client_ids_belong_to_who_brought_them_first_document_by_document(logs: Logs) -> None:
    bob, largest = uuid4(), 2**53 - 1
    assert await authors(logs.log, A) == {}
    batch = {
        A: [LogRow(b"1", USER, SOCKET, [7, largest]), LogRow(b"2", bob, SOCKET, (8,)), LogRow(b"3", USER, SOCKET)],
        B: [LogRow(b"1", bob, SOCKET, [7])],
        uuid4(): [LogRow(b"x", bob, SOCKET, [9])],
    }
    assert await logs.log.append(batch) == {A: 3, B: 1}
    # Written once more, as after a connection that broke during its commit, and by somebody else.
    assert await logs.log.append({A: [LogRow(b"1", USER, SOCKET, [7, largest])]}) == {A: 4}
    assert await logs.log.append({A: [LogRow(b"4", bob, SOCKET, [7, 9])]}) == {A: 5}
    await logs.log.save_snapshot(A, 4, b"state 4")
    assert await authors(logs.same_store, A) == {USER: [7, largest], bob: [8, 9]}
    assert await authors(logs.same_store, B) == {bob: [7]}
    assert await tail(logs.log, A) == [(5, b"4")]


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[tuple[PostgresUpdateLog, asyncpg.Connection]]:
    await make_documents(database_url)
    log, connection = await PostgresUpdateLog.connect(database_url), await asyncpg.connect(database_url)
    yield log, connection
    await connection.close()
    await log.close()


@pytest.mark.postgres
async def test_2_a_row_says_who_wrote_it_on_which_socket(
    postgres: tuple[PostgresUpdateLog, asyncpg.Connection],
) -> None:
    log, connection = postgres
    await log.append({A: [*rows(b"1"), LogRow(b"2", None, None)]})
    found = await connection.fetch(
        "select user_id, session_id, encoding, created_at from document_updates order by seq"
    )
    assert [(row["user_id"], row["session_id"]) for row in found] == [(USER, SOCKET), (None, None)]
    assert all(row["encoding"] == "v1" and row["created_at"] is not None for row in found)


@pytest.mark.postgres
async def test_1_a_failed_append_writes_nothing_of_any_document(
    postgres: tuple[PostgresUpdateLog, asyncpg.Connection],
) -> None:
    log, connection = postgres
    await connection.execute("alter table document_updates add constraint refuse check (payload <> 'bad')")
    await log.append({A: rows(b"1")})
    for batches in ({A: rows(b"2", b"bad")}, {B: rows(b"2"), A: rows(b"bad")}):
        with pytest.raises(asyncpg.PostgresError):
            await log.append(batches)
    assert await tail(log, A) == [(1, b"1")]
    assert await tail(log, B) == []
    assert await log.append({A: rows(b"2"), B: rows(b"1")}) == {A: 2, B: 1}


@pytest.mark.postgres
async def test_5_the_ids_of_a_failed_append_stay_free(postgres: tuple[PostgresUpdateLog, asyncpg.Connection]) -> None:
    log, connection = postgres
    await connection.execute("alter table document_updates add constraint refuse check (payload <> 'bad')")
    for batches in ({A: [LogRow(b"bad", USER, SOCKET, [7])]}, {B: [LogRow(b"2", USER, SOCKET, [7])], A: rows(b"bad")}):
        with pytest.raises(asyncpg.PostgresError):
            await log.append(batches)
    assert await authors(log, A) == await authors(log, B) == {}


@pytest.mark.postgres
async def test_5_a_document_of_a_hundred_thousand_ids_opens_fast(
    postgres: tuple[PostgresUpdateLog, asyncpg.Connection],
) -> None:
    log, _ = postgres
    people = [uuid4() for _ in range(50)]
    for number, person in enumerate(people):
        await log.append({A: [LogRow(b"x", person, SOCKET, range(number * 2_000, number * 2_000 + 2_000))]})
    before = process_time()
    stored = await log.load(A)
    assert stored is not None
    authorship = Authorship(stored.authors)
    assert process_time() - before < 0.5
    update = Summary(((99_999, 5, 6),), (), {}, has_gap=False)
    assert authorship.introduced(update, people[-1], clocks={99_999: 5}) == ()
    assert authorship.introduced(update, people[0], clocks={99_999: 5}) is None


@pytest.mark.postgres
async def test_1_an_append_that_lost_its_connection_wrote_nothing(
    postgres: tuple[PostgresUpdateLog, asyncpg.Connection],
) -> None:
    log, connection = postgres
    # Somebody else holds the head, so that the append is under way when its connection is cut.
    async with connection.transaction():
        await connection.execute("select from document_heads where document_id = $1 for update", A)
        appending = asyncio.create_task(log.append({A: rows(b"1"), B: rows(b"1")}))
        cut = 0
        async with asyncio.timeout(10):
            while not cut:
                # Within a transaction the list of backends is read once and kept.
                await connection.execute("select pg_stat_clear_snapshot()")
                cut = await connection.fetchval(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    " where wait_event_type = 'Lock' and datname = current_database()"
                )
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await appending
    assert await tail(log, A) == []
    assert await log.append({A: rows(b"1"), B: rows(b"1")}) == {A: 1, B: 1}


@pytest.mark.postgres
async def test_3_old_snapshots_are_forgotten_but_for_one(
    postgres: tuple[PostgresUpdateLog, asyncpg.Connection],
) -> None:
    log, connection = postgres
    await log.append({A: rows(*(b"x" for _ in range(9)))})
    for seq in (2, 4, 6, 8):
        await log.save_snapshot(A, seq, b"state" * seq)
    kept = await connection.fetch("select seq, encoding from document_snapshots order by seq")
    assert [(row["seq"], row["encoding"]) for row in kept] == [(6, "v1+zlib"), (8, "v1+zlib")]
    assert await connection.fetchval("select count(*) from document_updates") == 9


@pytest.mark.postgres
async def test_4_the_bytes_of_a_quarantined_row_are_kept(
    postgres: tuple[PostgresUpdateLog, asyncpg.Connection],
) -> None:
    log, connection = postgres
    await log.append({A: rows(b"broken")})
    await log.quarantine(A, 1)
    row = await connection.fetchrow("select payload, encoding from document_updates")
    assert row is not None and (row["payload"], row["encoding"]) == (b"broken", "quarantined")


@pytest.mark.postgres
async def test_a_deleted_document_takes_its_log_with_it(postgres: tuple[PostgresUpdateLog, asyncpg.Connection]) -> None:
    log, connection = postgres
    await log.append({A: rows(b"1"), B: rows(b"1")})
    await connection.execute("delete from documents where id = $1", A)
    assert await log.load(A) is None
    assert [row[0] for row in await connection.fetch("select document_id from document_updates")] == [B]
    assert await log.append({A: rows(b"2"), B: rows(b"2")}) == {B: 2}


def beginning(*, epoch: int, seq: int, restored: int, retired: list[int]) -> NewEpoch:
    return NewEpoch(epoch, seq, restored, b"state %d" % restored, retired)


async def test_13_a_restored_document_begins_with_one_row_and_keeps_its_history(logs: Logs) -> None:
    bob = uuid4()
    await logs.log.append({A: [LogRow(b"1", USER, SOCKET, [7]), LogRow(b"2", bob, SOCKET, [8]), *rows(b"3")]})
    await logs.log.save_snapshot(A, 2, b"snapshot 2")
    assert await logs.log.begin_epoch(A, beginning(epoch=1, seq=3, restored=1, retired=[5, 7]))
    stored = await logs.same_store.load(A)
    assert stored is not None
    assert (stored.seq, stored.epoch, stored.snapshot, stored.snapshot_seq) == (4, 2, None, 0)
    assert list(stored.tail) == [(4, b"state 1")]
    assert (dict(stored.authors), sorted(stored.retired)) == ({}, [5, 7, 8])
    # A snapshot of the old epoch that comes late is of the old epoch.
    await logs.log.save_snapshot(A, 3, b"snapshot 3")
    assert await tail(logs.log, A) == [(4, b"state 1")]
    # Rows go on in the new one; those of the old one come too late.
    assert await logs.log.append({A: [LogRow(b"5", bob, SOCKET, [9], epoch=2)], B: rows(b"b")}) == {A: 5, B: 1}
    assert await logs.log.append({A: rows(b"late")}) == {}
    await logs.log.save_snapshot(A, 5, b"snapshot 5")
    assert await logs.log.append({A: [LogRow(b"6", bob, SOCKET, epoch=2)]}) == {A: 6}
    assert await authors(logs.log, A) == {bob: [9]}
    expected = {
        0: (1, None, []),
        1: (1, None, [(1, b"1")]),
        3: (1, b"snapshot 3", []),
        4: (2, None, [(4, b"state 1")]),
        6: (2, b"snapshot 5", [(6, b"6")]),
        99: (2, b"snapshot 5", [(6, b"6")]),
    }
    for seq, moment in expected.items():
        stored = await logs.log.load(A, seq=seq)
        assert stored is not None
        assert (stored.epoch, stored.snapshot, list(stored.tail)) == moment
        assert stored.seq == min(seq, 6)


async def test_13_a_document_that_moved_on_does_not_begin_anew(logs: Logs) -> None:
    await logs.log.append({A: rows(b"1", b"2")})
    for epoch, seq in ((1, 1), (2, 2), (1, 3)):
        assert not await logs.log.begin_epoch(A, beginning(epoch=epoch, seq=seq, restored=1, retired=[5]))
    assert not await logs.log.begin_epoch(uuid4(), beginning(epoch=1, seq=0, restored=0, retired=[]))
    assert await tail(logs.log, A) == [(1, b"1"), (2, b"2")]
    for number in range(3):
        assert await logs.log.begin_epoch(A, beginning(epoch=1 + number, seq=2 + number, restored=0, retired=[number]))
    stored = await logs.log.load(A)
    assert stored is not None and (stored.epoch, stored.seq) == (4, 5)
    assert sorted(stored.retired) == [0, 1, 2]


async def test_13_a_moment_is_the_last_row_before_it(logs: Logs) -> None:
    start = datetime.now(UTC)
    await logs.log.append({A: rows(b"1")})
    middle = datetime.now(UTC)
    await logs.log.append({A: rows(b"2", b"3")})
    assert [await logs.log.seq_at(A, moment) for moment in (start, middle, datetime.now(UTC))] == [0, 1, 3]
    assert await logs.log.seq_at(uuid4(), middle) is None


async def test_17_a_log_that_is_shorter_than_is_known_gets_no_row(logs: Logs) -> None:
    assert await logs.log.append({A: rows(b"1", b"2"), B: rows(b"1")}) == {A: 2, B: 1}
    known = LogRow(b"3", USER, SOCKET, after=2)
    assert await logs.log.append({A: [known], B: [known]}) == {A: 3}
    assert await tail(logs.log, B) == [(1, b"1")]


async def test_17_what_was_lost_is_brought_back_once_with_whose_it_is(logs: Logs) -> None:
    await logs.log.append({A: [LogRow(b"1", USER, SOCKET, (7,))]})
    other = uuid4()
    assert not await logs.log.bring_back(A, 1, 0, b"2", {})
    assert not await logs.log.bring_back(A, 2, 1, b"2", {})
    assert await logs.log.bring_back(A, 1, 1, b"2", {7: other, 8: other, 9: USER})
    assert not await logs.same_store.bring_back(A, 1, 1, b"2", {})
    stored = await logs.same_store.load(A)
    assert stored is not None
    assert list(stored.tail) == [(1, b"1"), (2, b"2")]
    assert {person: sorted(ids) for person, ids in stored.authors.items()} == {USER: [7, 9], other: [8]}
    assert [row.author for row in await logs.log.read_rows(A, after=0, until=2)] == [USER, None]
