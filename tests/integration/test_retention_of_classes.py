"""Rule 3 in a class: what its people see of a past whose time is over, and what of it stays because they need it."""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pycrdt import Array, Doc, Map
from sqlalchemy import text, update

from classroom.documents.export import updates_of
from classroom.files.collecting import Collected
from classroom.files.models import FileRow
from classroom.past import DocumentsPast
from documents.kinds import Kind
from documents.whiteboard import put
from tests.integration.conftest import Api, Classroom, Client
from tests.integration.old_rows import KEPT, Node, retaining
from tests.integration.progress_board import Lesson
from tests.integration.teaching import Term
from tests.integration.test_assignments import draw
from tests.integration.test_files_collected import collector, pass_time
from tests.integration.uploads import SVG, upload

pytestmark = pytest.mark.postgres
IsProblem = Callable[..., None]


@pytest.fixture
async def node(api: Api, school_database_url: str) -> AsyncIterator[Node]:
    past = DocumentsPast(api.services.database, kept=KEPT)
    async with retaining(school_database_url, past=past) as node:
        yield node


async def let_pass(api: Api, days: int) -> None:
    """Let all logs, and all files, be so many days older."""
    async with api.services.database.transaction() as transaction:
        for statement in (
            "update document_updates set created_at = created_at - make_interval(days => :days)",
            "update files set created_at = created_at - make_interval(days => :days)",
        ):
            await transaction.session.execute(text(statement), {"days": days})


async def edit(api: Api, document_id: str, change: Callable[[Doc[Any]], None], kind: Kind = Kind.WHITEBOARD) -> None:
    """Change a document, as an edit that was accepted."""
    async with api.services.database.transaction() as transaction:
        api.live.edit(transaction, UUID(document_id), kind, change)


def shape(element: str, **more: Any) -> Callable[[Doc[Any]], None]:
    return lambda doc: put(doc, [{"id": element, "type": "rectangle", "x": 0, "y": 0, "width": 9, "height": 9, **more}])


async def draw_some(room: Classroom, node: Node) -> str:
    """Let a board have five rows that are 40 days old, and two of today, and its oldest rows removed; return its history's address."""
    for number in range(5):
        await edit(room.api, room.board_id, shape(f"old {number}"))
    await let_pass(room.api, 40)
    for number in range(2):
        await edit(room.api, room.board_id, shape(f"new {number}"))
    assert await node.retention.remove() == 4
    return f"/documents/{room.board_id}/history"


async def elements(client: Client, address: str, seq: int) -> set[str]:
    answer = await client.get(f"{address}/{seq}/export", params={"format": "json"})
    assert answer.status_code == 200, answer.text
    return set(answer.json()["elements"])


async def test_a_history_begins_with_the_first_moment_that_is_kept_and_says_so(
    classroom: Classroom, node: Node, is_problem: IsProblem
) -> None:
    address = await draw_some(classroom, node)
    history = (await classroom.teacher.get(address)).json()
    assert (history["seq"], history["kept_from"]) == (7, 5)
    assert [(each["first_seq"], each["last_seq"]) for each in history["items"]] == [(6, 7), (5, 5)]
    assert await elements(classroom.teacher, address, 5) == {f"old {number}" for number in range(5)}
    assert await elements(classroom.teacher, address, 6) == {*(f"old {number}" for number in range(5)), "new 0"}
    assert await elements(classroom.teacher, address, 0) == set()
    for seq in (1, 4):
        answer = await classroom.teacher.get(f"{address}/{seq}/export", params={"format": "json"})
        is_problem(answer, 410, "moment_not_kept")
    assert (await classroom.student.get(f"{address}/1/export", params={"format": "json"})).status_code == 403
    # Nobody is told more than that it is not there.
    assert (await classroom.stranger.get(f"{address}/1/export", params={"format": "json"})).status_code == 404


async def test_rows_that_are_still_to_be_removed_are_no_part_of_the_history(
    classroom: Classroom, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object, **__: object) -> int:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(node.rows, "remove", killed)
        with pytest.raises(AssertionError):
            await draw_some(classroom, node)
    history = (await classroom.teacher.get(f"/documents/{classroom.board_id}/history")).json()
    assert history["kept_from"] == 5
    assert [(each["first_seq"], each["last_seq"]) for each in history["items"]] == [(6, 7), (5, 5)]


async def test_a_page_is_for_ever_as_it_was_handed_in(term: Term, node: Node, is_problem: IsProblem) -> None:
    made = await term.assignment(answers=["document"], attempts_max=2)
    page = (await term.ok(term.zoe.put(f"/assignments/{made['id']}/draft", {})))["document_id"]
    address = f"/documents/{page}/history"
    for element in ("one", "two"):
        await draw(term, page, element)
    first = (await term.hand_in(term.zoe, made, None))["attempts"][0]["document_seq"]
    as_json = (await term.teacher.get(f"{address}/{first}/export", params={"format": "json"})).json()
    for element in ("mark", "another mark"):
        await draw(term, page, element)
    for _ in range(3):
        await let_pass(term.api, 400)
        await draw(term, page, "later")
        await node.retention.remove()
    assert (await term.teacher.get(f"{address}/{first}/export", params={"format": "json"})).json() == as_json
    assert await elements(term.teacher, address, first) == {"one", "two"}
    is_problem(await term.teacher.get(f"{address}/{first + 1}/export?format=json"), 410, "moment_not_kept")
    bundle = await term.teacher.get(f"/assignments/{made['id']}/submissions.zip")
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("page.excalidraw")]
        assert [each["id"] for each in json.loads(archive.read(name))["elements"]] == ["one", "two"]


async def test_remarks_that_nobody_has_read_yet_stay_until_somebody_has(classroom: Classroom, node: Node) -> None:
    lesson = Lesson(classroom, classroom.student)
    column = await lesson.column()
    board = (await lesson.board())["document_id"]
    doc: Doc[Any] = Doc(client_id=4711)
    async with classroom.api.services.database.transaction() as transaction:
        for known in await updates_of(transaction.session, UUID(board)):
            doc.apply_update(known)
        before = doc.get_state()
        doc.get("marks", type=Map)[classroom.student.id] = {column: "Well done."}
        await transaction.session.execute(
            text(
                "with head as (update document_heads set seq = seq + 1 where document_id = :board returning seq)"
                " insert into document_updates (document_id, seq, payload, user_id, session_id)"
                " select :board, seq, :payload, :user, :user from head"
            ),
            {"board": UUID(board), "payload": doc.get_update(before), "user": UUID(classroom.teacher.id)},
        )
    for number in range(3):
        await edit(classroom.api, board, partial(note, number), Kind.PROGRESS)
    await let_pass(classroom.api, 40)
    assert await node.retention.remove() == 0
    # A student's page asks for what other programs have written before it shows anything.
    await lesson.board(lesson.zoe)
    assert await lesson.count("progress_remarks") == 1
    assert await node.retention.remove() > 0


def note(number: int, doc: Doc[Any]) -> None:
    doc.get("people", type=Map)["somebody"] = {"name": f"Somebody {number}"}


async def put_picture(room: Classroom, key: str, element: str, *, url: str | None = None) -> str:
    made = url or (await upload(room.student, SVG, claimed="", document_id=room.board_id)).json()["url"]

    def show(doc: Doc[Any]) -> None:
        doc.get("files", type=Map)[key] = {"url": made, "media_type": "image/svg+xml"}
        shape(element, type="image", fileId=key)(doc)

    await edit(room.api, room.board_id, show)
    return made


async def collected(room: Classroom, tmp_path: Path) -> Collected:
    """Let the collector look, a week pass, and look again."""
    await collector(room.api).collect(walk=False)
    await pass_time(room.api, tmp_path, 8)
    return await collector(room.api).collect(walk=False)


async def status(client: Client, url: str) -> int:
    return (await client.http.get(url)).status_code


async def test_a_picture_goes_when_no_moment_shows_it_any_more_and_not_before(
    classroom: Classroom, node: Node, tmp_path: Path
) -> None:
    shown = await put_picture(classroom, "shown", "a")
    gone = await put_picture(classroom, "gone", "b")
    await edit(classroom.api, classroom.board_id, shape("b", type="image", fileId="gone", isDeleted=True))
    await let_pass(classroom.api, 20)
    await edit(classroom.api, classroom.board_id, shape("c"))
    await node.retention.remove()
    assert await collected(classroom, tmp_path) == Collected()
    # The moment before it was deleted is over, but for one row that is still to be removed.
    await let_pass(classroom.api, 20)
    await edit(classroom.api, classroom.board_id, shape("d"))
    assert await collected(classroom, tmp_path) == Collected()
    assert await node.retention.remove() == 2
    assert await status(classroom.teacher, gone) == 404
    assert await collected(classroom, tmp_path) == Collected(1, 0)
    assert [await status(classroom.teacher, url) for url in (shown, gone)] == [200, 404]


@pytest.mark.parametrize("again", ["undone", "put there anew"])
async def test_a_picture_that_is_shown_again_is_the_boards_again(
    classroom: Classroom, node: Node, tmp_path: Path, again: str
) -> None:
    picture = await put_picture(classroom, "key", "a")
    await edit(classroom.api, classroom.board_id, shape("a", type="image", fileId="key", isDeleted=True))
    await let_pass(classroom.api, 40)
    await edit(classroom.api, classroom.board_id, shape("b"))
    assert await node.retention.remove() == 1
    await collector(classroom.api).collect(walk=False)
    assert await status(classroom.teacher, picture) == 404
    if again == "undone":
        # What comes of it names the picture by its key only.
        await edit(classroom.api, classroom.board_id, shape("a", type="image", fileId="key"))
    else:
        await put_picture(classroom, "other", "c", url=picture)
    assert await status(classroom.teacher, picture) == 200
    assert await collected(classroom, tmp_path) == Collected()
    # And stays so when the row that shows it is over, too.
    await let_pass(classroom.api, 40)
    await edit(classroom.api, classroom.board_id, shape("d"))
    assert await node.retention.remove() > 0
    assert await collected(classroom, tmp_path) == Collected()
    assert await status(classroom.teacher, picture) == 200


async def test_a_picture_on_a_page_that_was_handed_in_stays(term: Term, node: Node, tmp_path: Path) -> None:
    made = await term.assignment(answers=["document"], attempts_max=2)
    page = (await term.ok(term.zoe.put(f"/assignments/{made['id']}/draft", {})))["document_id"]
    url = (await upload(term.zoe, SVG, claimed="", document_id=page)).json()["url"]

    def show(doc: Doc[Any]) -> None:
        doc.get("files", type=Map)["key"] = {"url": url, "media_type": "image/svg+xml"}
        shape("a", type="image", fileId="key")(doc)

    await edit(term.api, page, show, Kind.PAGE)
    await term.hand_in(term.zoe, made, None)
    await edit(term.api, page, shape("a", type="image", fileId="key", isDeleted=True), Kind.PAGE)
    for _ in range(2):
        await let_pass(term.api, 40)
        await edit(term.api, page, shape("later"), Kind.PAGE)
        assert await node.retention.remove() > 0
    await collector(term.api).collect(walk=False)
    await pass_time(term.api, tmp_path, 8)
    assert await collector(term.api).collect(walk=False) == Collected()
    assert await status(term.teacher, url) == 200


async def test_a_file_that_was_just_brought_is_not_forgotten_before_it_is_shown(
    classroom: Classroom, node: Node, tmp_path: Path
) -> None:
    await edit(classroom.api, classroom.board_id, shape("a"))
    await edit(classroom.api, classroom.board_id, shape("b"))
    await let_pass(classroom.api, 40)
    url = (await upload(classroom.student, SVG, claimed="", document_id=classroom.board_id)).json()["url"]
    assert await node.retention.remove() == 1
    assert await status(classroom.teacher, url) == 200
    assert await collected(classroom, tmp_path) == Collected()


async def test_a_decks_pdf_goes_when_no_moment_has_its_slides(classroom: Classroom, node: Node, tmp_path: Path) -> None:
    made = await classroom.teacher.post(f"/classes/{classroom.class_id}/documents", {"kind": "slides", "title": "Deck"})
    deck = made.json()["id"]
    ids = []
    for _ in range(2):
        file = (await upload(classroom.teacher, SVG, claimed="")).json()
        ids.append(file["id"])
    async with classroom.api.services.database.transaction() as transaction:
        await transaction.session.execute(
            update(FileRow).where(FileRow.id.in_([UUID(each) for each in ids])).values(document_id=UUID(deck))
        )

    def fill(doc: Doc[Any]) -> None:
        slides = doc.get("slides", type=Array)
        for number, file_id in enumerate(ids):
            slides.append(Map({"id": str(number), "file_id": file_id, "page": 1}))

    await edit(classroom.api, deck, fill, Kind.SLIDES)

    def drop(doc: Doc[Any]) -> None:
        del doc.get("slides", type=Array)[0]

    await edit(classroom.api, deck, drop, Kind.SLIDES)
    await let_pass(classroom.api, 40)
    assert await node.retention.remove() > 0
    assert await collected(classroom, tmp_path) == Collected(1, 0)
    assert [await status(classroom.teacher, f"/api/files/{each}") for each in ids] == [404, 200]
