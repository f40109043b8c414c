"""What the tests of accounts share: who registers, and the refresh cookie."""

from tests.integration.conftest import PASSWORD, Api, Client


def account(**changes: object) -> dict[str, object]:
    return {"email": "zoe@school.example", "password": PASSWORD, "name": "Zoë", "role": "student", **changes}


def refresh_cookie(client: Client) -> str:
    return next(cookie.value for cookie in client.http.cookies.jar if cookie.name == "lectern_refresh") or ""


async def refresh_with(api: Api, token: str):
    return await api.client().post("/auth/refresh", headers={"Cookie": f"lectern_refresh={token}".encode("latin-1")})
