"""See and end one's sign-ins, and change one's password."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import DateTime, Uuid, bindparam, select

from auth.actions import Person, end_all_sessions, end_sessions
from auth.errors import NotFound, SessionRevoked
from auth.http.pagination import PageRequest, paged
from auth.mail.models import MailKind
from auth.models import AuthSessionRow, UserRow
from auth.ports import AccountServices
from auth.recovery.actions import check_password
from auth.recovery.links import forget_links
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.reading import Reader

SIGN_INS_LIST = "sign-ins"


_SIGN_INS = paged(
    select(AuthSessionRow).where(
        AuthSessionRow.user_id == bindparam("person_id", type_=Uuid),
        AuthSessionRow.revoked_at.is_(None),
        AuthSessionRow.last_used_at > bindparam("oldest", type_=DateTime(timezone=True)),
    ),
    AuthSessionRow.id,
    newest_first=True,
)


async def list_sign_ins(
    reader: Reader, page: PageRequest, *, person: Person, services: AccountServices
) -> tuple[Sequence[AuthSessionRow], str | None]:
    """Return one page of a person's sign-ins that stand, newest first."""
    oldest = utc_now() - timedelta(days=services.accounts.refresh_token_days)
    values = {"person_id": person.id, "oldest": oldest, **page.values(of=SIGN_INS_LIST, newest_first=True)}
    found = (await reader.scalars(_SIGN_INS, values)).all()
    return page.cut(found, [row.id for row in found], of=SIGN_INS_LIST)


async def end_sign_in(transaction: Transaction, sign_in_id: UUID, *, person: Person, services: AccountServices) -> None:
    """End one of a person's sign-ins; one that has ended already is no error.

    Raises:
        NotFound: it is not theirs.
    """
    row = await transaction.session.get(AuthSessionRow, sign_in_id)
    if row is None or row.user_id != person.id:
        raise NotFound
    await end_sessions(transaction, services.live, [sign_in_id])


async def end_others(transaction: Transaction, *, person: Person, services: AccountServices) -> None:
    """End all of a person's sign-ins but the one that asks."""
    await end_all_sessions(transaction, services.live, person.id, but=person.session_id)


async def change_password(
    services: AccountServices, person: Person, *, password: str, new_password: str, host: str | None
) -> None:
    """Give a person another password. All their other sign-ins end, and links in mails are worth nothing any more.

    Raises:
        PasswordWrong: the present password is not theirs.
        SessionRevoked: this sign-in was ended meanwhile.
        TooManyAttempts: too many tries.
    """
    await check_password(services, person, password, host=host)
    password_hash = await services.passwords.hash(new_password)
    async with services.database.transaction() as transaction:
        session = transaction.session
        user = await session.get(UserRow, person.id, with_for_update=True)
        revoked_at = await session.scalar(
            select(AuthSessionRow.revoked_at).where(AuthSessionRow.id == person.session_id)
        )
        # A reset or a block that came in between counts more than the password that was checked before it.
        if user is None or revoked_at is not None:
            raise SessionRevoked
        user.password_hash = password_hash
        await forget_links(session, user.id)
        await end_others(transaction, person=person, services=services)
        await services.postbox.put_if_possible(transaction, MailKind.PASSWORD_CHANGED, user.email, user_id=user.id)
