"""Remove the rows of a document's log whose time is over. Implements the engine's port `OldRows`.

What stands for the rows that go is a snapshot of the moment at which the history then begins, `kept` like those of moments that
somebody needs for ever. Rows go only before the newest kept snapshot, and the oldest first: killed anywhere, the rest is the end of the
log without a gap, with a snapshot at its beginning or before it. Nothing here locks a document's head: appends do not notice.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from persistence.connecting import Address
from persistence.update_log import READ_SECONDS, PostgresUpdateLog, packed

REMOVING_LOCK = 0x01D5095
"""While somebody holds this advisory lock, nobody else removes old rows."""
STEP_ROWS = 20_000
STEP_BYTES = 16 * 1024 * 1024
"""The history's beginning moves over so many at most at once, but always over two: what stands for them is made in memory."""

# The second row that is there: there is something to remove only where it is too old as well, because the history begins with a row.
_DUE = """
select document_id from document_heads where document_id > $1 and seq > 1 and (
    select created_at from document_updates where document_updates.document_id = document_heads.document_id
    order by seq offset 1 limit 1
) <= $2 order by document_id limit $3
"""

_BEGINS = "select coalesce(max(seq), 0) from document_snapshots where document_id = $1 and kept"

# Server edits are written later than their transaction began, so times are not quite in the order of rows: what is too old ends
# before the first row that is not.
_STEP = """
select max(seq) from (
    select seq, max(created_at) over log as newest, sum(size) over log - size as bytes_before,
        row_number() over log as number from (
        select seq, created_at, octet_length(payload) as size from document_updates
        where document_id = $1 and seq > $2 order by seq limit $4
    ) as ahead window log as (order by seq)
) as measured where newest <= $3 and (bytes_before < $5 or number <= 2)
"""

_FIRST = "select coalesce(min(seq), 1) from document_updates where document_id = $1"

_KEEP = """
insert into document_snapshots (document_id, seq, encoding, payload, halves, kept) values ($1, $2, 'v1+zlib', $3, $4, true)
on conflict (document_id, seq) do update
    set encoding = excluded.encoding, payload = excluded.payload, halves = excluded.halves, kept = true
"""

_FORGET_OLDER = "delete from document_snapshots where document_id = $1 and seq < $2 and seq <> all($3::bigint[])"

_REMOVE = """
delete from document_updates where document_id = $1 and seq >= $2 and seq < least($3, (
    select max(seq) from document_snapshots where document_id = $1 and kept
))
"""


class Beginning(NamedTuple):
    """Where a document's history begins (0: with its first row), where it could, and the first row that is there."""

    seq: int
    next_seq: int
    first_seq: int


class PostgresOldRows:
    """See the module. Raises what the log raises."""

    def __init__(self, log: PostgresUpdateLog, address: Address) -> None:
        self._log = log
        self._address = address

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Say whether nobody else removes rows as long as the block lasts."""
        # A connection of its own: the lock is its session's, and ends with it, whatever happens.
        connection = await self._address.connect()
        try:
            yield bool(await connection.fetchval("select pg_try_advisory_lock($1)", REMOVING_LOCK))
        finally:
            connection.terminate()

    async def due(self, *, before: datetime, after: UUID, limit: int) -> Sequence[UUID]:
        """Return the next documents, in the order of ids, that have rows to remove which are as old as that."""
        async with self._log.lend(seconds=READ_SECONDS) as connection:
            return [row["document_id"] for row in await connection.fetch(_DUE, after, before, limit)]

    async def beginning(self, document_id: UUID, *, before: datetime) -> Beginning:
        """Look how far the beginning of a document's history can move, over rows that are as old as that."""
        async with self._log.lend(seconds=READ_SECONDS) as connection:
            seq = await connection.fetchval(_BEGINS, document_id)
            ahead = await connection.fetchval(_STEP, document_id, seq, before, STEP_ROWS, STEP_BYTES)
            first_seq = await connection.fetchval(_FIRST, document_id)
        return Beginning(seq, seq if ahead is None else ahead, first_seq)

    async def begin_at(
        self,
        document_id: UUID,
        seq: int,
        *,
        states: Mapping[int, tuple[bytes, bytes]],
        needed: Collection[int],
    ) -> None:
        """Let the history begin at a row: keep the states (and what is known of their characters) of that and of other moments.

        `needed`: the moments before it that stay; other snapshots before it are forgotten.
        """
        moves = self._address.moves
        payloads = {moment: await packed(state) for moment, (state, _) in states.items()}
        async with self._log.lend(seconds=READ_SECONDS) as connection, connection.transaction():
            self._address.check(moves)
            for moment, payload in payloads.items():
                await connection.execute(_KEEP, document_id, moment, payload, states[moment][1])
            await connection.execute(_FORGET_OLDER, document_id, seq, list(needed))

    async def remove(self, document_id: UUID, *, first: int, until: int) -> int:
        """Remove the rows from the first that is there up to before another, as far as the history begins later; returns how many."""
        async with self._log.lend(seconds=READ_SECONDS) as connection:
            done: str = await connection.execute(_REMOVE, document_id, first, until)
        return int(done.rpartition(" ")[2])
