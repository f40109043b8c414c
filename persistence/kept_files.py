"""Keep and forget the bytes of files together with the rows that name them.

Equal bytes are kept once, so bytes may go only when no row names them and nobody is about to add one. Whoever adds a row holds a
shared lock on the hash until the commit; whoever forgets bytes holds it alone, and tries for it without waiting.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from persistence.database import Database, Transaction
from persistence.file_store import FileStore, Received

LOCK_SPACE = 0xF11E5
COLLECTING_LOCK = 0xC011EC7
"""While somebody holds this advisory lock, nobody else collects what is not used any more: one server at a time does, and a backup keeps all from it."""


@asynccontextmanager
async def keeping(database: Database, file_store: FileStore, *received: Received) -> AsyncIterator[Transaction]:
    """Keep bytes, and open the transaction that is to add the rows that name them.

    They are sent to the store before, with no connection to the database held meanwhile. Only what somebody has forgotten in
    between, because an earlier upload of the same bytes was an orphan, is sent again inside.
    """
    for each in received:
        await file_store.keep(each)
    async with database.transaction() as transaction:
        await still_kept(transaction.session, file_store, *received)
        yield transaction


async def still_kept(session: AsyncSession, file_store: FileStore, *received: Received) -> None:
    """Let nobody forget these bytes until the transaction ends, and see that nobody has since they were kept."""
    # In one order for all, so that no two wait for each other.
    for key in sorted({_key(each.sha256) for each in received}):
        await session.execute(select(func.pg_advisory_xact_lock_shared(LOCK_SPACE, key)))
    for each in received:
        if not await file_store.has(each.sha256):
            await file_store.keep(each)


async def forgettable(session: AsyncSession, hashes: Iterable[bytes]) -> set[bytes]:
    """Let nobody keep these bytes until the transaction ends, and return those for which that was possible.

    Look only then whether a row names them: in a statement of its own, which sees what has committed meanwhile.
    """
    return {
        sha256
        for sha256 in sorted(hashes)
        if await session.scalar(select(func.pg_try_advisory_xact_lock(LOCK_SPACE, _key(sha256))))
    }


def _key(sha256: bytes) -> int:
    return int.from_bytes(sha256[:4], "big", signed=True)
