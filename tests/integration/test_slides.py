"""Decks: PDFs become slides, in the background and whatever dies; repair."""

import io
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from PIL import Image
from pycrdt import Array, Doc, Map
from sqlalchemy import func, update

from classroom.documents.export import updates_of
from classroom.files.models import FileRow
from classroom.slides.models import SlideBoardRow, SlideUploadRow
from classroom.slides.rules import PDF_MAX_BYTES, UploadState
from classroom.slides.work import SlideWork
from documents import slides
from documents.kinds import Kind
from documents.reading import state
from documents.slides import Slide
from persistence.base import utc_now
from persistence.ids import new_id
from tests import pdfs
from tests.integration.conftest import Classroom, Client
from tests.integration.uploaded_deck import PDF, Deck, until

pytestmark = pytest.mark.postgres


IsProblem = Callable[..., None]


@pytest_asyncio.fixture
async def deck(classroom: Classroom, tmp_path: Path) -> AsyncIterator[Deck]:
    made = await classroom.teacher.post(
        f"/classes/{classroom.class_id}/documents", {"kind": "slides", "title": "Cells", "students": "write"}
    )
    assert made.status_code == 201, made.text
    services = classroom.api.services
    deck = Deck(classroom, made.json()["id"], tmp_path / "files")
    deck.work.start()
    yield deck
    await cast(SlideWork, classroom.api.services.slides).close()
    assert services.file_store is classroom.api.services.file_store


async def test_a_pdf_becomes_slides(deck: Deck) -> None:
    answer = await deck.upload(pdfs.pdf(3), name="../../cells.pdf")
    assert answer.status_code == 202
    upload = answer.json()
    assert (upload["file_name"], upload["pages"], upload["state"]) == ("cells.pdf", 3, "queued")
    told = await deck.finished()
    assert [(one["state"], one["pages_done"], one["problem"]) for one in told["uploads"]] == [("done", 3, None)]
    assert told["pages"] == [
        {"file_id": upload["file_id"], "page": page, "width": 960.0, "height": 540.0, "title": f"Cells {page}"}
        for page in (1, 2, 3)
    ]
    roots = await deck.roots()
    assert [(slide["title"], slide["file_id"], slide["page"]) for slide in roots["slides"]] == [
        (f"Cells {page}", upload["file_id"], page) for page in (1, 2, 3)
    ]
    assert roots["deck"] == {"title": "Cells"}
    assert roots["position"] == {"pace": "teacher", "slide_id": roots["slides"][0]["id"]}


async def test_pages_are_seen_by_who_may_see_the_deck(deck: Deck, is_problem: IsProblem) -> None:
    upload = (await deck.upload(pdfs.pdf(1))).json()
    await deck.finished()
    page = f"{deck.path}/pages/{upload['file_id']}/1"
    told = await deck.told(by=deck.room.student)
    assert (len(told["pages"]), told["uploads"], told["annotations"]) == (1, [], "read")
    assert (await deck.room.student.get(page)).json()["text"] == "Cells 1 This is page 1."
    for what, size in (("image", (1600, 900)), ("thumbnail", (320, 180))):
        answer = await deck.room.student.get(f"{page}/{what}")
        assert answer.headers["content-type"] == "image/webp"
        assert Image.open(io.BytesIO(answer.content)).size == size
        again = await deck.room.student.get(f"{page}/{what}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        is_problem(await deck.room.stranger.get(f"{page}/{what}"), 404, "not_found")
    part = await deck.room.student.get(f"/files/{upload['file_id']}", headers={"Range": "bytes=0-4"})
    assert (part.status_code, part.content) == (206, b"%PDF-")
    for missing in (f"{deck.path}/pages/{upload['file_id']}/2", f"{deck.path}/pages/{new_id()}/1", f"{page}/image/x"):
        is_problem(await deck.room.student.get(missing), 404, "not_found")
    is_problem(await deck.room.stranger.get(deck.path), 404, "not_found")
    is_problem(await deck.room.teacher.get(f"/documents/{deck.room.board_id}/slides"), 404, "not_found")
    # Another deck does not hand out this one's pages.
    other = await deck.room.teacher.post(
        f"/classes/{deck.room.class_id}/documents", {"kind": "slides", "title": "Other"}
    )
    is_problem(
        await deck.room.teacher.get(f"/documents/{other.json()['id']}/slides/pages/{upload['file_id']}/1"),
        404,
        "not_found",
    )


async def test_only_teachers_upload(deck: Deck, is_problem: IsProblem) -> None:
    is_problem(await deck.upload(pdfs.pdf(1), by=deck.room.student), 403, "forbidden")
    is_problem(await deck.upload(pdfs.pdf(1), by=deck.room.stranger), 404, "not_found")
    assert await deck.left_nothing()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (pdfs.NOT_A_PDF, 415, "not_a_pdf"),
        (b"", 415, "not_a_pdf"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 415, "not_a_pdf"),
        (pdfs.BROKEN, 422, "pdf_broken"),
        (pdfs.pdf(2)[:700], 422, "pdf_broken"),
        (pdfs.encrypted(), 422, "pdf_encrypted"),
        (pdfs.pdf(201), 413, "pdf_too_many_pages"),
        (b"%PDF-1.7" + bytes(PDF_MAX_BYTES), 413, "file_too_large"),
    ],
    ids=["zip", "empty", "svg", "broken", "cut off", "encrypted", "long", "large"],
)
async def test_what_cannot_become_slides_is_refused_and_leaves_nothing(
    deck: Deck, is_problem: IsProblem, content: bytes, status: int, code: str
) -> None:
    is_problem(await deck.upload(content), status, code)
    assert await deck.left_nothing()
    assert await deck.count(SlideUploadRow) == 0


@pytest.mark.parametrize("content", [pdfs.bomb(), pdfs.memory_bomb()], ids=["time", "memory"])
async def test_a_bomb_hurts_nobody_and_leaves_only_the_word_of_it(deck: Deck, content: bytes) -> None:
    upload = (await deck.upload(content)).json()
    told = await deck.finished()
    assert [(one["state"], one["problem"], one["file_id"]) for one in told["uploads"]] == [
        ("failed", "pdf_too_heavy", None)
    ]
    assert told["pages"] == []
    assert await deck.left_nothing()
    # The next upload finds everything in order; the word goes when it was read.
    await deck.upload(pdfs.pdf(1))
    assert len((await deck.finished())["pages"]) == 1
    assert (await deck.room.teacher.delete(f"{deck.path}/uploads/{upload['id']}")).status_code == 204
    assert [one["state"] for one in (await deck.told())["uploads"]] == ["done"]


async def test_work_goes_on_where_a_server_has_died(deck: Deck) -> None:
    await deck.upload(pdfs.pdf(60))
    await until(deck.pages_done)
    await deck.work.close()
    assert await deck.pages_done() < 60
    services = deck.api.services
    deck.api.replace(slides=SlideWork(services.database, live=deck.api.live, file_store=services.file_store))
    deck.work.start()
    told = await deck.finished()
    assert [upload["state"] for upload in told["uploads"]] == ["done"]
    assert await deck.titles() == [f"Cells {page}" for page in range(1, 61)]


async def test_a_lease_keeps_others_away_until_it_is_over(deck: Deck) -> None:
    await deck.work.close()
    upload = (await deck.upload(pdfs.pdf(2))).json()
    services = deck.api.services

    async def lease(seconds: float) -> None:
        async with services.database.transaction() as transaction:
            await transaction.session.execute(
                update(SlideUploadRow).values(
                    state=UploadState.WORKING, leased_until=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
                )
            )

    work = SlideWork(services.database, live=deck.api.live, file_store=services.file_store)
    deck.api.replace(slides=work)
    await lease(600)
    assert await work._claim() is None
    await lease(-1)
    work.start()
    assert [one["id"] for one in (await deck.finished())["uploads"]] == [upload["id"]]
    assert await deck.titles() == ["Cells 1", "Cells 2"]


async def test_an_upload_can_be_taken_back_while_it_is_made(deck: Deck, is_problem: IsProblem) -> None:
    await deck.upload(pdfs.pdf(1, topic="Kept"))
    await deck.finished()
    upload = (await deck.upload(pdfs.pdf(150))).json()
    path = f"{deck.path}/uploads/{upload['id']}"
    is_problem(await deck.room.student.delete(path), 403, "forbidden")
    assert (await deck.room.teacher.delete(path)).status_code == 204
    is_problem(await deck.room.teacher.delete(path), 404, "not_found")
    await deck.finished()
    await deck.work.close()
    assert await deck.titles() == ["Kept 1"]
    assert await deck.count(FileRow) == 1
    await until(lambda: deck.keeps_only(3))


async def test_pages_that_are_all_there_are_not_taken_back(deck: Deck, is_problem: IsProblem) -> None:
    upload = (await deck.upload(pdfs.pdf(1))).json()
    await deck.finished()
    is_problem(await deck.room.teacher.delete(f"{deck.path}/uploads/{upload['id']}"), 409, "upload_done")


async def test_bytes_that_somebody_else_needs_stay(deck: Deck) -> None:
    await deck.upload(pdfs.pdf(2))
    await deck.finished()
    # Only then is the folder gone in which the pages were made.
    await deck.work.close()
    before = set(deck.kept())
    second = (await deck.upload(pdfs.pdf(2))).json()
    assert (await deck.room.teacher.delete(f"{deck.path}/uploads/{second['id']}")).status_code == 204
    assert set(deck.kept()) == before


async def test_a_repeated_upload_is_made_once(deck: Deck) -> None:
    content = pdfs.pdf(1)
    answers = [await deck.upload(content, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    await deck.finished()
    assert await deck.titles() == ["Cells 1"]


async def test_a_pdf_becomes_a_deck_of_its_own(deck: Deck, is_problem: IsProblem) -> None:
    room = deck.room
    path = f"/classes/{room.class_id}/slides"

    async def send(content: bytes, *, by: Client = room.teacher, **more: Any) -> httpx.Response:
        return await by.request("POST", path, files={"file": ("Vulkane.pdf", content, PDF)}, **more)

    async def titles() -> list[str]:
        listed = (await room.teacher.get(f"/classes/{room.class_id}/documents")).json()["items"]
        return [each["title"] for each in listed if each["kind"] == "slides"]

    before = await titles()
    is_problem(await send(pdfs.pdf(1), by=room.student), 403, "forbidden")
    is_problem(await send(pdfs.pdf(1), by=room.stranger), 404, "not_found")
    is_problem(await send(pdfs.NOT_A_PDF), 415, "not_a_pdf")
    is_problem(await send(pdfs.pdf(201)), 413, "pdf_too_many_pages")
    assert await titles() == before
    # Sent again because the answer was lost, it is the same deck.
    content = pdfs.pdf(2)
    sent = [await send(content, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [each.status_code for each in sent] == [202, 202]
    assert sent[0].json() == sent[1].json()
    assert await titles() == ["Vulkane", *before]
    made = Deck(room, sent[0].json()["document_id"], deck.folder)
    await made.finished()
    assert len(await made.titles()) == 2
    assert (await room.student.get(made.path)).status_code == 200


async def test_a_deck_has_an_end(deck: Deck, is_problem: IsProblem) -> None:
    await deck.work.close()
    async with deck.api.services.database.transaction() as transaction:
        transaction.session.add(
            SlideUploadRow(
                id=new_id(),
                document_id=UUID(deck.id),
                file_name="long",
                pages=slides.SLIDES_MAX,
                state=UploadState.DONE,
                created_at=utc_now(),
            )
        )
    is_problem(await deck.upload(pdfs.pdf(1)), 409, "deck_full")


async def test_renaming_a_deck_renames_it_for_everybody(deck: Deck) -> None:
    assert (await deck.room.teacher.patch(f"/documents/{deck.id}", {"title": "Plant cells"})).status_code == 200
    assert (await deck.roots())["deck"] == {"title": "Plant cells"}


async def with_slides(deck: Deck) -> None:
    await deck.change(lambda doc: slides.append(doc, [Slide("a", "One"), Slide("b", "Two")]))


async def test_whatever_stands_in_a_deck_can_be_repaired(deck: Deck, is_problem: IsProblem) -> None:
    def spoil(doc: Doc[Any]) -> None:
        doc.get("slides", type=Array).extend(["text", Map({"id": "a", "page": "one"}), {"id": "a"}, None])
        doc.get("position", type=Map)["pace"] = 7

    await deck.change(spoil)
    assert (await deck.told())["pages"] == []
    is_problem(await deck.room.student.post(f"{deck.path}/repair"), 403, "forbidden")
    assert (await deck.room.teacher.post(f"{deck.path}/repair")).status_code == 204
    roots = await deck.roots()
    assert roots["slides"] == [{"id": "a", "title": ""}]
    assert roots["position"] == {"pace": "teacher", "slide_id": "a"}


async def test_a_change_that_fails_leaves_row_and_document_as_they_were(deck: Deck) -> None:
    await with_slides(deck)

    def fail(_doc: Doc[Any]) -> None:
        raise LookupError

    async def change() -> None:
        async with deck.api.services.database.transaction() as transaction:
            transaction.session.add(
                SlideBoardRow(document_id=UUID(deck.id), slide_id="a", board_id=UUID(deck.room.board_id))
            )
            deck.api.live.edit(transaction, UUID(deck.id), Kind.SLIDES, lambda doc: slides.append(doc, [Slide("c")]))
            deck.api.live.edit(transaction, UUID(deck.id), Kind.SLIDES, fail)

    with pytest.raises(LookupError):
        await change()
    assert await deck.count(SlideBoardRow) == 0
    assert await deck.titles() == ["One", "Two"]


async def test_a_long_pdf_shows_its_first_page_at_once(deck: Deck) -> None:
    content = pdfs.pdf(200)
    begun = time.monotonic()
    await deck.upload(content)
    await until(deck.pages_done)
    first = time.monotonic() - begun
    told = await deck.finished()
    assert len(told["pages"]) == 200
    assert await deck.titles() == [f"Cells {page}" for page in range(1, 201)]
    assert first < (time.monotonic() - begun) / 3
    async with deck.api.services.database.transaction() as transaction:
        updates = await updates_of(transaction.session, UUID(deck.id))
    assert len(slides.read(state(Kind.SLIDES, updates))) == 200
