"""Upload PDFs to decks, fetch their pages, and share what is drawn over them."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response

from auth.actions import Person
from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.http.once import IdempotencyKeyHeader, once
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from classroom.classes.actions import ClassAccess, access_class
from classroom.documents.access import AccessedDocument
from classroom.documents.actions import create_document
from classroom.files.limits import check_room
from classroom.files.multipart import UploadForm, arriving
from classroom.files.serving import CACHING
from classroom.progress.columns import follow_documents
from classroom.services import Parts, Services
from classroom.slides import actions
from classroom.slides.models import PdfPageRow, SlideUploadRow
from classroom.slides.rules import PDF_MAX_BYTES, deck_title
from classroom.slides.schemas import Annotations, Deck, PdfPage, PdfPageText, SlideBoard, SlideUpload
from documents import slides
from documents.access import Level
from documents.kinds import Kind
from persistence.database import Transaction
from persistence.kept_files import keeping

_Entered = TypeVar("_Entered")

router = APIRouter(tags=["slides"], route_class=ReadingRoute)

UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
TAKES_A_PDF: dict[str, Any] = {
    "status_code": 202,
    "responses": problems(401, 403, 404, 408, 409, 413, 415, 422, 503, 507),
    "openapi_extra": UPLOAD_BODY,
}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "The copy that `If-None-Match` names is still right."},
}


@router.post("/classes/{class_id}/slides", **TAKES_A_PDF)
async def upload_deck(
    class_id: UUID, request: Request, person: CurrentPerson, services: Parts, key: IdempotencyKeyHeader = None
) -> SlideUpload:
    """Upload a PDF of up to 200 pages and 50 MB as a new deck, called as the file is; without the PDF there is no deck."""

    async def enter(transaction: Transaction) -> ClassAccess:
        return await access_class(transaction.session, person, class_id, teach=True)

    async def new_deck(transaction: Transaction, access: ClassAccess, file_name: str) -> AccessedDocument:
        title = deck_title(file_name)
        deck = await create_document(
            transaction.session, person, access, kind=Kind.SLIDES, title=title, students=Level.READ
        )
        await follow_documents(transaction, services.live, class_id=class_id)
        return deck

    return await _upload(request, enter, new_deck, person=person, services=services, key=key)


@router.post("/documents/{document_id}/slides", **TAKES_A_PDF)
async def upload_slides(
    document_id: UUID, request: Request, person: CurrentPerson, services: Parts, key: IdempotencyKeyHeader = None
) -> SlideUpload:
    """Upload a PDF of up to 200 pages and 50 MB to a deck; its pages appear one after the other at the deck's end."""

    async def enter(transaction: Transaction) -> AccessedDocument:
        return await actions.access_deck(transaction.session, person, document_id, teach=True)

    async def this_deck(_transaction: Transaction, deck: AccessedDocument, _file_name: str) -> AccessedDocument:
        return deck

    return await _upload(request, enter, this_deck, person=person, services=services, key=key)


async def _upload(
    request: Request,
    enter: Callable[[Transaction], Awaitable[_Entered]],
    deck_in: Callable[[Transaction, _Entered, str], Awaitable[AccessedDocument]],
    *,
    person: Person,
    services: Services,
    key: str | None,
) -> SlideUpload:
    """Take in a PDF for whoever may `enter`, and let the deck `deck_in` there, by the file's name, have it."""
    async with services.database.transaction() as transaction:
        await enter(transaction)
    form = UploadForm(request.headers, arriving(request.stream()), file_max_bytes=PDF_MAX_BYTES)
    async with services.file_store.receive(form.file_bytes(), max_bytes=PDF_MAX_BYTES) as received:
        name = form.shown_name
        pages = await services.slides.count_pages(received.path)
        async with keeping(services.database, services.file_store, received) as transaction:
            # Access may have gone while the bytes came.
            entered = await enter(transaction)

            async def create() -> SlideUpload:
                deck = await deck_in(transaction, entered, name)
                await check_room(
                    transaction.session,
                    services.files.limits,
                    person_id=person.id,
                    class_id=deck.row.class_id,
                    more_bytes=received.size,
                )
                return _told(
                    await actions.add_upload(
                        transaction.session, person, deck, received=received, name=name, pages=pages
                    )
                )

            transaction.after_commit(services.slides.wake)
            return await once(
                transaction,
                person=person,
                key=key,
                request=(request.url.path, [received.sha256.hex(), name]),
                answer=SlideUpload,
                create=create,
            )


@router.get("/documents/{document_id}/slides", responses=problems(401, 404))
async def get_deck(document_id: UUID, person: CurrentPerson, reader: RequestReader) -> Deck:
    """Return what a deck has besides its document: the pages of its PDFs, and for teachers what is being uploaded."""
    deck = await actions.access_deck(reader, person, document_id)
    # Before the pages, which may come meanwhile: of an upload that is told to be done, all are told.
    uploads = [_told(row) for row in await actions.uploads_of(reader, document_id)] if deck.teaches else []
    return Deck(
        annotations=await actions.annotations_of(reader, document_id),
        pages=[PdfPage(**_page(row)) for row in await actions.pages_of(reader, document_id)],
        uploads=uploads,
    )


@router.delete(
    "/documents/{document_id}/slides/uploads/{upload_id}", status_code=204, responses=problems(401, 403, 404, 409)
)
async def withdraw_upload(
    document_id: UUID, upload_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Take an upload back that is not done, or put the notice of a failed one away; for the class's teachers."""
    deck = await actions.access_deck(transaction.session, person, document_id, teach=True)
    hashes = await actions.withdraw_upload(transaction, deck, upload_id, live=services.live)

    async def forget() -> None:
        async with services.database.transaction() as after:
            await actions.forget_bytes(after, hashes, file_store=services.file_store)

    transaction.after_commit(forget)


@router.put("/documents/{document_id}/slides/access", responses=problems(401, 403, 404, 413, 422))
async def share_annotations(
    document_id: UUID, body: Annotations, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Annotations:
    """Set what students may do on the boards over all slides of a deck; each board can then be set by itself."""
    deck = await actions.access_deck(transaction.session, person, document_id, teach=True)
    await actions.share_annotations(transaction, deck, students=body.students, live=services.live)
    return body


@router.post("/documents/{document_id}/slides/repair", status_code=204, responses=problems(401, 403, 404))
async def repair_deck(
    document_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Bring a deck that another program has written into the form that decks have; for the class's teachers."""
    deck = await actions.access_deck(transaction.session, person, document_id, teach=True)
    change = slides.repair(lambda: str(uuid4()))
    services.live.edit(transaction, deck.row.id, Kind.SLIDES, change, by=person.id)


@router.post("/documents/{document_id}/slides/{slide_id}/board", responses=problems(401, 403, 404))
async def open_slide_board(
    document_id: UUID, slide_id: str, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> SlideBoard:
    """Return the board over a slide, made when somebody first draws there; for who may draw on the deck."""
    deck = await actions.access_deck(transaction.session, person, document_id)
    return SlideBoard(
        board_id=await actions.open_board(transaction, person, deck, slide_id=slide_id, live=services.live)
    )


@router.get("/documents/{document_id}/slides/pages/{file_id}/{page}", responses=problems(401, 404))
async def get_pdf_page(
    document_id: UUID, file_id: UUID, page: int, person: CurrentPerson, reader: RequestReader
) -> PdfPageText:
    """Return one page of a PDF with its words."""
    await actions.access_deck(reader, person, document_id)
    row = await actions.page_of(reader, document_id, file_id=file_id, page=page)
    return PdfPageText(**_page(row), text=row.text)


@router.get(
    "/documents/{document_id}/slides/pages/{file_id}/{page}/image",
    response_class=Response,
    responses={**PICTURE, **problems(401, 404)},
)
async def get_page_image(
    *, document_id: UUID, file_id: UUID, page: int, request: Request, person: CurrentPerson, services: Parts
) -> Response:
    """Fetch a page's picture, 1600 pixels long."""
    async with services.database.transaction() as transaction:
        await actions.access_deck(transaction.session, person, document_id)
        row = await actions.page_of(transaction.session, document_id, file_id=file_id, page=page)
    return await _picture(request, services, row.image_sha256)


@router.get(
    "/documents/{document_id}/slides/pages/{file_id}/{page}/thumbnail",
    response_class=Response,
    responses={**PICTURE, **problems(401, 404)},
)
async def get_page_thumbnail(
    *, document_id: UUID, file_id: UUID, page: int, request: Request, person: CurrentPerson, services: Parts
) -> Response:
    """Fetch a page's small picture, 320 pixels wide."""
    async with services.database.transaction() as transaction:
        await actions.access_deck(transaction.session, person, document_id)
        row = await actions.page_of(transaction.session, document_id, file_id=file_id, page=page)
    return await _picture(request, services, row.thumbnail_sha256)


async def _picture(request: Request, services: Parts, sha256: bytes) -> Response:
    etag = f'"{sha256.hex()}"'
    headers = {"ETag": etag, "Cache-Control": CACHING, "X-Content-Type-Options": "nosniff", "Vary": "Authorization"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    # A picture is small, and its size is not in its row.
    content = b"".join([piece async for piece in services.file_store.read(sha256)])
    return Response(content, media_type="image/webp", headers=headers)


def _page(row: PdfPageRow) -> dict[str, Any]:
    return {
        "file_id": row.file_id,
        "page": row.page,
        "width": row.width,
        "height": row.height,
        "title": row.title,
    }


def _told(row: SlideUploadRow) -> SlideUpload:
    return SlideUpload(
        id=row.id,
        document_id=row.document_id,
        file_id=row.file_id,
        file_name=row.file_name,
        state=row.state,
        pages=row.pages,
        pages_done=row.pages_done,
        problem=row.problem,
        created_at=row.created_at,
    )
