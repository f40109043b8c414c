"""Registration, sign-in, one's own account."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from auth.models import AuthSessionRow, RefreshTokenRow, UserRow
from auth.registration import RegistrationMode, RegistrationPolicy
from auth.rules import COLORS
from auth.tokens import TokenIssuer
from persistence.base import utc_now
from persistence.ids import new_id
from tests.integration.conftest import PASSWORD, PUBLIC_URL, Api, Client

IsProblem = Callable[..., None]


def account(**changes: object) -> dict[str, object]:
    return {"email": "zoe@school.example", "password": PASSWORD, "name": "Zoë", "role": "student", **changes}


def refresh_cookie(client: Client) -> str:
    return next(cookie.value for cookie in client.http.cookies.jar if cookie.name == "lectern_refresh") or ""


async def refresh_with(api: Api, token: str):
    return await api.client().post("/auth/refresh", headers={"Cookie": f"lectern_refresh={token}".encode("latin-1")})


async def test_the_options_tell_who_may_register(api: Api) -> None:
    assert (await api.client().get("/auth/options")).json() == {
        "registration": {"student": "open", "teacher": "open"},
        "environment": "development",
    }


async def test_somebody_registers_signs_in_and_sees_themselves(api: Api) -> None:
    client = api.client()
    registered = await client.post("/auth/register", account(email=" ZOE@School.Example ", name=" Zoe\u0308 "))
    assert registered.status_code == 201
    assert registered.json() == {"email": "zoe@school.example", "name": "Zoë", "role": "student", "status": "active"}
    signed_in = await client.sign_in("Zoe@school.example")
    assert signed_in.status_code == 200
    assert signed_in.json().keys() == {"access_token", "token_type", "expires_in"}
    assert (signed_in.json()["token_type"], signed_in.json()["expires_in"]) == ("Bearer", 900)
    me = (await client.get("/me")).json()
    assert me.keys() == {"id", "email", "name", "role", "color", "locale", "created_at"}
    assert me["color"] in COLORS
    assert UUID(me["id"]).version == 7
    assert me["created_at"].endswith("Z")
    assert me["locale"] is None


@pytest.mark.parametrize("name", ["Zoë", "أمير حداد", "林美", "Ngọc Ánh", "O'Brien-Ó Dálaigh", "नेहा", "👩‍🏫 Ms. T"])
async def test_names_of_every_script_come_back_as_they_were_given(api: Api, name: str) -> None:
    response = await api.client().post("/auth/register", account(name=name))
    assert response.json()["name"] == name


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a" * 300 + "@school.example"}, "email"),
        ({"email": 5}, "email"),
        ({"email": None}, "email"),
        ({"email": "zoe\x00@school.example"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": ["Zoë"]}, "name"),
        ({"role": "admin"}, "role"),
        ({"role": "support"}, "role"),
        ({"role": "king"}, "role"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_field_is_named(api: Api, changes: dict[str, object], field: str, is_problem: IsProblem) -> None:
    is_problem(await api.client().post("/auth/register", account(**changes)), 422, "validation_failed", field)


async def test_missing_fields_are_all_named(api: Api, is_problem: IsProblem) -> None:
    response = await api.client().post("/auth/register", {"email": "zoe@school.example"})
    is_problem(response, 422, "validation_failed", "password", "name", "role")


async def test_a_lone_surrogate_is_refused_and_never_an_internal_error(api: Api, is_problem: IsProblem) -> None:
    body = b'{"email":"zoe@school.example","password":"correct horse","name":"a\\ud800","role":"student"}'
    response = await api.client().request(
        "POST", "/auth/register", content=body, headers={"Content-Type": "application/json"}
    )
    is_problem(response, 422, "validation_failed", "name")


async def test_passwords_and_other_input_are_not_echoed_in_problems(api: Api) -> None:
    response = await api.client().post("/auth/register", account(password="hunter2", email="broken-address"))
    assert "hunter2" not in response.text
    assert "broken-address" not in response.text


async def test_registering_a_known_address_looks_the_same_and_changes_nothing(api: Api) -> None:
    client = api.client()
    first = await client.post("/auth/register", account())
    second = await client.post("/auth/register", account(password="another password", name="Zoë"))
    assert (first.status_code, first.json(), first.headers) == (second.status_code, second.json(), second.headers)
    assert (await client.sign_in("zoe@school.example", "another password")).status_code == 401
    assert (await client.sign_in("zoe@school.example")).status_code == 200


async def test_one_address_registered_at_once_by_many_makes_one_account(api: Api) -> None:
    client = api.client()
    spellings = ["zoe@school.example", "ZOE@school.example", "Zoe@School.Example"] * 3
    answers = await asyncio.gather(*(client.post("/auth/register", account(email=each)) for each in spellings))
    assert {answer.status_code for answer in answers} == {201}
    async with api.services.database.transaction() as transaction:
        assert await transaction.session.scalar(select(func.count()).select_from(UserRow)) == 1


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


async def test_the_refresh_cookie_is_out_of_reach_of_scripts_and_other_sites(api: Api) -> None:
    client = api.client()
    await client.post("/auth/register", account())
    cookie = (await client.sign_in("zoe@school.example")).headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert parts == {"httponly", "max-age=2592000", "path=/api/auth", "samesite=strict"}
    api.configure(public_url="https://lectern.example")
    assert "secure" in (await client.sign_in("zoe@school.example")).headers["set-cookie"].lower()


async def test_the_refresh_token_is_nowhere_in_the_database(api: Api) -> None:
    client = await api.student()
    async with api.services.database.transaction() as transaction:
        rows = (await transaction.session.scalars(select(RefreshTokenRow.token_hash))).all()
    assert refresh_cookie(client).encode() not in rows


async def test_refreshing_rotates_the_cookie_and_keeps_the_person_signed_in(api: Api) -> None:
    client = await api.student()
    before = refresh_cookie(client)
    response = await client.post("/auth/refresh")
    assert response.status_code == 200
    assert refresh_cookie(client) != before
    client.http.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
    assert (await client.get("/me")).json()["id"] == client.id


async def test_reusing_a_refresh_token_ends_the_whole_sign_in(api: Api, is_problem: IsProblem) -> None:
    client = await api.student()
    stolen = refresh_cookie(client)
    rotated = await client.post("/auth/refresh")
    newest = refresh_cookie(client)
    is_problem(await refresh_with(api, stolen), 401, "refresh_invalid")
    is_problem(await refresh_with(api, newest), 401, "refresh_invalid")
    is_problem(await client.get("/me"), 401, "token_revoked")
    token = rotated.json()["access_token"]
    is_problem(await client.get("/me", headers={"Authorization": f"Bearer {token}"}), 401, "token_revoked")
    assert api.live.told == [(UUID(client.id), None)]


async def test_reuse_does_not_end_other_sign_ins_of_the_same_person(api: Api) -> None:
    phone = await api.student()
    laptop = api.client()
    await laptop.sign_in(phone.email)
    stolen = refresh_cookie(phone)
    await phone.post("/auth/refresh")
    await refresh_with(api, stolen)
    assert (await laptop.get("/me")).status_code == 200
    assert (await laptop.post("/auth/refresh")).status_code == 200


async def test_of_concurrent_refreshes_one_wins_and_nobody_is_signed_out(api: Api) -> None:
    client = await api.student()
    token = refresh_cookie(client)
    # All requests have arrived before the first token is used: the row is held until each of them waits for it.
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(select(RefreshTokenRow).with_for_update())
        requests = [asyncio.create_task(refresh_with(api, token)) for _ in range(5)]
        while await _waiting_for_locks(api) < 5:  # noqa: ASYNC110 -- PostgreSQL's state can only be asked for
            await asyncio.sleep(0.01)
    answers = await asyncio.gather(*requests)
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    winner = next(answer for answer in answers if answer.status_code == 200)
    losers = [answer for answer in answers if answer.status_code == 401]
    assert all("set-cookie" not in loser.headers for loser in losers)
    assert (await refresh_with(api, winner.cookies["lectern_refresh"])).status_code == 200
    assert (await client.get("/me")).status_code == 200
    assert api.live.told == []


async def _waiting_for_locks(api: Api) -> int:
    async with api.services.database.transaction() as transaction:
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        return int(await transaction.session.scalar(text(waiting)))


async def test_an_old_refresh_token_is_refused(api: Api, is_problem: IsProblem) -> None:
    client = await api.student()
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(update(RefreshTokenRow).values(expires_at=utc_now()))
    is_problem(await client.post("/auth/refresh"), 401, "refresh_invalid")


@pytest.mark.parametrize("cookie", ["", "unknown", "x" * 5000, "ä"])
async def test_an_unknown_refresh_token_is_refused(api: Api, cookie: str, is_problem: IsProblem) -> None:
    is_problem(await refresh_with(api, cookie), 401, "refresh_invalid")


async def test_without_a_cookie_there_is_nothing_to_refresh(api: Api, is_problem: IsProblem) -> None:
    is_problem(await api.client().post("/auth/refresh"), 401, "refresh_invalid")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://lectern.example.evil.example", "https://lectern.example"]
)
@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/logout", "/auth/login"])
async def test_another_sites_page_cannot_use_the_cookie(
    api: Api, path: str, origin: str, is_problem: IsProblem
) -> None:
    client = await api.student()
    api.configure(public_url="http://board.example")
    body = {"email": client.email, "password": PASSWORD} if path == "/auth/login" else None
    client.http.base_url = "http://board.example"
    is_problem(await client.post(path, body, headers={"Origin": origin}), 403, "forbidden")


async def test_our_own_pages_may_refresh(api: Api) -> None:
    client = await api.student()
    assert (await client.post("/auth/refresh", headers={"Origin": PUBLIC_URL})).status_code == 200


async def test_signing_out_ends_tokens_and_cookie_at_once(api: Api, is_problem: IsProblem) -> None:
    client = await api.student()
    token = refresh_cookie(client)
    response = await client.post("/auth/logout")
    assert response.status_code == 204
    assert 'lectern_refresh=""' in response.headers["set-cookie"]
    assert "max-age=0" in response.headers["set-cookie"].lower()
    is_problem(await client.get("/me"), 401, "token_revoked")
    is_problem(await refresh_with(api, token), 401, "refresh_invalid")
    assert api.live.told == [(UUID(client.id), None)]
    assert (await client.post("/auth/logout")).status_code == 204


async def test_the_cookie_alone_or_the_token_alone_can_sign_out(api: Api) -> None:
    with_cookie, with_token = await api.student(), await api.student()
    bearer = with_cookie.http.headers.pop("Authorization")
    with_token.http.cookies.clear()
    for client in (with_cookie, with_token):
        assert (await client.post("/auth/logout")).status_code == 204
        assert (await client.get("/me")).status_code == 401
    assert (await with_cookie.get("/me", headers={"Authorization": bearer})).json()["code"] == "token_revoked"


async def test_signing_out_with_a_damaged_token_is_no_error(api: Api) -> None:
    response = await api.client().post("/auth/logout", headers={"Authorization": "Bearer nonsense"})
    assert response.status_code == 204


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


async def test_registrations_from_one_address_are_bounded(api: Api, is_problem: IsProblem) -> None:
    api.configure(login_attempts_per_address=2)
    client = api.client(host="203.0.113.9")
    for number in range(2):
        assert (await client.post("/auth/register", account(email=f"a{number}@school.example"))).status_code == 201
    is_problem(await client.post("/auth/register", account()), 429, "too_many_attempts")


async def test_closed_registration_is_told(api: Api, is_problem: IsProblem) -> None:
    api.configure(registration=RegistrationPolicy(teacher=RegistrationMode.CLOSED))
    is_problem(await api.client().post("/auth/register", account(role="teacher")), 403, "registration_closed")
    assert (await api.client().post("/auth/register", account())).status_code == 201


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
