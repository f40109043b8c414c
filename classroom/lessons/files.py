"""The files of lessons: whoever may see the lesson may see them, and they stay for as long as its text shows them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from classroom.files.models import FileRow
from classroom.files.uses import FileDesk, FileUse
from classroom.lessons.actions import access_lesson
from classroom.lessons.models import LessonFileRow, LessonRow
from persistence.reading import Asking, prepared

FILE_USE = FileUse(
    "lesson",
    files=select(LessonFileRow.file_id, LessonFileRow.lesson_id),
    access=access_lesson,
)


async def show_files(
    session: AsyncSession, person: Person, desk: FileDesk, lesson: LessonRow, file_ids: Collection[UUID]
) -> None:
    """Let a lesson show these files and no others. The lesson's text must be locked.

    Raises:
        ContentInvalid: one that is new here is not there any more, or not this person's.
    """
    shown = set(
        (await session.scalars(select(LessonFileRow.file_id).where(LessonFileRow.lesson_id == lesson.id))).all()
    )
    new, gone = set(file_ids) - shown, shown - set(file_ids)
    if new:
        await desk.claim(session, person, new, class_id=lesson.class_id)
        session.add_all(LessonFileRow(lesson_id=lesson.id, file_id=file_id) for file_id in sorted(new))
    if gone:
        await session.execute(
            delete(LessonFileRow).where(LessonFileRow.lesson_id == lesson.id, LessonFileRow.file_id.in_(gone))
        )


_FILES = prepared(
    select(FileRow)
    .join(LessonFileRow, LessonFileRow.file_id == FileRow.id)
    .where(LessonFileRow.lesson_id == bindparam("lesson_id", type_=Uuid))
    .order_by(FileRow.id)
)


async def files_of(session: Asking, lesson_id: UUID) -> Sequence[FileRow]:
    """Return the files that a lesson shows."""
    return (await session.scalars(_FILES, {"lesson_id": lesson_id})).all()
