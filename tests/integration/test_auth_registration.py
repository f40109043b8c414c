"""Who registers, and as what."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from auth.models import UserRow
from auth.registration import RegistrationMode, RegistrationPolicy
from auth.rules import COLORS
from tests.integration.conftest import Api
from tests.integration.sign_ins import account

IsProblem = Callable[..., None]


async def test_the_options_tell_who_may_register(api: Api) -> None:
    assert (await api.client().get("/auth/options")).json() == {
        "registration": {"student": "open", "teacher": "open"},
        "mail": False,
        "environment": "development",
        "providers": [],
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
    assert me.keys() == {"id", "email", "name", "role", "color", "picture", "locale", "has_password", "created_at"}
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
