"""Upload files and fetch them."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from auth.actions import Person, person_for_token
from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.http.once import IdempotencyKeyHeader, once
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from classroom.errors import FileEmpty
from classroom.files import actions
from classroom.files.answers import FILE_URL_PREFIX, File, described
from classroom.files.inspection import IMAGE_MAX_BYTES, image_type_of, media_type_of
from classroom.files.limits import bytes_of, check_room
from classroom.files.models import FileRow
from classroom.files.multipart import UploadForm, arriving
from classroom.files.names import NAME_MAX_CHARS, clean_file_name
from classroom.files.schemas import FileLink, FileRoom
from classroom.files.serving import ANSWERS, file_answer
from classroom.services import Parts, Services
from persistence.errors import FileTooLarge
from persistence.kept_files import keeping

router = APIRouter(tags=["files"], route_class=ReadingRoute)

LINK_TOKEN_MAX_CHARS = 200

UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "document_id": {
                            "type": "string",
                            "format": "uuid",
                            "description": "The board on which it is drawn: an image, for whoever may read the board.",
                        },
                    },
                }
            }
        },
    }
}


@router.post(
    "/files",
    status_code=201,
    responses=problems(401, 403, 404, 408, 413, 415, 422, 429, 503, 507),
    openapi_extra=UPLOAD_BODY,
)
async def upload_file(
    request: Request, person: CurrentPerson, services: Parts, key: IdempotencyKeyHeader = None
) -> File:
    """Upload a file of any type. It is its uploader's own until something uses it; its type is what its bytes are.

    With `document_id` it is an image on a board: PNG, JPEG, GIF, WebP or script-free SVG.
    """
    limits = services.files.limits
    form = UploadForm(request.headers, arriving(request.stream()), file_max_bytes=limits.file_max_bytes)
    # No connection to the database is held while bytes arrive or are looked at.
    async with services.database.transaction() as transaction:
        await check_room(
            transaction.session, limits, person_id=person.id, class_id=None, more_bytes=form.announced_bytes
        )
    with services.files.under_way.one_more(person.id):
        return await _received(request, person, services, form, key)


@router.head("/files/{file_id}", include_in_schema=False)
@router.get("/files/{file_id}", response_class=Response, responses={**ANSWERS, **problems(401, 404, 503)})
async def get_file(file_id: UUID, request: Request, person: CurrentPerson, services: Parts) -> Response:
    """Fetch a file's bytes, or a part of them. Pictures, sound and video may be shown where they are; all else is a download."""
    async with services.database.transaction() as transaction:
        row = await services.files.access(transaction.session, person, file_id)
    return await _answer(request, services, row, name=row.name)


@router.post("/files/{file_id}/links", status_code=201, responses=problems(401, 404))
async def create_file_link(
    file_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> FileLink:
    """Return a link to a file that needs no access token, for one's own video player or download.

    It ends with one's sign-in, and shows what one may see at that moment.
    """
    await services.files.access(transaction.session, person, file_id)
    token, expires_at = services.file_links.issue(person, file_id)
    return FileLink(url=f"{FILE_URL_PREFIX}{file_id}/linked?token={token}", expires_at=expires_at)


@router.head("/files/{file_id}/linked", include_in_schema=False)
@router.get("/files/{file_id}/linked", response_class=Response, responses={**ANSWERS, **problems(401, 404, 422, 503)})
async def get_linked_file(
    file_id: UUID,
    request: Request,
    services: Parts,
    token: Annotated[str, Query(max_length=LINK_TOKEN_MAX_CHARS)] = "",
    name: Annotated[str, Query(max_length=NAME_MAX_CHARS, description="Save it under this name instead.")] = "",
) -> Response:
    """Fetch a file through a link."""
    claims = services.file_links.verify(token, file_id)
    async with services.database.transaction() as transaction:
        person = await person_for_token(transaction.session, claims)
        row = await services.files.access(transaction.session, person, file_id)
    return await _answer(request, services, row, name=clean_file_name(name) if name else row.name)


@router.get("/me/files", responses=problems(401))
async def get_file_room(person: CurrentPerson, reader: RequestReader, services: Parts) -> FileRoom:
    """Return how much one may upload, and has uploaded."""
    limits = services.files.limits
    used = await bytes_of(reader, FileRow.uploaded_by == person.id)
    return FileRoom(file_max_bytes=limits.file_max_bytes, used_bytes=used, max_bytes=limits.person_max_bytes)


async def _answer(request: Request, services: Services, row: FileRow, *, name: str) -> Response:
    return await file_answer(
        request, services.file_store, sha256=row.sha256, size=row.size, media_type=row.media_type, name=name
    )


async def _received(request: Request, person: Person, services: Services, form: UploadForm, key: str | None) -> File:
    limits = services.files.limits
    async with services.file_store.receive(form.file_bytes(), max_bytes=limits.file_max_bytes) as received:
        document_id = form.document_id
        name = form.shown_name
        if received.size == 0:
            raise FileEmpty
        async with services.database.transaction() as transaction:
            await actions.check_target(transaction.session, person, document_id)
        if document_id is None:
            media_type = await asyncio.to_thread(media_type_of, received.path, name=name)
        elif received.size > IMAGE_MAX_BYTES:
            raise FileTooLarge(IMAGE_MAX_BYTES)
        else:
            media_type = await asyncio.to_thread(image_type_of, received.path, claimed=form.claimed_type)
        async with keeping(services.database, services.file_store, received) as transaction:

            async def create() -> File:
                class_id = await actions.check_target(transaction.session, person, document_id)
                await check_room(
                    transaction.session, limits, person_id=person.id, class_id=class_id, more_bytes=received.size
                )
                return described(
                    await actions.add_file(
                        transaction.session,
                        person,
                        sha256=received.sha256,
                        size=received.size,
                        media_type=media_type,
                        name=name,
                        document_id=document_id,
                        class_id=class_id,
                    )
                )

            return await once(
                transaction,
                person=person,
                key=key,
                request=(request.url.path, [received.sha256.hex(), name, document_id and str(document_id)]),
                answer=File,
                create=create,
            )
