"""The update log on PostgreSQL: gapless rows per document, snapshots beside them. Implements the engine's port `UpdateLog`.

A restored document goes on in a new epoch, whose first row holds its whole content; the rows before that one are history.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from collab_server.ports import CommittedRow, MomentNotKept
from persistence.connecting import Address
from persistence.log_rows import Connection, Row, append_beside_others, append_rows

CONNECTIONS = 4
APPEND_SECONDS = 5.0
READ_SECONDS = 30.0
"""After so long the database counts as away. asyncpg itself waits for ever for one that neither answers nor hangs up."""
COMPRESSION_LEVEL = 1
"""Snapshots are written often and read rarely; more effort gains a few percent."""
PACK_HERE_BYTES = 256 * 1024
"""Larger snapshots are packed and unpacked in a thread, beside the event loop: zlib lets others run meanwhile."""

_HEAD = "select seq, epoch from document_heads where document_id = $1"

_EPOCH_OF_ROW = """
select epoch, first_seq from document_epochs where document_id = $1 and first_seq <= $2 order by epoch desc limit 1
"""

_SEQ_AT = "select coalesce(max(seq), 0) from document_updates where document_id = $1 and created_at <= $2"

# One row per person, whatever the number of ids: a document of many visits opens as fast as one of few.
_AUTHORS = """
select case when epoch = $2 then user_id end as user_id, array_agg(client_id) as client_ids
from document_authors where document_id = $1 and (epoch < $2 or epoch = $2 and user_id is not null) group by 1
"""

_NEWEST_SNAPSHOT = """
select seq, payload, halves from document_snapshots
where document_id = $1 and seq between $2 and $3 and encoding = 'v1+zlib' order by seq desc limit 1
"""

# Rows that are left out come without their bytes: whether any is missing can be seen only with all of them.
_TAIL = """
select seq, case when encoding = 'v1' then payload end as payload from document_updates
where document_id = $1 and seq > $2 and seq <= $3 order by seq
"""

# Whose the client ids are that a row brings: nobody's, where the server wrote it itself.
_ROWS = """
select seq, case when encoding = 'v1' then payload end as payload,
    case when session_id is not null then user_id end as author from document_updates
where document_id = $1 and seq > $2 and seq <= $3 order by seq
"""

_FIRST_KEPT = "select min(seq) from document_updates where document_id = $1"

_HEADS = "select document_id, epoch, seq from document_heads where document_id = any($1::uuid[])"

_SAVE_SNAPSHOT = """
insert into document_snapshots (document_id, seq, encoding, payload, halves) values ($1, $2, 'v1+zlib', $3, $4)
on conflict (document_id, seq)
    do update set encoding = excluded.encoding, payload = excluded.payload, halves = excluded.halves
"""

# Older snapshots are derived and superseded; one is kept in case the newest proves unreadable. Not those that stand for rows which
# are gone (log_retention.py).
_FORGET_SNAPSHOTS = """
delete from document_snapshots where document_id = $1 and not kept and seq < (
    select seq from document_snapshots where document_id = $1 order by seq desc offset 1 limit 1)
"""

_BEGIN_EPOCH = """
update document_heads set epoch = epoch + 1, seq = seq + 1, updated_at = now()
where document_id = $1 and epoch = $2 and seq = $3 returning epoch, seq
"""

_NAME_EPOCH = "insert into document_epochs (document_id, epoch, first_seq, restored_seq) values ($1, $2, $3, $4)"

_FIRST_ROW = "insert into document_updates (document_id, seq, payload, user_id) values ($1, $2, $3, $4)"

_COUNT_ON = """
update document_heads set seq = seq + 1, updated_at = now() where document_id = $1 and epoch = $2 and seq = $3 returning seq
"""

_CLAIM = """
insert into document_authors (document_id, client_id, user_id, epoch)
select $1, client_id, user_id, $2 from unnest($3::bigint[], $4::uuid[]) as claims(client_id, user_id)
on conflict (document_id, client_id) do nothing
"""

_RETIRE = """
insert into document_authors (document_id, client_id, epoch) select $1, client_id, $2 from unnest($3::bigint[]) as client_id
on conflict (document_id, client_id) do nothing
"""

_QUARANTINE = "update document_updates set encoding = 'quarantined' where document_id = $1 and seq = $2"


class Beginning(Protocol):
    """How a document begins anew; see the engine's `NewEpoch`."""

    @property
    def after_epoch(self) -> int:
        """Return the epoch that ends."""

    @property
    def after_seq(self) -> int:
        """Return that one's last row."""

    @property
    def restored_seq(self) -> int:
        """Return the row whose moment comes back."""

    @property
    def state(self) -> bytes:
        """Return the whole document of that moment."""

    @property
    def retired(self) -> Sequence[int]:
        """Return the client ids in use so far that are nobody's."""

    @property
    def by(self) -> UUID | None:
        """Return who brings the moment back."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as kept: the newest snapshot, (seq, update) of the rows after it, and each person's client ids.

    unreadable: the newer snapshots that cannot be unpacked; halves: what is known of the snapshot's characters.
    """

    seq: int
    snapshot: bytes | None
    snapshot_seq: int
    tail: Sequence[tuple[int, bytes]]
    authors: Mapping[UUID, Sequence[int]] = field(default_factory=dict)
    epoch: int = 1
    retired: Sequence[int] = ()
    unreadable: Sequence[int] = ()
    halves: bytes | None = None


class PostgresUpdateLog:
    """Appends to the log over a connection of its own, and does all else through a small pool, apart from the REST layer's.

    Every method raises asyncpg.PostgresError, asyncpg.InterfaceError or OSError when the database refuses or is away.
    Nothing is written then, unless the connection broke during the commit itself; written again, an update changes nothing.
    """

    def __init__(self, address: str | Address, *, shared: bool = False) -> None:
        """`shared`: other processes may append to the same documents."""
        self._address = Address.of(address)
        self._shared = shared
        self._opened: asyncpg.Pool | None = None
        # Kept: to lend a pool's connection takes longer than to append a row.
        self._appending: asyncpg.Connection | None = None
        self._append_lock = asyncio.Lock()

    @classmethod
    async def connect(cls, address: str | Address) -> "PostgresUpdateLog":
        """Return an open log."""
        log = cls(address)
        await log.open()
        return log

    async def open(self) -> None:
        """Open the pool."""
        self._opened = await asyncpg.create_pool(connect=self._address.connect, min_size=1, max_size=CONNECTIONS)

    async def close(self) -> None:
        """Close the pool, after what is under way."""
        if self._opened is not None:
            await self._opened.close()
        if self._appending is not None:
            await self._appending.close()

    @property
    def _pool(self) -> asyncpg.Pool:
        assert self._opened is not None, "the log is not open"
        return self._opened

    async def append(self, batches: Mapping[UUID, Sequence[Row]]) -> Mapping[UUID, int]:
        """Commit the rows of several documents in one transaction; returns each document's last seq.

        A document that does not exist, is in another epoch, or does not go as far as is known, is left out; so is one where another
        process has just given one of the new client ids to somebody else.
        """
        moves = self._address.moves
        async with self._append_lock:
            if self._appending is None or self._appending.is_closed():
                self._appending = await self._address.connect(seconds=APPEND_SECONDS)
            self._address.check(moves)
            with _broken_after(self._appending, APPEND_SECONDS):
                append = append_beside_others if self._shared else append_rows
                return await append(self._appending, batches)

    async def load(
        self, document_id: UUID, *, seq: int | None = None, snapshot_before: int | None = None
    ) -> Stored | None:
        """Read a document as it is, or as it was after row `seq`; None when there is none.

        snapshot_before: only a snapshot of an earlier row will do.
        """
        async with (
            self.lend(seconds=READ_SECONDS) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await read_document(connection, document_id, seq=seq, snapshot_before=snapshot_before)

    async def read_rows(self, document_id: UUID, *, after: int, until: int) -> Sequence[CommittedRow]:
        """Read the rows after one seq up to another; those that are left out of every load are missing."""
        async with self.lend(seconds=READ_SECONDS) as connection:
            rows = await connection.fetch(_ROWS, document_id, after, until)
        _check_whole(rows, after=after, until=until)
        return [CommittedRow(row["seq"], row["payload"], row["author"]) for row in rows if row["payload"] is not None]

    async def heads(self, document_ids: Collection[UUID]) -> Mapping[UUID, tuple[int, int]]:
        """Return (epoch, seq) of those of the documents that there are."""
        async with self.lend(seconds=READ_SECONDS) as connection:
            rows = await connection.fetch(_HEADS, list(document_ids))
        return {row["document_id"]: (row["epoch"], row["seq"]) for row in rows}

    async def seq_at(self, document_id: UUID, moment: datetime) -> int | None:
        """Return the last row that was written up to a moment; 0 where none was, None when there is no document."""
        async with self.lend(seconds=READ_SECONDS) as connection:
            if await connection.fetchrow(_HEAD, document_id) is None:
                return None
            seq: int = await connection.fetchval(_SEQ_AT, document_id, moment)
            if seq == 0 and (await connection.fetchval(_FIRST_KEPT, document_id) or 1) > 1:
                raise MomentNotKept
            return seq

    async def begin_epoch(self, document_id: UUID, beginning: Beginning) -> bool:
        """Let a document begin anew with one row; False, and nothing changed, where it has moved on meanwhile."""
        async with self.lend(seconds=READ_SECONDS) as connection, connection.transaction():
            head = await connection.fetchrow(_BEGIN_EPOCH, document_id, beginning.after_epoch, beginning.after_seq)
            if head is None:
                return False
            await connection.execute(_NAME_EPOCH, document_id, head["epoch"], head["seq"], beginning.restored_seq)
            await connection.execute(_FIRST_ROW, document_id, head["seq"], beginning.state, beginning.by)
            await connection.execute(_RETIRE, document_id, beginning.after_epoch, beginning.retired)
            return True

    async def bring_back(
        self, document_id: UUID, epoch: int, after_seq: int, update: bytes, claims: Mapping[int, UUID]
    ) -> bool:
        """Append what the log has lost, and whose it is; False, and nothing changed, where the document has moved on meanwhile."""
        async with self.lend(seconds=READ_SECONDS) as connection, connection.transaction():
            seq = await connection.fetchval(_COUNT_ON, document_id, epoch, after_seq)
            if seq is None:
                return False
            await connection.execute(_FIRST_ROW, document_id, seq, update, None)
            await connection.execute(_CLAIM, document_id, epoch, list(claims), list(claims.values()))
            return True

    async def save_snapshot(self, document_id: UUID, seq: int, state: bytes, *, halves: bytes | None = None) -> None:
        """Keep the whole document up to and including row `seq`, and what is known of its characters."""
        compressed = await packed(state)
        async with self.lend(seconds=READ_SECONDS) as connection, connection.transaction():
            await connection.execute(_SAVE_SNAPSHOT, document_id, seq, compressed, halves)
            await connection.execute(_FORGET_SNAPSHOTS, document_id)

    async def quarantine(self, document_id: UUID, seq: int) -> None:
        """Leave row `seq` out of every later load; its bytes are kept."""
        async with self.lend(seconds=READ_SECONDS) as connection:
            await connection.execute(_QUARANTINE, document_id, seq)

    @asynccontextmanager
    async def lend(self, *, seconds: float) -> AsyncIterator[PoolConnectionProxy]:
        """Lend a connection, and break it when the work on it takes longer."""
        moves = self._address.moves
        async with self._pool.acquire(timeout=seconds) as connection:
            self._address.check(moves)
            with _broken_after(connection, seconds):
                yield connection


@contextmanager
def _broken_after(connection: Connection, seconds: float) -> Iterator[None]:
    """Break a connection when the work on it takes longer.

    Asking the server to cancel, as asyncpg's own time limits do, would wait for a frozen server as well.
    """
    watchdog = asyncio.get_running_loop().call_later(seconds, connection.terminate)
    try:
        yield
    except asyncpg.ReadOnlySQLTransactionError:
        # It has become a standby, or is about to: the next connection leads elsewhere.
        connection.terminate()
        raise
    finally:
        watchdog.cancel()


async def read_document(
    connection: Connection, document_id: UUID, *, seq: int | None = None, snapshot_before: int | None = None
) -> Stored | None:
    """Read a document as it is, or as it was after row `seq`, within the connection's transaction; None when there is none.

    Raises MomentNotKept where rows are gone that it needs.
    """
    head = await connection.fetchrow(_HEAD, document_id)
    if head is None:
        return None
    seq = head["seq"] if seq is None else min(seq, head["seq"])
    epoch, first_seq = 1, 1
    if head["epoch"] > 1:
        epoch, first_seq = await connection.fetchrow(_EPOCH_OF_ROW, document_id, seq) or (1, 1)
    newest = seq if snapshot_before is None else min(seq, snapshot_before - 1)
    snapshot_seq, snapshot, halves, unreadable = await _snapshot(connection, document_id, first_seq, newest)
    tail = await read_rows(connection, document_id, after=max(snapshot_seq, first_seq - 1), until=seq)
    authors = {
        author["user_id"]: author["client_ids"] for author in await connection.fetch(_AUTHORS, document_id, epoch)
    }
    return Stored(
        seq=seq,
        snapshot=snapshot,
        snapshot_seq=snapshot_seq,
        halves=halves,
        tail=tail,
        retired=authors.pop(None, ()),
        authors=authors,
        epoch=epoch,
        unreadable=unreadable,
    )


async def read_rows(
    connection: Connection, document_id: UUID, *, after: int, until: int
) -> Sequence[tuple[int, bytes]]:
    """Read (seq, update) of the rows after one seq up to another; raises MomentNotKept where some of them are gone."""
    rows = await connection.fetch(_TAIL, document_id, after, until)
    _check_whole(rows, after=after, until=until)
    return [(row["seq"], row["payload"]) for row in rows if row["payload"] is not None]


async def read_beside_others(connection: Connection, document_id: UUID, *, seq: int | None = None) -> Stored | None:
    """Read a document as `read_document`, in a transaction whose statements see what others have committed in between."""
    try:
        return await read_document(connection, document_id, seq=seq)
    except MomentNotKept:
        # Rows may have gone after an older snapshot was read. What stands for them now was committed before.
        return await read_document(connection, document_id, seq=seq)


async def packed(state: bytes) -> bytes:
    """Return a state as snapshots keep it."""
    if len(state) <= PACK_HERE_BYTES:
        return zlib.compress(state, COMPRESSION_LEVEL)
    return await asyncio.to_thread(zlib.compress, state, COMPRESSION_LEVEL)


def _check_whole(rows: Sequence[asyncpg.Record], *, after: int, until: int) -> None:
    """Rows go oldest first, and have no gaps: where the first that is asked for is there, so are all that were committed."""
    if until > after and (not rows or rows[0]["seq"] != after + 1):
        raise MomentNotKept


async def _snapshot(
    connection: Connection, document_id: UUID, first_seq: int, newest: int
) -> tuple[int, bytes | None, bytes | None, list[int]]:
    """Return the newest snapshot that can be unpacked, with its seq (0 and None: there is none), and those that cannot.

    Between them: what is known of its characters.
    """
    unreadable: list[int] = []
    while row := await connection.fetchrow(_NEWEST_SNAPSHOT, document_id, first_seq, newest):
        seq, payload = row["seq"], row["payload"]
        try:
            if len(payload) <= PACK_HERE_BYTES:
                return seq, zlib.decompress(payload), row["halves"], unreadable
            return seq, await asyncio.to_thread(zlib.decompress, payload), row["halves"], unreadable
        except zlib.error:
            unreadable.append(seq)
            newest = seq - 1
    return 0, None, None, unreadable
