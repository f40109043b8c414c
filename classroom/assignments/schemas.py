"""The bodies of requests and answers about assignments and submissions."""

from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from auth.http.schemas import Answer, GivenMoment, Moment, Page, PlainText, RequestBody
from classroom.assignments.rules import (
    TEXT_MAX_CHARS,
    AnswerKind,
    Criterion,
    LatePer,
    LatePolicy,
    Mark,
    SubmissionState,
    clean_long_text,
    is_time_zone,
)
from classroom.files.answers import File
from classroom.numbers import Percent, Points, ShownPercent, ShownPoints

FEEDBACK_MAX_CHARS = 20_000
MARKS_MAX = 20
FILES_MAX = 20
CRITERIA_MAX = 30
ID_PATTERN = r"^[A-Za-z0-9_-]{1,40}$"


def _time_zone(name: str) -> str:
    if not is_time_zone(name):
        raise ValueError("must be the name of a time zone, for example Europe/Berlin")
    return name


LongText = Annotated[
    str, AfterValidator(clean_long_text), WithJsonSchema({"type": "string", "maxLength": TEXT_MAX_CHARS})
]
FeedbackText = Annotated[
    str,
    AfterValidator(lambda text: clean_long_text(text, max_chars=FEEDBACK_MAX_CHARS)),
    WithJsonSchema({"type": "string", "maxLength": FEEDBACK_MAX_CHARS}),
]
TimeZone = Annotated[str, AfterValidator(_time_zone), WithJsonSchema({"type": "string", "examples": ["Europe/Berlin"]})]
FileIds = Annotated[list[UUID], Field(max_length=FILES_MAX)]
MarkId = Annotated[str, Field(pattern=ID_PATTERN)]


class ShownMark(RequestBody):
    """A step of a scale or a level of a criterion, and the points it stands for."""

    id: MarkId
    title: PlainText
    points: Points


class ShownCriterion(RequestBody):
    """What one looks at in a piece of work, and the levels it can reach."""

    id: MarkId
    title: PlainText
    levels: Annotated[list[ShownMark], Field(min_length=1, max_length=MARKS_MAX)]

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if len({level.id for level in self.levels}) < len(self.levels):
            raise ValueError("levels must have ids of their own")
        return self


class ShownLatePolicy(RequestBody):
    """What being late costs: so much of the points for each started hour or day, or once; never more than the most."""

    percent: Percent
    per: LatePer = LatePer.DAY
    most_percent: Percent = Decimal(100)


class _Grading(RequestBody):
    """How an assignment is graded: with points, by a scale, or by a rubric, each of which says what full marks are."""

    points_max: Annotated[Points, Field(gt=0)] | None = None
    scale: Annotated[list[ShownMark], Field(min_length=2, max_length=MARKS_MAX)] | None = None
    rubric: Annotated[list[ShownCriterion], Field(min_length=1, max_length=CRITERIA_MAX)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.scale is not None and self.rubric is not None:
            raise ValueError("an assignment has a scale or a rubric, not both")
        for marks in (self.scale, self.rubric):
            if marks is not None and len({mark.id for mark in marks}) < len(marks):
                raise ValueError("steps and criteria must have ids of their own")
        return self


class NewAssignment(_Grading):
    """An assignment to make. It is a draft until it is published."""

    title: PlainText
    instructions: LongText = ""
    answers: frozenset[AnswerKind] = frozenset({AnswerKind.TEXT})
    due_at: GivenMoment | None = None
    cutoff_at: GivenMoment | None = None
    time_zone: TimeZone = "UTC"
    late: ShownLatePolicy | None = None
    attempts_max: Annotated[int, Field(ge=1, le=100)] | None = 1


class AssignmentChanges(_Grading):
    """What to change about an assignment; what is not named stays."""

    title: PlainText = ""
    instructions: LongText = ""
    answers: frozenset[AnswerKind] = frozenset()
    due_at: GivenMoment | None = None
    cutoff_at: GivenMoment | None = None
    time_zone: TimeZone = "UTC"
    late: ShownLatePolicy | None = None
    attempts_max: Annotated[int, Field(ge=1, le=100)] | None = None


class WorkCounts(Answer):
    """How a class stands with an assignment: students who have handed in, and work that waits for its grade."""

    handed_in: int
    to_grade: int
    handed_in_at: Moment | None = Field(description="When something was handed in last.")


class OwnWork(Answer):
    """One's own work for an assignment. Points only once they are given back and shown."""

    submission_id: UUID | None
    state: SubmissionState
    handed_in_at: Moment | None
    returned_at: Moment | None
    late_seconds: int
    points: ShownPoints | None
    label: str | None
    excused: bool


class Assignment(Answer):
    """An assignment. Deadlines are the person's own; `work` is for teachers, `own` for students."""

    id: UUID
    class_id: UUID
    class_title: str
    title: str
    instructions: str
    answers: list[AnswerKind]
    due_at: Moment | None
    cutoff_at: Moment | None
    extended: bool
    time_zone: str
    late: ShownLatePolicy | None
    attempts_max: int | None
    points_max: ShownPoints | None
    scale: list[ShownMark] | None
    rubric: list[ShownCriterion] | None
    item_id: UUID
    hidden: bool = Field(description="Whether the gradebook keeps its points from students.")
    published_at: Moment | None
    created_at: Moment
    updated_at: Moment
    teaches: bool
    work: WorkCounts | None = None
    own: OwnWork | None = None


class AssignmentPage(Page[Assignment]):
    """One page of assignments, newest first."""


class NewExtension(RequestBody):
    """One student's own deadlines. Without a cut-off, that of everybody holds, but never before the due date."""

    due_at: GivenMoment
    cutoff_at: GivenMoment | None = None


class Extension(Answer):
    """A student with deadlines of their own."""

    user_id: UUID
    name: str
    email: str
    namesake: bool = Field(description="Somebody else in the class has a name that reads the same.")
    due_at: Moment
    cutoff_at: Moment | None


class ExtensionList(Answer):
    """Who has more time."""

    items: list[Extension]


class WorkPerson(Answer):
    """Whose work it is."""

    id: UUID
    name: str
    email: str | None = Field(description="For the class's teachers; null to anybody else.")
    color: str
    picture: UUID | None


class Draft(RequestBody):
    """What has been written so far, and the files with it; what is left out stays. Without either, the work only begins."""

    text: LongText | None = None
    file_ids: FileIds | None = None


class HandIn(RequestBody):
    """What is handed in: this text and these files, or else those of the draft; and the page as it is.

    `attempt`: which one it is, so that twice counts once.
    """

    text: LongText | None = None
    file_ids: FileIds | None = None
    attempt: Annotated[int, Field(ge=1, le=1000)] | None = None


class Attempt(Answer):
    """What was handed in, one time. `document_seq`: the row of the page's history up to which it was."""

    number: int
    text: str
    files: list[File]
    document_seq: int | None
    handed_in_at: Moment
    late_seconds: int


class GivenGrade(Answer):
    """What the work is worth. `raw_points`: before what was taken off for being late. `label`: the step of the scale."""

    points: ShownPoints | None
    raw_points: ShownPoints | None
    penalty_percent: ShownPercent
    label: str | None
    excused: bool
    rubric: dict[str, str]
    feedback: str
    files: list[File]
    withheld: bool = Field(description="Graded and given back, but the gradebook does not show the points yet.")
    graded_at: Moment
    returned_at: Moment | None
    version: int


class SubmissionLine(Answer):
    """One student's work in a list. Without an id, there is none yet."""

    id: UUID | None
    user: WorkPerson
    namesake: bool = Field(description="Somebody else in the class has a name that reads the same.")
    state: SubmissionState
    attempts: int
    handed_in_at: Moment | None
    late_seconds: int
    due_at: Moment | None
    extended: bool
    points: ShownPoints | None
    label: str | None
    excused: bool
    version: int


class SubmissionPage(Page[SubmissionLine]):
    """One page of a class's work for an assignment, by name."""


class WorkNeighbours(Answer):
    """Where a piece of work stands among all that was handed in, by name, and what comes before and after it."""

    place: int = Field(description="From 1; 0 where it was not handed in.")
    count: int
    previous: UUID | None
    next: UUID | None
    to_grade: UUID | None = Field(description="The next that waits for a grade, from here on and then from the start.")
    namesake: bool = Field(description="Somebody else in the class has a name that reads the same.")


class Submission(Answer):
    """All of one student's work for an assignment. The grade is the student's to see once it was given back."""

    id: UUID
    assignment_id: UUID
    class_id: UUID
    user: WorkPerson
    state: SubmissionState
    writing: bool = Field(description="The student is at it, for the first time or once more.")
    draft: str | None = Field(description="The student's own; teachers see what is handed in.")
    draft_files: list[File]
    document_id: UUID | None
    attempts: list[Attempt]
    attempts_left: int | None
    handed_in_at: Moment | None
    late_seconds: int
    penalty_percent: ShownPercent = Field(description="What is taken off for being late.")
    late_percent: ShownPercent = Field(description="What the late policy takes off, also where a teacher waived it.")
    due_at: Moment | None
    cutoff_at: Moment | None
    taken: bool = Field(description="Whether something can be handed in now.")
    grade: GivenGrade | None
    version: int = Field(description="Of the grade; send it back with a grading.")


class NewGrading(RequestBody):
    """What a teacher says of a submission. `version`: of the grade that one has seen, 0 where there was none."""

    version: Annotated[int, Field(ge=0)]
    points: Points | None = None
    excused: bool = False
    penalty_percent: Percent | None = None
    rubric: Annotated[dict[MarkId, MarkId], Field(max_length=CRITERIA_MAX)] = Field(default_factory=dict)
    feedback: FeedbackText = ""
    file_ids: FileIds = Field(default_factory=list)
    give_back: bool = False


class DueAssignment(Answer):
    """Work that is still to be handed in."""

    assignment_id: UUID
    class_id: UUID
    class_title: str
    title: str
    due_at: Moment | None
    cutoff_at: Moment | None
    state: SubmissionState


class DuePage(Page[DueAssignment]):
    """One page of work that is still to be handed in, what is due first at the front."""


def marks(shown: list[ShownMark] | None) -> list[Mark] | None:
    """Return marks for the rules."""
    return None if shown is None else [Mark(id=each.id, title=each.title, points=each.points) for each in shown]


def criteria(shown: list[ShownCriterion] | None) -> list[Criterion] | None:
    """Return a rubric for the rules."""
    if shown is None:
        return None
    return [Criterion(id=each.id, title=each.title, levels=marks(each.levels) or []) for each in shown]


def policy(shown: ShownLatePolicy | None) -> LatePolicy | None:
    """Return a late policy for the rules."""
    if shown is None:
        return None
    return LatePolicy(percent=shown.percent, per=shown.per, most_percent=shown.most_percent)
