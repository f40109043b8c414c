"""What administrators and support see of open documents, and what administrators do with them."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response

from auth.dependencies import ActsOnRooms, RequestReader, SeesRooms
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.responses import a_file, problems
from auth.http.schemas import SearchText
from classroom.classes.models import ClassRole
from classroom.documents.export import updates_of, written
from classroom.rooms import actions
from classroom.rooms.actions import NamedRoom
from classroom.rooms.schemas import (
    Flushed,
    Kick,
    Kicked,
    Restored,
    RestoreToRow,
    RestoreToTime,
    Room,
    RoomDetails,
    RoomPage,
    RoomSession,
)
from classroom.services import Parts
from documents.access import Level
from documents.export import ExportFormat

QUERY_MAX_CHARS = 200
FORMATS = (ExportFormat.JSON, ExportFormat.YJS)

EXPORTED = a_file("The document as a file.", [each.media_type for each in FORMATS])

router = APIRouter(prefix="/admin", tags=["administration"], route_class=ReadingRoute)


@router.get("/rooms", responses=problems(401, 403, 422))
async def list_rooms(
    _office: SeesRooms,
    reader: RequestReader,
    services: Parts,
    page: WantedPage,
    query: Annotated[SearchText | None, Query(max_length=QUERY_MAX_CHARS)] = None,
) -> RoomPage:
    """List the open documents, the newest first; `query` is looked for in titles, classes and names of people."""
    rooms, next_cursor = await actions.list_rooms(reader, services.rooms, page, query=query)
    return RoomPage(items=[Room(**_room(room)) for room in rooms], next_cursor=next_cursor)


@router.get("/rooms/{document_id}", responses=problems(401, 403, 404))
async def get_room(document_id: UUID, _office: SeesRooms, reader: RequestReader, services: Parts) -> RoomDetails:
    """Return an open document and the sessions in it."""
    room = await actions.find_room(reader, services.rooms, document_id)
    sessions = [
        RoomSession(
            user_id=each.user_id,
            name=each.name,
            role=ClassRole(each.role),
            access=Level.WRITE if each.may_write else Level.READ,
            dialect=each.dialect,
            joined_at=each.joined_at,
            congested=each.congested,
        )
        for each in room.figures.sessions
    ]
    return RoomDetails(**_room(room), sessions=sessions)


@router.post("/rooms/{document_id}/kick", responses=problems(401, 403, 404, 413, 422))
async def kick(document_id: UUID, admin: ActsOnRooms, services: Parts, body: Kick | None = None) -> Kicked:
    """End the sessions in an open document, after what they sent is committed.

    Everybody's: the document opens anew from its log, and programs come back by themselves (close code 1012).
    One person's: refused with 4403 (Hocuspocus: permission denied); they come back when they open it again.
    """
    user_id = None if body is None else body.user_id
    return Kicked(sessions_ended=await actions.kick(services.rooms, document_id, admin=admin, user_id=user_id))


@router.post("/rooms/{document_id}/flush", responses=problems(401, 403, 404, 503))
async def flush(document_id: UUID, admin: ActsOnRooms, services: Parts) -> Flushed:
    """Wait until everything accepted is committed, and keep a snapshot now."""
    return Flushed(seq=await actions.flush(services.rooms, document_id, admin=admin))


@router.get(
    "/documents/{document_id}/export", response_class=Response, responses={**EXPORTED, **problems(401, 403, 404, 422)}
)
async def export_any_document(
    document_id: UUID,
    export_format: Annotated[Literal[ExportFormat.JSON, ExportFormat.YJS], Query(alias="format")],
    admin: ActsOnRooms,
    services: Parts,
) -> Response:
    """Download any document as it is in the log, open or not, deleted or not."""
    async with services.database.transaction() as transaction:
        name = await actions.document_to_export(transaction.session, document_id)
        updates = await updates_of(transaction.session, document_id)
    actions.note_export(document_id, admin=admin, export_format=export_format)
    content = await written(name.kind, export_format, updates, images={})
    file_name = quote(f"{name.title}{export_format.file_ending}", safe="")
    return Response(
        content,
        media_type=export_format.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{file_name}",
            "Cache-Control": "private, no-store",
        },
    )


@router.post("/documents/{document_id}/restore", responses=problems(401, 403, 404, 410, 413, 422, 503))
async def restore_to_moment(
    document_id: UUID, body: RestoreToRow | RestoreToTime, admin: ActsOnRooms, services: Parts
) -> Restored:
    """Bring back what a document was, open or not. Nothing is lost: what came later stays in the log."""
    moment = body.seq if isinstance(body, RestoreToRow) else body.at
    return Restored(epoch=await actions.restore(services.rooms, document_id, admin=admin, moment=moment))


def _room(room: NamedRoom) -> dict[str, Any]:
    """Return the fields that the list and a single room share."""
    figures = room.figures
    known = {"kind": None, "title": None, "class_id": None, "class_title": None}
    return {
        **(known if room.name is None else asdict(room.name)),
        "document_id": figures.document_id,
        "session_count": len(figures.sessions),
        "people_count": len({each.user_id for each in figures.sessions}),
        "congested_count": sum(each.congested for each in figures.sessions),
        "seq": figures.seq,
        "size": figures.size,
        "backlog": figures.backlog,
    }
