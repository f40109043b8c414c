"""Everything that is kept about somebody: given to them, and erased."""

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import text

from auth.personal.ports import Household, MadeFile, PersonalRecords, Rows, StoredFile
from classroom.documents.export import updates_of
from documents.kinds import Kind
from documents.reading import read_roots
from tests.integration.conftest import PASSWORD, Api, Classroom, Client

pytestmark = pytest.mark.postgres


async def archive_of(client: Client) -> dict[str, bytes]:
    answer = await client.get("/me/export")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(archive: dict[str, bytes], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(archive[f"{name}.json"])
    return found


async def upload(client: Client, document_id: str | None = None, *, color: str = "red") -> dict[str, Any]:
    picture = io.BytesIO()
    Image.new("RGB", (4, 4), color).save(picture, "PNG")
    data = {} if document_id is None else {"document_id": document_id}
    answer = await client.post("/files", files={"file": ("../ich.png", picture.getvalue())}, data=data)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def poll(classroom: Classroom, *, anonymous: bool) -> str:
    body = {"question": "Ready?", "type": "yes_no", "anonymous": anonymous}
    made = (await classroom.teacher.post(f"/classes/{classroom.class_id}/polls", body)).json()
    await classroom.teacher.post(f"/polls/{made['id']}/open", {})
    return str(made["id"])


async def scalar(api: Api, statement: str) -> Any:
    async with api.services.database.transaction() as transaction:
        return await transaction.session.scalar(text(statement))


async def told(api: Api, document_id: str, kind: Kind) -> str:
    """Return all that a document shows now."""
    async with api.services.database.transaction() as transaction:
        updates = await updates_of(transaction.session, UUID(document_id))
    return json.dumps(read_roots(kind, updates), ensure_ascii=False, default=str)


async def test_an_archive_holds_what_is_ones_own(classroom: Classroom) -> None:
    student = classroom.student
    picture = await upload(student)
    named, secret = await poll(classroom, anonymous=False), await poll(classroom, anonymous=True)
    assert (await student.put(f"/polls/{named}/ballot", {"choices": ["yes"]})).status_code == 200
    vote = {"choices": ["no"], "secret": "s" * 43}
    assert (await student.put(f"/polls/{secret}/ballot", vote)).status_code in (200, 422)
    await student.patch("/me", {"locale": "de-AT"})
    await student.get(f"/classes/{classroom.class_id}/progress")
    archive = await archive_of(student)
    assert "Was http://lectern.example über" in archive["about.txt"].decode()
    [account] = rows(archive, "account")
    assert (account["email"], account["role"]) == (student.email, "student")
    assert len(rows(archive, "sign_ins")) == 1
    [membership] = rows(archive, "memberships")
    assert (membership["title"], membership["role"]) == ("7b", "student")
    [ballot] = rows(archive, "ballots")
    assert (ballot["poll_id"], ballot["choices"]) == (named, ["yes"])
    [kept] = rows(archive, "uploads")
    assert kept["file"] == "files/0001 ich.png"
    assert hashlib.sha256(archive[kept["file"]]).hexdigest() == picture["sha256"]
    assert [name for name in archive if name.startswith("documents/progress")]
    everything = b"".join(archive.values())
    assert b"argon2" not in everything
    assert secret.encode() not in everything
    assert classroom.teacher.email.encode() not in everything

    made = await archive_of(classroom.teacher)
    [board] = [row for row in rows(made, "documents") if row["kind"] == "whiteboard"]
    assert board["id"] == classroom.board_id
    assert "documents/0001 Board.json" in made
    assert "What http://lectern.example keeps" in made["about.txt"].decode()


async def test_a_file_that_is_gone_takes_nothing_along(classroom: Classroom) -> None:
    student = classroom.student
    lost, kept = await upload(student), await upload(student, color="blue")
    await classroom.api.services.file_store.forget(bytes.fromhex(lost["sha256"]))
    archive = await archive_of(student)
    assert archive["missing.txt"].decode().split("\n")[0].startswith("files/0001")
    assert len(archive["files/0002 ich.png"]) == kept["size"]


async def test_a_large_archive_is_sent_in_pieces(api: Api) -> None:
    student = await api.student()
    piece = bytes(range(256)) * 1000
    turns: list[str] = []

    class Much:
        async def collect(self, session, subject):
            async def make() -> bytes:
                turns.append("made")
                return b"made"

            async def read() -> AsyncIterator[bytes]:
                for _ in range(20):
                    yield piece

            return [StoredFile("large", read), MadeFile("made", make), Rows("rows", [{"id": subject.id}])]

    api.replace(household=Household([cast(PersonalRecords, Much())]))
    archive = await archive_of(student)
    assert (archive["large"], archive["made"], turns) == (20 * piece, b"made", ["made"])
    assert rows(archive, "rows") == [{"id": student.id}]


async def test_a_few_archives_are_made_at_a_time(api: Api, is_problem) -> None:
    student = await api.student()
    archives = api.services.archives
    archives.take(UUID(student.id))
    is_problem(await student.get("/me/export"), 503, "overloaded")
    archives.give_back(UUID(student.id))
    await archive_of(student)
    await archive_of(student)  # the place is free again
    for _ in range(4):
        archives.take(uuid4())
    is_problem(await student.get("/me/export"), 503, "overloaded")


async def test_nobody_has_archives_made_without_end(api: Api, is_problem) -> None:
    student = await api.student()
    api.replace(household=Household())
    for _ in range(10):
        await archive_of(student)
    is_problem(await student.get("/me/export"), 429, "too_many_attempts")
    await archive_of(await api.student())


async def erase(client: Client, password: str = PASSWORD) -> Any:
    return await client.post("/me/erasure", {"password": password})


async def test_an_erased_person_is_gone_everywhere(classroom: Classroom, is_problem) -> None:
    api, student, teacher = classroom.api, classroom.student, classroom.teacher
    await student.patch("/me", {"name": "Zoë Brandt"})
    own = await upload(student)
    await teacher.put(f"/documents/{classroom.board_id}/access", {"students": "write"})
    shared = await upload(student, classroom.board_id, color="blue")
    named = await poll(classroom, anonymous=False)
    await student.put(f"/polls/{named}/ballot", {"choices": ["yes"]})
    session = (await teacher.post(f"/classes/{classroom.class_id}/sessions/start", {})).json()
    await student.post(f"/sessions/{session['id']}/attendance")
    await student.put(f"/sessions/{session['id']}/hand")
    stage = (await teacher.get(f"/sessions/{session['id']}/stage")).json()
    await student.get(f"/classes/{classroom.class_id}/progress")
    board = str(await scalar(api, "select document_id from progress_boards"))
    stage_document = str(await scalar(api, "select document_id from stages"))
    page = await scalar(api, f"select document_id from progress_pages where user_id = '{student.id}'")
    assert "Zoë Brandt" in json.dumps(stage, ensure_ascii=False)
    assert "Zoë Brandt" in await told(api, stage_document, Kind.STAGE)
    assert "Zoë Brandt" in await told(api, board, Kind.PROGRESS)
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(
            text(f"update document_updates set user_id = '{student.id}' where document_id = '{classroom.board_id}'")
        )
    refresh = student.http.cookies["lectern_refresh"]
    api.live.told.clear()

    is_problem(await erase(student, "not mine at all"), 403, "password_wrong")
    assert (await erase(student)).status_code == 204

    assert (UUID(student.id), None) in api.live.told
    is_problem(await student.get("/me"), 401, "token_revoked")
    is_problem(
        await student.post("/auth/refresh", headers={"Cookie": f"lectern_refresh={refresh}"}), 401, "refresh_invalid"
    )
    is_problem(await api.client().sign_in(student.email), 401, "invalid_credentials")
    members = (await teacher.get(f"/classes/{classroom.class_id}/members")).json()["items"]
    assert [each["user_id"] for each in members] == [teacher.id]
    for document_id, kind in ((board, Kind.PROGRESS), (stage_document, Kind.STAGE)):
        shown = await told(api, document_id, kind)
        assert "Zoë" not in shown
        assert student.id not in shown
    assert page is not None
    assert await scalar(api, f"select count(*) from documents where id = '{page}'") == 0
    # What was only theirs is gone with its bytes; what a class shares stays, and names nobody.
    store = api.services.file_store
    assert not await store.has(bytes.fromhex(own["sha256"]))
    assert (await teacher.get(f"/files/{shared['id']}")).status_code == 200
    assert (await teacher.get(f"/polls/{named}/results")).json()["rounds"][0]["voters"] == 1
    log = await teacher.get(f"/documents/{classroom.board_id}/history")
    people = [person for burst in log.json()["items"] for person in burst["people"]]
    assert people == [] or people == [{"user_id": student.id, "name": None, "color": None, "picture": None}]
    # The name and the address are in no row of any table but the logs of documents.
    async with api.services.database.transaction() as transaction:
        tables = await transaction.session.scalars(
            text("select tablename from pg_tables where schemaname = 'public' and tablename not like 'document_%'")
        )
        for table in tables.all():
            found = await transaction.session.scalars(text(f"select t::text from {table} t"))
            for row in found.all():
                assert "Zoë" not in row and student.email not in row, table
    # The address is free again.
    body = {"email": student.email, "password": PASSWORD, "name": "New", "role": "student"}
    assert (await api.client().post("/auth/register", body)).status_code == 201


async def test_answers_that_were_kept_for_others_name_nobody_who_is_erased(classroom: Classroom) -> None:
    owner, other = await classroom.api.person("teacher", "Gerda Grün"), await classroom.api.teacher()
    course = (await owner.post("/courses", {"title": "Botany", "category": "Biology"})).json()
    opened = await owner.post(f"/courses/{course['id']}/classes", {"title": "9a", "enrolment": "open"})
    class_id = opened.json()["classes"][0]["id"]
    added = await owner.post(f"/classes/{class_id}/members", {"email": other.email, "name": "Other", "role": "teacher"})
    assert added.status_code == 201, added.text
    for key, title in (("theirs", "9b"), ("own", "10c")):
        path = f"/courses/{course['id']}/classes" if key == "theirs" else "/classes"
        body = {"title": title, "enrolment": "open"} if key == "theirs" else {"title": title}
        assert (await other.post(path, body, headers={"Idempotency-Key": key})).status_code == 201
    kept = "select count(*) from idempotency_keys where response::text like '%Gerda Grün%'"
    assert await scalar(classroom.api, kept) == 1
    assert (await erase(owner)).status_code == 204
    assert await scalar(classroom.api, kept) == 0
    assert await scalar(classroom.api, "select key from idempotency_keys") == "own"


async def test_a_teacher_hands_classes_over_first(classroom: Classroom, is_problem) -> None:
    teacher, stranger = classroom.teacher, classroom.stranger
    waiting = (await teacher.get("/me/erasure")).json()
    assert waiting == {"classes": [{"id": classroom.class_id, "title": "7b"}]}
    is_problem(await erase(teacher), 409, "class_without_teacher")
    assert (await teacher.get("/me")).status_code == 200
    await stranger.post("/classes/join", {"join_code": classroom.join_code})
    await teacher.patch(f"/classes/{classroom.class_id}/members/{stranger.id}", {"role": "teacher"})
    assert (await teacher.get("/me/erasure")).json() == {"classes": []}
    await teacher.post(f"/classes/{classroom.class_id}/sessions/start", {})
    assert (await erase(teacher)).status_code == 204
    document = (await stranger.get(f"/documents/{classroom.board_id}")).json()
    assert document["created_by"] is None
    is_problem(await erase(stranger), 409, "class_without_teacher")


async def test_two_teachers_who_go_at_once_leave_one(classroom: Classroom) -> None:
    teacher, stranger = classroom.teacher, classroom.stranger
    await stranger.post("/classes/join", {"join_code": classroom.join_code})
    await teacher.patch(f"/classes/{classroom.class_id}/members/{stranger.id}", {"role": "teacher"})
    answers = await asyncio.gather(erase(teacher), erase(stranger))
    assert sorted(each.status_code for each in answers) == [204, 409]


async def test_an_administrator_erases_others_and_the_log_keeps_ids(classroom: Classroom, is_problem) -> None:
    api, student = classroom.api, classroom.student
    admin = await api.admin()
    await admin.post(f"/admin/users/{student.id}/block", {"reason": "Zoë Brandt was rude"})
    is_problem(await admin.delete(f"/admin/users/{admin.id}"), 409, "own_account")
    is_problem(await admin.delete(f"/admin/users/{uuid4()}"), 404, "not_found")
    is_problem(await admin.delete(f"/admin/users/{classroom.teacher.id}"), 409, "class_without_teacher")
    waiting = await admin.get(f"/admin/users/{classroom.teacher.id}/erasure")
    assert [each["title"] for each in waiting.json()["classes"]] == ["7b"]
    assert (await admin.delete(f"/admin/users/{student.id}")).status_code == 204
    assert student.id not in [each["id"] for each in (await admin.get("/admin/users")).json()["items"]]
    entries = (await admin.get(f"/admin/audit?subject_id={student.id}")).json()["items"]
    assert [each["action"] for each in entries] == ["account_erased", "account_blocked"]
    assert entries[0]["actor"] == {"id": admin.id, "name": "Head"}
    assert entries[0]["subject"] == {"id": student.id, "name": None}
    assert entries[1]["details"] == {}


async def test_the_last_administrator_stays(api: Api, is_problem) -> None:
    first = await api.admin()
    is_problem(await erase(first), 409, "last_admin")
    second = await api.admin()
    await first.post(f"/admin/users/{second.id}/block", {"reason": "a test"})
    is_problem(await erase(first), 409, "last_admin")
    await first.post(f"/admin/users/{second.id}/unblock")
    await second.sign_in(second.email)
    answers = await asyncio.gather(erase(first), erase(second))
    assert sorted(each.status_code for each in answers) == [204, 409]


async def test_erasing_is_all_or_nothing(classroom: Classroom) -> None:
    api, student = classroom.api, classroom.student
    own = await upload(student)

    class Broken:
        async def hindrances(self, session, subject, *, lock):
            return []

        async def release(self, transaction, subject):
            raise RuntimeError("something failed")

    api.replace(household=Household([*api.services.household.parts, cast(PersonalRecords, Broken())]))
    assert (await erase(student)).status_code == 500
    assert (await student.get("/me")).status_code == 200
    members = (await classroom.teacher.get(f"/classes/{classroom.class_id}/members")).json()["items"]
    assert len(members) == 2
    assert await api.services.file_store.has(bytes.fromhex(own["sha256"]))
