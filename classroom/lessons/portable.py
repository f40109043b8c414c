"""The units and lessons of a class, as they travel."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field
from sqlalchemy import select

from auth.http.schemas import PlainText, RequestBody
from classroom.archives.ports import Arriving, Leaving, Part
from classroom.lessons.actions import add_lesson, add_unit
from classroom.lessons.content import ContentFault, Node, checked, pointing_to, references
from classroom.lessons.models import LessonFileRow, LessonRow, LessonTextRow, UnitRow
from classroom.lessons.rules import LESSONS_MAX, UNITS_MAX


def _checked(content: Any) -> Node:
    try:
        return checked(content)
    except ContentFault as error:
        raise ValueError(str(error)) from None


Text = Annotated[dict[str, Any], AfterValidator(_checked)]


class PortableLesson(RequestBody):
    """A lesson with its text, as ProseMirror's JSON has it."""

    id: UUID
    title: PlainText
    published_at: AwareDatetime | None
    content: Text


class PortableUnit(RequestBody):
    """A unit with its lessons in order."""

    title: PlainText
    lessons: Annotated[list[PortableLesson], Field(max_length=LESSONS_MAX)]


class PortableUnits(RequestBody):
    """All units of a class in order."""

    items: Annotated[list[PortableUnit], Field(max_length=UNITS_MAX)]


class LessonsPart(Part[PortableUnits]):
    """Units and lessons. Files and documents have arrived before."""

    name = "lessons"
    said = PortableUnits

    def count(self, said: PortableUnits) -> int:
        """See Part."""
        return sum(len(unit.lessons) for unit in said.items)

    async def leave(self, leaving: Leaving) -> PortableUnits | None:
        """See Part."""
        units = await leaving.session.execute(
            select(UnitRow.id, UnitRow.title)
            .where(UnitRow.class_id == leaving.class_id, UnitRow.deleted_at.is_(None))
            .order_by(UnitRow.position, UnitRow.id)
        )
        lessons: dict[UUID, list[PortableLesson]] = {}
        found = await leaving.session.execute(
            select(LessonRow, LessonTextRow.content)
            .join(LessonTextRow, LessonTextRow.lesson_id == LessonRow.id)
            .where(LessonRow.class_id == leaving.class_id, LessonRow.deleted_at.is_(None))
            .order_by(LessonRow.position, LessonRow.id)
        )
        for row, content in found.all():
            lessons.setdefault(row.unit_id, []).append(
                PortableLesson(id=row.id, title=row.title, published_at=row.published_at, content=content)
            )
        items = [PortableUnit(title=title, lessons=lessons.get(unit_id, [])) for unit_id, title in units.all()]
        shown = [lesson.id for unit in items for lesson in unit.lessons]
        files = select(LessonFileRow.file_id).where(LessonFileRow.lesson_id.in_(shown))
        leaving.files.update((await leaving.session.scalars(files)).all())
        return PortableUnits(items=items) if items else None

    async def arrive(self, arriving: Arriving, said: PortableUnits) -> None:
        """See Part."""
        ids = arriving.ids
        for unit in said.items:
            row = await add_unit(arriving.session, arriving.class_id, title=unit.title)
            for each in unit.lessons:
                lesson = await add_lesson(
                    arriving.session,
                    class_id=arriving.class_id,
                    unit_id=row.id,
                    title=each.title,
                    created_by=arriving.teacher_id,
                    content=pointing_to(each.content, ids.__getitem__),
                    published_at=each.published_at,
                )
                ids.add(each.id, lesson.id)
                for file_id in sorted(references(each.content).files):
                    if file_id in arriving.files:
                        arriving.session.add(LessonFileRow(lesson_id=lesson.id, file_id=ids[file_id]))
        await arriving.session.flush()
