"""Where one is signed in, signing out elsewhere, and changing one's password."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import text

from auth.mail.postbox import Postbox
from auth.mail.transport import MailServer
from tests.integration.conftest import PASSWORD, PUBLIC_URL, Api, Client
from tests.mailbox import mailbox

IsProblem = Callable[..., None]
NEW_PASSWORD = "another good password"


async def on_two_devices(api: Api) -> tuple[Client, Client]:
    phone, laptop = await api.student(), api.client()
    laptop.http.headers["User-Agent"] = "Laptop/1.0"
    await laptop.sign_in(phone.email)
    return phone, laptop


async def change(person: Client, password: str = PASSWORD, new: str = NEW_PASSWORD):
    return await person.put("/me/password", {"password": password, "new_password": new})


async def test_people_see_where_they_are_signed_in(api: Api) -> None:
    phone, laptop = await on_two_devices(api)
    await api.student()
    items = (await laptop.get("/me/sign-ins")).json()["items"]
    assert [(each["user_agent"].split("/")[0], each["current"]) for each in items] == [
        ("Laptop", True),
        ("python-httpx", False),
    ]
    assert all(each["last_used_at"].endswith("Z") for each in items)
    first = (await laptop.get("/me/sign-ins", params={"limit": 1})).json()
    rest = (await laptop.get("/me/sign-ins", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [*first["items"], *rest["items"]] == items
    await phone.post("/auth/logout")
    assert len((await laptop.get("/me/sign-ins")).json()["items"]) == 1


async def test_the_last_use_moves_with_each_refresh_and_the_forgotten_disappear(api: Api) -> None:
    phone, laptop = await on_two_devices(api)
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(text("update auth_sessions set last_used_at = now() - interval '29 days'"))
    before = (await phone.get("/me/sign-ins")).json()["items"]
    await phone.post("/auth/refresh")
    after = {each["id"]: each["last_used_at"] for each in (await phone.get("/me/sign-ins")).json()["items"]}
    moved = {each["id"]: after[each["id"]] > each["last_used_at"] for each in before}
    assert [moved[each["id"]] for each in before if each["current"]] == [True]
    assert [moved[each["id"]] for each in before if not each["current"]] == [False]
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(
            text("update auth_sessions set last_used_at = last_used_at - interval '2 days'")
        )
    assert len((await laptop.get("/me/sign-ins")).json()["items"]) == 1


async def test_one_device_or_all_others_are_signed_out_at_once(api: Api, is_problem: IsProblem) -> None:
    phone, laptop = await on_two_devices(api)
    items = (await laptop.get("/me/sign-ins")).json()["items"]
    other = next(each["id"] for each in items if not each["current"])
    assert (await laptop.delete(f"/me/sign-ins/{other}")).status_code == 204
    is_problem(await phone.get("/me"), 401, "token_revoked")
    assert api.live.told == [(UUID(phone.id), None)]
    assert (await laptop.delete(f"/me/sign-ins/{other}")).status_code == 204
    await phone.sign_in(phone.email)
    assert (await laptop.delete("/me/sign-ins")).status_code == 204
    is_problem(await phone.get("/me"), 401, "token_revoked")
    is_problem(await phone.post("/auth/refresh"), 401, "refresh_invalid")
    assert (await laptop.get("/me")).status_code == 200


async def test_nobody_ends_somebody_elses_sign_in(api: Api, is_problem: IsProblem) -> None:
    person, stranger = await api.student(), await api.student()
    [own] = (await person.get("/me/sign-ins")).json()["items"]
    is_problem(await stranger.delete(f"/me/sign-ins/{own['id']}"), 404, "not_found")
    assert (await person.get("/me")).status_code == 200


async def test_a_new_password_ends_all_other_sign_ins(api: Api, is_problem: IsProblem) -> None:
    phone, laptop = await on_two_devices(api)
    assert (await change(laptop)).status_code == 204
    assert (await laptop.get("/me")).status_code == 200
    assert (await laptop.post("/auth/refresh")).status_code == 200
    is_problem(await phone.get("/me"), 401, "token_revoked")
    is_problem(await phone.sign_in(phone.email), 401, "invalid_credentials")
    assert (await phone.sign_in(phone.email, NEW_PASSWORD)).status_code == 200


@pytest.mark.parametrize("password", ["not the password", "short", ""])
async def test_a_wrong_present_password_changes_nothing(api: Api, password: str, is_problem: IsProblem) -> None:
    person = await api.student()
    is_problem(await change(person, password), 403, "password_wrong")
    assert (await api.client().sign_in(person.email)).status_code == 200


async def test_guessing_the_present_password_is_bounded_like_signing_in(api: Api, is_problem: IsProblem) -> None:
    api.configure(login_attempts_per_account=3)
    person = await api.student()
    answers = [await change(person, "not the password") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 429]
    is_problem(await change(person), 429, "too_many_attempts")


async def test_a_bad_new_password_is_named(api: Api, is_problem: IsProblem) -> None:
    person = await api.student()
    is_problem(await change(person, new="short"), 422, "validation_failed", "new_password")


async def test_the_person_is_told_by_mail(api: Api) -> None:
    async with mailbox() as box:
        api.replace(
            postbox=Postbox(api.services.database, MailServer(box.url, "l@school.example"), public_url=PUBLIC_URL)
        )
        person = await api.student()
        await change(person)
        await api.services.postbox.send_due()
        assert [message["Subject"] for message in box.to(person.email)] == ["Your password was changed"]
