"""The bodies of requests and answers about files shared in a class."""

from uuid import UUID

from auth.http.schemas import Answer, Moment, Page, PlainText, RequestBody
from classroom.class_files.models import Audience
from classroom.files.answers import File


class NewClassFile(RequestBody):
    """An uploaded file to share."""

    file_id: UUID
    audience: Audience = Audience.EVERYBODY


class ClassFileChanges(RequestBody):
    """What to change about a shared file."""

    name: PlainText | None = None
    audience: Audience | None = None


class ClassFile(Answer):
    """A file shared in a class."""

    id: UUID
    class_id: UUID
    name: str
    audience: Audience
    file: File
    added_by: UUID | None
    added_by_name: str | None
    created_at: Moment
    updated_at: Moment


class ClassFilePage(Page[ClassFile]):
    """One page of the files shared in a class, newest first."""
