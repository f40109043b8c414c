"""The files that are shared in a class, as it travels."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from sqlalchemy import select

from auth.http.schemas import PlainText, RequestBody
from classroom.archives.ports import Arriving, Leaving, Part
from classroom.class_files.models import Audience, ClassFileRow
from classroom.files.names import NAME_MAX_CHARS, clean_file_name
from persistence.ids import new_id

FILES_MAX = 50_000


class PortableClassFile(RequestBody):
    """A file as it is shared in a class, under a name of its own there."""

    file_id: UUID
    # A teacher may have given it another than files have.
    name: PlainText | Annotated[str, Field(max_length=NAME_MAX_CHARS), AfterValidator(clean_file_name)]
    audience: Audience


class PortableClassFiles(RequestBody):
    """All of them, in the order in which they were shared."""

    items: Annotated[list[PortableClassFile], Field(max_length=FILES_MAX)]


class ClassFilesPart(Part[PortableClassFiles]):
    """Shared files. The files themselves have arrived before."""

    name = "class_files"
    said = PortableClassFiles

    async def leave(self, leaving: Leaving) -> PortableClassFiles | None:
        """See Part."""
        found = await leaving.session.scalars(
            select(ClassFileRow)
            .where(ClassFileRow.class_id == leaving.class_id, ClassFileRow.removed_at.is_(None))
            .order_by(ClassFileRow.id)
        )
        items = [PortableClassFile(file_id=row.file_id, name=row.name, audience=row.audience) for row in found.all()]
        leaving.files.update(each.file_id for each in items)
        return PortableClassFiles(items=items) if items else None

    async def arrive(self, arriving: Arriving, said: PortableClassFiles) -> None:
        """See Part. A file that the store had lost is passed over."""
        for each in said.items:
            if each.file_id in arriving.files:
                arriving.session.add(
                    ClassFileRow(
                        id=new_id(),
                        class_id=arriving.class_id,
                        file_id=arriving.ids[each.file_id],
                        name=each.name,
                        audience=each.audience,
                        added_by=arriving.teacher_id,
                    )
                )
        await arriving.session.flush()
