"""Assignments and submissions through the API: deadlines, attempts, pages that freeze, and the board that moves with it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

import auth.http.requests
from documents.kinds import Kind
from documents.whiteboard import put
from tests.integration.conftest import Client
from tests.integration.teaching import Term

pytestmark = pytest.mark.postgres


IsProblem = Callable[..., None]


NOON = datetime(2026, 3, 27, 12, tzinfo=UTC)


MOMENT = timedelta(microseconds=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Say when the requests that hand in arrive, by the server's clock."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(auth.http.requests, "utc_now", lambda: moment)

    return set_to


async def test_a_draft_is_seen_by_teachers_alone_until_it_is_published(term: Term, is_problem: IsProblem) -> None:
    made = await term.assignment(published=False)
    path = f"/assignments/{made['id']}"
    assert (made["published_at"], made["teaches"], made["work"]) == (
        None,
        True,
        {"handed_in": 0, "to_grade": 0, "handed_in_at": None},
    )
    is_problem(await term.zoe.get(path), 404, "not_found")
    is_problem(await term.zoe.post(f"{path}/submissions", {"text": "x"}), 404, "not_found")
    assert (await term.ok(term.zoe.get(f"{term.path}/assignments")))["items"] == []
    assert [column["title"] for column in (await term.board())["columns"]] == ["Board"]
    await term.ok(term.teacher.post(f"{path}/publish"))
    await term.ok(term.teacher.post(f"{path}/publish"))
    seen = await term.ok(term.zoe.get(path))
    assert (seen["title"], seen["teaches"], seen["work"], seen["own"]["state"]) == ("Essay", False, None, "none")
    assert [each["id"] for each in (await term.ok(term.zoe.get(f"{term.path}/assignments")))["items"]] == [made["id"]]
    assert [column["title"] for column in (await term.board())["columns"]] == ["Board", "Essay"]
    is_problem(await term.stranger.get(path), 404, "not_found")
    await term.ok(term.teacher.post(f"{path}/withdraw"))
    is_problem(await term.zoe.get(path), 404, "not_found")
    assert [column["title"] for column in (await term.board())["columns"]] == ["Board"]
    await term.ok(term.teacher.post(f"{path}/publish"))
    await term.hand_in(term.zoe, made)
    is_problem(await term.teacher.post(f"{path}/withdraw"), 409, "already_handed_in")


async def test_the_board_follows_what_an_assignment_is_called_and_when_it_is_due(term: Term) -> None:
    made = await term.assignment()
    path = f"/assignments/{made['id']}"
    await term.ok(term.teacher.patch(path, {"title": "Long essay", "due_at": "2026-05-01T10:00:00+02:00"}))
    column = (await term.board())["columns"][1]
    assert (column["title"], column["type"], column["due_at"]) == (
        "Long essay",
        "assignment",
        "2026-05-01T08:00:00.000Z",
    )
    await term.ok(term.teacher.delete(path), 204)
    assert len((await term.board())["columns"]) == 1
    assert (await term.teacher.get(path)).status_code == 404
    assert (await term.ok(term.teacher.post(f"{path}/restore")))["title"] == "Long essay"
    assert len((await term.board())["columns"]) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x", "points_max": 0}, "points_max"),
        ({"title": "x", "points_max": 1.234}, "points_max"),
        ({"title": "x", "points_max": "NaN"}, "points_max"),
        ({"title": "x", "time_zone": "Mars/Olympus"}, "time_zone"),
        ({"title": "x", "due_at": "2026-05-01T10:00:00"}, "due_at"),
        # The ends of the calendar cannot be shown in every time zone.
        ({"title": "x", "due_at": "0001-01-01T00:00:00Z", "time_zone": "America/New_York"}, "due_at"),
        ({"title": "x", "cutoff_at": "9999-12-31T23:59:59-12:00"}, "cutoff_at"),
        ({"title": "x", "due_at": "2026-05-02T10:00:00Z", "cutoff_at": "2026-05-01T10:00:00Z"}, "cutoff_at"),
        ({"title": "x", "answers": ["video"]}, "answers.0"),
        ({"title": "x", "attempts_max": 0}, "attempts_max"),
        ({"title": "x", "late": {"percent": 101}}, "late.percent"),
        ({"title": "x", "scale": [{"id": "a", "title": "A", "points": 1}]}, "scale"),
        ({"title": "x", "instructions": "a\0b"}, "instructions"),
    ],
)
async def test_a_wrong_field_is_named(term: Term, is_problem: IsProblem, body: dict[str, Any], field: str) -> None:
    is_problem(await term.teacher.post(f"{term.path}/assignments", body), 422, "validation_failed", field)


async def test_scale_and_rubric_say_what_full_marks_are(term: Term, is_problem: IsProblem) -> None:
    scale = [{"id": "a", "title": "Good", "points": 3}, {"id": "b", "title": "Fair", "points": 1.5}]
    rubric = [{"id": "idea", "title": "Idea", "levels": [{"id": "x", "title": "Clear", "points": 4}]}]
    made = await term.assignment(scale=scale)
    assert (made["points_max"], made["scale"]) == (3, scale)
    changed = await term.ok(term.teacher.patch(f"/assignments/{made['id']}", {"rubric": rubric}))
    assert (changed["points_max"], changed["scale"], changed["rubric"]) == (4, None, rubric)
    changed = await term.ok(term.teacher.patch(f"/assignments/{made['id']}", {"rubric": None, "points_max": 20}))
    assert (changed["points_max"], changed["rubric"]) == (20, None)
    both = {"title": "x", "scale": scale, "rubric": rubric}
    is_problem(await term.teacher.post(f"{term.path}/assignments", both), 422, "validation_failed")
    twice = {"title": "x", "scale": [scale[0], scale[0]]}
    is_problem(await term.teacher.post(f"{term.path}/assignments", twice), 422, "validation_failed")


async def test_handing_in_keeps_the_text_and_moves_the_board(term: Term, is_problem: IsProblem) -> None:
    made = await term.assignment()
    draft = await term.ok(term.zoe.put(f"/assignments/{made['id']}/draft", {"text": "My first\n  line"}))
    assert (draft["state"], draft["draft"], draft["attempts"]) == ("working", "My first\n  line", [])
    assert await term.cell(term.zoe) == ("working", None)
    # What is being written is the student's alone.
    assert (await term.ok(term.teacher.get(f"/submissions/{draft['id']}")))["draft"] is None
    is_problem(await term.mei.get(f"/submissions/{draft['id']}"), 404, "not_found")
    done = await term.hand_in(term.zoe, made, None)
    (attempt,) = done["attempts"]
    assert (done["state"], attempt["text"], attempt["late_seconds"]) == ("handed_in", "My first\n  line", 0)
    assert (done["attempts_left"], done["taken"], done["draft"]) == (0, False, "")
    assert await term.cell(term.zoe) == await term.cell(term.zoe, seen_by=term.zoe) == ("handed_in", None)
    is_problem(await term.zoe.post(f"/assignments/{made['id']}/submissions", {"text": "x"}), 409, "no_attempt_left")
    is_problem(await term.zoe.put(f"/assignments/{made['id']}/draft", {"text": "x"}), 409, "no_attempt_left")
    is_problem(await term.teacher.post(f"/assignments/{made['id']}/submissions", {"text": "x"}), 403, "forbidden")


async def test_there_must_be_something_to_hand_in_and_of_a_kind_that_is_taken(
    term: Term, is_problem: IsProblem
) -> None:
    made = await term.assignment()
    path = f"/assignments/{made['id']}/submissions"
    is_problem(await term.zoe.post(path, {"text": " \n "}), 422, "validation_failed", "text")
    is_problem(await term.zoe.post(path, {}), 422, "validation_failed", "text")
    drawn = await term.assignment(title="Drawing", answers=["document"])
    is_problem(
        await term.zoe.post(f"/assignments/{drawn['id']}/submissions", {"text": "x"}), 422, "validation_failed", "text"
    )
    assert await term.count("submissions where attempts > 0") == 0
    on_paper = await term.assignment(title="On paper", answers=[])
    assert (await term.hand_in(term.zoe, on_paper, None))["state"] == "handed_in"


async def test_due_exactly_now_is_in_time_and_the_servers_clock_counts(
    term: Term, clock: Callable[[datetime], None]
) -> None:
    late = {"percent": 10, "per": "day", "most_percent": 50}
    made = await term.assignment(due_at=NOON.isoformat(), late=late, attempts_max=None)
    done: Any = None
    for arrived, seconds, percent in (
        (NOON, 0, 0),
        (NOON + MOMENT, 1, 10),
        (NOON + timedelta(days=1), 86_400, 10),
        (NOON + timedelta(days=1) + MOMENT, 86_401, 20),
    ):
        clock(arrived)
        done = await term.hand_in(term.zoe, made)
        assert (done["late_seconds"], done["penalty_percent"]) == (seconds, percent)
    assert [attempt["late_seconds"] for attempt in done["attempts"]] == [0, 1, 86_400, 86_401]
    graded = await term.grade(done, 8)
    assert (graded["grade"]["raw_points"], graded["grade"]["points"]) == (8, 6.4)
    assert await term.cell(term.zoe) == ("graded", 6.4)
    graded = await term.grade(graded, 8, penalty_percent=0)
    assert (graded["grade"]["points"], graded["penalty_percent"], graded["late_percent"]) == (8, 0, 20)
    # What was waived stays so until somebody says otherwise.
    graded = await term.grade(graded, 9)
    assert graded["grade"]["points"] == 9
    graded = await term.grade(graded, 9, penalty_percent=graded["late_percent"])
    assert (graded["grade"]["points"], graded["penalty_percent"]) == (7.2, 20)


async def test_after_the_cut_off_nothing_is_taken_but_from_whom_has_more_time(
    term: Term, clock: Callable[[datetime], None], is_problem: IsProblem
) -> None:
    made = await term.assignment(due_at=NOON.isoformat(), cutoff_at=NOON.isoformat(), attempts_max=None)
    path = f"/assignments/{made['id']}"
    clock(NOON)
    await term.hand_in(term.zoe, made)
    clock(NOON + MOMENT)
    is_problem(await term.zoe.post(f"{path}/submissions", {"text": "x"}), 409, "too_late")
    is_problem(await term.mei.put(f"{path}/draft", {"text": "x"}), 409, "too_late")
    later = (NOON + timedelta(days=2)).isoformat()
    await term.ok(term.teacher.put(f"{path}/extensions/{term.mei.id}", {"due_at": later}), 204)
    (extension,) = (await term.ok(term.teacher.get(f"{path}/extensions")))["items"]
    assert (extension["name"], extension["due_at"], extension["cutoff_at"]) == ("林美", "2026-03-29T12:00:00Z", None)
    assert extension["email"] == term.mei.email
    seen = await term.ok(term.mei.get(path))
    assert (seen["due_at"], seen["cutoff_at"], seen["extended"]) == (extension["due_at"], extension["due_at"], True)
    assert (await term.hand_in(term.mei, made))["late_seconds"] == 0
    await term.ok(term.teacher.delete(f"{path}/extensions/{term.mei.id}"), 204)
    is_problem(await term.mei.post(f"{path}/submissions", {"text": "y"}), 409, "too_late")
    for person in (term.stranger, term.teacher):
        is_problem(await term.teacher.put(f"{path}/extensions/{person.id}", {"due_at": later}), 404, "not_found")
    wrong = {"due_at": later, "cutoff_at": NOON.isoformat()}
    is_problem(await term.teacher.put(f"{path}/extensions/{term.mei.id}", wrong), 422, "validation_failed", "cutoff_at")


async def test_every_attempt_is_kept(term: Term, is_problem: IsProblem) -> None:
    made = await term.assignment(attempts_max=2)
    first = await term.hand_in(term.zoe, made, "One")
    assert first["attempts_left"] == 1
    is_problem(await term.zoe.put(f"/assignments/{made['id']}/draft", {"text": "x"}), 409, "handed_in")
    again = await term.ok(term.zoe.post(f"/submissions/{first['id']}/attempts"))
    assert (again["writing"], again["draft"], again["state"]) == (True, "One", "handed_in")
    assert (await term.ok(term.zoe.post(f"/submissions/{first['id']}/attempts")))["draft"] == "One"
    is_problem(await term.mei.post(f"/submissions/{first['id']}/attempts"), 404, "not_found")
    is_problem(await term.teacher.post(f"/submissions/{first['id']}/attempts"), 403, "forbidden")
    second = await term.hand_in(term.zoe, made, "Two")
    assert [attempt["text"] for attempt in second["attempts"]] == ["One", "Two"]
    is_problem(await term.zoe.post(f"/submissions/{first['id']}/attempts"), 409, "no_attempt_left")
    begun = await term.ok(term.mei.put(f"/assignments/{made['id']}/draft", {}))
    is_problem(await term.mei.post(f"/submissions/{begun['id']}/attempts"), 409, "not_handed_in")


async def test_the_same_handed_in_twice_counts_once(term: Term, is_problem: IsProblem) -> None:
    made = await term.assignment(attempts_max=None)
    path = f"/assignments/{made['id']}/submissions"
    answers = await asyncio.gather(*(term.zoe.post(path, {"text": "One", "attempt": 1}) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert await term.count("submission_attempts") == 1
    is_problem(await term.zoe.post(path, {"text": "Other", "attempt": 1}), 409, "attempt_taken")
    keyed = {"headers": {"Idempotency-Key": "two"}}
    answers = await asyncio.gather(*(term.zoe.post(path, {"text": "Two"}, **keyed) for _ in range(6)))
    assert [len(answer.json()["attempts"]) for answer in answers] == [2] * 6
    is_problem(await term.zoe.post(path, {"text": "Three"}, **keyed), 422, "idempotency_key_reused")
    assert await term.count("submission_attempts") == 2


async def test_several_at_once_do_not_get_more_attempts_than_there_are(term: Term) -> None:
    made = await term.assignment()
    path = f"/assignments/{made['id']}/submissions"
    answers = await asyncio.gather(*(term.zoe.post(path, {"text": f"Text {n}"}) for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5


async def draw(term: Term, document_id: str, element: str) -> int:
    """Let the server draw something on a page, as an edit that was accepted; return its log's last row."""
    async with term.api.services.database.transaction() as transaction:
        shape = {"id": element, "type": "rectangle", "x": 0, "y": 0, "width": 9, "height": 9}
        term.api.live.edit(transaction, UUID(document_id), Kind.PAGE, lambda doc: put(doc, [shape]))
    return await term.count(f"document_updates where document_id = '{document_id}'")


async def access(term: Term, person: Client, document_id: str) -> str | None:
    response = await person.get(f"/documents/{document_id}")
    return response.json()["access"] if response.status_code == 200 else None


async def test_a_page_freezes_when_it_is_handed_in(term: Term, is_problem: IsProblem) -> None:
    made = await term.assignment(answers=["document"], attempts_max=2)
    begun = await term.ok(term.zoe.put(f"/assignments/{made['id']}/draft", {}))
    page = begun["document_id"]
    assert await term.cell(term.zoe) == ("opened", None)
    assert [await access(term, person, page) for person in (term.zoe, term.mei, term.teacher, term.stranger)] == [
        "write", None, "write", None,
    ]  # fmt: skip
    assert (await term.ok(term.zoe.get(f"{term.path}/documents")))["items"][0]["id"] != page
    assert (await term.ok(term.zoe.put(f"/assignments/{made['id']}/draft", {})))["document_id"] == page
    seq = await draw(term, page, "one")
    term.api.live.told.clear()
    done = await term.hand_in(term.zoe, made, None)
    assert done["attempts"][0]["document_seq"] == seq
    assert (UUID(term.zoe.id), UUID(page)) in term.api.live.told
    assert [await access(term, person, page) for person in (term.zoe, term.teacher)] == ["read", "write"]
    # The teacher's own marks come later in the log; what was handed in stays what it was.
    assert await draw(term, page, "mark") == seq + 1
    handed_in = await term.ok(term.teacher.get(f"/documents/{page}/history/{seq}/export?format=json"))
    assert handed_in["elements"].keys() == {"one"}
    # Nobody shares it otherwise, or throws it away.
    for change in (
        term.teacher.put(f"/documents/{page}/access", {"students": "write"}),
        term.teacher.put(f"/documents/{page}/access/{term.mei.id}", {"access": "read"}),
        term.teacher.delete(f"/documents/{page}/access/{term.zoe.id}"),
        term.teacher.delete(f"/documents/{page}"),
    ):
        is_problem(await change, 409, "kept_by_lectern")
    await term.ok(term.zoe.post(f"/submissions/{done['id']}/attempts"))
    assert await access(term, term.zoe, page) == "write"
    again = await term.hand_in(term.zoe, made, None)
    assert [attempt["document_seq"] for attempt in again["attempts"]] == [seq, seq + 1]
    assert await access(term, term.zoe, page) == "read"


async def test_a_hand_in_that_is_killed_in_the_middle_leaves_nothing(
    term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await term.assignment(answers=["text", "document"])
    begun = await term.ok(term.zoe.put(f"/assignments/{made['id']}/draft", {"text": "Draft"}))
    page = begun["document_id"]
    await term.board(term.zoe)
    boards = "document_updates"
    before = [await term.count(table) for table in ("submission_attempts", boards)]
    edit = term.api.live.edit

    def edit_and_die(transaction: Any, *args: Any, **options: Any) -> None:
        edit(transaction, *args, **options)

        async def die() -> None:
            # Everything is written by now, the board's document too; the database ends the connection before the commit.
            pid = await transaction.session.scalar(text("select pg_backend_pid()"))
            async with term.api.services.database.transaction() as other:
                await other.session.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})

        if args[1] is Kind.PROGRESS:
            transaction.before_commit(die)

    monkeypatch.setattr(term.api.live, "edit", edit_and_die)
    response = await term.zoe.post(f"/assignments/{made['id']}/submissions", {"text": "Text"})
    assert response.status_code == 500
    monkeypatch.undo()
    assert [await term.count(table) for table in ("submission_attempts", boards)] == before
    assert await term.cell(term.zoe) == ("working", None)
    assert await access(term, term.zoe, page) == "write"
    kept = await term.ok(term.zoe.get(f"/submissions/{begun['id']}"))
    assert (kept["state"], kept["draft"], kept["writing"]) == ("working", "Draft", True)
    # And once more, with success: all of it.
    done = await term.hand_in(term.zoe, made, "Text")
    assert done["attempts"][0]["document_seq"] is not None
    assert await term.cell(term.zoe) == ("handed_in", None)
    assert await access(term, term.zoe, page) == "read"


async def test_the_list_has_every_student_and_is_paged(term: Term) -> None:
    made = await term.assignment(due_at=NOON.isoformat())
    await term.hand_in(term.zoe, made)
    path = f"/assignments/{made['id']}/submissions"
    first = await term.ok(term.teacher.get(f"{path}?limit=1"))
    rest = await term.ok(term.teacher.get(f"{path}?limit=1&cursor={first['next_cursor']}"))
    assert rest["next_cursor"] is None
    lines = {line["user"]["id"]: line for line in first["items"] + rest["items"]}
    assert lines.keys() == {term.zoe.id, term.mei.id}
    assert (lines[term.zoe.id]["state"], lines[term.mei.id]["state"], lines[term.mei.id]["id"]) == (
        "handed_in",
        "none",
        None,
    )
    assert lines[term.zoe.id]["user"]["email"] == term.zoe.email
    own = await term.ok(term.mei.get(path))
    assert [(line["user"]["id"], line["user"]["email"]) for line in own["items"]] == [(term.mei.id, None)]


async def test_work_due_is_listed_until_it_is_handed_in(term: Term) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    later = await term.assignment(title="Later", due_at=(tomorrow + timedelta(days=1)).isoformat())
    soon = await term.assignment(title="Soon", due_at=tomorrow.isoformat(), attempts_max=2)
    whenever = await term.assignment(title="Whenever")
    await term.assignment(title="Draft", published=False)
    await term.assignment(title="Over", due_at=NOON.isoformat(), cutoff_at=NOON.isoformat())

    async def due(person: Client) -> list[str]:
        return [each["title"] for each in (await term.ok(person.get("/me/assignments")))["items"]]

    assert await due(term.zoe) == ["Soon", "Later", "Whenever"]
    assert await due(term.teacher) == await due(term.stranger) == []
    done = await term.hand_in(term.zoe, soon)
    assert await due(term.zoe) == ["Later", "Whenever"]
    assert await due(term.mei) == ["Soon", "Later", "Whenever"]
    await term.ok(term.zoe.post(f"/submissions/{done['id']}/attempts"))
    assert await due(term.zoe) == ["Soon", "Later", "Whenever"]
    sooner = {"due_at": (tomorrow - timedelta(hours=5)).isoformat()}
    await term.ok(term.teacher.put(f"/assignments/{later['id']}/extensions/{term.mei.id}", sooner), 204)
    assert await due(term.mei) == ["Later", "Soon", "Whenever"]
    # What was done on paper, and has its grade, is not due.
    item = whenever["item_id"]
    assert (await term.set_grades((item, term.mei, 5, 0))).status_code == 200
    assert await due(term.mei) == ["Later", "Soon"]


async def test_pages_ask_the_database_little(term: Term) -> None:
    made = [await term.assignment(title=f"Essay {n}") for n in range(4)]
    done = [await term.hand_in(person, each) for each in made for person in (term.zoe, term.mei)]
    for each in done[:4]:
        await term.grade(each, 5)
    for person in (term.teacher, term.zoe):
        for path in (
            f"{term.path}/assignments",
            f"/assignments/{made[0]['id']}",
            f"/assignments/{made[0]['id']}/submissions",
            f"/submissions/{done[0]['id']}",
            "/me/assignments",
            f"{term.path}/grades",
            "/me/grades",
        ):
            assert await term.queries(person.get(path)) <= 8, path
