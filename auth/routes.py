"""Registration, sign-in, refresh, sign-out and one's own account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Cookie, Request, Response
from fastapi.responses import JSONResponse

from auth import actions
from auth.actions import Registration
from auth.cookies import REFRESH_COOKIE, REFRESH_PATH, hand_over, refuse_foreign_pages
from auth.dependencies import AccountParts, BearerToken, CurrentPerson, RequestReader, RequestTransaction
from auth.errors import SessionRevoked, Unauthenticated
from auth.http.reading_route import ReadingRoute
from auth.http.requests import network_address
from auth.http.responses import problems
from auth.models import UserRow
from auth.schemas import (
    AccessToken,
    AuthOptions,
    Credentials,
    Me,
    MeChanges,
    NewAccount,
    Registered,
    RegistrationModes,
    SignedOut,
    SignOnProvider,
)
from auth.tokens import Claims
from persistence.base import utc_now
from persistence.reading import Asking

RefreshCookie = Annotated[str | None, Cookie(alias=REFRESH_COOKIE, include_in_schema=False)]

router = APIRouter(tags=["accounts"], route_class=ReadingRoute)


@router.get("/auth/options")
async def get_auth_options(services: AccountParts) -> AuthOptions:
    """Tell who may register, before anybody is signed in."""
    policy = services.accounts.registration
    return AuthOptions(
        registration=RegistrationModes(student=policy.student, teacher=policy.teacher),
        mail=services.postbox.available,
        providers=[SignOnProvider(id=each.id, name=each.name) for each in services.sign_on.providers],
        environment=services.accounts.environment,
    )


@router.post("/auth/register", status_code=201, responses=problems(403, 413, 422, 429, 503))
async def register(body: NewAccount, request: Request, services: AccountParts) -> Registered:
    """Register. The answer is the same when the address has an account already."""
    registration = Registration(
        email=body.email, password=body.password, name=body.name, role=body.role, invitation=body.invitation
    )
    status = await actions.register(services, registration, host=network_address(request))
    return Registered.model_validate(
        {"email": registration.email, "name": registration.name, "role": registration.role, "status": status}
    )


@router.post("/auth/login", responses=problems(401, 403, 413, 422, 429, 503))
async def login(body: Credentials, request: Request, response: Response, services: AccountParts) -> AccessToken:
    """Sign in. The refresh token comes as a cookie that scripts cannot read."""
    refuse_foreign_pages(request, services)
    signed_in = await actions.sign_in(
        services,
        email=body.email,
        password=body.password,
        user_agent=request.headers.get("user-agent", ""),
        host=network_address(request),
    )
    return hand_over(signed_in, response, services)


@router.post("/auth/refresh", responses=problems(401, 403))
async def refresh(
    request: Request, response: Response, services: AccountParts, token: RefreshCookie = None
) -> AccessToken:
    """Exchange the refresh cookie for a new one and an access token. Using one twice ends the sign-in."""
    arrived_at = utc_now()
    refuse_foreign_pages(request, services)
    return hand_over(await actions.refresh(services, token, arrived_at=arrived_at), response, services)


@router.post(
    "/auth/logout",
    status_code=204,
    response_model=None,
    responses={
        200: {"model": SignedOut, "description": "The sign-in came from a provider that one can sign out of."},
        **problems(403),
    },
)
async def logout(
    request: Request,
    services: AccountParts,
    bearer: BearerToken,
    token: RefreshCookie = None,
) -> Response:
    """Sign out: the sign-in ends, with its tokens and open connections. Without one, nothing happens.

    A sign-in that came from a provider is answered with the address at which one is signed out there, too, where it has one.
    """
    refuse_foreign_pages(request, services)
    claims: Claims | None = None
    if bearer is not None:
        try:
            claims = services.issuer.verify(bearer.credentials)
        except Unauthenticated:
            # Too old to be trusted; the cookie still says which sign-in to end.
            claims = None
    provider = await actions.sign_out(services, refresh_token=token, claims=claims)
    address = await services.sign_on.sign_out_address(provider, back=f"{services.accounts.public_url}/login")
    answer = Response(status_code=204) if address is None else JSONResponse({"provider_sign_out": address})
    answer.delete_cookie(
        REFRESH_COOKIE,
        path=REFRESH_PATH,
        secure=services.accounts.secure_cookies,
        httponly=True,
        samesite="strict",
    )
    return answer


@router.get("/me", responses=problems(401))
async def get_me(person: CurrentPerson, reader: RequestReader) -> Me:
    """Return the person who is signed in."""
    return _me(await _own_account(reader, person.id))


@router.patch("/me", responses=problems(401, 413, 422))
async def update_me(
    body: MeChanges, person: CurrentPerson, transaction: RequestTransaction, services: AccountParts
) -> Me:
    """Change one's name or language."""
    user = await _own_account(transaction.session, person.id)
    for field, value in body.model_dump(exclude_unset=True).items():
        setattr(user, field, value)
    if user.name != person.name:
        await services.person_renamed(transaction, person.id)
    return _me(user)


async def _own_account(session: Asking, user_id: UUID) -> UserRow:
    user = await session.get(UserRow, user_id)
    if user is None:
        raise SessionRevoked
    return user


def _me(user: UserRow) -> Me:
    return Me(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        color=user.color,
        picture=user.picture_id,
        locale=user.locale,
        created_at=user.created_at,
        has_password=user.password_hash is not None,
    )
