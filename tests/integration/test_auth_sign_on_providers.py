"""Providers that break, lead astray or change their keys, and a real one."""

import asyncio
import gzip
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from auth.sign_on.providers import read_providers
from auth.sign_on.service import SignOn
from tests.forging_provider import OTHER_KEY, Forger, published
from tests.integration.conftest import PUBLIC_URL, Api, Client
from tests.integration.signing_on import BACK, begin, complete, count, sign_on, taken
from tests.oidc_provider import Elsewhere, RunningProvider, oidc_provider, setting

pytestmark = pytest.mark.postgres


@pytest.fixture
def forger() -> Forger:
    return Forger()


@pytest.fixture
def use(api: Api) -> Callable[..., None]:
    """Let the school use a forger as its provider."""

    def configure(forger: Forger, **more: Any) -> None:
        transport = httpx2.ASGITransport(app=forger.app())
        api.replace(sign_on=SignOn([forger.provider(**more)], public_url=PUBLIC_URL, transport=transport))

    return configure


BROKEN: dict[str, Callable[[Request], Response]] = {
    "no JSON": lambda _request: Response("<html>"),
    "no object": lambda _request: JSONResponse([]),
    "an error": lambda _request: Response("", 500),
    "elsewhere": lambda _request: RedirectResponse("http://169.254.169.254/"),
    "endless": lambda _request: Response(b'{"a": "' + b"x" * 600_000 + b'"}'),
    "packed": lambda _request: Response(gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
async def test_a_provider_that_does_not_answer_as_one_is_told_in_words(
    api: Api, use, forger: Forger, is_problem, broken
) -> None:
    use(forger)
    forger.answer = broken
    is_problem(await api.client().post("/auth/sign-on/school", {}), 503, "provider_unavailable")
    # It is left alone for a while.
    is_problem(await api.client().post("/auth/sign-on/school", {}), 503, "provider_unavailable")
    assert forger.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": "https://id.example/"},
        {"token_endpoint": "http://169.254.169.254/token"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://127.0.0.1/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_a_discovery_that_leads_astray_is_refused(api: Api, use, forger: Forger, is_problem, metadata) -> None:
    use(forger)
    forger.metadata = metadata
    is_problem(await api.client().post("/auth/sign-on/school", {}), 503, "provider_unavailable")


async def test_a_code_that_the_provider_refuses_gets_nobody_in(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    client = api.client()
    state = await begin(client, forger)
    forger.answer = lambda _request: JSONResponse({"error": "invalid_grant"}, 400)
    is_problem(await complete(client, state), 403, "sign_on_failed")
    forger.answer = None
    state = await begin(client, forger)
    forger.answer = lambda _request: Response("down", 502)
    is_problem(await complete(client, state), 503, "provider_unavailable")


async def test_the_provider_may_change_its_keys_and_a_forger_cannot_make_us_ask_forever(
    api: Api, use, forger: Forger, is_problem
) -> None:
    use(forger)
    assert (await sign_on(api.client(), forger)).status_code == 200
    forger.keys = [published(OTHER_KEY, "second")]
    forger.sign = lambda claims: forger.token(OTHER_KEY, kid="second", **claims)
    desk = api.services.sign_on.desk("school")
    before = desk._clock
    desk._clock = lambda: before() + 31
    assert (await sign_on(api.client(), forger)).status_code == 200
    forger.sign = lambda claims: forger.token(OTHER_KEY, kid="never published", **claims)
    for _ in range(3):
        is_problem(await sign_on(api.client(), forger), 403, "sign_on_failed")
    assert forger.asked.count("/keys") == 2


async def test_discovery_is_fetched_once_for_a_class_that_comes_together(api: Api, use, forger: Forger) -> None:
    use(forger)
    assert forger.asked == []
    await asyncio.gather(*[api.client().post("/auth/sign-on/school", {}) for _ in range(10)])
    assert sorted(forger.asked) == ["/.well-known/openid-configuration", "/keys"]


async def test_an_unknown_provider_is_not_there(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    is_problem(await api.client().post("/auth/sign-on/other", {}), 404, "not_found")
    options = (await api.client().get("/auth/options")).json()
    assert options["providers"] == [{"id": "school", "name": "School account"}]


async def test_two_tabs_of_somebody_new_make_one_account(api: Api, use, forger: Forger) -> None:
    use(forger)
    client = api.client()
    states = [await begin(client, forger), await begin(client, forger)]
    answers = await asyncio.gather(*[complete(client, state) for state in states])
    assert [each.status_code for each in answers] == [200, 200]
    assert await count(api, "users") == 1


# With a real provider: the Node package oidc-provider.

ZOE = Elsewhere("zoe", "zoe@school.example", "Zoë Brandt", groups=["pupils"])


BEN = Elsewhere("ben", "ben@school.example", "Ben Adler", groups=["staff"])


EVE = Elsewhere("eve", "head@school.example", "Eve", verified=False)


@pytest.fixture(scope="module")
def provider() -> Iterator[RunningProvider]:
    with oidc_provider([BACK], [ZOE, BEN, EVE], after=f"{PUBLIC_URL}/login") as running:
        yield running


@pytest.fixture
def real(api: Api, provider: RunningProvider) -> RunningProvider:
    providers = setting(provider.issuer, role_claim="groups", roles={"staff": "teacher"})
    api.replace(sign_on=SignOn(read_providers(providers), public_url=PUBLIC_URL))
    return provider


async def through(client: Client, real: RunningProvider, subject: str) -> Any:
    address = (await client.post("/auth/sign-on/school", {})).json()["address"]
    back = await asyncio.to_thread(real.sign_in, address, subject)
    return await client.post("/auth/sign-on/school/complete", back)


@pytest.mark.node
async def test_people_sign_on_with_a_real_provider(api: Api, real: RunningProvider, is_problem) -> None:
    client = api.client()
    me = await taken(client, await through(client, real, "zoe"))
    assert (me["name"], me["email"], me["role"]) == ("Zoë Brandt", "zoe@school.example", "student")
    again = api.client()
    assert (await taken(again, await through(again, real, "zoe")))["id"] == me["id"]
    teacher = api.client()
    assert (await taken(teacher, await through(teacher, real, "ben")))["role"] == "teacher"
    is_problem(await through(api.client(), real, "eve"), 403, "email_unverified")
    answer = await client.post("/auth/logout")
    assert answer.json()["provider_sign_out"].startswith(f"{real.issuer}/session/end?")


@pytest.mark.node
async def test_a_code_of_somebody_elses_sign_on_is_refused_by_a_real_provider(
    api: Api, real: RunningProvider, is_problem
) -> None:
    """Code injection: the stolen code was made for another challenge."""
    victim, attacker = api.client(), api.client()
    address = (await victim.post("/auth/sign-on/school", {})).json()["address"]
    stolen = await asyncio.to_thread(real.sign_in, address, "zoe")
    address = (await attacker.post("/auth/sign-on/school", {})).json()["address"]
    own = await asyncio.to_thread(real.sign_in, address, "ben")
    injected = {**own, "code": stolen["code"]}
    is_problem(await attacker.post("/auth/sign-on/school/complete", injected), 403, "sign_on_failed")
    assert await count(api, "users") == 0


@pytest.mark.node
async def test_a_real_provider_is_connected_and_disconnected(api: Api, real: RunningProvider) -> None:
    person = await api.student()
    address = (await person.post("/me/sign-on-accounts/school", {"next": "/me"})).json()["address"]
    back = await asyncio.to_thread(real.sign_in, address, "ben")
    assert (await person.post("/auth/sign-on/school/complete", back)).json() == {"token": None, "next": "/me"}
    client = api.client()
    assert (await taken(client, await through(client, real, "ben")))["id"] == person.id
    [there] = (await person.get("/me/sign-on-accounts")).json()["items"]
    assert (await person.delete(f"/me/sign-on-accounts/{there['id']}")).status_code == 204
    other = api.client()
    assert (await taken(other, await through(other, real, "ben")))["id"] != person.id
