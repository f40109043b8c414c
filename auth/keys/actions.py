"""Read the row of keys, and add one to it."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.errors import Conflict
from auth.keys.models import SigningKeyRow
from auth.keys.rules import Generation, in_order, trusted
from persistence.base import utc_now
from persistence.ids import new_id

RELOAD_SECONDS = 5.0
# Longer than other services keep the published keys, so that they know a key before the first token that it has signed.
LEAD_SECONDS = 600
# So long that every node has read it twice.
URGENT_LEAD_SECONDS = 12
_SALT_BYTES = 32
_LOCK = 0x4E75


async def later_keys(session: AsyncSession) -> Sequence[Generation]:
    """Return all keys after the first one."""
    rows = (await session.scalars(select(SigningKeyRow))).all()
    return [Generation(row.salt, row.signs_from, row.ends_earlier) for row in rows]


async def rotate(session: AsyncSession, *, at_once: bool, token_seconds: int) -> datetime:
    """Add a key, and forget those whose last token has ended. Returns from when on it signs.

    at_once: within seconds, and the tokens of all earlier keys are worth nothing from then on.

    Raises:
        Conflict: a key waits for its time already, and there is no hurry.
    """
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    now = utc_now()
    known = await later_keys(session)
    waiting = [each for each in known if each.signs_from > now]
    if waiting and not at_once:
        raise Conflict(
            "key_waits", f"Another key waits already: it signs from {waiting[0].signs_from:%H:%M:%S} UTC on."
        )
    kept = trusted(in_order(known), at=now, token_seconds=token_seconds)
    await session.execute(delete(SigningKeyRow).where(SigningKeyRow.salt.not_in([each.salt for each in kept])))
    signs_from = now + timedelta(seconds=URGENT_LEAD_SECONDS if at_once else LEAD_SECONDS)
    session.add(
        SigningKeyRow(id=new_id(), salt=secrets.token_bytes(_SALT_BYTES), signs_from=signs_from, ends_earlier=at_once)
    )
    return signs_from
