"""Forgotten passwords, and changes of address, by links in mails."""

from uuid import UUID

from fastapi import APIRouter, Request

from auth.dependencies import AccountParts, ChangesAccounts, CurrentPerson, RequestTransaction
from auth.http.reading_route import ReadingRoute
from auth.http.requests import network_address
from auth.http.responses import problems
from auth.recovery import actions
from auth.recovery.schemas import EmailByLink, EmailChange, NewPasswordByLink, ResetRequest
from auth.rules import password_or_none

router = APIRouter(tags=["accounts"], route_class=ReadingRoute)


@router.post("/auth/password-reset", status_code=202, responses=problems(409, 413, 422, 429, 503))
async def request_password_reset(body: ResetRequest, request: Request, services: AccountParts) -> None:
    """Have a link sent. The answer is the same whether the address has an account or not."""
    await actions.ask_for_reset(services, body.email, host=network_address(request))


@router.put("/auth/password", status_code=204, responses=problems(403, 413, 422, 503))
async def reset_password(body: NewPasswordByLink, services: AccountParts) -> None:
    """Choose a new password with a link. All sign-ins of the account end."""
    await actions.reset_password(services, body.token, body.password)


@router.put("/me/email", status_code=202, responses=problems(401, 403, 409, 413, 422, 429, 503))
async def request_email_change(
    body: EmailChange, request: Request, person: CurrentPerson, services: AccountParts
) -> None:
    """Have a link sent to the address that one wants to have. Nothing changes before it is opened."""
    await actions.ask_for_email_change(
        services,
        person,
        email=body.email,
        password=password_or_none(body.password) or "",
        host=network_address(request),
    )


@router.put("/auth/email", status_code=204, responses=problems(403, 409, 413, 422))
async def confirm_email(body: EmailByLink, services: AccountParts) -> None:
    """Confirm a new address with its link."""
    await actions.confirm_email(services, body.token)


@router.post(
    "/admin/users/{user_id}/password-reset",
    status_code=202,
    responses=problems(401, 403, 404, 409, 503),
    tags=["administration"],
)
async def send_password_reset(
    user_id: UUID, admin: ChangesAccounts, transaction: RequestTransaction, services: AccountParts
) -> None:
    """Have a link sent to somebody who cannot sign in."""
    await actions.send_reset(transaction, user_id, admin=admin, services=services)
