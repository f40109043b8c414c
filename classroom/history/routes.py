"""A document's history: what was done when by whom, how it looked, and how it comes back."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from auth.dependencies import CurrentPerson, RequestTransaction
from auth.errors import FieldInvalid
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.responses import a_file, problems
from classroom.documents.export import linked_addresses, updates_of, written
from classroom.files.actions import images_at
from classroom.history import actions
from classroom.history.actions import KnownAuthor
from classroom.history.bursts import Burst as WorkOnDocument
from classroom.history.schemas import Author, Burst, History, MomentToRestore, RestoredMoment
from classroom.services import Parts
from documents.export import ExportFormat

router = APIRouter(prefix="/documents/{document_id}/history", tags=["history"], route_class=ReadingRoute)

EXPORTED = a_file("The document as it was, as a file.", [each.media_type for each in ExportFormat])


@router.get("", responses=problems(401, 403, 404, 422))
async def get_history(
    document_id: UUID, person: CurrentPerson, transaction: RequestTransaction, page: WantedPage
) -> History:
    """List the work on a document, newest first; for the class's teachers, and for administrators."""
    document = await actions.access_log(transaction.session, person, document_id)
    bursts, authors, next_cursor = await actions.list_history(transaction.session, document, page)
    return History(
        items=[_burst(burst, authors) for burst in bursts],
        next_cursor=next_cursor,
        document_id=document_id,
        class_id=document.row.class_id,
        title=document.row.title,
        kind=document.row.kind,
        seq=document.seq,
        kept_from=document.kept_from,
        restorable=document.restorable,
    )


@router.get("/{seq}/export", response_class=Response, responses={**EXPORTED, **problems(401, 403, 404, 410, 422)})
async def export_moment(
    document_id: UUID,
    seq: Annotated[int, Path(ge=0, lt=2**63)],
    export_format: Annotated[ExportFormat, Query(alias="format")],
    person: CurrentPerson,
    services: Parts,
) -> Response:
    """Download a document as it was after a row of its log, 0 being empty."""
    async with services.database.transaction() as transaction:
        document = await actions.access_log(transaction.session, person, document_id)
        kind, title = document.row.kind, document.row.title
        if not export_format.fits(kind):
            raise FieldInvalid("format", "does not fit this kind of document")
        seq = actions.moment_of(document, seq)
        updates = await updates_of(transaction.session, document_id, seq=seq)
    actions.note_export(document, person=person, seq=seq, export_format=export_format)
    addresses = await linked_addresses(kind, export_format, updates)
    images = await images_at(services, addresses, document_id=document_id)
    content = await written(kind, export_format, updates, images=images)
    name = quote(f"{title}{export_format.file_ending}", safe="")
    return Response(
        content,
        media_type=export_format.media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "private, no-store"},
    )


@router.post("/restore", responses=problems(401, 403, 404, 410, 413, 422, 503))
async def restore_moment(
    document_id: UUID, body: MomentToRestore, person: CurrentPerson, services: Parts
) -> RestoredMoment:
    """Bring back what a document was. Nothing is lost: what came later stays in the log, and can come back as well."""
    async with services.database.transaction() as transaction:
        document = await actions.access_log(transaction.session, person, document_id)
        actions.permit_restore(document)
    epoch = await actions.restore(services.rooms, document_id, person=person, seq=body.seq)
    async with services.database.transaction() as transaction:
        replaced = await actions.replaced_by(transaction.session, document_id, epoch=epoch)
    return RestoredMoment(epoch=epoch, replaced_seq=replaced)


def _burst(burst: WorkOnDocument, authors: Mapping[UUID, KnownAuthor]) -> Burst:
    people = [_author(user_id, authors.get(user_id)) for user_id in burst.people]
    return Burst(
        first_seq=burst.first_seq,
        last_seq=burst.last_seq,
        started_at=burst.started_at,
        ended_at=burst.ended_at,
        changes=burst.changes,
        people=people,
        restored_seq=burst.restored_seq,
        restored_at=burst.restored_at,
    )


def _author(user_id: UUID, known: KnownAuthor | None) -> Author:
    if known is None:
        return Author(user_id=user_id, name=None, color=None, picture=None)
    return Author(user_id=user_id, name=known.name, color=known.color, picture=known.picture)
