"""A class of 10,000: every list and every page of it is answered, in pieces, with a handful of statements."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.integration.conftest import Client
from tests.integration.statements import counted_statements
from tests.integration.teaching import Term

pytestmark = pytest.mark.postgres

MEMBERS = 10_000
STATEMENTS_MAX = 8
CROWD = """
insert into users (id, email, name, password_hash, role, status, color)
select gen_random_uuid(), 'crowd' || n || '@school.example', 'Student ' || n, '-', 'student', 'active', '#336699'
from generate_series(1, :count) as n
"""
ALL_IN = """
insert into memberships (class_id, user_id, role)
select :class_id, id, 'student' from users where email like 'crowd%@school.example'
"""
ALL_DONE = """
insert into submissions (id, assignment_id, user_id, writing, attempts, handed_in_at)
select gen_random_uuid(), :assignment_id, id, false, 1, now() from users where email like 'crowd%@school.example'
"""


@pytest.fixture
async def crowd(term: Term) -> dict[str, Any]:
    """Let 10,000 more into the class, who have all handed in the same assignment; returns that."""
    assignment = await term.assignment()
    async with term.api.services.database.transaction() as transaction:
        await transaction.session.execute(text(CROWD), {"count": MEMBERS})
        await transaction.session.execute(text(ALL_IN), {"class_id": UUID(term.class_id)})
        await transaction.session.execute(text(ALL_DONE), {"assignment_id": UUID(assignment["id"])})
        await transaction.session.execute(text("analyze"))
    return assignment


async def test_a_class_of_thousands_is_answered_in_pieces_and_works_as_any_other(
    term: Term, crowd: dict[str, Any]
) -> None:
    in_class = (
        "",
        "/members",
        "/assignments",
        "/grades",
        "/grades/changes",
        "/lessons",
        "/documents",
        "/files",
        "/polls",
    )
    whole = ("/progress", "/progress/summary", "/progress.csv", "/grades.csv")
    teachers = [f"{term.path}{end}" for end in in_class + whole]
    teachers += [f"/assignments/{crowd['id']}", f"/assignments/{crowd['id']}/submissions"]
    students = [f"{term.path}{end}" for end in in_class if not end.startswith("/grades/")]
    for person, paths in ((term.teacher, teachers), (term.zoe, [*students, "/me/grades", "/me/assignments"])):
        for path in paths:
            await person.get(path)  # some make on the first look what the next ones find
            with counted_statements(term.api.services.database) as statements:
                answer = await person.get(path)
            assert answer.status_code == 200, (path, answer.text[:500])
            assert len(statements) <= STATEMENTS_MAX, (path, statements)
            if not path.endswith(whole):
                assert len(answer.content) < 200_000, path
    # And one works in it as in any other.
    everybody = await read_through(term.teacher, f"{term.path}/members")
    assert len(set(everybody)) == len(everybody) > MEMBERS
    submission = await term.hand_in(term.zoe, crowd)
    await term.grade(submission, 7)
    assert (await term.cell(term.zoe)) == ("graded", 7)
    board = await term.ok(
        term.teacher.post(f"{term.path}/documents", {"kind": "whiteboard", "title": "All of us"}), 201
    )
    await term.ok(term.teacher.put(f"/documents/{board['id']}/access", {"students": "write"}))
    session = await term.ok(term.teacher.post(f"{term.path}/sessions/start", {}))
    stage = f"/sessions/{session['id']}/stage"
    await term.ok(term.teacher.patch(stage, {"activity": {"kind": "document", "document_id": board["id"]}}))
    assert (await term.ok(term.zoe.get(stage)))["activity"]["document_id"] == board["id"]


async def read_through(person: Client, path: str) -> list[str]:
    """Return the people of all pages of a list."""
    found: list[str] = []
    cursor = ""
    while True:
        page = (await person.get(f"{path}?limit=100{cursor}")).json()
        found += [each["user_id"] for each in page["items"]]
        if not page["next_cursor"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"
