"""What administrators do with accounts, and who may."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import update

from auth.actions import create_admin
from auth.errors import AddressTaken
from auth.models import InvitationRow, Role, UserRow
from auth.registration import RegistrationMode, RegistrationPolicy
from persistence.base import utc_now
from persistence.ids import new_id
from tests.integration.conftest import PASSWORD, PUBLIC_URL, Api, Client

IsProblem = Callable[..., None]


async def registered(
    api: Api, invitation: str | None = None, *, role: str = "teacher", email: str = "t@school.example"
):
    body = {"email": email, "password": PASSWORD, "name": "T", "role": role}
    return await api.client().post("/auth/register", body if invitation is None else {**body, "invitation": invitation})


@pytest.mark.parametrize("role", ["student", "teacher"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/admin/users", None),
        ("POST", "/admin/users/{id}/approve", None),
        ("POST", "/admin/users/{id}/block", {"reason": "spam"}),
        ("POST", "/admin/users/{id}/unblock", None),
        ("POST", "/admin/invitations", {"role": "teacher"}),
    ],
)
async def test_only_the_office_administers(
    *, api: Api, method: str, path: str, body: object, role: str, is_problem: IsProblem
) -> None:
    person = await api.person(role)
    is_problem(await person.request(method, path.format(id=person.id), json=body), 403, "forbidden")
    is_problem(await api.client().request(method, path.format(id=person.id), json=body), 401, "token_missing")


async def test_support_sees_accounts_and_changes_nothing(api: Api, is_problem: IsProblem) -> None:
    support = await api.student()
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(
            update(UserRow).where(UserRow.id == UUID(support.id)).values(role=Role.SUPPORT)
        )
    assert (await support.get("/admin/users")).status_code == 200
    is_problem(await support.post(f"/admin/users/{support.id}/block", {"reason": "x"}), 403, "forbidden")
    is_problem(await support.post("/admin/invitations", {"role": "teacher"}), 403, "forbidden")


async def test_accounts_are_found_by_status_and_text(api: Api, is_problem: IsProblem) -> None:
    admin = await api.admin()
    await api.person("student", "Zoë Brandt")
    await api.person("teacher", "100%_sure")

    async def names(**params: str) -> list[str]:
        return [each["name"] for each in (await admin.get("/admin/users", params=params)).json()["items"]]

    assert await names() == ["100%_sure", "Zoë Brandt", "Head"]
    assert await names(query="zoë") == ["Zoë Brandt"]
    assert await names(query="STUDENT") == ["Zoë Brandt"]
    assert await names(query="%_") == ["100%_sure"]
    assert await names(query="\\") == []
    assert await names(status="blocked") == []
    is_problem(await admin.get("/admin/users", params={"status": "gone"}), 422, "validation_failed", "status")


async def test_a_blocked_person_is_out_everywhere_at_once(api: Api, is_problem: IsProblem) -> None:
    admin, student = await api.admin(), await api.student()
    blocked = await admin.post(f"/admin/users/{student.id}/block", {"reason": "  Spam in chat "})
    assert (blocked.json()["status"], blocked.json()["blocked_reason"]) == ("blocked", "Spam in chat")
    assert (UUID(student.id), None) in api.live.told
    is_problem(await student.get("/me"), 401, "account_blocked")
    is_problem(await student.post("/auth/refresh"), 401, "refresh_invalid")
    is_problem(await student.sign_in(student.email), 403, "account_blocked")
    is_problem(await student.sign_in(student.email, "not the password"), 401, "invalid_credentials")


async def test_unblocking_lets_people_sign_in_again_but_revives_no_old_token(api: Api, is_problem: IsProblem) -> None:
    admin, student = await api.admin(), await api.student()
    await admin.post(f"/admin/users/{student.id}/block", {"reason": "mistake"})
    assert (await admin.post(f"/admin/users/{student.id}/unblock")).json()["blocked_reason"] is None
    is_problem(await student.get("/me"), 401, "token_revoked")
    assert (await student.sign_in(student.email)).status_code == 200


async def test_administrators_cannot_shut_themselves_out(api: Api, is_problem: IsProblem) -> None:
    admin = await api.admin()
    is_problem(await admin.post(f"/admin/users/{admin.id}/block", {"reason": "oops"}), 409, "own_account")


async def test_a_blocked_account_cannot_be_approved(api: Api, is_problem: IsProblem) -> None:
    admin, student = await api.admin(), await api.student()
    await admin.post(f"/admin/users/{student.id}/block", {"reason": "x"})
    is_problem(await admin.post(f"/admin/users/{student.id}/approve"), 409, "account_blocked")


async def test_unknown_accounts_are_not_found(api: Api, is_problem: IsProblem) -> None:
    admin = await api.admin()
    for path in (f"/admin/users/{new_id()}/approve", f"/admin/users/{new_id()}/unblock", "/admin/users/nobody/approve"):
        is_problem(await admin.post(path), 404, "not_found")


async def test_blocking_needs_a_reason(api: Api, is_problem: IsProblem) -> None:
    admin, student = await api.admin(), await api.student()
    is_problem(
        await admin.post(f"/admin/users/{student.id}/block", {"reason": " "}), 422, "validation_failed", "reason"
    )
    is_problem(await admin.post(f"/admin/users/{student.id}/block", {}), 422, "validation_failed", "reason")


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("GET", "/admin/users?query=a%00b", "query"),
        ("GET", "/admin/rooms?query=a%00b", "query"),
        ("GET", "/admin/audit?since=9999-12-31T23:59:59-12:00", "since"),
        ("GET", "/admin/audit?until=0001-01-01T00:00:00%2B12:00", "until"),
        ("POST", "/admin/users/{id}/block", "until"),
    ],
)
async def test_what_the_database_cannot_say_is_refused(
    *, api: Api, is_problem: IsProblem, method: str, path: str, field: str
) -> None:
    admin = await api.admin()
    body = {"reason": "x", "until": "9999-12-31T23:59:59-12:00"} if method == "POST" else None
    response = await admin.request(method, path.format(id=new_id()), json=body)
    is_problem(response, 422, "validation_failed", field)


async def invited(admin: Client, **body: object) -> dict[str, str]:
    response = await admin.post("/admin/invitations", {"role": "teacher", **body})
    assert response.status_code == 201, response.text
    made: dict[str, str] = response.json()
    return made


@pytest.mark.parametrize("mode", [RegistrationMode.INVITATION, RegistrationMode.APPROVAL])
async def test_an_invitation_opens_registration_once(api: Api, mode: RegistrationMode, is_problem: IsProblem) -> None:
    api.configure(registration=RegistrationPolicy(teacher=mode))
    invitation = await invited(await api.admin())
    assert invitation["url"] == f"{PUBLIC_URL}/register?invitation={invitation['code']}"
    assert (await registered(api, invitation["code"])).json()["status"] == "active"
    is_problem(await registered(api, invitation["code"], email="u@school.example"), 403, "invitation_invalid")


async def test_where_an_invitation_is_needed_it_must_be_a_good_one(api: Api, is_problem: IsProblem) -> None:
    api.configure(registration=RegistrationPolicy(RegistrationMode.INVITATION, RegistrationMode.INVITATION))
    admin = await api.admin()
    is_problem(await registered(api), 403, "invitation_required")
    is_problem(await registered(api, "guessed"), 403, "invitation_invalid")
    for_students = await invited(admin, role="student")
    is_problem(await registered(api, for_students["code"]), 403, "invitation_invalid")
    old = await invited(admin)
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(update(InvitationRow).values(expires_at=utc_now()))
    is_problem(await registered(api, old["code"]), 403, "invitation_invalid")


async def test_an_invitation_does_not_tell_whether_an_address_has_an_account(api: Api, is_problem: IsProblem) -> None:
    known = await api.teacher()
    api.configure(registration=RegistrationPolicy(teacher=RegistrationMode.INVITATION))
    admin = await api.admin()
    code = (await invited(admin))["code"]
    assert (await registered(api, code, email=known.email)).status_code == 201
    is_problem(await registered(api, code, email=known.email), 403, "invitation_invalid")


async def test_an_invitation_used_at_once_by_many_makes_one_account(api: Api) -> None:
    api.configure(registration=RegistrationPolicy(teacher=RegistrationMode.INVITATION))
    code = (await invited(await api.admin()))["code"]
    answers = await asyncio.gather(*(registered(api, code, email=f"t{n}@school.example") for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403, 403]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"role": "admin"}, "role"), ({"role": "teacher", "expires_in_days": 0}, "expires_in_days"), ({}, "role")],
)
async def test_invitations_are_bounded(api: Api, body: object, field: str, is_problem: IsProblem) -> None:
    admin = await api.admin()
    is_problem(await admin.post("/admin/invitations", body), 422, "validation_failed", field)


async def test_the_first_administrator_is_made_on_the_command_line(api: Api) -> None:
    async def create(**changes: str) -> UUID:
        values = {"email": "head@school.example", "password": PASSWORD, "name": "Head", **changes}
        async with api.services.database.transaction() as transaction:
            return await create_admin(transaction.session, passwords=api.services.passwords, **values)

    assert (await create()).version == 7
    with pytest.raises(AddressTaken):
        await create(email="HEAD@school.example")
    for changes, word in (({"email": "x"}, "e-mail"), ({"password": "x"}, "password"), ({"name": " "}, "name")):
        with pytest.raises(ValueError, match=word):
            await create(**changes)
