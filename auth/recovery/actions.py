"""Choose a new password or another address, by a link in a mail."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from auth.actions import Person, end_all_sessions
from auth.audit.actions import record
from auth.audit.models import AuditAction
from auth.errors import AddressTaken, Conflict, LinkInvalid, NotFound, PasswordWrong, SessionRevoked, SignInAgain
from auth.mail.models import MailKind
from auth.models import AccountStatus, AuthSessionRow, UserRow
from auth.ports import AccountServices
from auth.recovery.links import forget_links, redeem
from auth.recovery.models import Purpose
from persistence.base import utc_now
from persistence.database import Transaction

FRESH_MINUTES = 10


async def ask_for_reset(services: AccountServices, email: str, *, host: str | None) -> None:
    """Have a link sent to an address. What is done here is the same whether it has an account or not: the mail is not.

    Raises:
        Conflict: this school sends no mail.
        TooManyAttempts: for this address, or from this network address.
    """
    services.postbox.require()
    services.throttles.begin_mail(email, host=host)
    async with services.database.transaction() as transaction:
        await services.postbox.put(transaction, MailKind.PASSWORD_RESET, email, user_id=None)


async def send_reset(transaction: Transaction, user_id: UUID, *, admin: Person, services: AccountServices) -> UserRow:
    """Have a link sent to somebody who has asked an administrator.

    Raises:
        NotFound: there is no such account.
        Conflict: this school sends no mail, or the account is blocked.
    """
    user = await transaction.session.get(UserRow, user_id)
    if user is None:
        raise NotFound
    if user.status is AccountStatus.BLOCKED:
        raise Conflict("account_blocked", "This account is blocked. Unblock it first.")
    await services.postbox.put(transaction, MailKind.PASSWORD_RESET, user.email, user_id=user.id)
    record(transaction.session, AuditAction.RESET_SENT, actor=admin.id, subject=user_id)
    return user


async def reset_password(services: AccountServices, secret: str, password: str) -> None:
    """Give an account another password: all its sign-ins end, and so do all other links.

    Raises:
        LinkInvalid: the link is unknown, used or too old, or no longer leads to this account.
    """
    password_hash = await services.passwords.hash(password)
    async with services.database.transaction() as transaction:
        session = transaction.session
        link = await redeem(session, secret, Purpose.PASSWORD_RESET, at=utc_now())
        user = await session.get(UserRow, link.user_id, with_for_update=True)
        # The address may have changed since: then somebody else reads that mailbox.
        if user is None or user.status is AccountStatus.BLOCKED or user.email != link.email:
            raise LinkInvalid
        user.password_hash = password_hash
        await forget_links(session, user.id)
        await end_all_sessions(transaction, services.live, user.id)
        await services.postbox.put_if_possible(transaction, MailKind.PASSWORD_CHANGED, user.email, user_id=user.id)


async def ask_for_email_change(
    services: AccountServices, person: Person, *, email: str, password: str, host: str | None
) -> None:
    """Have a link sent to the address that a person wants to change to. Whether somebody has it already is not told.

    Raises:
        Conflict: this school sends no mail, or it is their address.
        PasswordWrong: the password is not theirs.
        TooManyAttempts: too many tries.
    """
    services.postbox.require()
    await check_password(services, person, password, host=host)
    if email == person.email:
        raise Conflict("same_address", "This is your address already.")
    services.throttles.begin_mail(email, host=host)
    async with services.database.transaction() as transaction:
        await services.postbox.put(transaction, MailKind.EMAIL_CHANGE, email, user_id=person.id)


async def confirm_email(services: AccountServices, secret: str) -> None:
    """Move an account to the address that the link was sent to; the old one is told.

    Raises:
        LinkInvalid: the link is unknown, used or too old.
        AddressTaken: another account has the address by now. Whoever holds the link reads that mailbox, so they may know.
    """
    async with services.database.transaction() as transaction:
        session = transaction.session
        link = await redeem(session, secret, Purpose.EMAIL_CHANGE, at=utc_now())
        user = await session.get(UserRow, link.user_id, with_for_update=True)
        if user is None or user.status is AccountStatus.BLOCKED:
            raise LinkInvalid
        taken = await session.scalar(select(UserRow.id).where(func.lower(UserRow.email) == link.email))
        if taken is not None:
            raise AddressTaken
        before, user.email = user.email, link.email
        await forget_links(session, user.id)
        await services.postbox.put_if_possible(transaction, MailKind.EMAIL_CHANGED, before, user_id=user.id)


async def check_password(services: AccountServices, person: Person, password: str, *, host: str | None) -> None:
    """Have a signed-in person prove who they are once more; it counts like a sign-in.

    Who has no password proves it by having signed in just now.

    Raises:
        PasswordWrong: the password is not theirs.
        SignInAgain: they have none, and the sign-in is too old to prove anything.
        TooManyAttempts: too many tries.
    """
    services.throttles.begin_sign_in(person.email, host=host)
    async with services.database.transaction() as transaction:
        found = (
            await transaction.session.execute(
                select(UserRow.password_hash, AuthSessionRow.created_at)
                .join(AuthSessionRow, AuthSessionRow.user_id == UserRow.id)
                .where(UserRow.id == person.id, AuthSessionRow.id == person.session_id)
            )
        ).one_or_none()
    if found is None:
        raise SessionRevoked
    encoded, signed_in_at = found
    if encoded is None:
        if signed_in_at < utc_now() - timedelta(minutes=FRESH_MINUTES):
            raise SignInAgain
        services.throttles.sign_in_succeeded(person.email, host=host)
        return
    if not await services.passwords.matches(password, encoded):
        raise PasswordWrong
    services.throttles.sign_in_succeeded(person.email, host=host)
