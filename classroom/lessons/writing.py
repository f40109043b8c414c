"""Let a lesson say something else, and show other files and documents with it."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Conflict, ContentInvalid, FieldInvalid, NotFound
from classroom.documents.models import DocumentRow
from classroom.files.uses import FileDesk
from classroom.lessons.actions import LessonAccess
from classroom.lessons.content import ContentFault, ContentTooLong, checked, references
from classroom.lessons.files import show_files
from classroom.lessons.models import LessonTextRow
from persistence.base import utc_now


async def change_text(
    session: AsyncSession, person: Person, access: LessonAccess, *, content: Any, version: int, files: FileDesk
) -> LessonTextRow:
    """Let a lesson say something else.

    version: of the text that was changed. When somebody else has changed it meanwhile, nothing is overwritten.

    Raises:
        FieldInvalid: the text has what no lesson may have, or shows a document that is not of the class.
        ContentInvalid: it is too long, or shows a file that is not there any more, or not this person's.
        Conflict: it was changed meanwhile.
    """
    try:
        clean = checked(content)
    except ContentTooLong as fault:
        raise ContentInvalid("lesson_too_long", f"This is too much for one lesson: {fault}.") from fault
    except ContentFault as fault:
        raise FieldInvalid("content", str(fault)) from fault
    row = await session.get(LessonTextRow, access.row.id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    if row.version != version:
        raise Conflict("lesson_changed", "Somebody else has changed this lesson meanwhile. Nothing was overwritten.")
    # What a text has shown so far may have been deleted since, and come back; only what is new has to be there.
    new = references(clean).documents - references(row.content).documents
    if new:
        found = await session.scalar(
            select(func.count())
            .select_from(DocumentRow)
            .where(
                DocumentRow.id.in_(new),
                DocumentRow.class_id == access.row.class_id,
                DocumentRow.listed,
                DocumentRow.deleted_at.is_(None),
            )
        )
        if found != len(new):
            raise FieldInvalid("content", "shows a document that is not of this class")
    await show_files(session, person, files, access.row, references(clean).files)
    if clean != row.content:
        row.content, row.version = clean, row.version + 1
        row.edited_by, row.edited_at = person.id, utc_now()
        access.row.updated_at = row.edited_at
    return row
