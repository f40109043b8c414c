"""Staying signed in, and signing out: the refresh cookie."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from auth.models import RefreshTokenRow
from auth.rules import REPEAT_LIMIT
from persistence.base import utc_now
from tests.integration.conftest import PASSWORD, PUBLIC_URL, Api
from tests.integration.sign_ins import account, refresh_cookie, refresh_with

IsProblem = Callable[..., None]


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
    await half_a_minute_later(api)
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
    await half_a_minute_later(api)
    await refresh_with(api, stolen)
    assert (await phone.get("/me")).status_code == 401
    assert (await laptop.get("/me")).status_code == 200
    assert (await laptop.post("/auth/refresh")).status_code == 200


async def half_a_minute_later(api: Api) -> None:
    """Let more time pass since tokens were exchanged than an exchange can be repeated."""
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(
            update(RefreshTokenRow).values(used_at=RefreshTokenRow.used_at - REPEAT_LIMIT)
        )


async def test_who_reloads_before_the_answer_has_come_gets_the_same_one_and_stays_signed_in(api: Api) -> None:
    client = await api.student()
    token = refresh_cookie(client)
    lost, again, last = [await refresh_with(api, token) for _ in range(3)]
    successor = lost.cookies["lectern_refresh"]
    for answer in (again, last):
        assert (answer.status_code, answer.cookies["lectern_refresh"]) == (200, successor)
    bearer = {"Authorization": f"Bearer {last.json()['access_token']}"}
    assert (await client.get("/me", headers=bearer)).json()["id"] == client.id
    assert (await refresh_with(api, successor)).status_code == 200
    assert api.live.told == []


async def test_once_its_successor_is_used_a_refresh_token_that_comes_back_was_copied(
    api: Api, is_problem: IsProblem
) -> None:
    client = await api.student()
    stolen = refresh_cookie(client)
    # A thief and the owner were given the same successor; whoever comes second with it is one too many.
    theirs = (await refresh_with(api, stolen)).cookies["lectern_refresh"]
    await refresh_with(api, stolen)
    newest = (await refresh_with(api, theirs)).cookies["lectern_refresh"]
    is_problem(await refresh_with(api, stolen), 401, "refresh_invalid")
    is_problem(await refresh_with(api, newest), 401, "refresh_invalid")
    is_problem(await client.get("/me"), 401, "token_revoked")


async def test_an_exchange_is_not_repeated_for_who_is_signed_out_or_blocked(api: Api, is_problem: IsProblem) -> None:
    client = await api.student()
    token = refresh_cookie(client)
    await refresh_with(api, token)
    assert (await client.post("/auth/logout")).status_code == 204
    is_problem(await refresh_with(api, token), 401, "refresh_invalid")


async def test_who_reads_the_database_cannot_make_successors(api: Api) -> None:
    client = await api.student()
    for _ in range(3):
        await client.post("/auth/refresh")
    async with api.services.database.transaction() as transaction:
        rows = (await transaction.session.scalars(select(RefreshTokenRow).order_by(RefreshTokenRow.created_at))).all()
    # Not even with an older token: only the newest exchange can be repeated.
    assert [row.successor_salt is not None for row in rows] == [False, False, True, False]


async def test_concurrent_refreshes_get_the_same_answer_and_nobody_is_signed_out(api: Api) -> None:
    client = await api.student()
    token = refresh_cookie(client)
    # All requests have arrived before the first token is used: the row is held until each of them waits for it.
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(select(RefreshTokenRow).with_for_update())
        requests = [asyncio.create_task(refresh_with(api, token)) for _ in range(5)]
        while await _waiting_for_locks(api) < 5:  # noqa: ASYNC110 -- PostgreSQL's state can only be asked for
            await asyncio.sleep(0.01)
    answers = await asyncio.gather(*requests)
    assert [answer.status_code for answer in answers] == [200] * 5
    (successor,) = {answer.cookies["lectern_refresh"] for answer in answers}
    assert (await refresh_with(api, successor)).status_code == 200
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
