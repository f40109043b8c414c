"""Make the links of mails, and redeem them: each works once, and for a while."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from auth.errors import LinkInvalid
from auth.mail.models import MailKind
from auth.recovery.models import AccountLinkRow, Purpose
from auth.tokens import new_secret, secret_hash

LINK_MINUTES = 60

LINKS: Mapping[MailKind, Purpose] = MappingProxyType(
    {MailKind.PASSWORD_RESET: Purpose.PASSWORD_RESET, MailKind.EMAIL_CHANGE: Purpose.EMAIL_CHANGE}
)
_PAGES: Mapping[Purpose, str] = MappingProxyType(
    {Purpose.PASSWORD_RESET: "reset-password", Purpose.EMAIL_CHANGE: "confirm-email"}
)


async def make_link(
    session: AsyncSession, user_id: UUID, purpose: Purpose, *, email: str, public_url: str, at: datetime
) -> str:
    """Make a link for a person; those made before for the same purpose are worth nothing from now on.

    The secret stands behind the ``#``: browsers send that part to no server, so it reaches no log.
    """
    await forget_links(session, user_id, purpose)
    secret = new_secret()
    session.add(
        AccountLinkRow(
            token_hash=secret_hash(secret),
            user_id=user_id,
            purpose=purpose,
            email=email,
            expires_at=at + timedelta(minutes=LINK_MINUTES),
        )
    )
    return f"{public_url}/{_PAGES[purpose]}#{secret}"


async def redeem(session: AsyncSession, secret: str, purpose: Purpose, *, at: datetime) -> AccountLinkRow:
    """Use a link up.

    Raises:
        LinkInvalid: it is unknown, used, or too old.
    """
    link = await session.get(AccountLinkRow, secret_hash(secret), with_for_update=True)
    if link is None or link.purpose is not purpose or link.expires_at <= at:
        raise LinkInvalid
    await session.delete(link)
    return link


async def forget_links(session: AsyncSession, user_id: UUID, purpose: Purpose | None = None) -> None:
    """Make a person's links worth nothing: those for one purpose, or all."""
    statement = delete(AccountLinkRow).where(AccountLinkRow.user_id == user_id)
    if purpose is not None:
        statement = statement.where(AccountLinkRow.purpose == purpose)
    await session.execute(statement)
