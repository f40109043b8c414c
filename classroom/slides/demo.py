"""The deck of the demo class: a few slides with a mark on one of them."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from classroom.documents.actions import add_document
from classroom.files.models import FileRow
from classroom.slides.models import DeckRow, PdfPageRow, SlideBoardRow
from classroom.slides.processes import drawn_pages
from classroom.slides.rules import PDF_MEDIA_TYPE
from classroom.slides.sample import WATER_CYCLE_PAGES, water_cycle
from documents import slides
from documents.access import Level
from documents.kinds import Kind
from documents.sample_board import mark
from documents.whiteboard import put
from persistence.file_store import FileStore
from persistence.ids import new_id
from persistence.kept_files import still_kept

TITLE = "The water cycle: slides"
MARKED_PAGE = 2


async def add_demo_deck(session: AsyncSession, *, class_id: UUID, teacher_id: UUID, file_store: FileStore) -> None:
    """Add the deck, drawn and marked, with the seed's transaction."""
    content = water_cycle()
    file_id = new_id()
    board = await add_document(
        session,
        class_id=class_id,
        created_by=teacher_id,
        kind=Kind.WHITEBOARD,
        title=TITLE,
        students=Level.WRITE,
        content=lambda doc: put(doc, mark()),
        listed=False,
    )
    async with file_store.receive(_whole(content), max_bytes=len(content)) as received:
        with file_store.workshop() as folder:
            pages = [page async for page in drawn_pages(received.path, first=1, last=WATER_CYCLE_PAGES, folder=folder)]
            # Nobody else works on a house that is being seeded.
            await still_kept(
                session, file_store, received, *(image for page in pages for image in (page.image, page.thumbnail))
            )
    shown = [
        slides.Slide(
            id=str(uuid4()),
            title=page.title,
            file_id=str(file_id),
            page=page.page,
            board_id=str(board.id) if page.page == MARKED_PAGE else None,
        )
        for page in pages
    ]

    def change(doc: Any) -> None:
        slides.deck_of(TITLE, shown)(doc)
        slides.tell_annotations(Level.WRITE)(doc)

    deck = await add_document(
        session,
        class_id=class_id,
        created_by=teacher_id,
        kind=Kind.SLIDES,
        title=TITLE,
        students=Level.READ,
        content=change,
    )
    session.add(DeckRow(document_id=deck.id, annotations=Level.WRITE))
    session.add(SlideBoardRow(document_id=deck.id, slide_id=shown[MARKED_PAGE - 1].id, board_id=board.id))
    session.add(
        FileRow(
            id=file_id,
            sha256=hashlib.sha256(content).digest(),
            size=len(content),
            media_type=PDF_MEDIA_TYPE,
            name="water-cycle.pdf",
            uploaded_by=teacher_id,
            document_id=deck.id,
            class_id=class_id,
        )
    )
    await session.flush()
    session.add_all(
        PdfPageRow(
            file_id=file_id,
            page=page.page,
            width=page.width,
            height=page.height,
            title=page.title,
            text=page.text,
            image_sha256=page.image.sha256,
            thumbnail_sha256=page.thumbnail.sha256,
        )
        for page in pages
    )
    await session.flush()


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
