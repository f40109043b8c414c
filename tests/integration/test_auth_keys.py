"""Another key, or another secret key, on the real server: whose tokens end, who stays signed in, and what other services see."""

import json
import subprocess
import time
from collections.abc import Callable

import httpx
import jwt
import pytest

from scripts import node
from tests.conftest import StartServer, run_sql
from tests.running_server import RunningServer, http_client, lectern
from tests.school import School
from tests.yjs_peers import FOLDER

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


def rotate(server: RunningServer, *options: str) -> str:
    done = lectern("rotate-keys", *options, settings=server.settings)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def jose(address: str, token: str) -> dict[str, str]:
    """Check a token with the Node library jose, which fetches the keys by itself."""
    done = subprocess.run(
        [node.wheel() / "bin" / "node", "check-token.mjs", address, token, SCHOOL],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=True,
    )
    claims: dict[str, str] = json.loads(done.stdout)
    return claims


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.node
def test_a_running_server_takes_another_key_and_other_services_check_both(
    start_server: StartServer, database_url: str
) -> None:
    server = start_server(secret_key=OLD, public_url=SCHOOL)
    zoe = School(server.url).register("Zoë", "student")
    address = f"{server.url}/.well-known/jwks.json"
    other_service = jwt.PyJWKClient(address)
    [first] = published(server)

    assert "stay valid until they end" in rotate(server)
    refused = lectern("rotate-keys", settings=server.settings)
    assert (refused.returncode, "waits already" in refused.stderr) == (1, True)
    until(lambda: len(published(server)) == 2)
    assert published(server)[0] == first
    # The ten minutes until it signs are over.
    run_sql(database_url, "update signing_keys set signs_from = now()")
    until(lambda: published(server)[0] != first)
    new = School(server.url).sign_in(zoe.email, zoe.api)
    for token in (zoe.token, new):
        key = other_service.get_signing_key_from_jwt(token)
        assert jwt.decode(token, key, algorithms=["EdDSA"], issuer=SCHOOL)["sub"] == zoe.id
        assert jose(address, token)["sub"] == zoe.id
        assert httpx.get(f"{server.url}/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert jwt.get_unverified_header(new)["kid"] != jwt.get_unverified_header(zoe.token)["kid"]

    assert "refused from then on" in rotate(server, "--now")
    run_sql(database_url, "update signing_keys set signs_from = now() where ends_earlier")
    until(lambda: len(published(server)) == 1)
    answer = httpx.get(f"{server.url}/api/me", headers={"Authorization": f"Bearer {new}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    with pytest.raises(jwt.PyJWKClientError):
        jwt.PyJWKClient(address).get_signing_key_from_jwt(new)
