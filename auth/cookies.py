"""The cookie that keeps somebody signed in, and who may have it changed."""

from fastapi import Request, Response

from auth.errors import ForeignOrigin
from auth.ports import AccountServices
from auth.rotation import SignedIn
from auth.rules import is_own_origin
from auth.schemas import AccessToken

REFRESH_COOKIE = "lectern_refresh"
REFRESH_PATH = "/api/auth"
SECONDS_PER_DAY = 86_400


def hand_over(signed_in: SignedIn, response: Response, services: AccountServices) -> AccessToken:
    """Put the refresh token into its cookie, and return the access token for the answer."""
    response.set_cookie(
        REFRESH_COOKIE,
        signed_in.refresh_token,
        max_age=services.accounts.refresh_token_days * SECONDS_PER_DAY,
        path=REFRESH_PATH,
        secure=services.accounts.secure_cookies,
        httponly=True,
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"
    return AccessToken(access_token=signed_in.access_token, expires_in=services.issuer.lifetime_seconds)


def refuse_foreign_pages(request: Request, services: AccountServices) -> None:
    """Refuse what another site's page has sent. Raises ForeignOrigin."""
    origin = request.headers.get("origin")
    if origin is not None and not is_own_origin(
        origin, public_url=services.accounts.public_url, host=request.headers.get("host")
    ):
        raise ForeignOrigin
