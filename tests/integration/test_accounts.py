"""Signing in, one's access token, one's own account, and how often one may try."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from auth.models import AuthSessionRow
from auth.registration import RegistrationMode, RegistrationPolicy
from auth.tokens import TokenIssuer
from persistence.ids import new_id
from tests.integration.conftest import PUBLIC_URL, Api
from tests.integration.sign_ins import account

IsProblem = Callable[..., None]


async def test_a_wrong_password_and_an_unknown_address_are_told_alike(api: Api, is_problem: IsProblem) -> None:
    client = api.client()
    await client.post("/auth/register", account())
    wrong = await client.sign_in("zoe@school.example", "not the password")
    unknown = await client.sign_in("nobody@school.example", "not the password")
    no_address = await client.sign_in("nobody", "x")
    is_problem(wrong, 401, "invalid_credentials")
    assert wrong.json() == unknown.json() == no_address.json()
    assert wrong.headers == unknown.headers


async def test_an_unknown_address_costs_a_hash_as_a_known_one_does(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    matches = type(api.services.passwords).matches

    async def counted(self, password, encoded):
        checked.append(encoded is not None)
        return await matches(self, password, encoded)

    monkeypatch.setattr(type(api.services.passwords), "matches", counted)
    client = api.client()
    await client.post("/auth/register", account())
    await client.sign_in("zoe@school.example", "not the password")
    await client.sign_in("nobody@school.example", "not the password")
    await client.sign_in("no address at all", "short")
    assert checked == [True, False, False]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "token_missing"),
        ("", "token_missing"),
        ("Basic Zm9vOmJhcg==", "token_missing"),
        ("Bearer", "token_missing"),
        ("Bearer nonsense", "token_invalid"),
        ("Bearer " + "x" * 10_000, "token_invalid"),
    ],
)
async def test_a_request_without_a_good_token_is_refused(
    api: Api, header: str | None, code: str, is_problem: IsProblem
) -> None:
    response = await api.client().get("/me", headers={} if header is None else {"Authorization": header})
    is_problem(response, 401, code)
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_token_of_another_installation_is_refused(api: Api, is_problem: IsProblem) -> None:
    client = await api.student()
    forged = TokenIssuer("another secret of thirty-two chars", issuer=PUBLIC_URL).issue(UUID(client.id), new_id())
    is_problem(await client.get("/me", headers={"Authorization": f"Bearer {forged}"}), 401, "token_invalid")


async def test_an_old_token_is_refused(api: Api, is_problem: IsProblem) -> None:
    client = await api.student()
    issuer = TokenIssuer("a secret of thirty-two characters", issuer=PUBLIC_URL, lifetime_seconds=-1)
    async with api.services.database.transaction() as transaction:
        session_id = (await transaction.session.scalars(select(AuthSessionRow.id))).one()
    old = issuer.issue(UUID(client.id), session_id)
    is_problem(await client.get("/me", headers={"Authorization": f"Bearer {old}"}), 401, "token_expired")


async def test_a_token_for_somebody_elses_sign_in_is_worth_nothing(api: Api, is_problem: IsProblem) -> None:
    client, other = await api.student(), await api.student()
    async with api.services.database.transaction() as transaction:
        theirs = (
            await transaction.session.scalars(select(AuthSessionRow.id).where(AuthSessionRow.user_id == UUID(other.id)))
        ).one()
    mixed = api.services.issuer.issue(UUID(client.id), theirs)
    is_problem(await client.get("/me", headers={"Authorization": f"Bearer {mixed}"}), 401, "token_revoked")


async def test_people_change_their_name_and_language(api: Api, is_problem: IsProblem) -> None:
    client = await api.student()
    changed = await client.patch("/me", {"name": "  林美 ", "locale": "zh-Hant"})
    assert (changed.json()["name"], changed.json()["locale"]) == ("林美", "zh-Hant")
    assert (await client.patch("/me", {"locale": None})).json()["locale"] is None
    assert (await client.patch("/me", {})).json()["name"] == "林美"
    is_problem(await client.patch("/me", {"name": None}), 422, "validation_failed", "name")
    is_problem(await client.patch("/me", {"locale": "no locale"}), 422, "validation_failed", "locale")
    is_problem(await client.patch("/me", {"role": "admin"}), 422, "validation_failed", "role")


async def test_too_many_wrong_passwords_for_one_account_have_to_wait(api: Api, is_problem: IsProblem) -> None:
    client = api.client()
    await client.post("/auth/register", account())
    for _ in range(10):
        assert (await client.sign_in("zoe@school.example", "not the password")).status_code == 401
    refused = await client.sign_in("zoe@school.example")
    is_problem(refused, 429, "too_many_attempts")
    assert 1 <= int(refused.headers["retry-after"]) <= 90
    assert (await client.sign_in("nobody@school.example")).status_code == 401
    api.clock.seconds += int(refused.headers["retry-after"])
    assert (await client.sign_in("zoe@school.example")).status_code == 200


async def test_an_unknown_account_is_throttled_like_a_known_one(api: Api, is_problem: IsProblem) -> None:
    client = api.client()
    for _ in range(10):
        assert (await client.sign_in("nobody@school.example")).status_code == 401
    is_problem(await client.sign_in("nobody@school.example"), 429, "too_many_attempts")


async def test_wrong_guesses_elsewhere_do_not_lock_a_person_out(api: Api) -> None:
    await api.client().post("/auth/register", account())
    stranger = api.client(host="203.0.113.9")
    for _ in range(11):
        await stranger.sign_in("zoe@school.example", "not the password")
    assert (await api.client(host="198.51.100.7").sign_in("zoe@school.example")).status_code == 200


async def test_one_network_address_cannot_try_without_end(api: Api, is_problem: IsProblem) -> None:
    api.configure(login_attempts_per_address=5)
    guesser = api.client(host="203.0.113.9")
    for number in range(5):
        assert (await guesser.sign_in(f"nobody{number}@school.example")).status_code == 401
    is_problem(await guesser.sign_in("nobody9@school.example"), 429, "too_many_attempts")
    assert (await api.client(host="203.0.113.10").sign_in("nobody9@school.example")).status_code == 401


async def test_a_class_behind_one_address_can_sign_in(api: Api) -> None:
    api.configure(login_attempts_per_address=2)
    people = [await api.student() for _ in range(4)]
    school = api.client(host="203.0.113.9")
    for person in people:
        assert (await school.sign_in(person.email)).status_code == 200


@pytest.mark.parametrize(("production", "status"), [(False, 401), (True, 429)])
async def test_this_machine_is_only_throttled_in_production(api: Api, production: bool, status: int) -> None:
    api.configure(login_attempts_per_address=1, production=production)
    client = api.client()
    await client.sign_in("nobody@school.example")
    assert (await client.sign_in("somebody@school.example")).status_code == status


async def test_whoever_waits_for_approval_cannot_sign_in_yet(api: Api, is_problem: IsProblem) -> None:
    api.configure(registration=RegistrationPolicy(teacher=RegistrationMode.APPROVAL))
    client = api.client()
    first = await client.post("/auth/register", account(role="teacher"))
    again = await client.post("/auth/register", account(role="teacher"))
    assert first.json()["status"] == "pending"
    assert first.json() == again.json()
    is_problem(await client.sign_in("zoe@school.example"), 403, "account_pending")
    is_problem(await client.sign_in("zoe@school.example", "not the password"), 401, "invalid_credentials")
    admin = await api.admin()
    waiting = (await admin.get("/admin/users", params={"status": "pending"})).json()["items"]
    approved = await admin.post(f"/admin/users/{waiting[0]['id']}/approve")
    assert approved.json()["status"] == "active"
    assert (await client.sign_in("zoe@school.example")).status_code == 200
