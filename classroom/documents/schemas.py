"""The bodies of requests and answers about documents."""

from typing import Literal
from uuid import UUID

from auth.http.schemas import Answer, Moment, Page, PlainText, RequestBody
from documents.access import Level, OnStage
from documents.kinds import Kind


class NewDocument(RequestBody):
    """A document to create."""

    kind: Literal[Kind.WHITEBOARD, Kind.SLIDES]
    title: PlainText
    students: Level = Level.WRITE


class DocumentChanges(RequestBody):
    """What to change about a document."""

    title: PlainText


class Document(Answer):
    """A document, as one person sees it; ``access`` is theirs, ``on_stage`` what the class's running session makes of it."""

    id: UUID
    class_id: UUID
    kind: Kind
    title: str
    students: Level
    access: Literal[Level.READ, Level.WRITE]
    on_stage: OnStage
    created_by: UUID | None
    created_at: Moment
    updated_at: Moment


class DocumentPage(Page[Document]):
    """One page of documents, newest first."""


class StudentsAccess(RequestBody):
    """What the students of the class may do with the document."""

    students: Level


class PersonalAccess(RequestBody):
    """What one student may do with the document."""

    access: Level


class PersonAccess(Answer):
    """A student with a setting of their own."""

    user_id: UUID
    access: Level


class DocumentShares(Answer):
    """Who may do what with a document, besides the teachers of its class."""

    students: Level
    people: list[PersonAccess]
