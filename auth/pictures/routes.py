"""People's pictures."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from auth.dependencies import AccountParts, ChangesAccounts, CurrentPerson, RequestReader, RequestTransaction
from auth.errors import BodyTooLarge
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from auth.pictures import actions
from auth.pictures.rendering import MEDIA_TYPE, UPLOAD_MAX_BYTES
from auth.pictures.schemas import OwnPicture

IMAGE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}

router = APIRouter(tags=["accounts"], route_class=ReadingRoute)


@router.put(
    "/me/picture",
    responses=problems(401, 413, 415, 429, 503),
    openapi_extra={"requestBody": {"required": True, "content": {"image/*": IMAGE}}},
)
async def change_picture(request: Request, person: CurrentPerson, services: AccountParts) -> OwnPicture:
    """Have one's picture made of a PNG, JPEG, WebP or GIF: its middle, square and small."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > UPLOAD_MAX_BYTES:
            raise BodyTooLarge
    return OwnPicture(picture=await actions.change_picture(services, person, bytes(data)))


@router.delete("/me/picture", status_code=204, responses=problems(401))
async def remove_picture(person: CurrentPerson, transaction: RequestTransaction) -> None:
    """Take one's picture away."""
    await actions.remove_picture(transaction, person.id, by=person.id)


@router.get(
    "/pictures/{picture_id}",
    response_class=Response,
    responses={200: {"description": "The picture.", "content": {MEDIA_TYPE: IMAGE}}, **problems(401, 404)},
)
async def get_picture(picture_id: UUID, _person: CurrentPerson, reader: RequestReader) -> Response:
    """Fetch a picture. Who is shown the person is told its id; it names the same bytes forever."""
    content = await actions.picture(reader, picture_id)
    headers = {
        "Cache-Control": "private, max-age=86400, immutable",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Authorization",
    }
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


@router.delete(
    "/admin/users/{user_id}/picture", status_code=204, responses=problems(401, 403, 404), tags=["administration"]
)
async def remove_account_picture(user_id: UUID, admin: ChangesAccounts, transaction: RequestTransaction) -> None:
    """Take somebody's picture away. It is written down."""
    await actions.remove_picture(transaction, user_id, by=admin.id)
