"""Upload files and fetch them."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from auth.dependencies import PersonBeforeBody
from auth.http.once import IdempotencyKeyHeader, once
from auth.http.responses import problems
from classroom.errors import FileEmpty
from classroom.files import actions
from classroom.files.answers import File, described
from classroom.files.inspection import IMAGE_MAX_BYTES, image_type_of, media_type_of
from classroom.files.multipart import UploadForm
from classroom.files.signatures import is_shown
from classroom.services import Parts
from persistence.errors import FileTooLarge
from persistence.kept_files import while_keeping

router = APIRouter(tags=["files"])

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
FETCHED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "The copy that `If-None-Match` names is still right."},
}
# The address names bytes that never change; only this person's browser may keep them.
CACHING = "private, max-age=31536000, immutable"


@router.post("/files", status_code=201, responses=problems(401, 403, 404, 413, 415, 422), openapi_extra=UPLOAD_BODY)
async def upload_file(
    request: Request, person: PersonBeforeBody, services: Parts, key: IdempotencyKeyHeader = None
) -> File:
    """Upload a file of any type. It is its uploader's own until something uses it; its type is what its bytes are.

    With `document_id` it is an image on a board: PNG, JPEG, GIF, WebP or script-free SVG.
    """
    form = UploadForm(request.headers, request.stream(), file_max_bytes=services.file_max_bytes)
    async with services.file_store.receive(form.file_bytes(), max_bytes=services.file_max_bytes) as received:
        document_id = form.document_id
        name = form.shown_name
        if received.size == 0:
            raise FileEmpty
        # No connection to the database is held while bytes arrive or are looked at.
        async with services.database.transaction() as transaction:
            await actions.check_target(transaction.session, person, document_id)
        if document_id is None:
            media_type = await asyncio.to_thread(media_type_of, received.path, name=name)
        elif received.size > IMAGE_MAX_BYTES:
            raise FileTooLarge(IMAGE_MAX_BYTES)
        else:
            media_type = await asyncio.to_thread(image_type_of, received.path, claimed=form.claimed_type)
        async with services.database.transaction() as transaction:
            await while_keeping(transaction.session)
            await services.file_store.keep(received)

            async def create() -> File:
                class_id = await actions.check_target(transaction.session, person, document_id)
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


@router.get("/files/{file_id}", response_class=Response, responses={**FETCHED, **problems(401, 404)})
async def get_file(file_id: UUID, request: Request, person: PersonBeforeBody, services: Parts) -> Response:
    """Fetch a file's bytes. Pictures, sound and video may be shown where they are; everything else is a download."""
    async with services.database.transaction() as transaction:
        row = await services.files.access(transaction.session, person, file_id)
    etag = f'"{row.sha256.hex()}"'
    headers = {
        "ETag": etag,
        "Cache-Control": CACHING,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Authorization",
    }
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return FileResponse(
        services.file_store.path(row.sha256),
        media_type=row.media_type,
        filename=row.name,
        content_disposition_type="inline" if is_shown(row.media_type) else "attachment",
        headers=headers,
    )
