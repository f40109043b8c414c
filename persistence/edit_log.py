"""The update log within a transaction of the REST layer: the server's own edits commit with the rows they belong to.

Implements the engine's port `EditLog`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from persistence.database import Transaction
from persistence.log_rows import Connection, Row, append_rows, lock_heads
from persistence.update_log import Stored, read_beside_others, read_rows


class PostgresEditLog:
    """Every method works in the transaction that it is given, and raises what the database raises."""

    async def lock(self, transaction: Transaction, document_ids: Iterable[UUID]) -> Mapping[UUID, tuple[int, int]]:
        """See log_rows.lock_heads."""
        # Documents may have been added in this very transaction.
        await transaction.session.flush()
        return await lock_heads(await driver_of(transaction.session), document_ids)

    async def load(self, transaction: Transaction, document_id: UUID) -> Stored | None:
        """Read a document as it is; None when there is none."""
        return await read_beside_others(await driver_of(transaction.session), document_id)

    async def read_rows(
        self, transaction: Transaction, document_id: UUID, *, after: int, until: int
    ) -> Sequence[tuple[int, bytes]]:
        """Read (seq, update) of the rows after one seq up to another; raises MomentNotKept."""
        return await read_rows(await driver_of(transaction.session), document_id, after=after, until=until)

    async def append(self, transaction: Transaction, batches: Mapping[UUID, Sequence[Row]]) -> Mapping[UUID, int]:
        """Append to documents that are locked; returns each document's last seq."""
        return await append_rows(await driver_of(transaction.session), batches)


async def driver_of(session: AsyncSession) -> Connection:
    """Return the driver's own connection under a session, in the session's transaction."""
    # The statements are the log's own; the transaction is SQLAlchemy's, which begins it with the first statement of its own.
    connection = await session.connection()
    driver = cast(asyncpg.Connection, (await connection.get_raw_connection()).driver_connection)
    if not driver.is_in_transaction():
        await connection.exec_driver_sql("select 1")
    return driver
