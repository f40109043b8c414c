"""Files with work and with feedback: who hands in which, who fetches them, and all of them as one archive."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from documents.kinds import Kind
from documents.whiteboard import put
from tests.integration.conftest import Client
from tests.integration.teaching import Term
from tests.integration.uploads import upload

pytestmark = pytest.mark.postgres

IsProblem = Callable[..., None]


async def draw(term: Term, document_id: str, element: str) -> int:
    """Let the server draw something on a page, as an edit that was accepted; return its log's last row."""
    async with term.api.services.database.transaction() as transaction:
        shape = {"id": element, "type": "rectangle", "x": 0, "y": 0, "width": 9, "height": 9}
        term.api.live.edit(transaction, UUID(document_id), Kind.PAGE, lambda doc: put(doc, [shape]))
    return await term.count(f"document_updates where document_id = '{document_id}'")


async def test_all_work_is_downloaded_as_one_archive(term: Term, is_problem: IsProblem) -> None:
    made = await term.assignment(title="Essay: rain/snow", answers=["text", "document"], attempts_max=2)
    path = f"/assignments/{made['id']}/submissions.zip"
    twin = await term.api.person("student", "林美")
    await term.ok(twin.post("/classes/join", {"join_code": term.join_code}))
    begun = await term.ok(term.mei.put(f"/assignments/{made['id']}/draft", {}))
    await draw(term, begun["document_id"], "before")
    await term.hand_in(term.mei, made, "第一")
    await draw(term, begun["document_id"], "after")
    await term.hand_in(twin, made, "Mine")
    await term.hand_in(term.zoe, made, "One")
    await term.hand_in(term.zoe, made, "Two\nlines")
    response = await term.teacher.get(path)
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''Essay_%20rain_snow.zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [
            "student 2/text.txt", "林美 (2)/text.txt", "林美/page.excalidraw", "林美/text.txt",
        ]  # fmt: skip
        assert archive.read("student 2/text.txt") == b"Two\r\nlines"
        assert archive.read("林美/text.txt").decode() == "第一"
        assert [each["id"] for each in json.loads(archive.read("林美/page.excalidraw"))["elements"]] == ["before"]
    is_problem(await term.zoe.get(path), 403, "forbidden")
    is_problem(await term.stranger.get(path), 404, "not_found")


async def uploaded(person: Client, name: str, content: bytes = b"some text") -> dict[str, Any]:
    found: dict[str, Any] = await Term.ok(upload(person, content, name=name, claimed="text/plain"), 201)
    return found


async def fetched(person: Client, file: dict[str, Any]) -> int:
    return (await person.http.get(file["url"])).status_code


async def test_files_are_handed_in_and_seen_by_teachers_from_then_on(term: Term, is_problem: IsProblem) -> None:
    made = await term.assignment(answers=["files"], attempts_max=2)
    path = f"/assignments/{made['id']}"
    essay, table = await uploaded(term.zoe, "essay.txt"), await uploaded(term.zoe, "table.csv")
    is_problem(await term.zoe.post(f"{path}/submissions", {}), 422, "validation_failed", "text")
    kept = await term.ok(term.zoe.put(f"{path}/draft", {"file_ids": [essay["id"], table["id"]]}))
    assert [each["name"] for each in kept["draft_files"]] == ["essay.txt", "table.csv"]
    assert (await term.ok(term.teacher.get(f"/submissions/{kept['id']}")))["draft_files"] == []
    assert [await fetched(person, essay) for person in (term.zoe, term.teacher, term.mei)] == [200, 404, 404]
    done = await term.hand_in(term.zoe, made, None, file_ids=[table["id"]])
    assert [each["name"] for each in done["attempts"][0]["files"]] == ["table.csv"]
    assert [await fetched(person, table) for person in (term.zoe, term.teacher, term.mei)] == [200, 200, 404]
    # The same once more counts once; with other files it is something else.
    same = {"attempt": 1, "file_ids": [table["id"]]}
    assert len((await term.ok(term.zoe.post(f"{path}/submissions", same), 201))["attempts"]) == 1
    other = {"attempt": 1, "file_ids": [essay["id"]]}
    is_problem(await term.zoe.post(f"{path}/submissions", other), 409, "attempt_taken")
    again = await term.ok(term.zoe.post(f"/submissions/{done['id']}/attempts"))
    assert [each["name"] for each in again["draft_files"]] == ["table.csv"]
    second = await term.hand_in(term.zoe, made, None, file_ids=[table["id"], essay["id"]])
    assert [[each["name"] for each in attempt["files"]] for attempt in second["attempts"]] == [
        ["table.csv"],
        ["table.csv", "essay.txt"],
    ]
    response = await term.teacher.get(f"{path}/submissions.zip")
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.namelist() == ["student 2/table.csv", "student 2/essay.txt"]
        assert archive.read("student 2/essay.txt") == b"some text"


async def test_only_ones_own_files_can_be_handed_in(term: Term, is_problem: IsProblem) -> None:
    made = await term.assignment(answers=["files"])
    path = f"/assignments/{made['id']}"
    theirs = await uploaded(term.mei, "theirs.txt")
    for call in (
        term.zoe.put(f"{path}/draft", {"file_ids": [theirs["id"]]}),
        term.zoe.post(f"{path}/submissions", {"file_ids": [theirs["id"]]}),
    ):
        is_problem(await call, 422, "file_unknown")
    text = await term.assignment(title="Text only")
    own = await uploaded(term.zoe, "own.txt")
    is_problem(
        await term.zoe.post(f"/assignments/{text['id']}/submissions", {"text": "x", "file_ids": [own["id"]]}),
        422,
        "validation_failed",
        "file_ids",
    )
    many = [own["id"]] * 21
    is_problem(await term.zoe.put(f"{path}/draft", {"file_ids": many}), 422, "validation_failed", "file_ids")
    assert await term.count("submission_files") == 0


async def test_files_of_feedback_are_the_students_once_they_are_given_back(term: Term, is_problem: IsProblem) -> None:
    done = await term.hand_in(term.zoe, await term.assignment())
    notes, more = await uploaded(term.teacher, "notes.txt"), await uploaded(term.other, "more.txt")
    kept = await term.grade(done, 7, file_ids=[notes["id"]], give_back=False)
    assert [await fetched(person, notes) for person in (term.zoe, term.other)] == [404, 200]
    # Another teacher may leave there what is not theirs.
    given = await term.grade(kept, 7, term.other, file_ids=[notes["id"], more["id"]])
    assert [each["name"] for each in given["grade"]["files"]] == ["notes.txt", "more.txt"]
    assert [each["name"] for each in (await term.ok(term.zoe.get(f"/submissions/{done['id']}")))["grade"]["files"]] == [
        "notes.txt",
        "more.txt",
    ]
    assert [await fetched(person, more) for person in (term.zoe, term.mei)] == [200, 404]
    given = await term.grade(given, 7, term.other, file_ids=[])
    assert await fetched(term.zoe, notes) == 404
    is_problem(
        await term.other.put(
            f"/submissions/{done['id']}/grade", {"version": given["version"], "file_ids": [notes["id"]]}
        ),
        422,
        "file_unknown",
    )
