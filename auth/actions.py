"""Register, sign in, stay signed in, sign out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.audit.actions import record
from auth.audit.models import AuditAction
from auth.errors import (
    AccountBlocked,
    AddressTaken,
    CredentialsInvalid,
    InvitationInvalid,
    InvitationRequired,
    RefreshInvalid,
    RegistrationClosed,
    SessionRevoked,
    SignInBlocked,
    SignInPending,
    Unauthenticated,
)
from auth.models import AccountStatus, AuthSessionRow, InvitationRow, RefreshTokenRow, Role, UserRow
from auth.passwords import Passwords
from auth.ports import AccessListener, AccountServices
from auth.registration import RegistrationMode
from auth.rotation import Copied, SignedIn, add_pair, rotate
from auth.rules import (
    clean_text,
    color_for,
    normalise_email,
    normalise_password,
    standing,
    status_after_registration,
)
from auth.tokens import Claims, secret_hash
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.reading import Asking, prepared

USER_AGENT_MAX_CHARS = 300


@dataclass(frozen=True, slots=True)
class Person:
    """Who sends a request: an active account in a sign-in that stands."""

    id: UUID
    name: str
    email: str
    role: Role
    color: str
    session_id: UUID
    picture_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Who wants to register, in normal form."""

    email: str
    password: str
    name: str
    role: Role
    invitation: str | None


# Every request begins with it.
_PEOPLE_SIGNED_IN = prepared(
    select(
        AuthSessionRow.id,
        AuthSessionRow.revoked_at,
        UserRow.status,
        UserRow.id.label("user_id"),
        UserRow.name,
        UserRow.email,
        UserRow.role,
        UserRow.color,
        UserRow.picture_id,
    )
    .join(UserRow, UserRow.id == AuthSessionRow.user_id)
    .where(AuthSessionRow.id == any_(bindparam("sign_ins", type_=ARRAY(Uuid))))
)


async def person_for_token(session: Asking, claims: Claims) -> Person:
    """Return the person behind an access token, as the database knows them now. One query.

    Raises:
        SessionRevoked: the sign-in was ended, or there is no such account any more.
        AccountBlocked: the account is blocked.
    """
    found = (await people_for_tokens(session, [claims]))[claims.session_id]
    if isinstance(found, Unauthenticated):
        raise found
    return found


async def people_for_tokens(session: Asking, claims: Sequence[Claims]) -> dict[UUID, Person | Unauthenticated]:
    """Return, by sign-in, the people behind access tokens, or why they are nobody: as `person_for_token`. One query."""
    found = await session.execute(_PEOPLE_SIGNED_IN, {"sign_ins": [each.session_id for each in claims]})
    known = {row.id: row for row in found.all()}
    people: dict[UUID, Person | Unauthenticated] = {}
    for each in claims:
        row = known.get(each.session_id)
        if row is None or row.user_id != each.user_id:
            people[each.session_id] = SessionRevoked()
        elif row.status is AccountStatus.BLOCKED:
            people[each.session_id] = AccountBlocked()
        elif row.revoked_at is not None or row.status is not AccountStatus.ACTIVE:
            people[each.session_id] = SessionRevoked()
        else:
            people[each.session_id] = Person(
                row.user_id, row.name, row.email, row.role, row.color, row.id, row.picture_id
            )
    return people


async def register(services: AccountServices, registration: Registration, *, host: str | None) -> AccountStatus:
    """Register somebody; the answer, and the time it takes, are the same when the address has an account already.

    An invitation is used up in both cases: else using it a second time would tell the difference.

    Raises:
        RegistrationClosed, InvitationRequired, InvitationInvalid: this role is not open to them.
        TooManyAttempts: from this network address.
    """
    mode = services.accounts.registration.mode(registration.role)
    if mode is RegistrationMode.CLOSED:
        raise RegistrationClosed
    if mode is RegistrationMode.INVITATION and registration.invitation is None:
        raise InvitationRequired
    services.throttles.begin_registration(host=host)
    password_hash = await services.passwords.hash(registration.password)
    needs_code = mode is not RegistrationMode.OPEN and registration.invitation is not None
    status = status_after_registration(mode, invited=needs_code)
    async with services.database.transaction() as transaction:
        session = transaction.session
        invitation = await _valid_invitation(session, registration) if needs_code else None
        user_id = await insert_user(session, registration, password_hash=password_hash, status=status)
        if invitation is not None:
            invitation.used_at = utc_now()
            invitation.used_by = user_id
    return status


async def sign_in(
    services: AccountServices, *, email: str, password: str, user_agent: str, host: str | None
) -> SignedIn:
    """Start a sign-in for whoever knows the password.

    Raises:
        CredentialsInvalid: the password is wrong or there is no such account; both take the same time.
        SignInPending, SignInBlocked: the password is right, but the account may not sign in.
        TooManyAttempts: for this account, or from this network address.
    """
    address, secret = _sign_in_values(email, password)
    services.throttles.begin_sign_in(address, host=host)
    async with services.database.transaction() as transaction:
        user = await transaction.session.scalar(select(UserRow).where(func.lower(UserRow.email) == address))
    encoded = user.password_hash if user is not None and secret is not None else None
    if not await services.passwords.matches(secret or "", encoded) or user is None or secret is None:
        raise CredentialsInvalid
    services.throttles.sign_in_succeeded(address, host=host)
    assert encoded is not None  # no password matches an account that has none
    fresh_hash = await services.passwords.hash(secret) if services.passwords.outdated(encoded) else None
    async with services.database.transaction() as transaction:
        return await begin_session(transaction.session, services, user.id, user_agent=user_agent, fresh_hash=fresh_hash)


async def refresh(services: AccountServices, token: str | None, *, arrived_at: datetime) -> SignedIn:
    """Exchange a refresh token for a new pair.

    The same token once more gets the same successor, as long as nobody has used that and for half a minute: the answer was lost
    on the way. After that, a token that comes back was copied, and its whole sign-in is ended.

    Args:
        services: the services of the house.
        token: the refresh token from the cookie, if there is one.
        arrived_at: when the request arrived.

    Raises:
        RefreshInvalid: the token is missing, unknown, used, too old, or its sign-in has ended.
    """
    if token is None:
        raise RefreshInvalid
    async with services.database.transaction() as transaction:
        found = await rotate(transaction.session, services, token, arrived_at)
        if isinstance(found, Copied):
            await end_sessions(transaction, services.live, [found.session_id])
    # Outside of the transaction: the end of a sign-in must be kept although the request fails.
    if not isinstance(found, SignedIn):
        raise RefreshInvalid
    return found


async def sign_out(services: AccountServices, *, refresh_token: str | None, claims: Claims | None) -> str | None:
    """End the sign-in that a refresh token or an access token belongs to; unknown ones are no error.

    Returns the id of the provider that it came from, None for a password's.
    """
    async with services.database.transaction() as transaction:
        session = transaction.session
        sessions = set() if claims is None else {claims.session_id}
        if refresh_token is not None:
            row = await session.get(RefreshTokenRow, secret_hash(refresh_token))
            sessions |= set() if row is None else {row.session_id}
        await end_sessions(transaction, services.live, sessions)
        return await session.scalar(
            select(AuthSessionRow.provider)
            .where(AuthSessionRow.id.in_(sessions), AuthSessionRow.provider.is_not(None))
            .limit(1)
        )


async def end_sessions(transaction: Transaction, live: AccessListener, session_ids: Iterable[UUID]) -> None:
    """End sign-ins: their tokens are worth nothing from the commit on, and open connections are told."""
    users = await transaction.session.scalars(
        update(AuthSessionRow)
        .where(AuthSessionRow.id.in_(list(session_ids)), AuthSessionRow.revoked_at.is_(None))
        .values(revoked_at=utc_now())
        .returning(AuthSessionRow.user_id)
    )
    for user_id in set(users.all()):
        transaction.after_commit(lambda user_id=user_id: live.access_changed(user_id=user_id))


async def end_all_sessions(
    transaction: Transaction, live: AccessListener, user_id: UUID, *, but: UUID | None = None
) -> None:
    """End all of a person's sign-ins, or all but one."""
    statement = select(AuthSessionRow.id).where(AuthSessionRow.user_id == user_id)
    if but is not None:
        statement = statement.where(AuthSessionRow.id != but)
    await end_sessions(transaction, live, (await transaction.session.scalars(statement)).all())


async def create_admin(session: AsyncSession, *, email: str, password: str, name: str, passwords: Passwords) -> UUID:
    """Create an administrator; this is the only way to the first one.

    Raises:
        ValueError: address, password or name are not acceptable; the message says which and why.
        AddressTaken: the address has an account.
    """
    values = {}
    for field, rule, text in (
        ("e-mail address", normalise_email, email),
        ("password", normalise_password, password),
        ("name", clean_text, name),
    ):
        try:
            values[field] = rule(text)
        except ValueError as error:
            raise ValueError(f"The {field} {error}.") from error
    registration = Registration(
        email=values["e-mail address"],
        password=values["password"],
        name=values["name"],
        role=Role.ADMIN,
        invitation=None,
    )
    user_id = await add_account(session, registration, passwords=passwords)
    if user_id is None:
        raise AddressTaken
    return user_id


async def add_account(session: AsyncSession, registration: Registration, *, passwords: Passwords) -> UUID | None:
    """Add an active account without asking the registration policy; None when the address has one already."""
    password_hash = await passwords.hash(registration.password)
    return await insert_user(session, registration, password_hash=password_hash, status=AccountStatus.ACTIVE)


async def insert_user(
    session: AsyncSession, registration: Registration, *, password_hash: str | None, status: AccountStatus
) -> UUID | None:
    """Add the row of an account; None when the address has one already."""
    user_id = new_id()
    inserted = await session.scalar(
        insert(UserRow)
        .values(
            id=user_id,
            email=registration.email,
            name=registration.name,
            password_hash=password_hash,
            role=registration.role,
            status=status,
            color=color_for(user_id),
        )
        .on_conflict_do_nothing()
        .returning(UserRow.id)
    )
    return user_id if inserted is not None else None


async def _valid_invitation(session: AsyncSession, registration: Registration) -> InvitationRow:
    invitation = await session.scalar(
        select(InvitationRow)
        .where(InvitationRow.code_hash == secret_hash(registration.invitation or ""))
        .with_for_update()
    )
    if (
        invitation is None
        or invitation.used_at is not None
        or invitation.expires_at <= utc_now()
        or invitation.role is not registration.role
    ):
        raise InvitationInvalid
    return invitation


def _sign_in_values(email: str, password: str) -> tuple[str, str | None]:
    """Return the normal forms; what cannot be an account's address or password becomes one that matches nobody."""
    try:
        return normalise_email(email), normalise_password(password)
    except ValueError:
        return email.strip().lower(), None


async def begin_session(
    session: AsyncSession,
    services: AccountServices,
    user_id: UUID,
    *,
    user_agent: str,
    fresh_hash: str | None = None,
    provider: str | None = None,
) -> SignedIn:
    """Start a sign-in for somebody who has proved who they are.

    fresh_hash: what the password is kept as from now on. provider: who has vouched for them.

    Raises:
        CredentialsInvalid: there is no such account any more.
        SignInPending, SignInBlocked: the account may not sign in.
    """
    # The lock makes an administrator's block, at this very moment, come before or after the whole sign-in.
    user = await session.scalar(
        select(UserRow)
        .where(UserRow.id == user_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if user is None:
        raise CredentialsInvalid
    if user.status is AccountStatus.PENDING:
        raise SignInPending
    end_block_in_time(session, user)
    if user.status is AccountStatus.BLOCKED:
        raise SignInBlocked
    if fresh_hash is not None:
        user.password_hash = fresh_hash
    row = AuthSessionRow(id=new_id(), user_id=user_id, user_agent=user_agent[:USER_AGENT_MAX_CHARS], provider=provider)
    session.add(row)
    await session.flush()
    return add_pair(session, services, user_id, row.id)


def end_block_in_time(session: AsyncSession, user: UserRow) -> None:
    """Unblock an account whose block is over. It ended all sign-ins, so nobody needs to know before the next one."""
    if standing(user.status, blocked_until=user.blocked_until, at=utc_now()) is not user.status:
        unblock_account(user)
        record(session, AuditAction.BLOCK_ENDED, actor=None, subject=user.id)


def unblock_account(user: UserRow) -> None:
    """Take a block off an account."""
    user.status = AccountStatus.ACTIVE
    user.blocked_reason = user.blocked_until = None
