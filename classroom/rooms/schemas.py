"""The bodies of requests and answers about open documents."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer, GivenMoment, Moment, Page, RequestBody
from classroom.classes.models import ClassRole
from documents.access import Level
from documents.kinds import Kind


class Room(Answer):
    """An open document; what the house does not know about it is null."""

    document_id: UUID
    kind: Kind | None
    title: str | None
    class_id: UUID | None
    class_title: str | None
    session_count: int
    people_count: int
    congested_count: int = Field(description="Sessions that read more slowly than the document changes.")
    seq: int = Field(description="The number of the last update in the log.")
    size: int = Field(description="Bytes of updates that were applied since the snapshot it was opened from, and that.")
    backlog: int = Field(description="Updates that are accepted and not committed yet.")


class RoomPage(Page[Room]):
    """One page of open documents, the newest document first."""


class RoomSession(Answer):
    """One session in an open document."""

    user_id: UUID
    name: str
    role: ClassRole
    access: Literal[Level.READ, Level.WRITE]
    dialect: str
    joined_at: Moment
    congested: bool


class RoomDetails(Room):
    """An open document and the sessions in it, the longest there first."""

    sessions: list[RoomSession]


class Kick(RequestBody):
    """Whom to send out: one person, or (null) everybody."""

    user_id: UUID | None = None


class Kicked(Answer):
    """How many sessions were ended."""

    sessions_ended: int


class Flushed(Answer):
    """Up to which update everything is committed and in a snapshot."""

    seq: int


class RestoreToRow(RequestBody):
    """Bring back what the document was after a row of its log; 0 is empty."""

    seq: int = Field(ge=0, lt=2**63)


class RestoreToTime(RequestBody):
    """Bring back what the document was at a time."""

    at: GivenMoment


class Restored(Answer):
    """The document's new epoch: copies of an earlier one are refused."""

    epoch: int
