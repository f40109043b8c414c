"""What administrators do with accounts."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from auth.actions import Person, end_sessions
from auth.errors import Conflict, NotFound
from auth.http.pagination import PageRequest
from auth.models import AccountStatus, AuthSessionRow, InvitationRow, Role, UserRow
from auth.ports import AccessListener
from auth.rules import like_pattern
from auth.tokens import new_secret, secret_hash
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id

USERS_LIST = "users"


async def list_users(
    transaction: Transaction, page: PageRequest, *, status: AccountStatus | None, query: str | None
) -> tuple[Sequence[UserRow], str | None]:
    """Return one page of accounts, newest first: those with a status, and with a text in name or address."""
    statement = select(UserRow)
    if status is not None:
        statement = statement.where(UserRow.status == status)
    if query:
        pattern = like_pattern(query)
        statement = statement.where(
            or_(UserRow.name.ilike(pattern, escape="\\"), UserRow.email.ilike(pattern, escape="\\"))
        )
    statement = page.narrow(statement, UserRow.id, of=USERS_LIST, newest_first=True)
    users = (await transaction.session.scalars(statement)).all()
    return page.cut(users, [user.id for user in users], of=USERS_LIST)


async def approve(transaction: Transaction, user_id: UUID) -> UserRow:
    """Let a waiting account sign in; one that may already stays as it is.

    Raises:
        NotFound: there is no such account.
        Conflict: it is blocked.
    """
    user = await _account(transaction, user_id)
    if user.status is AccountStatus.BLOCKED:
        raise Conflict("account_blocked", "This account is blocked. Unblock it instead.")
    user.status = AccountStatus.ACTIVE
    return user


async def block(
    transaction: Transaction, user_id: UUID, *, admin: Person, reason: str, live: AccessListener
) -> UserRow:
    """Shut a person out everywhere: their sign-ins end and their open connections are closed.

    Raises:
        NotFound: there is no such account.
        Conflict: it is the administrator's own, so somebody always stays who can undo it.
    """
    if user_id == admin.id:
        raise Conflict("own_account", "You cannot block your own account.")
    user = await _account(transaction, user_id)
    user.status = AccountStatus.BLOCKED
    user.blocked_reason = reason
    sessions = await transaction.session.scalars(select(AuthSessionRow.id).where(AuthSessionRow.user_id == user_id))
    await end_sessions(transaction, live, sessions.all())
    transaction.after_commit(lambda: live.access_changed(user_id=user_id))
    return user


async def unblock(transaction: Transaction, user_id: UUID) -> UserRow:
    """Let a blocked person sign in again; any other account stays as it is.

    Raises:
        NotFound: there is no such account.
    """
    user = await _account(transaction, user_id)
    if user.status is AccountStatus.BLOCKED:
        user.status = AccountStatus.ACTIVE
        user.blocked_reason = None
    return user


def invite(transaction: Transaction, *, admin: Person, role: Role, days: int) -> tuple[str, InvitationRow]:
    """Make an invitation for one person to register in a role; its code is known only to whoever gets it now."""
    code = new_secret()
    invitation = InvitationRow(
        id=new_id(),
        code_hash=secret_hash(code),
        role=role,
        created_by=admin.id,
        expires_at=utc_now() + timedelta(days=days),
    )
    transaction.session.add(invitation)
    return code, invitation


async def _account(transaction: Transaction, user_id: UUID) -> UserRow:
    user = await transaction.session.get(UserRow, user_id, with_for_update=True)
    if user is None:
        raise NotFound
    return user
