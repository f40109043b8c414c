"""Go through signing on as a browser does, with a provider that forges."""

from typing import Any

from sqlalchemy import text

from tests.forging_provider import Forger
from tests.integration.conftest import PUBLIC_URL, Api, Client

BACK = f"{PUBLIC_URL}/sign-on/school"


async def begin(client: Client, forger: Forger, *, connect: bool = False, **body: Any) -> str:
    """Go to the provider; return the state to come back with."""
    path = "/me/sign-on-accounts/school" if connect else "/auth/sign-on/school"
    answer = await client.post(path, body)
    assert answer.status_code == 200, answer.text
    return forger.sent_to(answer.json()["address"])["state"]


async def complete(client: Client, state: str, *, code: str = "code", provider: str = "school", **more: Any) -> Any:
    return await client.post(f"/auth/sign-on/{provider}/complete", {"state": state, "code": code, **more})


async def sign_on(client: Client, forger: Forger, **more: Any) -> Any:
    return await complete(client, await begin(client, forger), **more)


async def taken(client: Client, answer: Any) -> dict[str, Any]:
    """Use the token of a sign-on; return who it is."""
    assert answer.status_code == 200, answer.text
    client.http.headers["Authorization"] = f"Bearer {answer.json()['token']['access_token']}"
    me: dict[str, Any] = (await client.get("/me")).json()
    return me


async def count(api: Api, table: str) -> int:
    async with api.services.database.transaction() as transaction:
        return int(await transaction.session.scalar(text(f"select count(*) from {table}")) or 0)
