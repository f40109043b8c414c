"""Sign on with an account elsewhere."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Cookie, Request, Response

from auth.actions import Person
from auth.cookies import hand_over, refuse_foreign_pages
from auth.dependencies import AccountParts, CurrentPerson, OptionalPerson, RequestReader, RequestTransaction
from auth.http.reading_route import ReadingRoute
from auth.http.requests import network_address
from auth.http.responses import problems
from auth.ports import AccountServices
from auth.sign_on import actions
from auth.sign_on.actions import FLOW_MINUTES, Answer
from auth.sign_on.schemas import (
    SignOnAccount,
    SignOnAccounts,
    SignOnAddress,
    SignOnAnswer,
    SignOnResult,
    SignOnStart,
)
from auth.tokens import new_secret

BROWSER_COOKIE = "lectern_sign_on"
BROWSER_COOKIE_PATH = "/api"
BrowserCookie = Annotated[str | None, Cookie(alias=BROWSER_COOKIE, max_length=200, include_in_schema=False)]

router = APIRouter(tags=["accounts"], route_class=ReadingRoute)


@router.post("/auth/sign-on/{provider}", responses=problems(403, 404, 413, 422, 429, 503))
async def begin_sign_on(
    provider: str,
    *,
    body: SignOnStart,
    request: Request,
    response: Response,
    services: AccountParts,
    browser: BrowserCookie = None,
) -> SignOnAddress:
    """Begin to sign on with a provider: send the browser to the address in the answer."""
    return await _begin(provider, body, request, response, services=services, browser=browser, person=None)


@router.post("/auth/sign-on/{provider}/complete", responses=problems(401, 403, 404, 409, 413, 422, 503))
async def complete_sign_on(
    provider: str,
    *,
    body: SignOnAnswer,
    request: Request,
    response: Response,
    person: OptionalPerson,
    services: AccountParts,
    browser: BrowserCookie = None,
) -> SignOnResult:
    """Hand in what the provider has sent back. It works once, in the browser that began."""
    refuse_foreign_pages(request, services)
    completed = await actions.complete(
        services,
        Answer(provider=provider, state=body.state, code=body.code, issuer=body.iss, browser=browser),
        person=person,
        user_agent=request.headers.get("user-agent", ""),
    )
    token = None if completed.signed_in is None else hand_over(completed.signed_in, response, services)
    response.headers["Cache-Control"] = "no-store"
    return SignOnResult(token=token, next=completed.next)


@router.get("/me/sign-on-accounts", responses=problems(401))
async def list_sign_on_accounts(person: CurrentPerson, reader: RequestReader, services: AccountParts) -> SignOnAccounts:
    """List the accounts elsewhere that one can sign on with."""
    found = []
    for row in await actions.accounts_of(reader, person.id):
        provider = services.sign_on.of_issuer(row.issuer)
        found.append(
            SignOnAccount(
                id=row.id,
                provider=None if provider is None else provider.id,
                name=row.issuer if provider is None else provider.name,
                email=row.email,
                connected_at=row.created_at,
            )
        )
    return SignOnAccounts(items=found)


@router.post("/me/sign-on-accounts/{provider}", responses=problems(401, 403, 404, 413, 422, 429, 503))
async def begin_connecting(
    provider: str,
    *,
    body: SignOnStart,
    request: Request,
    response: Response,
    person: CurrentPerson,
    services: AccountParts,
    browser: BrowserCookie = None,
) -> SignOnAddress:
    """Begin to connect one's account with one at a provider."""
    return await _begin(provider, body, request, response, services=services, browser=browser, person=person)


@router.delete("/me/sign-on-accounts/{account_id}", status_code=204, responses=problems(401, 404, 409))
async def disconnect_sign_on_account(
    account_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: AccountParts
) -> None:
    """Take one off, unless it is the last way in."""
    await actions.disconnect(transaction, account_id, person=person, services=services)


async def _begin(
    provider: str,
    body: SignOnStart,
    request: Request,
    response: Response,
    *,
    services: AccountServices,
    browser: str | None,
    person: Person | None,
) -> SignOnAddress:
    refuse_foreign_pages(request, services)
    browser = browser or new_secret()
    address = await actions.begin(
        services, provider, browser=browser, person=person, next_page=body.next, host=network_address(request)
    )
    _remember(response, browser, services)
    return SignOnAddress(address=address)


def _remember(response: Response, browser: str, services: AccountParts) -> None:
    """Give the browser the secret that only it can complete with: nobody else's answer signs somebody in there."""
    response.set_cookie(
        BROWSER_COOKIE,
        browser,
        max_age=FLOW_MINUTES * 60,
        path=BROWSER_COOKIE_PATH,
        secure=services.accounts.secure_cookies,
        httponly=True,
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"
