"""What a class's decks have besides their documents, as it travels: the boards over their slides, and the pages of their PDFs.

Work on an upload does not travel: the pages that are there do.
"""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy import ARRAY, Uuid, any_, literal, select

from auth.http.schemas import RequestBody
from classroom.archives.container import ArchiveReader
from classroom.archives.manifest import Bytes, Sha256, written
from classroom.archives.ports import Arriving, Leaving, Part, Wanted, parsed
from classroom.documents.models import DocumentRow
from classroom.files.models import FileRow
from classroom.slides.models import DeckRow, PdfPageRow, SlideBoardRow, SlideUploadRow
from classroom.slides.rules import PDF_MAX_PAGES, TEXT_MAX_CHARS, TITLE_MAX_CHARS, UploadState, clean
from documents.access import Level
from documents.kinds import Kind
from documents.slides import SLIDES_MAX
from persistence.ids import new_id

DECKS_MAX = 20_000
PAGES_MAX = 20 * SLIDES_MAX

Points = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Words = Annotated[str, Field(max_length=TEXT_MAX_CHARS), AfterValidator(clean)]
Title = Annotated[str, Field(max_length=TITLE_MAX_CHARS), AfterValidator(clean)]


class PortablePicture(RequestBody):
    """A picture of a page."""

    sha256: Sha256
    size: Bytes


class PortablePage(RequestBody):
    """A page of a PDF: its size in points, its words, and its pictures."""

    file_id: UUID
    page: Annotated[int, Field(ge=1, le=PDF_MAX_PAGES)]
    width: Points
    height: Points
    title: Title
    text: Words
    image: PortablePicture
    thumbnail: PortablePicture


class PortablePages(RequestBody):
    """The pages of a deck's PDFs."""

    pages: Annotated[list[PortablePage], Field(max_length=PAGES_MAX)]

    @model_validator(mode="after")
    def _once(self) -> "PortablePages":
        if len({(each.file_id, each.page) for each in self.pages}) < len(self.pages):
            raise ValueError("a page comes twice")
        return self


class PortableBoard(RequestBody):
    """Which board lies over a slide."""

    slide_id: Annotated[str, Field(max_length=2_000)]
    board_id: UUID


class PortableDeck(RequestBody):
    """A deck. `annotations`: what students may do on the boards over its slides."""

    document_id: UUID
    annotations: Level
    boards: Annotated[list[PortableBoard], Field(max_length=SLIDES_MAX)]


class PortableDecks(RequestBody):
    """The decks of a class; the pages of their PDFs are beside it."""

    items: Annotated[list[PortableDeck], Field(max_length=DECKS_MAX)]


class SlidesPart(Part[PortableDecks]):
    """Decks. Their documents have arrived before."""

    name = "slides"
    said = PortableDecks
    of_documents = True

    async def leave(self, leaving: Leaving) -> PortableDecks | None:
        """See Part."""
        statement = select(DocumentRow.id, DeckRow.annotations).outerjoin(
            DeckRow, DeckRow.document_id == DocumentRow.id
        )
        which = DocumentRow.id == leaving.document_id if leaving.document_id else DocumentRow.listed
        found = await leaving.session.execute(
            statement.where(
                DocumentRow.class_id == leaving.class_id,
                DocumentRow.kind == Kind.SLIDES,
                DocumentRow.deleted_at.is_(None),
                which,
            ).order_by(DocumentRow.id)
        )
        items = []
        for document_id, annotations in found.all():
            boards = await leaving.session.execute(
                select(SlideBoardRow.slide_id, SlideBoardRow.board_id)
                .join(DocumentRow, DocumentRow.id == SlideBoardRow.board_id)
                .where(SlideBoardRow.document_id == document_id, DocumentRow.deleted_at.is_(None))
                .order_by(SlideBoardRow.board_id)
            )
            items.append(
                PortableDeck(
                    document_id=document_id,
                    annotations=annotations or Level.READ,
                    boards=[
                        PortableBoard(slide_id=row.slide_id, board_id=row.board_id)
                        for row in boards
                        if row.board_id in leaving.documents
                    ],
                )
            )
            await _put_pages(leaving, document_id)
        return PortableDecks(items=items) if items else None

    def wanted(self, archive: ArchiveReader, said: PortableDecks) -> Iterable[Wanted]:
        """See Part."""
        for name in archive.names("slides"):
            for page in parsed(PortablePages, archive, name).pages:
                for picture in (page.image, page.thumbnail):
                    yield Wanted(sha256=picture.sha256, size=picture.size, name=None)

    async def arrive(self, arriving: Arriving, said: PortableDecks) -> None:
        """See Part. What it says of documents or files that did not come along is passed over."""
        ids, session = arriving.ids, arriving.session
        for deck in said.items:
            document_id = ids.held(deck.document_id)
            if document_id is None:
                continue
            session.add(DeckRow(document_id=document_id, annotations=deck.annotations))
            await session.flush()
            for board in deck.boards:
                board_id = ids.held(board.board_id)
                if board_id is not None:
                    session.add(SlideBoardRow(document_id=document_id, slide_id=board.slide_id, board_id=board_id))
            await _add_pages(arriving, deck.document_id, document_id)


async def _put_pages(leaving: Leaving, document_id: UUID) -> None:
    found = await leaving.session.scalars(
        select(PdfPageRow)
        .join(FileRow, FileRow.id == PdfPageRow.file_id)
        .where(FileRow.document_id == document_id, FileRow.id == any_(literal(list(leaving.files), ARRAY(Uuid))))
        .order_by(PdfPageRow.file_id, PdfPageRow.page)
    )
    pages = []
    for row in found.all():
        name = f"page {row.page} of a PDF"
        image = await leaving.luggage.take(row.image_sha256, name=name)
        thumbnail = await leaving.luggage.take(row.thumbnail_sha256, name=name)
        if image is None or thumbnail is None:
            continue
        pages.append(
            PortablePage(
                file_id=row.file_id,
                page=row.page,
                width=row.width,
                height=row.height,
                title=row.title,
                text=row.text,
                image=PortablePicture(sha256=row.image_sha256.hex(), size=image),
                thumbnail=PortablePicture(sha256=row.thumbnail_sha256.hex(), size=thumbnail),
            )
        )
    if pages:
        body = PortablePages(pages=pages)
        leaving.luggage.put(f"slides/{document_id}.json", written(body.model_dump(mode="json")))


async def _add_pages(arriving: Arriving, before: UUID, document_id: UUID) -> None:
    name = f"slides/{before}.json"
    if name not in arriving.archive.manifest.entries:
        return
    session = arriving.session
    pages = parsed(PortablePages, arriving.archive, name).pages
    here = {row.id: row for row in await session.scalars(select(FileRow).where(FileRow.document_id == document_id))}
    counts: dict[UUID, int] = {}
    for page in pages:
        file_id = arriving.ids.held(page.file_id)
        # A file that the store had lost has left its pages behind.
        if file_id not in here:
            continue
        counts[file_id] = counts.get(file_id, 0) + 1
        session.add(
            PdfPageRow(
                file_id=file_id,
                page=page.page,
                width=page.width,
                height=page.height,
                title=page.title,
                text=page.text,
                image_sha256=bytes.fromhex(page.image.sha256),
                thumbnail_sha256=bytes.fromhex(page.thumbnail.sha256),
            )
        )
    # They count towards what a deck can take.
    for file_id, count in counts.items():
        session.add(
            SlideUploadRow(
                id=new_id(),
                document_id=document_id,
                file_id=file_id,
                file_name=here[file_id].name,
                pages=count,
                pages_done=count,
                state=UploadState.DONE,
            )
        )
    await session.flush()
