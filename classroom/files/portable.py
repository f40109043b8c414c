"""The files of a class, as they travel: those that something of it shows."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from sqlalchemy import ARRAY, Uuid, any_, literal, select

from auth.http.schemas import RequestBody
from classroom.archives.container import ArchiveReader
from classroom.archives.manifest import ENTRIES_MAX, Bytes, Sha256
from classroom.archives.ports import Arriving, Leaving, Part, Wanted
from classroom.files.limits import check_room
from classroom.files.models import FileRow
from classroom.files.names import NAME_MAX_CHARS, clean_file_name

FileName = Annotated[str, Field(max_length=NAME_MAX_CHARS), AfterValidator(clean_file_name)]


class PortableFile(RequestBody):
    """A file; `document_id`: the document it belongs to. Its media type is told for people: who brings it in looks into it again."""

    id: UUID
    name: FileName
    media_type: Annotated[str, Field(max_length=200)]
    size: Bytes
    sha256: Sha256
    document_id: UUID | None


class PortableFiles(RequestBody):
    """The files of a class."""

    items: Annotated[list[PortableFile], Field(max_length=ENTRIES_MAX)]


class FilesPart(Part[PortableFiles]):
    """Files: last on the way out, when all that shows them is known, and after the documents on the way in."""

    name = "files"
    said = PortableFiles
    of_documents = True

    async def leave(self, leaving: Leaving) -> PortableFiles | None:
        """See Part."""
        found = await leaving.session.scalars(
            select(FileRow).where(FileRow.id == any_(literal(list(leaving.files), ARRAY(Uuid)))).order_by(FileRow.id)
        )
        items = []
        for row in found.all():
            size = await leaving.luggage.take(row.sha256, name=row.name)
            if size is not None:
                items.append(
                    PortableFile(
                        id=row.id,
                        name=row.name,
                        media_type=row.media_type,
                        size=size,
                        sha256=row.sha256.hex(),
                        document_id=row.document_id,
                    )
                )
        return PortableFiles(items=items) if items else None

    def holds(self, said: PortableFiles) -> Iterable[UUID]:
        """See Part."""
        return (each.id for each in said.items)

    def wanted(self, archive: ArchiveReader, said: PortableFiles) -> Iterable[Wanted]:
        """See Part."""
        return (Wanted(sha256=each.sha256, size=each.size, name=each.name) for each in said.items)

    async def arrive(self, arriving: Arriving, said: PortableFiles) -> None:
        """See Part."""
        session = arriving.session
        await check_room(
            session,
            arriving.limits,
            person_id=arriving.teacher_id,
            class_id=arriving.class_id,
            more_bytes=sum(each.size for each in said.items),
        )
        for each in said.items:
            arriving.files.add(each.id)
            session.add(
                FileRow(
                    id=arriving.ids[each.id],
                    sha256=bytes.fromhex(each.sha256),
                    media_type=arriving.media_types[each.sha256, each.name],
                    size=each.size,
                    name=each.name,
                    uploaded_by=arriving.teacher_id,
                    document_id=None if each.document_id is None else arriving.ids.held(each.document_id),
                    class_id=arriving.class_id,
                )
            )
        await session.flush()
