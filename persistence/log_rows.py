"""Rows on their way into the update log, which the log itself and the server's own edits write in the same way."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection = asyncpg.Connection | PoolConnectionProxy

# One statement, and so one trip to the server and a transaction of its own. The head's row lock orders writers of one document and
# makes seq gapless: a number is taken only by a row that commits with it. Heads are locked in the order of ids, whatever order they are
# updated in: two transactions that need the same heads can then not wait for each other.
_APPEND = """
with batch as (
    select * from unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::uuid[], $5::int[], $6::bigint[])
        with ordinality as batch(document_id, payload, user_id, session_id, epoch, after, position)
), counted as (
    select document_id, min(epoch) as epoch, max(after) as after, count(*) as rows from batch group by document_id
), locked as materialized (
    select document_id from document_heads where document_id = any($1::uuid[]) order by document_id for update
), head as (
    update document_heads set seq = document_heads.seq + counted.rows, updated_at = now()
    from counted join locked using (document_id)
    where document_heads.document_id = counted.document_id and document_heads.epoch = counted.epoch
        and document_heads.seq >= counted.after
    returning document_heads.document_id, document_heads.epoch, document_heads.seq, counted.rows
), written as (
    insert into document_updates (document_id, seq, payload, user_id, session_id)
    select document_id, head.seq - head.rows + row_number() over (partition by document_id order by position),
           payload, user_id, session_id
    from batch join head using (document_id)
)
select document_id, seq from head
"""

# For the few batches that bring new client ids. Written again after a broken connection, a row finds its own ids taken.
_APPEND_CLAIMING = _APPEND.replace(
    ")\nselect document_id, seq",
    """), claimed as (
    insert into document_authors (document_id, client_id, user_id, epoch)
    select document_id, client_id, user_id, head.epoch
    from unnest($7::uuid[], $8::bigint[], $9::uuid[]) as claims(document_id, client_id, user_id)
    join head using (document_id)
    on conflict (document_id, client_id) do nothing
)
select document_id, seq""",
)

_LOCK_HEADS = """
select document_id, epoch, seq from document_heads where document_id = any($1::uuid[]) order by document_id for update
"""

_TAKEN = """
select distinct document_id from unnest($1::uuid[], $2::bigint[], $3::uuid[]) as claims(document_id, client_id, user_id)
join document_authors using (document_id, client_id) where document_authors.user_id is distinct from claims.user_id
"""


class Row(Protocol):
    """One update to append: its bytes, and who sent it on which socket."""

    @property
    def payload(self) -> bytes:
        """Return the Yjs update (v1)."""

    @property
    def user_id(self) -> UUID | None:
        """Return who sent it."""

    @property
    def session_id(self) -> UUID | None:
        """Return on which socket."""

    @property
    def new_clients(self) -> Sequence[int]:
        """Return the Yjs client ids that are the sender's from now on."""

    @property
    def epoch(self) -> int:
        """Return the epoch of its document that it was written in."""

    @property
    def after(self) -> int:
        """Return how far the log is known to go."""


async def lock_heads(connection: Connection, document_ids: Iterable[UUID]) -> Mapping[UUID, tuple[int, int]]:
    """Let nobody else append to these documents until the transaction ends; returns the (epoch, seq) of those there are.

    In the order of ids, as all writers do, so that two of them never wait for each other.
    """
    heads = await connection.fetch(_LOCK_HEADS, list(document_ids))
    return {head["document_id"]: (head["epoch"], head["seq"]) for head in heads}


async def append_rows(connection: Connection, batches: Mapping[UUID, Sequence[Row]]) -> Mapping[UUID, int]:
    """Append in one statement: within the connection's transaction, where it is in one."""
    columns, claims = _columns(batches), _claims(batches)
    statement = _APPEND
    if claims[0]:
        statement, columns = _APPEND_CLAIMING, columns + claims
    heads = await connection.fetch(statement, *columns)
    return {head["document_id"]: head["seq"] for head in heads}


async def append_beside_others(connection: Connection, batches: Mapping[UUID, Sequence[Row]]) -> Mapping[UUID, int]:
    """Append where other processes do, too: nothing to a document where one of them has claimed one of the new client ids."""
    claims = _claims(batches)
    if not claims[0]:
        return await append_rows(connection, batches)
    # Only who holds the heads' locks can tell.
    async with connection.transaction():
        await lock_heads(connection, batches)
        taken = {row["document_id"] for row in await connection.fetch(_TAKEN, *claims)}
        free = {document_id: rows for document_id, rows in batches.items() if document_id not in taken}
        return await append_rows(connection, free) if free else {}


def _columns(batches: Mapping[UUID, Sequence[Row]]) -> tuple[list[object], ...]:
    documents: list[object] = []
    payloads: list[object] = []
    users: list[object] = []
    sessions: list[object] = []
    epochs: list[object] = []
    afters: list[object] = []
    for document_id, rows in batches.items():
        for row in rows:
            documents.append(document_id)
            payloads.append(row.payload)
            users.append(row.user_id)
            sessions.append(row.session_id)
            epochs.append(row.epoch)
            afters.append(row.after)
    return documents, payloads, users, sessions, epochs, afters


def _claims(batches: Mapping[UUID, Sequence[Row]]) -> tuple[list[object], ...]:
    documents: list[object] = []
    clients: list[object] = []
    users: list[object] = []
    for document_id, rows in batches.items():
        for row in rows:
            for client_id in row.new_clients:
                documents.append(document_id)
                clients.append(client_id)
                users.append(row.user_id)
    return documents, clients, users
