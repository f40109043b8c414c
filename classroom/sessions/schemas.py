"""The bodies of requests and answers about sessions."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from auth.http.schemas import Answer, GivenMoment, Moment, Page, PlainText, RequestBody
from classroom.classes.models import ClassRole
from classroom.sessions.rules import TIMER_SECONDS_MAX, SessionState
from documents.kinds import Kind
from documents.stage import ActivityKind

SLIDE_ID_MAX_CHARS = 200


class NewSession(RequestBody):
    """A session to plan. Without a start it begins now, without an end it takes an hour."""

    class_id: UUID
    title: PlainText
    starts_at: GivenMoment | None = None
    ends_at: GivenMoment | None = None


class StartedClass(RequestBody):
    """How to call a session that begins at once; without a title it is called as the class."""

    title: PlainText | None = None


class SessionChanges(RequestBody):
    """What to change about a session."""

    title: PlainText | None = None
    starts_at: GivenMoment | None = None
    ends_at: GivenMoment | None = None


class Session(Answer):
    """A session as a member of its class sees it; `role` is theirs.

    `stage_document_id` is the live document of its stage, once it has been started. `video`: whether this school has video.
    """

    id: UUID
    class_id: UUID
    title: str
    state: SessionState
    starts_at: Moment
    ends_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    stage_document_id: UUID | None
    video: bool
    role: ClassRole


class SessionPage(Page[Session]):
    """One page of sessions, newest first."""


class ActivityToShow(RequestBody):
    """What to put on stage: a document (of a deck, also which slide), the video, or nothing."""

    kind: ActivityKind
    document_id: UUID | None = None
    slide_id: Annotated[str, Field(min_length=1, max_length=SLIDE_ID_MAX_CHARS)] | None = None

    @model_validator(mode="after")
    def _a_document_is_named(self) -> "ActivityToShow":
        if (self.kind is ActivityKind.DOCUMENT) != (self.document_id is not None):
            raise ValueError("names a document when, and only when, it is one")
        if self.slide_id is not None and self.document_id is None:
            raise ValueError("names a slide only of a document")
        return self


class StageRequest(RequestBody):
    """What to change about the stage; what is left out stays.

    presenter_id: the student who may write even when the stage is locked; null: nobody but the teachers.
    timer_seconds: how long from now; null: no timer.
    """

    activity: ActivityToShow | None = None
    locked: bool | None = None
    roam: bool | None = None
    presenter_id: UUID | None = None
    timer_seconds: Annotated[int, Field(ge=1, le=TIMER_SECONDS_MAX)] | None = None


class StageActivity(Answer):
    """What is on stage."""

    kind: ActivityKind
    document_id: UUID | None
    document_kind: Kind | None
    title: str | None
    slide_id: str | None


class StagePerson(Answer):
    """Somebody named on the stage."""

    user_id: UUID
    name: str


class RaisedHand(StagePerson):
    """A raised hand."""

    raised_at: Moment


class StageAnswer(Answer):
    """What the stage shows; the same as its live document."""

    state: Literal["running", "ended"]
    started_at: Moment
    activity: StageActivity
    put_by: StagePerson | None
    presenter: StagePerson | None
    locked: bool
    roam: bool
    timer_ends_at: Moment | None
    hands: list[RaisedHand]


class StageShowing(Answer):
    """Something that was on stage for a while; `ended_at` null: it still is.

    document_id, document_kind: of what one may still open. title: its name; of what one may not, the name that it had then. missed: it was over before one came.
    """

    id: UUID
    kind: ActivityKind
    document_id: UUID | None
    document_kind: Kind | None
    title: str | None
    put_by: str | None
    shown_at: Moment
    ended_at: Moment | None
    missed: bool


class StageShowingPage(Page[StageShowing]):
    """One page of what was on stage, oldest first."""


class Attendee(Answer):
    """Somebody who was in a session."""

    user_id: UUID
    name: str
    color: str
    picture: UUID | None
    first_seen_at: Moment
    last_seen_at: Moment


class AttendancePage(Page[Attendee]):
    """One page of those who were there."""


class Video(Answer):
    """How to join the video of a session. The token is for this person only."""

    provider: Literal["jitsi"]
    url: str
    domain: str
    room: str
    token: str
    expires_at: Moment
