"""Decks: what is drawn over their slides, what was uploaded to them, and who may see and do what."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Conflict, Forbidden, NotFound
from classroom.documents.access import AccessedDocument, access_document
from classroom.documents.actions import add_document, share_with_students
from classroom.documents.models import DocumentRow
from classroom.files.models import FileRow
from classroom.slides.models import DeckRow, PdfPageRow, SlideBoardRow, SlideUploadRow
from classroom.slides.rules import PDF_MEDIA_TYPE, UploadState
from collab_server.live import LiveDocuments
from documents import slides
from documents.access import Level, OnStage, decide
from documents.kinds import Kind
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.file_store import FileStore, Received
from persistence.ids import new_id
from persistence.kept_files import forgettable
from persistence.reading import Asking

UPLOADS_SHOWN = timedelta(days=1)


async def access_deck(session: Asking, person: Person, document_id: UUID, *, teach: bool = False) -> AccessedDocument:
    """Return a deck for somebody who may see it.

    Raises:
        NotFound: there is no such deck, or none for this person.
        Forbidden: the person may see it, but does not teach its class.
    """
    document = await access_document(session, person, document_id, teach=teach)
    if document.row.kind is not Kind.SLIDES:
        raise NotFound
    return document


async def annotations_of(session: Asking, document_id: UUID) -> Level:
    """Return what students may do on the boards over a deck's slides."""
    row = await session.get(DeckRow, document_id)
    return Level.READ if row is None else row.annotations


async def share_annotations(
    transaction: Transaction, deck: AccessedDocument, *, students: Level, live: LiveDocuments
) -> None:
    """Set what students may do on the boards over all slides of a deck: those that are there, and those to come."""
    session = transaction.session
    row = await _locked(session, deck.row.id)
    row.annotations = students
    live.edit(transaction, deck.row.id, Kind.SLIDES, slides.tell_annotations(students))
    boards = await session.scalars(
        select(DocumentRow)
        .join(SlideBoardRow, SlideBoardRow.board_id == DocumentRow.id)
        .where(SlideBoardRow.document_id == deck.row.id, DocumentRow.students != students)
    )
    for board in boards.all():
        await share_with_students(
            transaction, AccessedDocument(board, Level.WRITE, deck.role, board.updated_at), students=students, live=live
        )


async def open_board(
    transaction: Transaction, person: Person, deck: AccessedDocument, *, slide_id: str, live: LiveDocuments
) -> UUID:
    """Return the board over a slide; it is made with the first mark that somebody wants to put there.

    Raises:
        Forbidden: there is none yet, and the person may not draw: the deck's setting says so, or the stage where it is locked.
        NotFound: the deck has no such slide.
    """
    session = transaction.session
    row = await _locked(session, deck.row.id)
    found = await session.scalar(
        select(SlideBoardRow.board_id)
        .join(DocumentRow, DocumentRow.id == SlideBoardRow.board_id)
        .where(
            SlideBoardRow.document_id == deck.row.id,
            SlideBoardRow.slide_id == slide_id,
            DocumentRow.deleted_at.is_(None),
        )
    )
    board_id = found
    if board_id is None:
        level = decide(
            Kind.WHITEBOARD,
            role_in_class=deck.role,
            students=row.annotations,
            personal=None,
            presents=deck.row.presenter_id == person.id,
            locked=deck.row.on_stage is OnStage.LOCKED,
        )
        if level < Level.WRITE:
            raise Forbidden
        board = await add_document(
            session,
            class_id=deck.row.class_id,
            created_by=person.id,
            kind=Kind.WHITEBOARD,
            title=deck.row.title,
            students=row.annotations,
            listed=False,
        )
        board_id = board.id
        await session.execute(
            insert(SlideBoardRow)
            .values(document_id=deck.row.id, slide_id=slide_id, board_id=board_id)
            .on_conflict_do_update(
                index_elements=[SlideBoardRow.document_id, SlideBoardRow.slide_id], set_={"board_id": board_id}
            )
        )
    name = str(board_id)

    def change(doc: Any) -> None:
        try:
            slides.name_board(doc, slide_id, name)
        except slides.NoSuchSlide:
            raise NotFound from None

    live.edit(transaction, deck.row.id, Kind.SLIDES, change, by=person.id)
    return board_id


async def check_room(session: AsyncSession, document_id: UUID, *, pages: int) -> None:
    """Check that a deck takes further pages.

    Raises:
        Conflict: it has too many already.
    """
    uploaded = await session.scalar(
        select(func.coalesce(func.sum(SlideUploadRow.pages), 0)).where(
            SlideUploadRow.document_id == document_id, SlideUploadRow.state != UploadState.FAILED
        )
    )
    if (uploaded or 0) + pages > slides.SLIDES_MAX:
        raise Conflict("deck_full", f"A deck may have {slides.SLIDES_MAX} slides. Begin another one.")


async def add_upload(
    session: AsyncSession, person: Person, deck: AccessedDocument, *, received: Received, name: str, pages: int
) -> SlideUploadRow:
    """Add a PDF whose bytes are kept already, and the work to be done on it.

    Raises:
        Conflict: the deck has too many slides already.
    """
    await _locked(session, deck.row.id)
    await check_room(session, deck.row.id, pages=pages)
    file = FileRow(
        id=new_id(),
        sha256=received.sha256,
        size=received.size,
        media_type=PDF_MEDIA_TYPE,
        name=name,
        uploaded_by=person.id,
        document_id=deck.row.id,
        class_id=deck.row.class_id,
    )
    session.add(file)
    await session.flush()
    row = SlideUploadRow(
        id=new_id(),
        document_id=deck.row.id,
        file_id=file.id,
        file_name=name,
        pages=pages,
        pages_done=0,
        state=UploadState.QUEUED,
        problem=None,
        attempts=0,
        created_at=utc_now(),
    )
    session.add(row)
    await session.flush()
    return row


async def uploads_of(session: Asking, document_id: UUID) -> Sequence[SlideUploadRow]:
    """Return the uploads to a deck of the last day, oldest first."""
    found = await session.scalars(
        select(SlideUploadRow)
        .where(SlideUploadRow.document_id == document_id, SlideUploadRow.created_at > utc_now() - UPLOADS_SHOWN)
        .order_by(SlideUploadRow.id)
    )
    return found.all()


async def withdraw_upload(
    transaction: Transaction, deck: AccessedDocument, upload_id: UUID, *, live: LiveDocuments
) -> set[bytes]:
    """Take an upload back that is not done, with the slides that it made so far, or the notice of one that has failed.

    Returns the hashes of the bytes that may be forgotten now.

    Raises:
        NotFound: the deck has no such upload.
        Conflict: all its pages are there.
    """
    session = transaction.session
    row = await session.get(SlideUploadRow, upload_id, with_for_update=True)
    if row is None or row.document_id != deck.row.id:
        raise NotFound
    if row.state is UploadState.DONE:
        raise Conflict("upload_done", "All its pages are in the deck. Delete the slides that you do not want.")
    hashes = await remove_file(transaction, row, live=live)
    await session.delete(row)
    return hashes


async def remove_file(transaction: Transaction, upload: SlideUploadRow, *, live: LiveDocuments) -> set[bytes]:
    """Take an upload's file away, with its pages and the slides that show them; returns the hashes of what it kept."""
    session = transaction.session
    file_id = upload.file_id
    if file_id is None:
        return set()
    pages = await session.execute(
        select(PdfPageRow.image_sha256, PdfPageRow.thumbnail_sha256).where(PdfPageRow.file_id == file_id)
    )
    hashes = {sha256 for page in pages.all() for sha256 in page}
    hashes.update((await session.scalars(select(FileRow.sha256).where(FileRow.id == file_id))).all())
    upload.file_id = None
    await session.flush()
    await session.execute(delete(FileRow).where(FileRow.id == file_id))
    name = str(file_id)
    live.edit(transaction, upload.document_id, Kind.SLIDES, lambda doc: slides.remove_file(doc, name))
    return hashes


async def forget_bytes(transaction: Transaction, hashes: set[bytes], *, file_store: FileStore) -> None:
    """Remove bytes that no row names any more. Call it after the transaction that removed the rows has committed."""
    session = transaction.session
    free = await forgettable(session, hashes)
    named: set[bytes] = set()
    for column in (FileRow.sha256, PdfPageRow.image_sha256, PdfPageRow.thumbnail_sha256):
        named.update((await session.scalars(select(column).where(column.in_(free)))).all())
    for sha256 in free - named:
        await file_store.forget(sha256)


async def pages_of(session: Asking, document_id: UUID) -> Sequence[PdfPageRow]:
    """Return the pages of all PDFs that were uploaded to a deck."""
    found = await session.scalars(
        select(PdfPageRow)
        .join(FileRow, FileRow.id == PdfPageRow.file_id)
        .where(FileRow.document_id == document_id)
        .order_by(PdfPageRow.file_id, PdfPageRow.page)
    )
    return found.all()


async def page_of(session: Asking, document_id: UUID, *, file_id: UUID, page: int) -> PdfPageRow:
    """Return one page of a PDF that was uploaded to this very deck.

    Raises:
        NotFound: there is none.
    """
    row = await session.scalar(
        select(PdfPageRow)
        .join(FileRow, FileRow.id == PdfPageRow.file_id)
        .where(FileRow.document_id == document_id, PdfPageRow.file_id == file_id, PdfPageRow.page == page)
    )
    if row is None:
        raise NotFound
    return row


async def _locked(session: AsyncSession, document_id: UUID) -> DeckRow:
    """Return a deck's row, and let nobody else change what hangs on it meanwhile."""
    await session.execute(
        insert(DeckRow).values(document_id=document_id).on_conflict_do_nothing(index_elements=[DeckRow.document_id])
    )
    row = await session.scalar(
        select(DeckRow)
        .where(DeckRow.document_id == document_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert row is not None, "it was there or has just been added"
    return row
