"""Bringing people into a class: by address, from a list, and by invitation."""

import csv
import io
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, text

from auth.models import InvitationRow
from auth.registration import RegistrationMode, RegistrationPolicy
from persistence.ids import new_id
from tests.integration.conftest import PASSWORD, PUBLIC_URL, Classroom, Client

IsProblem = Callable[..., None]


def students(mode: RegistrationMode) -> RegistrationPolicy:
    return RegistrationPolicy(student=mode, teacher=RegistrationMode.OPEN)


async def imported(room: Classroom, data: bytes, *, preview: bool = False, who: Client | None = None) -> httpx.Response:
    path = f"/classes/{room.class_id}/members/import{'?preview=true' if preview else ''}"
    return await (who or room.teacher).request("POST", path, content=data, headers={"Content-Type": "text/csv"})


async def add(room: Classroom, email: str, **more: Any) -> httpx.Response:
    return await room.teacher.post(f"/classes/{room.class_id}/members", {"email": email, **more})


async def names(room: Classroom) -> set[str]:
    found = (await room.teacher.get(f"/classes/{room.class_id}/members?limit=100")).json()["items"]
    return {each["name"] for each in found}


async def test_a_teacher_adds_somebody_by_address(classroom: Classroom) -> None:
    board = (await classroom.teacher.get(f"/classes/{classroom.class_id}/progress")).json()["document_id"]
    newcomer = await classroom.api.person("student", "Zoë")
    added = await add(classroom, newcomer.email.upper())
    assert (added.status_code, added.json()) == (
        201,
        {"outcome": "add", "user_id": newcomer.id, "name": "Zoë", "invitation": None},
    )
    assert (await newcomer.get(f"/classes/{classroom.class_id}")).json()["role"] == "student"
    assert str(classroom.api.live.edited[-1][0]) == board
    assert [str(user) for user, _ in classroom.api.live.told] == [newcomer.id]
    assert (await add(classroom, newcomer.email)).json()["outcome"] == "already_in"
    colleague = await classroom.api.teacher()
    await add(classroom, colleague.email, role="teacher")
    assert (await colleague.get(f"/classes/{classroom.class_id}")).json()["role"] == "teacher"


async def test_the_office_is_in_no_class(classroom: Classroom, is_problem: IsProblem) -> None:
    admin = await classroom.api.admin()
    is_problem(await add(classroom, admin.email), 422, "validation_failed", "email")


@pytest.mark.parametrize("mode", [RegistrationMode.APPROVAL, RegistrationMode.CLOSED])
async def test_where_the_office_decides_an_unknown_address_is_refused(
    classroom: Classroom, mode: RegistrationMode, is_problem: IsProblem
) -> None:
    classroom.api.configure(registration=students(mode))
    is_problem(await add(classroom, "new@school.example"), 422, "validation_failed", "email")
    report = (await imported(classroom, b"email\nnew@school.example\n")).json()
    assert [(each["line"], each["fault"]) for each in report["faults"]] == [(2, "unknown_address")]
    assert (await classroom.teacher.get(f"/classes/{classroom.class_id}/invitations")).json()["items"] == []


async def test_an_unknown_teacher_is_not_invited(classroom: Classroom, is_problem: IsProblem) -> None:
    is_problem(await add(classroom, "new@school.example", role="teacher"), 422, "validation_failed", "email")


async def test_an_invitation_registers_one_student_and_leads_into_the_class(
    classroom: Classroom, is_problem: IsProblem
) -> None:
    classroom.api.configure(registration=students(RegistrationMode.INVITATION))
    invited = (await add(classroom, "Mei@School.example", name="林美")).json()
    assert (invited["outcome"], invited["user_id"], invited["name"]) == ("invite", None, "林美")
    link, code = invited["invitation"]["link"].split("?invitation=")
    assert link == f"{PUBLIC_URL}/join/{classroom.join_code}"
    listed = (await classroom.teacher.get(f"/classes/{classroom.class_id}/invitations")).json()["items"]
    assert [(each["email"], each["name"], each["link"]) for each in listed] == [("mei@school.example", "林美", None)]
    guest = classroom.api.client()
    body = {"email": "mei@school.example", "password": PASSWORD, "name": "林美", "role": "student"}
    is_problem(await guest.post("/auth/register", body), 403, "invitation_required")
    assert (await guest.post("/auth/register", {**body, "invitation": code})).json()["status"] == "active"
    await guest.sign_in("mei@school.example")
    assert (await guest.post("/classes/join", {"join_code": link.rsplit("/", 1)[1]})).status_code == 200
    assert (await classroom.teacher.get(f"/classes/{classroom.class_id}/invitations")).json()["items"] == []
    again = {**body, "email": "other@school.example", "invitation": code}
    is_problem(await classroom.api.client().post("/auth/register", again), 403, "invitation_invalid")


async def test_another_link_ends_the_earlier_one_and_so_does_taking_it_back(
    classroom: Classroom, is_problem: IsProblem
) -> None:
    classroom.api.configure(registration=students(RegistrationMode.INVITATION))
    first = (await add(classroom, "new@school.example")).json()["invitation"]
    path = f"/classes/{classroom.class_id}/invitations/{first['id']}"
    second = (await classroom.teacher.post(f"{path}/link")).json()
    assert second["id"] == first["id"]
    assert second["link"] != first["link"]
    third = (await add(classroom, "new@school.example")).json()["invitation"]
    assert (await classroom.teacher.delete(path)).status_code == 204
    for each in (first, second, third):
        code = each["link"].split("?invitation=")[1]
        body = {"email": "x@school.example", "password": PASSWORD, "name": "X", "role": "student", "invitation": code}
        is_problem(await classroom.api.client().post("/auth/register", body), 403, "invitation_invalid")
    is_problem(await classroom.teacher.delete(path), 404, "not_found")
    is_problem(await classroom.teacher.post(f"{path}/link"), 404, "not_found")


async def test_where_anybody_registers_the_classs_link_is_the_invitation(classroom: Classroom) -> None:
    invited = (await add(classroom, "new@school.example")).json()["invitation"]
    assert invited["link"] == f"{PUBLIC_URL}/join/{classroom.join_code}"
    async with classroom.api.services.database.transaction() as transaction:
        assert await transaction.session.scalar(select(func.count()).select_from(InvitationRow)) == 0


async def test_a_list_is_previewed_and_then_carried_out(classroom: Classroom) -> None:
    zoe = await classroom.api.person("student", "Zoë Brandt")
    data = (
        "E-Mail;Name\r\n"
        f"{zoe.email};Zoë\r\n"
        f"{classroom.student.email};Old\r\n"
        "new@school.example;Jürg Müller\r\n"
        "no address;Nobody\r\n"
        f"{zoe.email};Again\r\n"
    ).encode("windows-1252")
    preview = (await imported(classroom, data, preview=True)).json()
    assert (preview["carried_out"], preview["encoding"], preview["separator"]) == (False, "windows-1252", ";")
    assert (preview["added"], preview["already_in"], preview["invited"]) == (1, 1, 1)
    assert [(each["line"], each["outcome"], each["name"]) for each in preview["people"]] == [
        (2, "add", "Zoë"),
        (3, "already_in", "Old"),
        (4, "invite", "Jürg Müller"),
    ]
    assert [(each["line"], each["fault"], each["first_line"]) for each in preview["faults"]] == [
        (5, "bad_email", None),
        (6, "duplicate", 2),
    ]
    assert await names(classroom) == {"teacher 1", "student 2"}
    done = (await imported(classroom, data)).json()
    assert (done["carried_out"], done["added"], done["faults"]) == (True, 1, preview["faults"])
    assert [each["email"] for each in done["invitations"]] == ["new@school.example"]
    assert await names(classroom) == {"teacher 1", "student 2", "Zoë Brandt"}
    again = (await imported(classroom, data)).json()
    assert (again["added"], again["already_in"], again["invited"]) == (0, 2, 1)
    listed = (await classroom.teacher.get(f"/classes/{classroom.class_id}/invitations")).json()["items"]
    assert [each["name"] for each in listed] == ["Jürg Müller"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_email_column"),
        (b"\xff\xfea", "encoding_unknown"),
        (b"email\n", "no_rows"),
        (b"email\n" + b"x\n" * 10_001, "too_many_rows"),
    ],
)
async def test_what_is_no_list_is_told(classroom: Classroom, data: bytes, code: str, is_problem: IsProblem) -> None:
    for preview in (True, False):
        is_problem(await imported(classroom, data, preview=preview), 422, code)


async def test_a_file_that_is_too_long_is_refused_while_it_arrives(classroom: Classroom, is_problem: IsProblem) -> None:
    is_problem(await imported(classroom, b"x" * (4 * 1024 * 1024 + 1)), 413, "file_too_large")


async def test_only_teachers_import(classroom: Classroom, is_problem: IsProblem) -> None:
    rows = b"email\nnew@school.example\n"
    is_problem(await imported(classroom, rows, who=classroom.student), 403, "forbidden")
    is_problem(await imported(classroom, rows, who=classroom.stranger), 404, "not_found")


async def test_a_list_that_fails_on_the_way_leaves_nothing(classroom: Classroom) -> None:
    async with classroom.api.services.database.transaction() as transaction:
        await transaction.session.execute(
            text(
                "alter table class_invitations add constraint ck_fail check (email <> 'fails@school.example') not valid"
            )
        )
    try:
        zoe = await classroom.api.person("student", "Zoë")
        failed = await imported(classroom, f"email\n{zoe.email}\nfails@school.example\n".encode())
        assert failed.status_code == 500
        assert await names(classroom) == {"teacher 1", "student 2"}
    finally:
        async with classroom.api.services.database.transaction() as transaction:
            await transaction.session.execute(text("alter table class_invitations drop constraint ck_fail"))


async def test_ten_thousand_people_come_in_one_transaction_and_no_more(
    classroom: Classroom, is_problem: IsProblem
) -> None:
    """1,000 with accounts, 8,998 invited: with who is there already the class is full to the last place."""
    classroom.api.configure(registration=students(RegistrationMode.INVITATION))
    await classroom.teacher.get(f"/classes/{classroom.class_id}/progress")
    async with classroom.api.services.database.transaction() as transaction:
        await transaction.session.execute(
            text(
                "insert into users (id, email, name, password_hash, role, status, color) values "
                "(:id, :email, :name, 'x', 'student', 'active', '#9f0162')"
            ),
            [{"id": new_id(), "email": f"s{n}@school.example", "name": f"学生 {n}"} for n in range(1_000)],
        )
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";")
    writer.writerow(["Email", "Name"])
    writer.writerows([f"s{n}@school.example", f"Student {n}"] for n in range(9_998))
    data = written.getvalue().encode("utf-16")
    more = data + "one.more@school.example;More\r\n".encode("utf-16-le")
    is_problem(await imported(classroom, more), 422, "class_too_large")
    began = time.monotonic()
    report = (await imported(classroom, data)).json()
    seconds = time.monotonic() - began
    assert (report["added"], report["invited"], report["faults"]) == (1_000, 8_998, [])
    assert len(report["invitations"]) == 8_998
    assert classroom.api.live.told[-1] == (None, None)
    assert (await classroom.teacher.get(f"/classes/{classroom.class_id}")).json()["student_count"] == 1_001
    is_problem(await add(classroom, "one.more@school.example"), 422, "class_too_large")
    assert seconds < 30, f"took {seconds:.1f} s"


async def test_an_invitation_of_another_class_is_not_found(classroom: Classroom, is_problem: IsProblem) -> None:
    invited = (await add(classroom, "new@school.example")).json()["invitation"]
    other = (await classroom.stranger.post("/classes", {"title": "Other"})).json()
    path = f"/classes/{other['id']}/invitations/{invited['id']}"
    is_problem(await classroom.stranger.delete(path), 404, "not_found")
    is_problem(await classroom.stranger.delete(f"/classes/{other['id']}/invitations/{uuid4()}"), 404, "not_found")
