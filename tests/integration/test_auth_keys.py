"""Another secret key, on the real server: whose tokens end, who stays signed in, and what other services see."""

import httpx
import jwt
import pytest

from tests.conftest import StartServer
from tests.running_server import RunningServer, http_client
from tests.school import School

pytestmark = pytest.mark.postgres

OLD, NEW = "the secret key of the first term, long", "the secret key of the second term, long"
SCHOOL = "https://school.example"


def published(server: RunningServer) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = httpx.get(f"{server.url}/.well-known/jwks.json", trust_env=False).json()["keys"]
    return keys


def checked(token: str, keys: list[dict[str, str]]) -> dict[str, str]:
    """Check a token as any other service would: by the published key that it names."""
    kid = jwt.get_unverified_header(token)["kid"]
    [key] = [key for key in keys if key["kid"] == kid]
    claims: dict[str, str] = jwt.decode(token, jwt.PyJWK(key).key, algorithms=["EdDSA"], issuer=SCHOOL)
    return claims


def test_with_another_secret_key_old_tokens_end_and_browsers_stay_signed_in(start_server: StartServer) -> None:
    server = start_server(secret_key=OLD, public_url=SCHOOL)
    zoe = School(server.url).register("Zoë", "student")
    before = published(server)
    assert checked(zoe.token, before)["sub"] == zoe.id
    cookie = zoe.api.cookies.jar
    refresh = next(each.value for each in cookie if each.name == "lectern_refresh") or ""
    assert server.stop() == 0

    server = start_server(secret_key=NEW, public_url=SCHOOL)
    after = published(server)
    assert {key["kid"] for key in before}.isdisjoint(key["kid"] for key in after)
    with http_client(server.url) as api:
        refused = api.get("/api/me", headers={"Authorization": f"Bearer {zoe.token}"})
        assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")
        # What renews a sign-in is random and kept as a hash: no key is in it.
        renewed = api.post("/api/auth/refresh", headers={"Cookie": f"lectern_refresh={refresh}"})
        token = renewed.raise_for_status().json()["access_token"]
        assert checked(token, after)["sub"] == zoe.id
        assert api.get("/api/me", headers={"Authorization": f"Bearer {token}"}).json()["id"] == zoe.id
        with pytest.raises(ValueError, match="unpack"):
            checked(zoe.token, after)
