"""Sign on with an account elsewhere, connect one to an account here, and disconnect it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person, Registration, begin_session, insert_user
from auth.errors import Conflict, EmailUnverified, NoAccount, NotFound, NotWelcome, Overloaded, SignOnInvalid
from auth.models import AccountStatus, AuthSessionRow, Role, UserRow
from auth.ports import AccountServices
from auth.rotation import SignedIn
from auth.sign_on.models import SignOnAccountRow, SignOnFlowRow
from auth.sign_on.providers import Provider
from auth.sign_on.rules import Profile, is_welcome, own_page
from auth.tokens import new_secret, secret_hash
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.reading import Asking

FLOW_MINUTES = 10
FLOWS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Completed:
    """What a sign-on has led to: a sign-in, or, with None, a connected account. `next`: the page to go to."""

    signed_in: SignedIn | None
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What has come back from a provider, and from which browser."""

    provider: str
    state: str
    code: str
    issuer: str | None
    browser: str | None


async def begin(
    services: AccountServices,
    provider_id: str,
    *,
    browser: str,
    person: Person | None,
    next_page: str | None,
    host: str | None,
) -> str:
    """Return the address at the provider that a browser is to be sent to.

    browser: the secret of the browser's cookie. person: whose account is to be connected; None to sign on.

    Raises:
        NotFound: there is no such provider.
        ProviderUnavailable: it does not answer.
        TooManyAttempts: from this network address.
        Overloaded: very many have begun at the same time.
    """
    desk = services.sign_on.desk(provider_id)
    services.throttles.begin_sign_on(host=host)
    state, nonce, code_verifier = new_secret(), new_secret(), new_secret()
    address = await desk.address(state=state, nonce=nonce, code_verifier=code_verifier)
    now = utc_now()
    async with services.database.transaction() as transaction:
        session = transaction.session
        await session.execute(delete(SignOnFlowRow).where(SignOnFlowRow.expires_at <= now))
        if (await session.scalar(select(func.count()).select_from(SignOnFlowRow)) or 0) >= FLOWS_MAX:
            raise Overloaded
        session.add(
            SignOnFlowRow(
                state_hash=secret_hash(state),
                browser_hash=secret_hash(browser),
                provider=provider_id,
                nonce=nonce,
                code_verifier=code_verifier,
                session_id=None if person is None else person.session_id,
                next=own_page(next_page),
                expires_at=now + timedelta(minutes=FLOW_MINUTES),
            )
        )
    return address


async def complete(services: AccountServices, answer: Answer, *, person: Person | None, user_agent: str) -> Completed:
    """Finish what `begin` began, once.

    Raises:
        SignOnInvalid: it never began, is over, was begun in another browser, at another provider, or by somebody else.
        SignOnFailed, ProviderUnavailable: the provider does not stand by it.
        NotWelcome, EmailUnverified, NoAccount: the provider's people do not all get in.
        Conflict: an account has the address already, or the accounts are connected otherwise.
        SignInPending, SignInBlocked: the account may not sign in.
    """
    flow = await _take_flow(services, answer)
    if flow.session_id is not None and (person is None or person.session_id != flow.session_id):
        raise SignOnInvalid
    desk = services.sign_on.desk(answer.provider)
    profile = await desk.profile(
        code=answer.code, nonce=flow.nonce, code_verifier=flow.code_verifier, issuer=answer.issuer
    )
    if not is_welcome(desk.provider, profile):
        raise NotWelcome
    async with services.database.transaction() as transaction:
        if flow.session_id is not None and person is not None:
            await _connect(transaction, desk.provider, profile, person=person)
            return Completed(None, flow.next)
        user_id = await _user_of(transaction.session, desk.provider, profile)
        if user_id is None:
            user_id = await _new_account(transaction.session, desk.provider, profile)
        signed_in = await begin_session(
            transaction.session, services, user_id, user_agent=user_agent, provider=desk.provider.id
        )
        return Completed(signed_in, flow.next)


async def accounts_of(session: Asking, user_id: UUID) -> Sequence[SignOnAccountRow]:
    """Return the accounts elsewhere that are connected to one here, oldest first: one per provider at most."""
    statement = select(SignOnAccountRow).where(SignOnAccountRow.user_id == user_id).order_by(SignOnAccountRow.id)
    return (await session.scalars(statement)).all()


async def disconnect(transaction: Transaction, account_id: UUID, *, person: Person, services: AccountServices) -> None:
    """Take an account elsewhere off one's own.

    Raises:
        NotFound: it is not theirs.
        Conflict: nothing would be left to sign in with.
    """
    session = transaction.session
    user = await session.get(UserRow, person.id, with_for_update=True)
    accounts = await accounts_of(session, person.id)
    row = next((each for each in accounts if each.id == account_id), None)
    if user is None or row is None:
        raise NotFound
    others = [each for each in accounts if each is not row and services.sign_on.of_issuer(each.issuer) is not None]
    if user.password_hash is None and not others:
        raise Conflict("last_way_in", "You would have nothing left to sign in with. Choose a password first.")
    await session.delete(row)


async def _take_flow(services: AccountServices, answer: Answer) -> SignOnFlowRow:
    """Take the flow out of the table, whatever becomes of it: in a transaction of its own."""
    async with services.database.transaction() as transaction:
        flow: SignOnFlowRow | None = await transaction.session.scalar(
            delete(SignOnFlowRow).where(SignOnFlowRow.state_hash == secret_hash(answer.state)).returning(SignOnFlowRow)
        )
    if (
        flow is None
        or flow.expires_at <= utc_now()
        or flow.provider != answer.provider
        or answer.browser is None
        or flow.browser_hash != secret_hash(answer.browser)
    ):
        raise SignOnInvalid
    return flow


async def _user_of(session: AsyncSession, provider: Provider, profile: Profile) -> UUID | None:
    return await session.scalar(
        select(SignOnAccountRow.user_id).where(
            SignOnAccountRow.issuer == provider.issuer, SignOnAccountRow.subject == profile.subject
        )
    )


async def _new_account(session: AsyncSession, provider: Provider, profile: Profile) -> UUID:
    """Make an account for somebody who has none. Never is one taken over that has the same address."""
    if not provider.new_accounts:
        raise NoAccount
    if profile.email is None or not profile.email_verified:
        raise EmailUnverified
    registration = Registration(
        email=profile.email, password="", name=profile.name, role=Role(profile.role), invitation=None
    )
    user_id = await insert_user(session, registration, password_hash=None, status=AccountStatus.ACTIVE)
    if user_id is None:
        # Two tabs of the same person, perhaps: then the other one has made it.
        known = await _user_of(session, provider, profile)
        if known is not None:
            return known
        raise Conflict(
            "account_exists",
            "An account has your e-mail address already. Sign in with its password, and connect the two on your profile page.",
        )
    await _insert(session, provider, profile, user_id=user_id)
    return user_id


async def _connect(transaction: Transaction, provider: Provider, profile: Profile, *, person: Person) -> None:
    session = transaction.session
    # The sign-in was checked before the provider was asked, which may have taken a while.
    standing = await session.scalar(
        select(AuthSessionRow.id)
        .join(UserRow, UserRow.id == AuthSessionRow.user_id)
        .where(
            AuthSessionRow.id == person.session_id,
            AuthSessionRow.revoked_at.is_(None),
            UserRow.status == AccountStatus.ACTIVE,
        )
        .with_for_update(of=UserRow)
    )
    if standing is None:
        raise SignOnInvalid
    owner = await _user_of(session, provider, profile)
    if owner == person.id:
        return
    if owner is not None:
        raise Conflict("sign_on_taken", "This account is connected to another person here.")
    if not await _insert(session, provider, profile, user_id=person.id):
        raise Conflict(
            "already_connected", "You are connected to another account of this provider. Disconnect it first."
        )


async def _insert(session: AsyncSession, provider: Provider, profile: Profile, *, user_id: UUID) -> bool:
    row = (
        insert(SignOnAccountRow)
        .values(id=new_id(), user_id=user_id, issuer=provider.issuer, subject=profile.subject, email=profile.email)
        .on_conflict_do_nothing()
        .returning(SignOnAccountRow.id)
    )
    return await session.scalar(row) is not None
