"""Keep and forget the bytes of files together with the rows that name them.

Equal bytes are kept once, so bytes may go only when no row names them and nobody is about to add one. Whoever keeps bytes holds
a shared lock until the row that names them has committed; whoever forgets bytes holds it alone.
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

_LOCK = 0xF11E5


async def while_keeping(session: AsyncSession) -> None:
    """Let nobody forget bytes until this transaction ends. Call it before the bytes are given their place."""
    await session.execute(select(func.pg_advisory_xact_lock_shared(_LOCK)))


async def while_forgetting(session: AsyncSession) -> None:
    """Let nobody keep bytes until this transaction ends. Call it before looking whether a row still names them."""
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
