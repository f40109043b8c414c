"""Files shared in a class."""

from uuid import UUID

from fastapi import APIRouter

from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.http.once import OncePerKey
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from classroom.class_files import actions
from classroom.class_files.actions import SharedFile
from classroom.class_files.schemas import ClassFile, ClassFileChanges, ClassFilePage, NewClassFile
from classroom.classes.actions import access_class
from classroom.files.answers import described
from classroom.services import Parts

router = APIRouter(tags=["files"], route_class=ReadingRoute)


@router.post("/classes/{class_id}/files", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
async def share_file(
    *,
    class_id: UUID,
    body: NewClassFile,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
    once: OncePerKey,
) -> ClassFile:
    """Share a file that one has uploaded with `POST /api/files`; for the class's teachers."""

    async def create() -> ClassFile:
        access = await access_class(transaction.session, person, class_id, teach=True)
        return _class_file(
            await actions.share(
                transaction.session, person, access, file_id=body.file_id, audience=body.audience, files=services.files
            )
        )

    return await once.create(body, ClassFile, create)


@router.get("/classes/{class_id}/files", responses=problems(401, 404, 422))
async def list_class_files(
    class_id: UUID, person: CurrentPerson, reader: RequestReader, page: WantedPage
) -> ClassFilePage:
    """List the files shared in a class that one may see, newest first."""
    access = await access_class(reader, person, class_id)
    found, next_cursor = await actions.list_class_files(reader, access, page)
    return ClassFilePage(items=[_class_file(each) for each in found], next_cursor=next_cursor)


@router.patch("/class-files/{class_file_id}", responses=problems(401, 403, 404, 413, 422))
async def update_class_file(
    class_file_id: UUID, body: ClassFileChanges, person: CurrentPerson, transaction: RequestTransaction
) -> ClassFile:
    """Rename a shared file, or say who may see it; for the class's teachers."""
    shared = await actions.access_class_file(transaction.session, person, class_file_id, teach=True)
    actions.change(shared, name=body.name, audience=body.audience)
    return _class_file(shared)


@router.delete("/class-files/{class_file_id}", status_code=204, responses=problems(401, 403, 404))
async def remove_class_file(class_file_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> None:
    """Take a file out of the class; for its teachers, who can bring it back for some days."""
    actions.remove(await actions.access_class_file(transaction.session, person, class_file_id, teach=True))


@router.post("/class-files/{class_file_id}/restore", responses=problems(401, 403, 404))
async def restore_class_file(class_file_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> ClassFile:
    """Bring a removed file back; for the class's teachers."""
    shared = await actions.access_class_file(transaction.session, person, class_file_id, teach=True, removed=True)
    await actions.restore(transaction.session, shared)
    return _class_file(shared)


def _class_file(shared: SharedFile) -> ClassFile:
    row = shared.row
    return ClassFile(
        id=row.id,
        class_id=row.class_id,
        name=row.name,
        audience=row.audience,
        file=described(shared.file),
        added_by=row.added_by,
        added_by_name=shared.added_by_name,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
