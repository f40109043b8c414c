"""Documents of a class, their access settings and their export."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response

from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.errors import FieldInvalid
from auth.http.once import OncePerKey
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.responses import a_file, problems
from classroom.classes.actions import access_class
from classroom.documents import actions
from classroom.documents.access import AccessedDocument, access_document, page_of_documents
from classroom.documents.export import linked_addresses, updates_of, written
from classroom.documents.schemas import (
    Document,
    DocumentChanges,
    DocumentPage,
    DocumentShares,
    NewDocument,
    PersonAccess,
    PersonalAccess,
    StudentsAccess,
)
from classroom.files.actions import images_at
from classroom.progress.columns import follow_documents
from classroom.services import Parts, Services
from classroom.sessions import stage
from documents import slides
from documents.export import ExportFormat
from documents.kinds import Kind

router = APIRouter(tags=["documents"], route_class=ReadingRoute)

EXPORTED = a_file("The document as a file.", [each.media_type for each in ExportFormat])


@router.post("/classes/{class_id}/documents", status_code=201, responses=problems(401, 403, 404, 413, 422))
async def create_document(
    *,
    class_id: UUID,
    body: NewDocument,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
    once: OncePerKey,
) -> Document:
    """Create a document; for the class's teachers."""

    async def create() -> Document:
        access = await access_class(transaction.session, person, class_id)
        document = await actions.create_document(
            transaction.session, person, access, kind=body.kind, title=body.title, students=body.students
        )
        await _follow(transaction, services, document)
        return _document(document)

    return await once.create(body, Document, create)


@router.get("/classes/{class_id}/documents", responses=problems(401, 404, 422))
async def list_documents(
    class_id: UUID, person: CurrentPerson, reader: RequestReader, page: WantedPage
) -> DocumentPage:
    """List the documents of a class that one may see, newest first."""
    access = await access_class(reader, person, class_id)
    found, next_cursor = await page_of_documents(reader, person, access, page)
    return DocumentPage(items=[_document(document) for document in found], next_cursor=next_cursor)


@router.get("/documents/{document_id}", responses=problems(401, 404))
async def get_document(document_id: UUID, person: CurrentPerson, reader: RequestReader) -> Document:
    """Return a document."""
    return _document(await access_document(reader, person, document_id))


@router.patch("/documents/{document_id}", responses=problems(401, 403, 404, 413, 422))
async def update_document(
    document_id: UUID, body: DocumentChanges, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Document:
    """Rename a document; for the class's teachers."""
    document = await access_document(transaction.session, person, document_id, teach=True)
    shown = await stage.lock_stage_of(transaction.session, document.row)
    actions.rename(document, title=body.title)
    if shown is not None:
        await stage.show(transaction, *shown, live=services.live, by=person.id)
    if document.row.kind is Kind.SLIDES:
        services.live.edit(transaction, document_id, Kind.SLIDES, slides.rename(body.title), by=person.id)
    await _follow(transaction, services, document)
    return _document(document)


@router.delete("/documents/{document_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_document(
    document_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Delete a document; for the class's teachers, who can restore it."""
    document = await access_document(transaction.session, person, document_id, teach=True)
    await stage.document_gone(transaction, person, document.row, live=services.live)
    await actions.delete_document(transaction, document, live=services.live)
    await _follow(transaction, services, document)


@router.post("/documents/{document_id}/restore", responses=problems(401, 403, 404))
async def restore_document(
    document_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Document:
    """Restore a deleted document; for the class's teachers."""
    document = await access_document(transaction.session, person, document_id, teach=True, deleted=True)
    await actions.restore_document(transaction, document, live=services.live)
    await _follow(transaction, services, document)
    return _document(document)


@router.get("/documents/{document_id}/access", responses=problems(401, 403, 404))
async def get_document_access(document_id: UUID, person: CurrentPerson, reader: RequestReader) -> DocumentShares:
    """Tell who may do what with a document; for the class's teachers."""
    document = await access_document(reader, person, document_id, teach=True)
    shares = await actions.personal_shares(reader, document)
    return DocumentShares(
        students=document.row.students,
        people=[PersonAccess(user_id=user_id, access=level) for user_id, level in shares],
    )


@router.put("/documents/{document_id}/access", responses=problems(401, 403, 404, 413, 422))
async def set_students_access(
    document_id: UUID, body: StudentsAccess, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Document:
    """Set what the students of the class may do; in force at once, also on open boards."""
    document = await access_document(transaction.session, person, document_id, teach=True)
    await actions.share_with_students(transaction, document, students=body.students, live=services.live)
    await _follow(transaction, services, document)
    return _document(document)


@router.put("/documents/{document_id}/access/{user_id}", responses=problems(401, 403, 404, 409, 413, 422))
async def set_personal_access(
    *,
    document_id: UUID,
    user_id: UUID,
    body: PersonalAccess,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> PersonAccess:
    """Set what one student may do; in force at once, also on open boards."""
    document = await access_document(transaction.session, person, document_id, teach=True)
    await actions.share_with(transaction, document, user_id, access=body.access, live=services.live)
    await _follow(transaction, services, document)
    return PersonAccess(user_id=user_id, access=body.access)


@router.delete("/documents/{document_id}/access/{user_id}", status_code=204, responses=problems(401, 403, 404))
async def forget_personal_access(
    document_id: UUID, user_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Let the setting for all students count for somebody again."""
    document = await access_document(transaction.session, person, document_id, teach=True)
    await actions.forget_share(transaction, document, user_id, live=services.live)
    await _follow(transaction, services, document)


@router.get(
    "/documents/{document_id}/export",
    response_class=Response,
    responses={**EXPORTED, **problems(401, 404, 422)},
)
async def export_document(
    document_id: UUID,
    export_format: Annotated[ExportFormat, Query(alias="format")],
    person: CurrentPerson,
    services: Parts,
) -> Response:
    """Download a document, for whoever may read it."""
    async with services.database.transaction() as transaction:
        document = await access_document(transaction.session, person, document_id)
        kind, title = document.row.kind, document.row.title
        if not export_format.fits(kind):
            raise FieldInvalid("format", "does not fit this kind of document")
        updates = await updates_of(transaction.session, document_id)
    addresses = await linked_addresses(kind, export_format, updates)
    images = await images_at(services, addresses, document_id=document_id)
    content = await written(kind, export_format, updates, images=images)
    name = quote(f"{title}{export_format.file_ending}", safe="")
    return Response(
        content,
        media_type=export_format.media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "private, no-store"},
    )


async def _follow(transaction: RequestTransaction, services: Services, document: AccessedDocument) -> None:
    """Let what shows the documents of the class show them as they are now."""
    await follow_documents(transaction, services.live, class_id=document.row.class_id)


def _document(document: AccessedDocument) -> Document:
    row = document.row
    return Document.model_validate(
        {
            "id": row.id,
            "class_id": row.class_id,
            "kind": row.kind,
            "title": row.title,
            "students": row.students,
            "access": document.level,
            "on_stage": row.on_stage,
            "created_by": row.created_by,
            "created_at": row.created_at,
            "updated_at": document.updated_at,
        }
    )
