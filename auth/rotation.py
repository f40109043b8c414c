"""Exchange refresh tokens: each is good for one successor, see ``docs/decisions/0061-a-refresh-can-be-repeated.md``."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from auth.models import AccountStatus, AuthSessionRow, RefreshTokenRow, UserRow
from auth.ports import AccountServices
from auth.rules import Comeback, comeback
from auth.tokens import new_salt, new_secret, secret_hash, successor
from persistence.base import utc_now


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What somebody who is signed in gets: a short access token and the secret that renews it."""

    access_token: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Copied:
    """A used token has come back, so somebody has a copy: this sign-in has to end."""

    session_id: UUID


async def rotate(
    session: AsyncSession, services: AccountServices, token: str, arrived_at: datetime
) -> SignedIn | Copied | None:
    """Exchange a refresh token for a new pair, or repeat the exchange; None: it is worth nothing."""
    # The lock orders refreshes with the same token. What the token belongs to is read after it was granted.
    row = await session.scalar(
        select(RefreshTokenRow).where(RefreshTokenRow.token_hash == secret_hash(token)).with_for_update()
    )
    if row is None:
        return None
    if row.used_at is not None:
        what = comeback(used_at=row.used_at, arrived_at=arrived_at, followed=row.successor_salt is None)
        if what is Comeback.COPY:
            return Copied(row.session_id)
        if what is Comeback.OVERTAKEN:
            return None
    user_id = await session.scalar(
        select(AuthSessionRow.user_id)
        .join(UserRow, UserRow.id == AuthSessionRow.user_id)
        .where(
            AuthSessionRow.id == row.session_id,
            AuthSessionRow.revoked_at.is_(None),
            UserRow.status == AccountStatus.ACTIVE,
        )
    )
    now = utc_now()
    if user_id is None or row.expires_at <= now:
        return None
    if row.used_at is not None and row.successor_salt is not None:
        return SignedIn(services.issuer.issue(user_id, row.session_id), successor(token, row.successor_salt))
    # What the token before this one was exchanged for has arrived: that exchange cannot be repeated any more.
    await session.execute(
        update(RefreshTokenRow)
        .where(RefreshTokenRow.session_id == row.session_id, RefreshTokenRow.successor_salt.is_not(None))
        .values(successor_salt=None)
    )
    row.used_at, row.successor_salt = now, new_salt()
    await session.execute(update(AuthSessionRow).where(AuthSessionRow.id == row.session_id).values(last_used_at=now))
    await session.execute(
        delete(RefreshTokenRow).where(RefreshTokenRow.session_id == row.session_id, RefreshTokenRow.expires_at <= now)
    )
    return add_pair(session, services, user_id, row.session_id, secret=successor(token, row.successor_salt))


def add_pair(
    session: AsyncSession, services: AccountServices, user_id: UUID, session_id: UUID, *, secret: str | None = None
) -> SignedIn:
    """Add a refresh token, a new one or the given, to a sign-in; returns it with an access token."""
    token = secret or new_secret()
    session.add(
        RefreshTokenRow(
            token_hash=secret_hash(token),
            session_id=session_id,
            expires_at=utc_now() + timedelta(days=services.accounts.refresh_token_days),
        )
    )
    return SignedIn(services.issuer.issue(user_id, session_id), token)
