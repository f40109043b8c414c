"""Share files in a class, and decide who sees them. ``access_class_file`` is the only way to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Conflict, Forbidden, NotFound
from auth.http.pagination import PageRequest, paged
from auth.models import UserRow
from classroom.class_files.models import Audience, ClassFileRow
from classroom.classes.actions import ClassAccess, access_class
from classroom.files.models import FileRow
from classroom.files.names import clean_file_name
from classroom.files.uses import FileDesk, FileUse
from persistence.base import utc_now
from persistence.ids import new_id
from persistence.reading import Asking

CLASS_FILES_LIST = "class files"


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file as it is shared in a class, and who has added it."""

    row: ClassFileRow
    file: FileRow
    added_by_name: str | None


async def access_class_file(
    session: AsyncSession, person: Person, class_file_id: UUID, *, teach: bool = False, removed: bool = False
) -> SharedFile:
    """Return a shared file for somebody who may see it.

    teach: whether what follows is only for the class's teachers; removed: whether one that was removed will do.

    Raises:
        NotFound: there is no such file, or none for this person.
        Forbidden: the person may see it, but does not teach the class.
    """
    found = (await session.execute(_shared().where(ClassFileRow.id == class_file_id))).one_or_none()
    if found is None:
        raise NotFound
    shared = SharedFile(*found)
    access = await access_class(session, person, shared.row.class_id)
    gone = shared.row.removed_at is not None and not (removed and access.teaches)
    if gone or (shared.row.audience is Audience.TEACHERS and not access.teaches):
        raise NotFound
    if teach and not access.teaches:
        raise Forbidden
    return shared


async def share(
    session: AsyncSession, person: Person, access: ClassAccess, *, file_id: UUID, audience: Audience, files: FileDesk
) -> SharedFile:
    """Share a file that this teacher has uploaded.

    Raises:
        ContentInvalid: there is no such file of theirs.
        Conflict: it is shared in the class already.
        ClassFilesFull: the class has no room for it.
    """
    (file,) = await files.claim(session, person, [file_id], class_id=access.row.id)
    # Whoever shares the same file at the same time has waited for the claim.
    earlier = await session.scalar(
        select(ClassFileRow).where(ClassFileRow.class_id == access.row.id, ClassFileRow.file_id == file_id)
    )
    if earlier is not None and earlier.removed_at is None:
        raise Conflict("file_shared", "This file is shared in the class already.")
    now = utc_now()
    if earlier is not None:
        earlier.removed_at, earlier.audience, earlier.updated_at = None, audience, now
        return SharedFile(earlier, file, person.name)
    row = ClassFileRow(
        id=new_id(),
        class_id=access.row.id,
        file_id=file.id,
        name=file.name,
        audience=audience,
        added_by=person.id,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    return SharedFile(row, file, person.name)


async def list_class_files(
    session: Asking, access: ClassAccess, page: PageRequest
) -> tuple[Sequence[SharedFile], str | None]:
    """Return one page of the files shared in a class that the person may see, newest first."""
    values = {"class_id": access.row.id, **page.values(of=CLASS_FILES_LIST, newest_first=True)}
    found = [SharedFile(*each) for each in (await session.execute(_page(teaches=access.teaches), values)).all()]
    return page.cut(found, [each.row.id for each in found], of=CLASS_FILES_LIST)


@cache
def _page(*, teaches: bool) -> Select[ClassFileRow, FileRow, str | None]:
    statement = _shared().where(
        ClassFileRow.class_id == bindparam("class_id", type_=Uuid), ClassFileRow.removed_at.is_(None)
    )
    if not teaches:
        statement = statement.where(ClassFileRow.audience == Audience.EVERYBODY)
    return paged(statement, ClassFileRow.id, newest_first=True)


def change(shared: SharedFile, *, name: str | None, audience: Audience | None) -> None:
    """Give a shared file another name, or let others see it."""
    if name is not None:
        shared.row.name = clean_file_name(name)
    if audience is not None:
        shared.row.audience = audience
    shared.row.updated_at = utc_now()


def remove(shared: SharedFile) -> None:
    """Take a file out of the class; it can be brought back for some days."""
    shared.row.removed_at = utc_now()


async def restore(session: AsyncSession, shared: SharedFile) -> None:
    """Bring a removed file back.

    Raises:
        NotFound: it has been collected in this very moment.
    """
    # The collector locks a file before it looks whether it is used.
    locked = await session.scalar(select(FileRow).where(FileRow.id == shared.file.id).with_for_update())
    if locked is None:
        raise NotFound
    locked.unused_since = None
    shared.row.removed_at = None
    shared.row.updated_at = utc_now()


FILE_USE = FileUse(
    "class file",
    files=select(ClassFileRow.file_id, ClassFileRow.id).where(ClassFileRow.removed_at.is_(None)),
    access=access_class_file,
)


def _shared() -> Select[ClassFileRow, FileRow, str | None]:
    return (
        select(ClassFileRow, FileRow, UserRow.name)
        .join(FileRow, FileRow.id == ClassFileRow.file_id)
        .outerjoin(UserRow, UserRow.id == ClassFileRow.added_by)
    )
