"""The bodies of requests and answers about lessons."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer, GivenMoment, Moment, PlainText, RequestBody
from classroom.files.answers import File
from classroom.lessons.rules import LESSONS_MAX, UNITS_MAX, Publication, Reading
from documents.kinds import Kind

RichText = Annotated[
    dict[str, Any],
    Field(description="ProseMirror's JSON of a `doc`; what may be in it is told in docs/developers.md."),
]


class NewUnit(RequestBody):
    """A unit to add behind the others."""

    title: PlainText


class UnitChanges(RequestBody):
    """What to change about a unit."""

    title: PlainText


class NewLesson(RequestBody):
    """A lesson to add behind the others of a unit; a draft."""

    unit_id: UUID
    title: PlainText


class LessonChanges(RequestBody):
    """What to change about a lesson."""

    title: PlainText


class LessonText(RequestBody):
    """What a lesson says from now on. `version` is that of the text that was changed: if it is no longer the newest, nothing is."""

    content: RichText
    version: int


class LessonPublication(RequestBody):
    """From when on the class sees a lesson; null: from now on."""

    at: GivenMoment | None = None


class UnitOrder(RequestBody):
    """A unit, and its lessons in order."""

    id: UUID
    lesson_ids: Annotated[list[UUID], Field(max_length=LESSONS_MAX)]


class LessonOrder(RequestBody):
    """All units in order, each with its lessons; what is not named, because it was added meanwhile, stays behind the rest."""

    units: Annotated[list[UnitOrder], Field(max_length=UNITS_MAX)]


class LessonSummary(Answer):
    """A lesson in the outline. `own`: how far one has come; `opened` and `completed` count students, for teachers."""

    id: UUID
    unit_id: UUID
    title: str
    publication: Publication
    published_at: Moment | None
    updated_at: Moment
    own: Reading
    opened: int | None
    completed: int | None


class Unit(Answer):
    """A unit with its lessons in order."""

    id: UUID
    title: str
    lessons: list[LessonSummary]


class LessonOutline(Answer):
    """All units of a class in order, as one person sees them."""

    units: list[Unit]


class LessonDocument(Answer):
    """A document that a lesson shows, and that one may see."""

    id: UUID
    kind: Kind
    title: str


class Lesson(Answer):
    """A lesson. `documents` and `files`: what its text shows, documents as far as one may see them; `previous_id`, `next_id`: its neighbours in the outline."""

    id: UUID
    class_id: UUID
    unit_id: UUID
    unit_title: str
    title: str
    publication: Publication
    published_at: Moment | None
    updated_at: Moment
    content: RichText
    version: int
    own: Reading
    previous_id: UUID | None
    next_id: UUID | None
    documents: list[LessonDocument]
    files: list[File]
