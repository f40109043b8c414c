"""Teaching and learning leave much about somebody: all of it is theirs to take along, and none of it outlives them by name."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import text

from tests.integration.conftest import Client
from tests.integration.teaching import Term
from tests.integration.test_auth_personal import archive_of, erase, rows
from tests.integration.uploads import upload

pytestmark = pytest.mark.postgres

SHOWN = {
    "account": ["auth_sessions.user_id=sign_ins", "sign_on_accounts.user_id", "pictures.user_id"],
    "classes": ["memberships.user_id=memberships", "courses.created_by=courses", "class_files.added_by=class_files"],
    "lessons": ["lessons.created_by=lessons", "lesson_readers.user_id=lessons_read"],
    "documents": ["documents.created_by=documents", "document_access.user_id=documents", "files.uploaded_by=uploads"],
    "work": [
        "assignments.created_by=assignments",
        "assignment_extensions.user_id=more_time",
        "submissions.user_id=submissions",
        "grades.user_id=grades",
        "grade_changes.user_id=grade_changes",
    ],
    "live": [
        "sessions.created_by=sessions",
        "stage_showings.put_by=put_on_stage",
        "attendance.user_id=attendance",
        "poll_ballots.user_id=ballots",
        "poll_questions.author_id",
        "progress_cells.user_id=progress",
        "progress_remarks.user_id=remarks",
        "progress_pages.user_id",
    ],
}
"""Every column that says whose something is, and the file of an archive that has it (where a class in this file leaves some)."""

LEFT_OUT = {
    # What somebody did for, or about, others: it stays there, without a name.
    "assignment_extensions.granted_by",
    "class_invitations.invited_by",
    "classes.created_by",
    "grade_changes.changed_by",
    "grades.graded_by",
    "invitations.created_by",
    "invitations.used_by",
    "lesson_texts.edited_by",
    "polls.created_by",  # as a document
    "progress_remarks.written_by",
    # What is only there for a moment.
    "account_links.user_id",
    "documents.presenter_id",
    "idempotency_keys.user_id",
    "outgoing_mails.user_id",
    "raised_hands.user_id",
    "stages.presenter_id",
    "stages.put_by",
}


def shown() -> dict[str, str]:
    pairs = [each.partition("=")[::2] for group in SHOWN.values() for each in group]
    return dict(pairs)


async def test_every_link_to_a_person_says_what_becomes_of_it(term: Term) -> None:
    """Otherwise erasing somebody would fail, or an archive would leave out what is theirs."""
    statement = """
        select keys.table_name || '.' || keys.column_name as link, rules.delete_rule as rule
        from information_schema.referential_constraints rules
        join information_schema.key_column_usage keys using (constraint_schema, constraint_name)
        join information_schema.table_constraints targets
          on targets.constraint_schema = rules.unique_constraint_schema
          and targets.constraint_name = rules.unique_constraint_name
        where targets.table_name = 'users'
    """
    async with term.api.services.database.transaction() as transaction:
        found = await transaction.session.execute(text(statement))
        links: dict[str, str] = {each.link: each.rule for each in found.all()}
    assert {link: rule for link, rule in links.items() if rule not in ("CASCADE", "SET NULL")} == {}
    assert set(links) == set(shown()) | LEFT_OUT, "give it a place in PersonalRecords, or say why it has none"


class Traces:
    """A term in which a student and a teacher have done a bit of everything."""

    def __init__(self, term: Term) -> None:
        self.term = term
        self.essay: dict[str, Any] = {}
        self.handed_in: dict[str, Any] = {}
        self.course = self.bare_course = self.lesson = self.sheet = ""

    async def leave(self) -> None:
        term, path = self.term, self.term.path
        teacher, zoe = term.teacher, term.zoe
        await zoe.patch("/me", {"name": "Zoë Brandt"})
        await teacher.patch("/me", {"name": "Anna Köhler"})
        for title in ("Chemistry", "Alone"):
            made = await term.ok(teacher.post("/courses", {"title": title, "category": "Science"}), 201)
            self.course, self.bare_course = self.bare_course, made["id"]
        assert (await teacher.put(f"/courses/{self.course}/classes/{term.class_id}", {"enrolment": "open"})).is_success
        unit = await term.ok(teacher.post(f"{path}/units", {"title": "Water"}), 201)
        lesson = await term.ok(teacher.post(f"{path}/lessons", {"unit_id": unit["id"], "title": "Rain"}), 201)
        self.lesson = lesson["id"]
        await term.ok(teacher.post(f"/lessons/{self.lesson}/publish", {}))
        assert (await zoe.put(f"/lessons/{self.lesson}/opened")).is_success
        sheet = (await upload(teacher, b"a sheet", name="sheet.txt")).json()
        shared = await term.ok(teacher.post(f"{path}/files", {"file_id": sheet["id"]}), 201)
        self.sheet = shared["file"]["url"]
        await self._work(teacher, zoe)
        await self._live(teacher, zoe)
        body = {"email": "invited@school.example", "name": "Invited"}
        assert (await teacher.post(f"{path}/members", body)).is_success

    async def _work(self, teacher: Client, zoe: Client) -> None:
        term = self.term
        self.essay = await term.assignment(answers=["text", "files", "document"], attempts_max=2)
        extension = f"/assignments/{self.essay['id']}/extensions/{zoe.id}"
        assert (await teacher.put(extension, {"due_at": "2099-01-01T08:00:00Z"})).is_success
        await term.ok(zoe.put(f"/assignments/{self.essay['id']}/draft", {}))
        essay = (await upload(zoe, b"an essay", name="essay.txt")).json()
        self.handed_in = await term.hand_in(zoe, self.essay, file_ids=[essay["id"]])
        notes = (await upload(teacher, b"well done", name="notes.txt")).json()
        await term.grade(self.handed_in, 7, file_ids=[notes["id"]], feedback="Good, Zoë")
        await term.hand_in(term.mei, self.essay, "Mei's")
        column = next(each for each in (await term.board())["columns"] if each["title"] == "Essay")["id"]
        remark = {"remark": "Zoë works well"}
        assert (await teacher.put(f"{term.path}/progress/marks/{zoe.id}/{column}", remark)).is_success

    async def _live(self, teacher: Client, zoe: Client) -> None:
        term, path = self.term, self.term.path
        board = (await teacher.get(f"{path}/documents")).json()["items"][0]["id"]
        await term.ok(teacher.put(f"/documents/{board}/access/{zoe.id}", {"access": "write"}))
        session = await term.ok(teacher.post(f"{path}/sessions/start", {}))
        stage = {"activity": {"kind": "document", "document_id": board}}
        await term.ok(teacher.patch(f"/sessions/{session['id']}/stage", stage))
        assert (await zoe.post(f"/sessions/{session['id']}/attendance")).is_success
        poll = await term.ok(teacher.post(f"{path}/polls", {"question": "Ready?", "type": "yes_no"}), 201)
        await term.ok(teacher.post(f"/polls/{poll['id']}/open", {}))
        await term.ok(zoe.put(f"/polls/{poll['id']}/ballot", {"choices": ["yes"]}))

    async def naming(self, *words: str) -> dict[str, str]:
        """Return the tables in which a word is found, but for the logs of documents and of the administration."""
        found = {}
        async with self.term.api.services.database.transaction() as transaction:
            session = transaction.session
            tables = await session.scalars(
                text(
                    "select tablename from pg_tables where schemaname = 'public'"
                    " and tablename not like 'document\\_%' and tablename <> 'audit_entries'"
                )
            )
            for table in tables.all():
                rows_of = await session.scalars(text(f"select t::text from {table} t"))
                for row in rows_of.all():
                    if any(word in row for word in words):
                        found[table] = row
        return found


@pytest.fixture
def traces(term: Term) -> Traces:
    return Traces(term)


async def test_an_archive_holds_all_of_it(traces: Traces) -> None:
    await traces.leave()
    zoe, anna = await archive_of(traces.term.zoe), await archive_of(traces.term.teacher)
    in_archives = {name.removesuffix(".json") for name in (*zoe, *anna)}
    assert {file for file in shown().values() if file} - in_archives == set()
    [work] = rows(zoe, "submissions")
    assert (work["assignment"], work["feedback"], work["attempts"][0]["text"]) == ("Essay", "Good, Zoë", "My text")
    assert work["attempts"][0]["files"] == ["essay.txt"]
    assert zoe["files/0001 essay.txt"] == b"an essay"
    assert zoe["feedback/0001 notes.txt"] == b"well done"
    assert work["page"] in zoe
    [grade] = rows(zoe, "grades")
    assert (grade["title"], grade["points"], grade["points_max"]) == ("Essay", 7, 10)
    assert [each["points_after"] for each in rows(zoe, "grade_changes")] == [7]
    assert [each["title"] for each in rows(anna, "assignments")] == ["Essay"]
    assert {each["title"] for each in rows(anna, "courses")} == {"Chemistry", "Alone"}
    for archive, others in ((zoe, traces.term.teacher), (anna, traces.term.zoe)):
        assert others.email.encode() not in b"".join(archive.values())


async def test_an_archive_shows_no_grade_before_its_time(term: Term) -> None:
    essay = await term.assignment()
    done = await term.hand_in(term.zoe, essay)
    await term.grade(done, 3, feedback="To be told", give_back=False)
    hidden = await term.item("Talk")
    assert (await term.set_grades((hidden, term.zoe, 2, 0))).status_code == 200
    await term.ok(term.teacher.patch(f"{term.path}/grades/items/{hidden}", {"hidden": True}))
    archive = await archive_of(term.zoe)
    assert "feedback" not in rows(archive, "submissions")[0]
    assert [name for name in archive if name.startswith("grade")] == []


async def test_a_students_work_goes_with_them_and_others_stays(traces: Traces) -> None:
    await traces.leave()
    term, zoe = traces.term, traces.term.zoe
    page = traces.handed_in["document_id"]
    assert await traces.naming(zoe.id)
    assert (await erase(zoe)).status_code == 204
    assert await traces.naming(zoe.id, zoe.email, "Zoë") == {}
    store = term.api.services.file_store
    for gone in (b"an essay", b"well done"):
        assert not await store.has(hashlib.sha256(gone).digest())
    assert (await term.teacher.get(f"/documents/{page}")).status_code == 404
    listed = (await term.ok(term.teacher.get(f"/assignments/{traces.essay['id']}/submissions")))["items"]
    assert [(each["user"]["id"], each["attempts"]) for each in listed] == [(term.mei.id, 1)]
    assert [each["user_id"] for each in (await term.book())["students"]] == [term.mei.id]
    assert list((await term.board())["rows"]) == [term.mei.id]
    assert (await term.ok(term.teacher.get(f"{term.path}/grades/changes")))["items"] == []


async def test_feedback_that_others_have_got_as_well_stays_for_them(term: Term) -> None:
    essay = await term.assignment()
    notes = (await upload(term.teacher, b"for all of you", name="notes.txt")).json()
    for student in (term.zoe, term.mei):
        await term.grade(await term.hand_in(student, essay), 7, file_ids=[notes["id"]])
    assert (await erase(term.zoe)).status_code == 204
    assert (await term.mei.http.get(notes["url"])).content == b"for all of you"
    assert (await erase(term.mei)).status_code == 204
    assert not await term.api.services.file_store.has(hashlib.sha256(b"for all of you").digest())


async def test_what_a_teacher_made_for_a_class_stays_without_a_name(traces: Traces) -> None:
    await traces.leave()
    term, anna, mei = traces.term, traces.term.teacher, traces.term.mei
    assert (await erase(anna)).status_code == 204
    assert await traces.naming(anna.id, anna.email, "Anna Köhler") == {}
    other = term.other
    assert (await term.ok(mei.get(f"/lessons/{traces.lesson}")))["title"] == "Rain"
    assert (await mei.http.get(traces.sheet)).content == b"a sheet"
    own = await term.ok(term.zoe.get(f"/submissions/{traces.handed_in['id']}"))
    assert (own["grade"]["points"], own["grade"]["feedback"]) == (7, "Good, Zoë")
    assert (await term.zoe.http.get(own["grade"]["files"][0]["url"])).content == b"well done"
    [change] = (await term.ok(other.get(f"{term.path}/grades/changes")))["items"]
    assert change["changed_by"] is None
    assert (await term.ok(other.get(f"{term.path}/files")))["items"][0]["added_by"] is None
    assert (await term.ok(other.patch(f"/courses/{traces.course}", {"title": "Physics"})))["title"] == "Physics"
    assert (await other.get(f"/courses/{traces.bare_course}")).status_code == 404
    done = await term.ok(term.zoe.post(f"/submissions/{traces.handed_in['id']}/attempts"))
    assert done["writing"]
