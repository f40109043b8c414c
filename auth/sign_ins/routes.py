"""Where one is signed in, and one's password."""

from uuid import UUID

from fastapi import APIRouter, Request

from auth.dependencies import AccountParts, CurrentPerson, RequestReader, RequestTransaction
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.requests import network_address
from auth.http.responses import problems
from auth.rules import password_or_none
from auth.sign_ins import actions
from auth.sign_ins.schemas import PasswordChange, SignIn, SignInPage

router = APIRouter(prefix="/me", tags=["accounts"], route_class=ReadingRoute)


@router.get("/sign-ins", responses=problems(401, 422))
async def list_sign_ins(
    person: CurrentPerson, reader: RequestReader, page: WantedPage, services: AccountParts
) -> SignInPage:
    """List the devices on which one is signed in."""
    found, next_cursor = await actions.list_sign_ins(reader, page, person=person, services=services)
    items = [
        SignIn(
            id=row.id,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            user_agent=row.user_agent,
            current=row.id == person.session_id,
        )
        for row in found
    ]
    return SignInPage(items=items, next_cursor=next_cursor)


@router.delete("/sign-ins", status_code=204, responses=problems(401))
async def end_other_sign_ins(person: CurrentPerson, transaction: RequestTransaction, services: AccountParts) -> None:
    """Sign out everywhere else, at once."""
    await actions.end_others(transaction, person=person, services=services)


@router.delete("/sign-ins/{sign_in_id}", status_code=204, responses=problems(401, 404))
async def end_sign_in(
    sign_in_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: AccountParts
) -> None:
    """Sign out on one device, at once."""
    await actions.end_sign_in(transaction, sign_in_id, person=person, services=services)


@router.put("/password", status_code=204, responses=problems(401, 403, 413, 422, 429, 503))
async def change_password(
    body: PasswordChange, request: Request, person: CurrentPerson, services: AccountParts
) -> None:
    """Change one's password. All other sign-ins end."""
    await actions.change_password(
        services,
        person,
        password=password_or_none(body.password) or "",
        new_password=body.new_password,
        host=network_address(request),
    )
