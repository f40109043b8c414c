"""How assignments and submissions are told in answers: to students only what is given back, and its points only once they are shown."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from auth.models import UserRow
from classroom.assignments.actions import (
    AccessedAssignment,
    Counts,
    kept_marks,
    kept_policy,
    kept_rubric,
    late_policy,
    marks_of,
    rubric_of,
)
from classroom.assignments.due import DueWork
from classroom.assignments.models import AssignmentRow, AttemptRow, ExtensionRow, SubmissionRow
from classroom.assignments.reading import DRAFT, FEEDBACK, Work, work_state
from classroom.assignments.rules import AnswerKind, is_taken, mark_for, most_points, penalty_percent
from classroom.assignments.schemas import (
    Assignment,
    AssignmentChanges,
    Attempt,
    DueAssignment,
    Extension,
    GivenGrade,
    NewAssignment,
    OwnWork,
    ShownCriterion,
    ShownLatePolicy,
    ShownMark,
    Submission,
    SubmissionLine,
    WorkCounts,
    WorkPerson,
    criteria,
    marks,
    policy,
)
from classroom.assignments.work import ATTEMPTS_MAX
from classroom.files.answers import File, described
from classroom.grades.models import GradeRow
from classroom.numbers import shown


def kept_values(body: NewAssignment | AssignmentChanges, *, now: AssignmentRow | None = None) -> dict[str, Any]:
    """Return what a request says about an assignment as the row has it; of a change, what it names.

    A scale takes the place of a rubric, and the other way round.
    """
    named = set(NewAssignment.model_fields) if now is None else body.model_fields_set
    values: dict[str, Any] = {
        name: getattr(body, name)
        for name in ("title", "instructions", "due_at", "cutoff_at", "time_zone", "attempts_max")
        if name in named
    }
    if "answers" in named:
        values["answers"] = [kind for kind in AnswerKind if kind in body.answers]
    if "late" in named:
        values["late"] = kept_policy(policy(body.late))
    if named & {"points_max", "scale", "rubric"}:
        scale, rubric = marks(body.scale), criteria(body.rubric)
        points = body.points_max
        if now is not None:
            scale = marks_of(now.scale) if "scale" not in named and rubric is None else scale
            rubric = rubric_of(now.rubric) if "rubric" not in named and scale is None else rubric
            points = now.points_max if "points_max" not in named else points
        values |= {
            "scale": kept_marks(scale),
            "rubric": kept_rubric(rubric),
            "points_max": most_points(points=points, scale=scale, rubric=rubric) or None,
        }
    return values


def assignment_answer(
    access: AccessedAssignment,
    *,
    class_title: str,
    own: tuple[SubmissionRow | None, GradeRow | None] | None = None,
    counts: Counts | None = None,
) -> Assignment:
    """Return an assignment as one person sees it."""
    row, deadlines, late = access.row, access.deadlines, late_policy(access.row)
    return Assignment(
        id=row.id,
        class_id=row.class_id,
        class_title=class_title,
        title=row.title,
        instructions=row.instructions,
        answers=[AnswerKind(kind) for kind in row.answers],
        due_at=deadlines.due_at,
        cutoff_at=deadlines.cutoff_at,
        extended=access.extension is not None,
        time_zone=row.time_zone,
        late=None if late is None else ShownLatePolicy.model_validate(late, from_attributes=True),
        attempts_max=row.attempts_max,
        points_max=shown(row.points_max),
        scale=None if row.scale is None else [ShownMark.model_validate(each) for each in row.scale],
        rubric=None if row.rubric is None else [ShownCriterion.model_validate(each) for each in row.rubric],
        item_id=access.item.id,
        hidden=access.item.hidden,
        published_at=row.published_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        teaches=access.teaches,
        work=None if counts is None else WorkCounts.model_validate(counts, from_attributes=True),
        own=None if own is None or access.teaches else _own_work(access, *own),
    )


def _own_work(access: AccessedAssignment, row: SubmissionRow | None, grade: GradeRow | None) -> OwnWork:
    points = _seen_points(access, grade)
    return OwnWork(
        submission_id=None if row is None else row.id,
        state=work_state(row, grade),
        handed_in_at=None if row is None else row.handed_in_at,
        returned_at=None if grade is None else grade.returned_at,
        late_seconds=0 if row is None else row.late_seconds,
        points=shown(points),
        label=_label(access, points),
        excused=grade is not None and grade.returned_at is not None and grade.excused,
    )


def line_answer(access: AccessedAssignment, work: Work) -> SubmissionLine:
    """Return one student's work in a list."""
    row, grade = work.row, work.grade
    points = _seen_points(access, grade)
    return SubmissionLine(
        id=None if row is None else row.id,
        user=_person(access, work.user),
        namesake=work.namesake,
        state=work.state,
        attempts=0 if row is None else row.attempts,
        handed_in_at=None if row is None else row.handed_in_at,
        late_seconds=0 if row is None else row.late_seconds,
        due_at=work.deadlines.due_at,
        extended=work.deadlines.due_at != access.row.due_at,
        points=shown(points),
        label=_label(access, points),
        excused=_sees(access, grade) and grade is not None and grade.excused,
        version=0 if grade is None else grade.version,
    )


def submission_answer(access: AccessedAssignment, work: Work, *, at: datetime) -> Submission:
    """Return all of one student's work."""
    row = work.row
    assert row is not None, "there is work only once it has begun"
    most = access.row.attempts_max
    return Submission(
        id=row.id,
        assignment_id=row.assignment_id,
        class_id=access.row.class_id,
        user=_person(access, work.user),
        state=work.state,
        writing=row.writing,
        draft=None if access.teaches else row.draft,
        draft_files=[] if access.teaches else _shown_files(work, DRAFT),
        document_id=row.document_id,
        attempts=[_attempt(attempt, work) for attempt in work.attempts],
        attempts_left=None if most is None else max(0, most - row.attempts),
        handed_in_at=row.handed_in_at,
        late_seconds=row.late_seconds,
        penalty_percent=shown(row.penalty_percent),
        late_percent=shown(_late_percent(access, row, work)),
        due_at=work.deadlines.due_at,
        cutoff_at=work.deadlines.cutoff_at,
        taken=is_taken(at, work.deadlines.cutoff_at) and row.attempts < min(most or ATTEMPTS_MAX, ATTEMPTS_MAX),
        grade=_grade(access, row, work),
        version=0 if work.grade is None else work.grade.version,
    )


def extension_answers(found: Iterable[tuple[ExtensionRow, UserRow, bool]]) -> list[Extension]:
    """Return who has more time."""
    return [
        Extension(
            user_id=user.id,
            name=user.name,
            email=user.email,
            namesake=namesake,
            due_at=row.due_at,
            cutoff_at=row.cutoff_at,
        )
        for row, user, namesake in found
    ]


def due_answer(due: DueWork) -> DueAssignment:
    """Return work that is still to be handed in."""
    return DueAssignment(
        assignment_id=due.assignment.id,
        class_id=due.assignment.class_id,
        class_title=due.class_title,
        title=due.assignment.title,
        due_at=due.deadlines.due_at,
        cutoff_at=due.deadlines.cutoff_at,
        state=due.state,
    )


def _late_percent(access: AccessedAssignment, row: SubmissionRow, work: Work) -> Decimal:
    if row.handed_in_at is None:
        return Decimal(0)
    return penalty_percent(
        late_policy(access.row), at=row.handed_in_at, due_at=work.deadlines.due_at, zone=access.row.time_zone
    )


def _grade(access: AccessedAssignment, row: SubmissionRow, work: Work) -> GivenGrade | None:
    grade = work.grade
    if grade is None or grade.version == 0 or not _sees(access, grade):
        return None
    points = _seen_points(access, grade)
    withheld = access.item.hidden
    return GivenGrade(
        points=shown(points),
        raw_points=shown(row.raw_points if points is not None else None),
        penalty_percent=shown(row.penalty_percent),
        label=_label(access, points),
        excused=grade.excused,
        # The levels say the points as well.
        rubric=row.rubric if access.teaches or not withheld else {},
        feedback=row.feedback,
        files=_shown_files(work, FEEDBACK),
        withheld=withheld,
        graded_at=grade.graded_at,
        returned_at=grade.returned_at,
        version=grade.version,
    )


def _sees(access: AccessedAssignment, grade: GradeRow | None) -> bool:
    return access.teaches or (grade is not None and grade.returned_at is not None)


def _seen_points(access: AccessedAssignment, grade: GradeRow | None) -> Decimal | None:
    if grade is None or not _sees(access, grade) or (access.item.hidden and not access.teaches):
        return None
    return grade.points


def _label(access: AccessedAssignment, points: Decimal | None) -> str | None:
    mark = mark_for(marks_of(access.row.scale), points)
    return None if mark is None else mark.title


def _shown_files(work: Work, number: int) -> list[File]:
    return [described(row) for row in work.files.get(number, ())]


def _attempt(row: AttemptRow, work: Work) -> Attempt:
    return Attempt(
        number=row.number,
        text=row.text,
        files=_shown_files(work, row.number),
        document_seq=row.document_seq,
        handed_in_at=row.handed_in_at,
        late_seconds=row.late_seconds,
    )


def _person(access: AccessedAssignment, user: UserRow) -> WorkPerson:
    return WorkPerson(
        id=user.id,
        name=user.name,
        email=user.email if access.teaches else None,
        color=user.color,
        picture=user.picture_id,
    )
