"""The bodies of requests and answers about progress."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema

from auth.http.schemas import Answer, GivenMoment, Moment, PlainText, RequestBody
from auth.rules import clean_text
from classroom.progress.columns import COLUMNS_MAX
from classroom.progress.models import ActivityKind, ColumnType
from documents.progress import REMARK_MAX_CHARS, State

SCORE_MAX = 1_000_000.0

OwnType = Literal[ColumnType.TASK, ColumnType.READING, ColumnType.TEST, ColumnType.PRESENTATION]
ProgressActivity = Literal[ActivityKind.DOCUMENT, ActivityKind.LESSON, ActivityKind.ASSIGNMENT, ActivityKind.QUIZ]
ShownState = Literal["none", State.OPENED, State.WORKING, State.HANDED_IN, State.GRADED, "stuck"]


def _clean_remark(text: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    cleaned = "\n".join(clean_text(line, max_chars=REMARK_MAX_CHARS) if line.strip() else "" for line in lines).strip()
    if not cleaned:
        raise ValueError("must not be empty")
    if len(cleaned) > REMARK_MAX_CHARS:
        raise ValueError(f"must have at most {REMARK_MAX_CHARS} characters")
    return cleaned


RemarkText = Annotated[
    str,
    AfterValidator(_clean_remark),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": REMARK_MAX_CHARS}),
]
Score = Annotated[float, Field(ge=-SCORE_MAX, le=SCORE_MAX, allow_inf_nan=False)]
"""Points; what they are out of is for the class to know."""


class ProgressColumn(Answer):
    """An activity on a board. About something in Lectern, `activity_kind` and `activity_id` say what."""

    id: UUID
    title: str
    type: str
    due_at: Moment | None
    hidden: bool
    activity_kind: ProgressActivity | None
    activity_id: UUID | None


class ProgressBoard(Answer):
    """Where progress is shown live: the class's document for its teachers, a student's own one for each student."""

    document_id: UUID
    columns: list[ProgressColumn]


class NewColumn(RequestBody):
    """A column of the teachers' own."""

    title: PlainText
    type: OwnType = ColumnType.TASK
    due_at: GivenMoment | None = None


class ColumnEdit(RequestBody):
    """What to change about a column; what is not named stays. Without a title, a document's column has the document's."""

    title: PlainText | None = None
    type: OwnType = ColumnType.TASK
    due_at: GivenMoment | None = None
    hidden: bool = False


class ColumnOrder(RequestBody):
    """The order of the columns, first to last; those that are not named follow in the order they have."""

    column_ids: Annotated[list[UUID], Field(max_length=COLUMNS_MAX)]


class CellEdit(RequestBody):
    """How far a student has come; null: not begun. A score belongs to `graded`."""

    state: State | None
    score: Score | None = None


class StuckEdit(RequestBody):
    """Whether a student cannot go on."""

    stuck: bool


class RemarkEdit(RequestBody):
    """A remark on a student's work; the student reads it."""

    remark: RemarkText


class ActivitySummary(Answer):
    """How the class stands with one activity: students by state."""

    column_id: UUID
    title: str
    type: str
    due_at: Moment | None
    none: int
    opened: int
    working: int
    handed_in: int
    graded: int
    stuck: int
    overdue: int
    mean_score: float | None


class StudentSummary(Answer):
    """How one student stands, counted over the activities."""

    user_id: UUID
    name: str
    done: int
    begun: int
    stuck: int
    overdue: int
    mean_score: float | None


class ProgressSummary(Answer):
    """A class's board in figures; hidden columns are left out."""

    activities: list[ActivitySummary]
    students: list[StudentSummary]


class OwnProgress(Answer):
    """How far one has come with one activity."""

    column_id: UUID
    title: str
    type: str
    due_at: Moment | None
    state: ShownState
    score: float | None
    at: Moment | None
    remark: str | None


class OwnClassProgress(Answer):
    """One's own row on the board of a class."""

    class_id: UUID
    class_title: str
    activities: list[OwnProgress]


class OwnProgressList(Answer):
    """One's own rows, in every class in which one is a student; classes without a board have no entry."""

    items: list[OwnClassProgress]
