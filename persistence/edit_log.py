"""The update log within a transaction of the REST layer: the server's own edits commit with the rows they belong to.

Implements the engine's port `EditLog`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast
from uuid import UUID

import asyncpg

from persistence.database import Transaction
from persistence.log_rows import Connection, Row, append_rows, lock_heads
from persistence.update_log import Stored, read_document, read_rows


class PostgresEditLog:
    """Every method works in the transaction that it is given, and raises what the database raises."""

    async def lock(self, transaction: Transaction, document_ids: Iterable[UUID]) -> Mapping[UUID, tuple[int, int]]:
        """See log_rows.lock_heads."""
        # Documents may have been added in this very transaction.
        await transaction.session.flush()
        return await lock_heads(await _connection(transaction), document_ids)

    async def load(self, transaction: Transaction, document_id: UUID) -> Stored | None:
        """Read a document as it is; None when there is none."""
        return await read_document(await _connection(transaction), document_id)

    async def read_rows(
        self, transaction: Transaction, document_id: UUID, *, after: int, until: int
    ) -> Sequence[tuple[int, bytes]]:
        """Read (seq, update) of the rows after one seq up to another."""
        return await read_rows(await _connection(transaction), document_id, after=after, until=until)

    async def append(self, transaction: Transaction, batches: Mapping[UUID, Sequence[Row]]) -> Mapping[UUID, int]:
        """Append to documents that are locked; returns each document's last seq."""
        return await append_rows(await _connection(transaction), batches)


async def _connection(transaction: Transaction) -> Connection:
    # The statements are the log's own; the transaction is SQLAlchemy's, which begins it with the first statement of its own.
    connection = await transaction.session.connection()
    driver = cast(asyncpg.Connection, (await connection.get_raw_connection()).driver_connection)
    if not driver.is_in_transaction():
        await connection.exec_driver_sql("select 1")
    return driver
