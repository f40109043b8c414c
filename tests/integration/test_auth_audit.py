"""Change of role, blocks that end, and the log of who changed what."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from auth.audit.models import AuditEntryRow
from persistence.base import utc_now
from tests.integration.conftest import Api, Classroom, Client

IsProblem = Callable[..., None]


async def log(admin: Client, **filters: str) -> list[dict[str, Any]]:
    response = await admin.get("/admin/audit", params=filters)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def count(api: Api) -> int:
    async with api.services.database.transaction() as transaction:
        return int(await transaction.session.scalar(select(func.count()).select_from(AuditEntryRow)) or 0)


async def test_a_change_of_role_holds_at_once_and_open_documents_are_told(api: Api, is_problem: IsProblem) -> None:
    admin, person = await api.admin(), await api.student()
    is_problem(await person.post("/classes", {"title": "7b"}), 403, "forbidden")
    changed = await admin.request("PUT", f"/admin/users/{person.id}/role", json={"role": "teacher"})
    assert changed.json()["role"] == "teacher"
    assert (await person.post("/classes", {"title": "7b"})).status_code == 201
    assert api.live.told == [(UUID(person.id), None)]


async def test_what_somebody_is_in_their_classes_stays(classroom: Classroom) -> None:
    admin = await classroom.api.admin()
    await admin.put(f"/admin/users/{classroom.teacher.id}/role", {"role": "support"})
    assert (await classroom.teacher.get(f"/classes/{classroom.class_id}")).json()["role"] == "teacher"
    assert (await classroom.teacher.get("/admin/users")).status_code == 200


async def test_nobody_changes_their_own_role(api: Api, is_problem: IsProblem) -> None:
    admin = await api.admin()
    is_problem(await admin.put(f"/admin/users/{admin.id}/role", {"role": "teacher"}), 409, "own_account")


async def test_a_role_that_does_not_exist_is_refused(api: Api, is_problem: IsProblem) -> None:
    admin, person = await api.admin(), await api.student()
    is_problem(await admin.put(f"/admin/users/{person.id}/role", {"role": "king"}), 422, "validation_failed", "role")


async def test_a_block_ends_by_itself(api: Api, is_problem: IsProblem) -> None:
    admin, student = await api.admin(), await api.student()
    until = utc_now() + timedelta(days=3)
    blocked = await admin.post(f"/admin/users/{student.id}/block", {"reason": "Spam", "until": until.isoformat()})
    assert blocked.json()["blocked_until"].endswith("Z")
    is_problem(await student.sign_in(student.email), 403, "account_blocked")
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(text("update users set blocked_until = now() where status = 'blocked'"))
    shown = (await admin.get("/admin/users", params={"status": "active", "role": "student"})).json()["items"]
    assert [(each["id"], each["status"], each["blocked_reason"]) for each in shown] == [(student.id, "active", None)]
    assert (await admin.get("/admin/users", params={"status": "blocked"})).json()["items"] == []
    is_problem(await student.get("/me"), 401, "account_blocked")
    assert (await student.sign_in(student.email)).status_code == 200
    newest = (await log(admin, subject_id=student.id))[0]
    assert (newest["action"], newest["actor"]) == ("block_ended", None)


@pytest.mark.parametrize("until", ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00", "soon"])
async def test_a_block_ends_in_the_future_and_says_in_which_zone(api: Api, until: str, is_problem: IsProblem) -> None:
    admin, student = await api.admin(), await api.student()
    body = {"reason": "Spam", "until": until}
    is_problem(await admin.post(f"/admin/users/{student.id}/block", body), 422, "validation_failed", "until")
    assert await count(api) == 0


async def test_a_block_with_an_end_lets_nobody_in_who_was_not_approved(api: Api, is_problem: IsProblem) -> None:
    admin, student = await api.admin(), await api.student()
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(text("update users set status = 'pending' where role = 'student'"))
    body = {"reason": "Who is this?", "until": "2099-01-01T00:00:00Z"}
    is_problem(await admin.post(f"/admin/users/{student.id}/block", body), 409, "account_pending")


async def test_every_change_is_written_down_with_who_and_what(api: Api) -> None:
    admin, student = await api.admin(), await api.person("student", "林美")
    await admin.post(f"/admin/users/{student.id}/block", {"reason": "Spam", "until": "2099-01-01T01:00:00+01:00"})
    await admin.post(f"/admin/users/{student.id}/unblock")
    await admin.put(f"/admin/users/{student.id}/role", {"role": "teacher"})
    await admin.post("/admin/invitations", {"role": "teacher"})
    entries = await log(admin)
    assert [(each["action"], each["details"]) for each in entries] == [
        ("person_invited", {"role": "teacher"}),
        ("role_changed", {"before": "student", "after": "teacher"}),
        ("account_unblocked", {}),
        ("account_blocked", {"reason": "Spam", "until": "2099-01-01T00:00:00Z"}),
    ]
    assert all(each["actor"] == {"id": admin.id, "name": "Head"} for each in entries)
    assert [each["subject"] for each in entries[1:]] == [{"id": student.id, "name": "林美"}] * 3
    assert entries[0]["subject"] is None
    assert all(each["at"].endswith("Z") for each in entries)


async def test_what_changes_nothing_or_fails_is_not_written_down(api: Api) -> None:
    admin, student = await api.admin(), await api.student()
    for answer in (
        await admin.post(f"/admin/users/{student.id}/approve"),
        await admin.post(f"/admin/users/{student.id}/unblock"),
        await admin.put(f"/admin/users/{student.id}/role", {"role": "student"}),
        await admin.post(f"/admin/users/{admin.id}/block", {"reason": "oops"}),
        await student.post(f"/admin/users/{admin.id}/block", {"reason": "revenge"}),
    ):
        assert answer.status_code in (200, 403, 409)
    assert await count(api) == 0


async def test_the_log_is_filtered_and_comes_in_pages(api: Api, is_problem: IsProblem) -> None:
    admin, other = await api.admin(), await api.admin()
    people = [await api.student() for _ in range(3)]
    for person in people:
        await admin.put(f"/admin/users/{person.id}/role", {"role": "teacher"})
    await other.post(f"/admin/users/{people[0].id}/block", {"reason": "Spam"})
    assert len(await log(admin, actor_id=admin.id)) == 3
    assert len(await log(admin, subject_id=people[0].id)) == 2
    assert len(await log(admin, action="account_blocked")) == 1
    assert await log(admin, until="2020-01-01T00:00:00Z") == []
    assert len(await log(admin, since="2020-01-01T00:00:00Z")) == 4
    first = (await admin.get("/admin/audit", params={"limit": 3})).json()
    second = (await admin.get("/admin/audit", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (3, 1, None)
    is_problem(await admin.get("/admin/audit", params={"action": "gossip"}), 422, "validation_failed", "action")
    is_problem(await admin.get("/admin/audit", params={"since": "2020-01-01"}), 422, "validation_failed", "since")
