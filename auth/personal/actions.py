"""Give a person what is kept about them, and erase them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Text, delete, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.audit.actions import record
from auth.audit.models import AuditAction, AuditEntryRow
from auth.errors import Conflict, NotFound
from auth.mail.models import OutgoingMailRow
from auth.models import AccountStatus, AuthSessionRow, Role, UserRow
from auth.personal.archive import archive
from auth.personal.ports import ROWS_MAX, Hindrance, Item, MadeFile, Rows, Subject, table
from auth.personal.rules import about
from auth.pictures.models import PictureRow
from auth.ports import AccountServices
from auth.recovery.actions import check_password
from auth.sign_on.models import SignOnAccountRow
from persistence.database import Transaction
from persistence.idempotency import forget_answers

TRIES = 3
DEADLOCK = "40P01"


async def export(services: AccountServices, person: Person) -> AsyncIterator[bytes]:
    """Return a person's archive, piece by piece. What is in it is read in one transaction; files are read while it is sent.

    Raises:
        Overloaded: too many are made already.
        TooManyAttempts: this person has had very many made.
    """
    services.archives.take(person.id)
    try:
        services.throttles.begin_archive(person.id)
        async with services.database.transaction() as transaction:
            session = transaction.session
            user = await session.get_one(UserRow, person.id)
            items = [
                _readme(services, user),
                *await _own(session, user),
                *await services.household.collect(session, _subject(user)),
            ]
    except BaseException:
        services.archives.give_back(person.id)
        raise
    return _sent(services, person.id, items)


async def hindrances(session: AsyncSession, services: AccountServices, user_id: UUID) -> list[Hindrance]:
    """Return the classes that would be left without a teacher.

    Raises:
        NotFound: there is no such account.
    """
    user = await session.get(UserRow, user_id)
    if user is None:
        raise NotFound
    return await services.household.hindrances(session, _subject(user), lock=False)


async def erase_oneself(services: AccountServices, person: Person, *, password: str, host: str | None) -> None:
    """Erase the account of whoever asks, once they have proved who they are.

    Raises:
        PasswordWrong, SignInAgain, TooManyAttempts: as `check_password`.
        Conflict: as `erase`.
    """
    await check_password(services, person, password, host=host)
    await erase(services, person.id, by=person.id)


async def erase(services: AccountServices, user_id: UUID, *, by: UUID) -> None:
    """Erase an account and all that is only its person's, in one transaction; what belongs to others as well loses the name.

    Raises:
        NotFound: there is no such account.
        Conflict: a class would be without a teacher, or the house without an administrator.
    """

    async def work() -> None:
        async with services.database.transaction() as transaction:
            await _erase_within(transaction, services, user_id, by=by)

    await _despite_deadlocks(work)


async def _erase_within(transaction: Transaction, services: AccountServices, user_id: UUID, *, by: UUID) -> None:
    session = transaction.session
    await _leave_an_administrator(session, user_id)
    user = await session.get(UserRow, user_id, with_for_update=True)
    if user is None:
        raise NotFound
    subject = _subject(user)
    if await services.household.hindrances(session, subject, lock=True):
        raise Conflict(
            "class_without_teacher", "A class would be without a teacher. Hand it over, or delete it, first."
        )
    await services.household.release(transaction, subject)
    # What was written to an address that somebody has typed is known by the address alone.
    await session.execute(
        delete(OutgoingMailRow).where(or_(OutgoingMailRow.user_id == user_id, OutgoingMailRow.address == subject.email))
    )
    await forget_answers(session, naming=[str(user_id), subject.email, subject.name])
    # The log keeps who did what to whom as ids; a reason is written by hand and may say anything.
    without_reason = AuditEntryRow.details.op("-", return_type=JSONB())(literal("reason", Text()))
    await session.execute(
        update(AuditEntryRow).where(AuditEntryRow.subject_id == user_id).values(details=without_reason)
    )
    record(session, AuditAction.ACCOUNT_ERASED, actor=by, subject=user_id)
    await session.flush()
    # Sign-ins, memberships and whatever else is only theirs goes with the row, as the foreign keys say.
    await session.execute(delete(UserRow).where(UserRow.id == user_id))
    transaction.after_commit(lambda: services.live.access_changed(user_id=user_id))


async def _leave_an_administrator(session: AsyncSession, user_id: UUID) -> None:
    """Raise Conflict where nobody else would look after the house. Of several who go at once, the locks let one after the other."""
    role = await session.scalar(select(UserRow.role).where(UserRow.id == user_id))
    if role is not Role.ADMIN:
        return
    found = await session.scalars(
        select(UserRow.id)
        .where(UserRow.role == Role.ADMIN, UserRow.status == AccountStatus.ACTIVE)
        .order_by(UserRow.id)
        .with_for_update()
    )
    if not set(found.all()) - {user_id}:
        raise Conflict("last_admin", "This is the only administrator. Make somebody else one first.")


async def _despite_deadlocks(work: Callable[[], Awaitable[None]]) -> None:
    """Do it again when the database chose this transaction to break a deadlock: it touches much, in the order of its own needs."""
    for tries in range(1, TRIES + 1):
        try:
            await work()
        except DBAPIError as error:
            if tries == TRIES or getattr(error.orig, "sqlstate", None) != DEADLOCK:
                raise
        else:
            return


async def _sent(services: AccountServices, user_id: UUID, items: list[Item]) -> AsyncIterator[bytes]:
    try:
        async for piece in archive(items):
            yield piece
    finally:
        services.archives.give_back(user_id)


def _subject(user: UserRow) -> Subject:
    return Subject(user.id, user.email, user.name)


def _readme(services: AccountServices, user: UserRow) -> MadeFile:
    text = about(locale=user.locale, house=services.accounts.public_url, name=user.name)
    return _ready("about.txt", text.encode())


def _ready(name: str, content: bytes) -> MadeFile:
    async def make() -> bytes:
        await asyncio.sleep(0)
        return content

    return MadeFile(name, make)


async def _own(session: AsyncSession, user: UserRow) -> list[Item]:
    """Return what this package keeps. Hashes of secrets are nobody's business, not even their owner's."""
    account: dict[str, Any] = {
        name: getattr(user, name)
        for name in ("id", "email", "name", "role", "status", "blocked_reason", "blocked_until", "color", "locale")
    }
    sign_ins = await session.execute(
        select(
            AuthSessionRow.created_at,
            AuthSessionRow.last_used_at,
            AuthSessionRow.revoked_at,
            AuthSessionRow.user_agent,
            AuthSessionRow.provider,
        )
        .where(AuthSessionRow.user_id == user.id)
        .order_by(AuthSessionRow.id.desc())
        .limit(ROWS_MAX)
    )
    elsewhere = await session.execute(
        select(
            SignOnAccountRow.issuer, SignOnAccountRow.subject, SignOnAccountRow.email, SignOnAccountRow.created_at
        ).where(SignOnAccountRow.user_id == user.id)
    )
    changes = await session.execute(
        select(AuditEntryRow.at, AuditEntryRow.action, AuditEntryRow.details)
        .where(AuditEntryRow.subject_id == user.id)
        .order_by(AuditEntryRow.id)
        .limit(ROWS_MAX)
    )
    picture = await session.scalar(select(PictureRow.content).where(PictureRow.user_id == user.id))
    made = [] if picture is None else [_ready("picture.webp", picture)]
    return [
        Rows("account", [{**account, "created_at": user.created_at}]),
        *table("sign_ins", sign_ins),
        *table("sign_on_accounts", elsewhere),
        *table("changes", changes),
        *made,
    ]
