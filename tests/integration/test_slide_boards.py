"""Boards over slides: made with the first mark, for those who may draw, gone with their slide."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from classroom.documents.models import DocumentRow
from classroom.slides.models import SlideBoardRow
from classroom.slides.work import SlideWork
from documents import slides
from documents.slides import Slide
from tests.integration.conftest import Classroom, Client
from tests.integration.uploaded_deck import Deck

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


async def with_slides(deck: Deck) -> None:
    await deck.change(lambda doc: slides.append(doc, [Slide("a", "One"), Slide("b", "Two")]))


async def board(deck: Deck, slide: str, by: Client) -> httpx.Response:
    return await by.post(f"{deck.path}/{slide}/board")


async def test_a_slides_board_is_made_with_the_first_mark(deck: Deck, is_problem: IsProblem) -> None:
    await with_slides(deck)
    is_problem(await board(deck, "a", deck.room.student), 403, "forbidden")
    is_problem(await board(deck, "a", deck.room.stranger), 404, "not_found")
    answers = await asyncio.gather(*(board(deck, "a", deck.room.teacher) for _ in range(5)))
    ids = {answer.json()["board_id"] for answer in answers}
    assert len(ids) == 1
    (board_id,) = ids
    assert [slide.get("board_id") for slide in (await deck.roots())["slides"]] == [board_id, None]
    seen = (await deck.room.student.get(f"/documents/{board_id}")).json()
    assert (seen["kind"], seen["access"]) == ("whiteboard", "read")
    listed = (await deck.room.teacher.get(f"/classes/{deck.room.class_id}/documents")).json()["items"]
    assert board_id not in [document["id"] for document in listed]


async def test_no_board_without_its_slide(deck: Deck, is_problem: IsProblem) -> None:
    before = await deck.count(DocumentRow)
    is_problem(await board(deck, "nowhere", deck.room.teacher), 404, "not_found")
    assert (await deck.count(DocumentRow), await deck.count(SlideBoardRow)) == (before, 0)


async def test_students_draw_where_they_may(deck: Deck, is_problem: IsProblem) -> None:
    await with_slides(deck)
    first = (await board(deck, "a", deck.room.teacher)).json()["board_id"]
    share = f"{deck.path}/access"
    is_problem(await deck.room.student.put(share, {"students": "write"}), 403, "forbidden")
    is_problem(await deck.room.teacher.put(share, {"students": "all"}), 422, "validation_failed", "students")
    deck.api.live.told.clear()
    assert (await deck.room.teacher.put(share, {"students": "write"})).json() == {"students": "write"}
    assert [str(document) for _, document in deck.api.live.told] == [first]
    assert (await deck.roots())["deck"]["annotations"] == "write"
    assert (await deck.room.student.get(f"/documents/{first}")).json()["access"] == "write"
    second = (await board(deck, "b", deck.room.student)).json()["board_id"]
    assert (await deck.room.student.get(f"/documents/{second}")).json()["access"] == "write"
    # One slide by itself, then all again.
    await deck.room.teacher.put(f"/documents/{second}/access", {"students": "none"})
    is_problem(await deck.room.student.get(f"/documents/{second}"), 404, "not_found")
    await deck.room.teacher.put(share, {"students": "read"})
    assert (await deck.room.student.get(f"/documents/{second}")).json()["access"] == "read"
    assert (await deck.told(by=deck.room.student))["annotations"] == "read"


async def test_who_may_not_see_a_deck_sees_nothing_over_its_slides(deck: Deck) -> None:
    await with_slides(deck)
    over = (await board(deck, "a", deck.room.teacher)).json()["board_id"]
    room, told = deck.room, deck.api.live.told
    document = f"/documents/{deck.id}"

    async def seen(expected: int, *, teacher: int = 200) -> None:
        for address in (f"/documents/{over}", f"/documents/{over}/export?format=json"):
            assert (await room.student.get(address)).status_code == expected
            assert (await room.teacher.get(address)).status_code == teacher
        # Whoever has the board open is asked again about their right.
        assert {document_id for _, document_id in told} == {UUID(deck.id), UUID(over)}
        told.clear()

    told.clear()
    await room.teacher.put(f"{document}/access", {"students": "none"})
    await seen(404)
    own = f"{document}/access/{room.student.id}"
    await room.teacher.put(own, {"access": "read"})
    await seen(200)
    await room.teacher.delete(own)
    await seen(404)
    await room.teacher.put(f"{document}/access", {"students": "read"})
    await seen(200)
    await room.teacher.delete(document)
    await seen(404, teacher=404)
    await room.teacher.post(f"{document}/restore")
    await seen(200)


async def test_a_deleted_board_is_replaced(deck: Deck) -> None:
    await with_slides(deck)
    first = (await board(deck, "a", deck.room.teacher)).json()["board_id"]
    await deck.room.teacher.delete(f"/documents/{first}")
    second = (await board(deck, "a", deck.room.teacher)).json()["board_id"]
    assert second != first
    assert (await deck.roots())["slides"][0]["board_id"] == second
