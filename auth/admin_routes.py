"""What administrators and support see of accounts, and what administrators change."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from auth import admin_actions
from auth.dependencies import AccountParts, ChangesAccounts, RequestReader, RequestTransaction, SeesAccounts
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from auth.http.schemas import SearchText
from auth.models import AccountStatus, Role, UserRow
from auth.rules import standing
from auth.schemas import Account, AccountPage, Block, Invitation, NewInvitation, RoleChange
from persistence.base import utc_now

QUERY_MAX_CHARS = 200

router = APIRouter(prefix="/admin", tags=["administration"], route_class=ReadingRoute)


@router.get("/users", responses=problems(401, 403, 422))
async def list_accounts(
    _office: SeesAccounts,
    reader: RequestReader,
    page: WantedPage,
    status: AccountStatus | None = None,
    role: Role | None = None,
    query: Annotated[SearchText | None, Query(max_length=QUERY_MAX_CHARS)] = None,
) -> AccountPage:
    """List accounts, newest first; `query` is looked for in names and addresses."""
    users, next_cursor = await admin_actions.list_users(reader, page, status=status, role=role, query=query)
    return AccountPage(items=[_account(user) for user in users], next_cursor=next_cursor)


@router.post("/users/{user_id}/approve", responses=problems(401, 403, 404, 409))
async def approve_account(user_id: UUID, admin: ChangesAccounts, transaction: RequestTransaction) -> Account:
    """Let a waiting account sign in."""
    return _account(await admin_actions.approve(transaction, user_id, admin=admin))


@router.post("/users/{user_id}/block", responses=problems(401, 403, 404, 409, 413, 422))
async def block_account(
    user_id: UUID, body: Block, admin: ChangesAccounts, transaction: RequestTransaction, services: AccountParts
) -> Account:
    """Shut a person out everywhere, at once."""
    return _account(
        await admin_actions.block(
            transaction, user_id, admin=admin, reason=body.reason, until=body.until, live=services.live
        )
    )


@router.post("/users/{user_id}/unblock", responses=problems(401, 403, 404))
async def unblock_account(user_id: UUID, admin: ChangesAccounts, transaction: RequestTransaction) -> Account:
    """Let a blocked person sign in again."""
    return _account(await admin_actions.unblock(transaction, user_id, admin=admin))


@router.put("/users/{user_id}/role", responses=problems(401, 403, 404, 409, 413, 422))
async def change_account_role(
    user_id: UUID, body: RoleChange, admin: ChangesAccounts, transaction: RequestTransaction, services: AccountParts
) -> Account:
    """Make an account a student's, a teacher's, an administrator's or support's. It holds at once."""
    return _account(
        await admin_actions.change_role(transaction, user_id, admin=admin, role=body.role, live=services.live)
    )


@router.post("/invitations", status_code=201, responses=problems(401, 403, 413, 422))
async def create_invitation(
    body: NewInvitation, admin: ChangesAccounts, transaction: RequestTransaction, services: AccountParts
) -> Invitation:
    """Invite one person. Repeating the request makes another invitation: a kept answer would have to keep the code."""
    code, row = admin_actions.invite(transaction, admin=admin, role=body.role, days=body.expires_in_days)
    return Invitation(
        code=code,
        url=f"{services.accounts.public_url}/register?invitation={code}",
        role=body.role,
        expires_at=row.expires_at,
    )


def _account(user: UserRow) -> Account:
    status = standing(user.status, blocked_until=user.blocked_until, at=utc_now())
    over = status is not user.status
    return Account(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        status=status,
        blocked_reason=None if over else user.blocked_reason,
        blocked_until=None if over else user.blocked_until,
        color=user.color,
        picture=user.picture_id,
        created_at=user.created_at,
    )
