"""What administrators do with accounts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select

from auth.actions import Person, end_all_sessions, unblock_account
from auth.audit.actions import record
from auth.audit.models import AuditAction
from auth.errors import Conflict, FieldInvalid, NotFound
from auth.http.pagination import PageRequest
from auth.models import AccountStatus, InvitationRow, Role, UserRow
from auth.ports import AccessListener
from auth.rules import like_pattern
from auth.tokens import new_secret, secret_hash
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.reading import Reader

USERS_LIST = "users"


async def list_users(
    reader: Reader, page: PageRequest, *, status: AccountStatus | None, role: Role | None, query: str | None
) -> tuple[Sequence[UserRow], str | None]:
    """Return one page of accounts, newest first: those with a status, a role, and a text in name or address."""
    statement = select(UserRow)
    if status is not None:
        statement = statement.where(_status_now() == status)
    if role is not None:
        statement = statement.where(UserRow.role == role)
    if query:
        pattern = like_pattern(query)
        statement = statement.where(
            or_(UserRow.name.ilike(pattern, escape="\\"), UserRow.email.ilike(pattern, escape="\\"))
        )
    statement = page.narrow(statement, UserRow.id, of=USERS_LIST, newest_first=True)
    users = (await reader.scalars(statement)).all()
    return page.cut(users, [user.id for user in users], of=USERS_LIST)


async def approve(transaction: Transaction, user_id: UUID, *, admin: Person) -> UserRow:
    """Let a waiting account sign in; one that may already stays as it is.

    Raises:
        NotFound: there is no such account.
        Conflict: it is blocked.
    """
    user = await _account(transaction, user_id)
    if user.status is AccountStatus.BLOCKED:
        raise Conflict("account_blocked", "This account is blocked. Unblock it instead.")
    if user.status is AccountStatus.PENDING:
        user.status = AccountStatus.ACTIVE
        record(transaction.session, AuditAction.ACCOUNT_APPROVED, actor=admin.id, subject=user_id)
    return user


async def change_role(
    transaction: Transaction, user_id: UUID, *, admin: Person, role: Role, live: AccessListener
) -> UserRow:
    """Make an account something else in the house. What the person is in their classes stays.

    Raises:
        NotFound: there is no such account.
        Conflict: it is the administrator's own, so somebody always stays who can undo it.
    """
    _refuse_own(user_id, admin, "You cannot change your own role.")
    user = await _account(transaction, user_id)
    if user.role is not role:
        record(
            transaction.session, AuditAction.ROLE_CHANGED, actor=admin.id, subject=user_id, before=user.role, after=role
        )
        user.role = role
        transaction.after_commit(lambda: live.access_changed(user_id=user_id))
    return user


async def block(
    transaction: Transaction,
    user_id: UUID,
    *,
    admin: Person,
    reason: str,
    until: datetime | None,
    live: AccessListener,
) -> UserRow:
    """Shut a person out everywhere: their sign-ins end and their open connections are closed.

    Blocking somebody who is blocked gives the block another reason and end.

    Raises:
        NotFound: there is no such account.
        FieldInvalid: the end has passed.
        Conflict: it is the administrator's own, so somebody always stays who can undo it; or it waits for approval.
    """
    _refuse_own(user_id, admin, "You cannot block your own account.")
    if until is not None and until <= utc_now():
        raise FieldInvalid("until", "must be in the future")
    user = await _account(transaction, user_id)
    if user.status is AccountStatus.PENDING and until is not None:
        # Its end would let somebody in whom nobody has approved.
        raise Conflict("account_pending", "This account waits for approval: block it without an end.")
    user.status = AccountStatus.BLOCKED
    user.blocked_reason, user.blocked_until = reason, until
    record(
        transaction.session,
        AuditAction.ACCOUNT_BLOCKED,
        actor=admin.id,
        subject=user_id,
        reason=reason,
        until=None if until is None else until.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    )
    await end_all_sessions(transaction, live, user_id)
    transaction.after_commit(lambda: live.access_changed(user_id=user_id))
    return user


async def unblock(transaction: Transaction, user_id: UUID, *, admin: Person) -> UserRow:
    """Let a blocked person sign in again; any other account stays as it is.

    Raises:
        NotFound: there is no such account.
    """
    user = await _account(transaction, user_id)
    if user.status is AccountStatus.BLOCKED:
        unblock_account(user)
        record(transaction.session, AuditAction.ACCOUNT_UNBLOCKED, actor=admin.id, subject=user_id)
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
    record(transaction.session, AuditAction.PERSON_INVITED, actor=admin.id, subject=None, role=role)
    return code, invitation


def _status_now() -> ColumnElement[str]:
    """Return `auth.rules.standing` for the database."""
    return case((UserRow.blocked_until <= func.now(), AccountStatus.ACTIVE.value), else_=UserRow.status)


def _refuse_own(user_id: UUID, admin: Person, detail: str) -> None:
    if user_id == admin.id:
        raise Conflict("own_account", detail)


async def _account(transaction: Transaction, user_id: UUID) -> UserRow:
    user = await transaction.session.get(UserRow, user_id, with_for_update=True)
    if user is None:
        raise NotFound
    return user
