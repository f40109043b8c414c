"""Keep uploads, and hand them to those who may see them."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from classroom.documents.access import access_document
from classroom.files.answers import FILE_URL_PREFIX
from classroom.files.models import FileRow
from classroom.services import Services
from documents.access import Level
from documents.whiteboard import Image
from persistence.ids import new_id

# All images together in one exported file; what does not fit is left out, as other programs show a gap for it.
EXPORTED_IMAGES_MAX_BYTES = 64 * 1024 * 1024


async def check_target(session: AsyncSession, person: Person, document_id: UUID | None) -> UUID | None:
    """Check that somebody may add a file to a document, and return its class; without a document, everybody may.

    Raises:
        NotFound: there is no such document for this person.
        Forbidden: they may not write in it.
    """
    if document_id is None:
        return None
    return (await access_document(session, person, document_id, need=Level.WRITE)).row.class_id


async def add_file(
    session: AsyncSession,
    person: Person,
    *,
    sha256: bytes,
    size: int,
    media_type: str,
    name: str,
    document_id: UUID | None,
    class_id: UUID | None,
) -> FileRow:
    """Add the row of a file whose bytes are kept already. `class_id`: the document's."""
    row = FileRow(
        id=new_id(),
        sha256=sha256,
        size=size,
        media_type=media_type,
        name=name,
        uploaded_by=person.id,
        document_id=document_id,
        class_id=class_id,
    )
    session.add(row)
    await session.flush()
    return row


async def images_at(services: Services, addresses: Mapping[str, str], *, document_id: UUID) -> dict[str, Image]:
    """Return the images behind a board's addresses: those that were uploaded to this very document.

    Anybody who may write on the board could name any address in it, so no other document's files are given out.
    """
    wanted = {key: file_id for key, url in addresses.items() if (file_id := _file_id(url)) is not None}
    if not wanted:
        return {}
    async with services.database.transaction() as transaction:
        found = await transaction.session.scalars(
            select(FileRow).where(FileRow.document_id == document_id, FileRow.id.in_(set(wanted.values())))
        )
        rows = {row.id: row for row in found.all()}
    images: dict[str, Image] = {}
    room = EXPORTED_IMAGES_MAX_BYTES
    for key, file_id in sorted(wanted.items()):
        row = rows.get(file_id)
        if row is not None and row.size <= room:
            room -= row.size
            images[key] = Image(
                row.media_type, b"".join([piece async for piece in services.file_store.read(row.sha256)])
            )
    return images


def _file_id(url: str) -> UUID | None:
    if not url.startswith(FILE_URL_PREFIX):
        return None
    try:
        return UUID(url.removeprefix(FILE_URL_PREFIX))
    except ValueError:
        return None
