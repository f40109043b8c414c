"""Signing on with an account elsewhere: who gets in, to which account, and what a forged answer gets."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import jwt
import pytest
from sqlalchemy import text

from auth.sign_on.service import SignOn
from tests.forging_provider import OTHER_KEY, Forger
from tests.integration.conftest import PASSWORD, PUBLIC_URL, Api
from tests.integration.signing_on import BACK, begin, complete, count, sign_on, taken

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


async def test_the_address_asks_for_a_code_with_pkce_state_and_nonce(api: Api, use, forger: Forger) -> None:
    use(forger)
    answer = await api.client().post("/auth/sign-on/school", {})
    query = forger.sent_to(answer.json()["address"])
    assert answer.json()["address"].startswith("https://id.example/authorize?")
    assert (query["response_type"], query["client_id"], query["redirect_uri"]) == ("code", "lectern", BACK)
    assert (query["scope"], query["code_challenge_method"]) == ("openid email profile", "S256")
    assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie


async def test_somebody_new_gets_an_account_and_comes_back_to_it(api: Api, use, forger: Forger) -> None:
    use(forger, role_claim="groups", roles={"staff": "teacher"})
    forger.claims["groups"] = ["chess", "staff"]
    client = api.client()
    state = await begin(client, forger, next="/classes/1?tab=people")
    answer = await complete(client, state)
    assert answer.json()["next"] == "/classes/1?tab=people"
    assert "lectern_refresh" in answer.headers["set-cookie"]
    me = await taken(client, answer)
    assert (me["email"], me["name"], me["role"], me["has_password"]) == (
        "zoe@school.example",
        "Zoë Brandt",
        "teacher",
        False,
    )
    assert (await client.post("/auth/refresh")).status_code == 200
    assert forger.spent[0]["code_verifier"]

    # Known by issuer and subject: another address and name there change nothing here.
    forger.claims.update(email="brandt@other.example", email_verified=False, groups=[])
    again = await taken(other := api.client(), await sign_on(other, forger))
    assert (again["id"], again["email"], again["role"]) == (me["id"], "zoe@school.example", "teacher")
    [here] = (await other.get("/me/sign-on-accounts")).json()["items"]
    assert (here["provider"], here["name"], here["email"]) == ("school", "School account", "zoe@school.example")


async def test_what_the_id_token_does_not_say_userinfo_does(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    forger.claims = {"email": None, "email_verified": None, "name": None}
    forger.userinfo = {"sub": "zoe-there", "email": "zoe@school.example", "email_verified": True, "given_name": "Zoë"}
    client = api.client()
    assert (await taken(client, await sign_on(client, forger)))["name"] == "Zoë"
    forger.userinfo = {"sub": "somebody-else", "email": "head@school.example", "email_verified": True}
    is_problem(await sign_on(api.client(), forger), 403, "sign_on_failed")


async def test_an_answer_works_once(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    client = api.client()
    state = await begin(client, forger)
    assert (await complete(client, state)).status_code == 200
    is_problem(await complete(client, state), 403, "sign_on_invalid")
    assert len(forger.spent) == 1
    # Nor twice at the same moment.
    state = await begin(client, forger)
    answers = await asyncio.gather(*[complete(client, state) for _ in range(4)])
    assert sorted(each.status_code for each in answers) == [200, 403, 403, 403]


async def test_an_answer_works_only_in_the_browser_that_began(api: Api, use, forger: Forger, is_problem) -> None:
    """Else an attacker's own answer, opened by somebody else, would sign them in to the attacker's account."""
    use(forger)
    attacker, victim = api.client(), api.client()
    await begin(victim, forger)
    is_problem(await complete(victim, await begin(attacker, forger)), 403, "sign_on_invalid")
    is_problem(await complete(api.client(), await begin(attacker, forger)), 403, "sign_on_invalid")
    is_problem(await complete(attacker, "never begun"), 403, "sign_on_invalid")
    assert forger.spent == []


async def test_an_answer_works_for_ten_minutes(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    client = api.client()
    state = await begin(client, forger)
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(text("update sign_on_flows set expires_at = now()"))
    is_problem(await complete(client, state), 403, "sign_on_invalid")


async def test_another_sites_page_cannot_begin_or_complete(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    foreign = {"Origin": "https://evil.example"}
    is_problem(await api.client().post("/auth/sign-on/school", {}, headers=foreign), 403, "forbidden")
    body = {"state": "x", "code": "x"}
    is_problem(await api.client().post("/auth/sign-on/school/complete", body, headers=foreign), 403, "forbidden")


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", algorithm="none", headers={"kid": "first"})


def signed_with_the_clients_secret(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "secret", algorithm="HS256", headers={"kid": "first"})


def signed_with_a_key_of_ones_own(claims: dict[str, Any]) -> str:
    return Forger().token(OTHER_KEY, **claims)


def cut(claims: dict[str, Any]) -> str:
    return Forger().token(**claims).rpartition(".")[0] + "."


FORGED: dict[str, dict[str, Any]] = {
    "wrong nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "wrong audience": {"claims": {"aud": "another client"}},
    "no audience": {"claims": {"aud": None}},
    "another party": {"claims": {"aud": ["lectern", "other"], "azp": "other"}},
    "several audiences, no party": {"claims": {"aud": ["lectern", "other"]}},
    "wrong issuer": {"claims": {"iss": "https://evil.example"}},
    "expired": {"claims": {"exp": 1_700_000_000}},
    "never ends": {"claims": {"exp": None}},
    "from the future": {"claims": {"iat": 9_000_000_000}},
    "no subject": {"claims": {"sub": None}},
    "empty subject": {"claims": {"sub": ""}},
    "endless subject": {"claims": {"sub": "x" * 256}},
    "subject that is no text": {"claims": {"sub": 7}},
    "access token of another": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "unsigned": {"sign": unsigned},
    "signed with the client's secret": {"sign": signed_with_the_clients_secret},
    "signed with another key": {"sign": signed_with_a_key_of_ones_own},
    "signature cut off": {"sign": cut},
    "no token": {"sign": lambda _claims: "no.token"},
}


@pytest.mark.parametrize("forgery", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_id_token_gets_nobody_in(api: Api, use, forger: Forger, is_problem, forgery) -> None:
    use(forger)
    for name, value in forgery.items():
        setattr(forger, name, value)
    people = await count(api, "users")
    is_problem(await sign_on(api.client(), forger), 403, "sign_on_failed")
    assert await count(api, "users") == people


async def test_a_mix_up_of_providers_is_noticed(api: Api, forger: Forger, is_problem) -> None:
    honest, evil = forger, Forger(issuer="https://evil.example")
    evil.client_id = "lectern-there"

    async def reach(scope: Any, receive: Any, send: Any) -> None:
        host = dict(scope["headers"])[b"host"].decode()
        await {"id.example": honest, "evil.example": evil}[host].app()(scope, receive, send)

    providers = [honest.provider(), evil.provider(id="evil")]
    transport = httpx2.ASGITransport(app=reach)
    api.replace(sign_on=SignOn(providers, public_url=PUBLIC_URL, transport=transport))
    client = api.client()
    # Whoever began at one provider and comes back at another one's address has a code that must not be spent there.
    state = await begin(client, honest)
    is_problem(await complete(client, state, provider="evil"), 403, "sign_on_invalid")
    # The provider's own word about who it is, where it gives one.
    state = await begin(client, honest)
    is_problem(await complete(client, state, iss="https://evil.example"), 403, "sign_on_failed")
    assert (honest.spent, evil.spent) == ([], [])
    honest.metadata["authorization_response_iss_parameter_supported"] = True
    api.replace(sign_on=SignOn(providers, public_url=PUBLIC_URL, transport=transport))
    is_problem(await complete(client, await begin(client, honest)), 403, "sign_on_failed")
    assert honest.spent == []
    assert (await complete(client, await begin(client, honest), iss=honest.issuer)).status_code == 200
    # A token of the honest one, passed on by the evil one.
    evil.sign = lambda claims: honest.token(**{**claims, "iss": honest.issuer})
    answer = await client.post("/auth/sign-on/evil", {})
    state = evil.sent_to(answer.json()["address"])["state"]
    is_problem(await complete(client, state, provider="evil"), 403, "sign_on_failed")


async def test_nobody_takes_over_an_account_with_its_address(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger, trusts_email=True)
    owner = await api.student()
    forger.claims["email"] = owner.email.upper()
    for verified in (True, False, None):
        forger.claims["email_verified"] = verified
        answer = await sign_on(api.client(), forger)
        is_problem(
            answer, 403 if verified is False else 409, "email_unverified" if verified is False else "account_exists"
        )
    assert (await owner.get("/me/sign-on-accounts")).json()["items"] == []


async def test_an_unconfirmed_address_makes_no_account(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    forger.userinfo = {"sub": "zoe-there"}
    for claims in (
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "yes"},
        {"email": None},
        {"email": "not an address"},
        {"email": ["zoe@school.example"]},
    ):
        forger.claims = claims
        is_problem(await sign_on(api.client(), forger), 403, "email_unverified")
    assert await count(api, "users") == 0


async def test_only_the_schools_domains_get_in(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger, email_domains=("school.example",))
    for email in ("zoe@evil.example", "zoe@school.example.evil.example", "zoe@sub.school.example"):
        forger.claims["email"] = email
        is_problem(await sign_on(api.client(), forger), 403, "not_welcome")
    forger.claims = {"email_verified": False}
    is_problem(await sign_on(api.client(), forger), 403, "not_welcome")
    forger.claims = {}
    assert (await sign_on(api.client(), forger)).status_code == 200


async def test_where_no_accounts_are_made_only_connected_ones_get_in(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger, new_accounts=False)
    is_problem(await sign_on(api.client(), forger), 403, "no_account")
    person = await api.student()
    assert (await complete(person, await begin(person, forger, connect=True))).json() == {"token": None, "next": None}
    client = api.client()
    assert (await taken(client, await sign_on(client, forger)))["id"] == person.id


async def test_an_account_is_connected_only_after_signing_in_to_it(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    is_problem(await api.client().post("/me/sign-on-accounts/school", {}), 401, "token_missing")
    owner, other = await api.student(), await api.student()
    state = await begin(owner, forger, connect=True, next="/me")
    # The answer of a connection signs nobody in, and connects nobody else: not without a token, not with another one.
    token = owner.http.headers.pop("Authorization")
    is_problem(await complete(owner, state), 403, "sign_on_invalid")
    owner.http.headers["Authorization"] = token
    state_of_owner = await begin(owner, forger, connect=True)
    other.http.cookies = owner.http.cookies
    is_problem(await complete(other, state_of_owner), 403, "sign_on_invalid")
    assert await count(api, "sign_on_accounts") == 0

    assert (await complete(owner, await begin(owner, forger, connect=True))).status_code == 200
    assert (await complete(owner, await begin(owner, forger, connect=True))).status_code == 200  # the same again
    is_problem(await complete(other, await begin(other, forger, connect=True)), 409, "sign_on_taken")
    forger.claims["sub"] = "another-there"
    is_problem(await complete(owner, await begin(owner, forger, connect=True)), 409, "already_connected")


async def test_a_sign_in_that_ended_meanwhile_connects_nothing(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    person, admin = await api.student(), await api.admin()
    state = await begin(person, forger, connect=True)
    assert (await admin.post(f"/admin/users/{person.id}/block", {"reason": "a test"})).status_code == 200
    is_problem(await complete(person, state), 403, "sign_on_invalid")
    assert await count(api, "sign_on_accounts") == 0


async def test_the_last_way_in_is_never_taken_off(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    client = api.client()
    await taken(client, await sign_on(client, forger))
    [there] = (await client.get("/me/sign-on-accounts")).json()["items"]
    is_problem(await client.delete(f"/me/sign-on-accounts/{there['id']}"), 409, "last_way_in")
    # A fresh sign-in may choose a password without having one.
    body = {"password": "", "new_password": "another good password"}
    assert (await client.put("/me/password", body)).status_code == 204
    stranger = await api.student()
    is_problem(await stranger.delete(f"/me/sign-on-accounts/{there['id']}"), 404, "not_found")
    assert (await client.delete(f"/me/sign-on-accounts/{there['id']}")).status_code == 204
    assert (await api.client().sign_in("zoe@school.example", "another good password")).status_code == 200
    is_problem(await sign_on(api.client(), forger), 409, "account_exists")


async def test_without_a_password_an_old_sign_in_proves_nothing(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    client = api.client()
    await taken(client, await sign_on(client, forger))
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(text("update auth_sessions set created_at = now() - interval '11 minutes'"))
    body = {"password": "", "new_password": "another good password"}
    is_problem(await client.put("/me/password", body), 403, "sign_in_again")
    is_problem(await api.client().sign_in("zoe@school.example", PASSWORD), 401, "invalid_credentials")
    is_problem(await api.client().sign_in("zoe@school.example", ""), 401, "invalid_credentials")


async def test_a_blocked_person_stays_out(api: Api, use, forger: Forger, is_problem) -> None:
    use(forger)
    client, admin = api.client(), await api.admin()
    me = await taken(client, await sign_on(client, forger))
    await admin.post(f"/admin/users/{me['id']}/block", {"reason": "a test"})
    is_problem(await client.get("/me"), 401, "account_blocked")
    is_problem(await sign_on(client, forger), 403, "account_blocked")
    assert await count(api, "auth_sessions where revoked_at is null") == 1  # the administrator's


async def test_signing_out_leads_on_to_the_provider(api: Api, use, forger: Forger) -> None:
    use(forger)
    client = api.client()
    await taken(client, await sign_on(client, forger))
    answer = await client.post("/auth/logout")
    assert answer.status_code == 200
    address = httpx2.URL(answer.json()["provider_sign_out"])
    assert str(address).startswith("https://id.example/sign-out?")
    assert dict(address.params) == {"client_id": "lectern", "post_logout_redirect_uri": f"{PUBLIC_URL}/login"}
    assert (await client.get("/me")).json()["code"] == "token_revoked"
    use(forger, signs_out=False)
    await taken(client, await sign_on(client, forger))
    assert (await client.post("/auth/logout")).status_code == 204


@pytest.mark.parametrize(
    "next_page", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "/a\nb"]
)
async def test_after_signing_on_one_lands_on_no_other_site(api: Api, use, forger: Forger, next_page) -> None:
    use(forger)
    client = api.client()
    assert (await complete(client, await begin(client, forger, next=next_page))).json()["next"] is None
