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
# What a row shares with others is sent once, and rows name it by its number: $1 to $4 are columns of the documents, $5 to $7 of the
# senders, $8 and $9 of the rows. Rows come document by document, those of the n-th in places up to $4[n].
_APPEND = """
with batch as (
    select ($5::int[])[sender] as number, payload, ($6::uuid[])[sender] as user_id, ($7::uuid[])[sender] as session_id, position
    from unnest($8::bytea[], $9::int[]) with ordinality as rows(payload, sender, position)
), documents as (
    select document_id, epoch, after, number, last, coalesce(($4::int[])[number - 1], 0) as before
    from unnest($1::uuid[], $2::int[], $3::bigint[], $4::int[]) with ordinality
        as documents(document_id, epoch, after, last, number)
), locked as materialized (
    select document_id from document_heads where document_id = any($1::uuid[]) order by document_id for update
), head as (
    update document_heads set seq = document_heads.seq + documents.last - documents.before, updated_at = now()
    from documents join locked using (document_id)
    where document_heads.document_id = documents.document_id and document_heads.epoch = documents.epoch
        and document_heads.seq >= documents.after
    returning document_heads.document_id, document_heads.epoch, document_heads.seq, documents.number, documents.last
), written as (
    insert into document_updates (document_id, seq, payload, user_id, session_id)
    select document_id, head.seq - head.last + position, payload, user_id, session_id from batch join head using (number)
)
select document_id, seq from head
"""

# For the few batches that bring new client ids. Written again after a broken connection, a row finds its own ids taken.
_APPEND_CLAIMING = _APPEND.replace(
    ")\nselect document_id, seq",
    """), claimed as (
    insert into document_authors (document_id, client_id, user_id, epoch)
    select document_id, client_id, user_id, head.epoch
    from unnest($10::uuid[], $11::bigint[], $12::uuid[]) as claims(document_id, client_id, user_id)
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
    epochs: list[object] = []
    afters: list[object] = []
    lasts: list[object] = []
    numbers: list[object] = []
    users: list[object] = []
    sessions: list[object] = []
    payloads: list[object] = []
    senders: list[object] = []
    for number, rows in enumerate(batches.values(), 1):
        epoch, after = rows[0].epoch, rows[0].after
        sender: tuple[UUID | None, UUID | None] | None = None
        for row in rows:
            epoch, after = min(epoch, row.epoch), max(after, row.after)
            user_id, session_id = row.user_id, row.session_id
            # A new sender where it is not known at a glance to be the one before: somebody may well be sent twice.
            if sender is None or sender[0] is not user_id or sender[1] is not session_id:
                sender = user_id, session_id
                numbers.append(number)
                users.append(user_id)
                sessions.append(session_id)
            payloads.append(row.payload)
            senders.append(len(numbers))
        epochs.append(epoch)
        afters.append(after)
        lasts.append(len(payloads))
    return list(batches), epochs, afters, lasts, numbers, users, sessions, payloads, senders


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
