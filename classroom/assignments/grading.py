"""Grade what was handed in and give it back: points, levels of a rubric, what the teacher says. Two at once are told both values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from auth.actions import Person
from auth.errors import FieldInvalid
from classroom.assignments.actions import AccessedAssignment, rubric_of
from classroom.assignments.files import put_feedback_files
from classroom.assignments.models import SubmissionRow
from classroom.assignments.rules import after_penalty, rubric_points
from classroom.files.uses import FileDesk
from classroom.grades.actions import (
    Item,
    Worth,
    changed_meanwhile,
    lock_grade,
    show_on_board,
    worth_of,
    write_grade,
)
from classroom.grades.models import GradeSource
from collab_server.live import LiveDocuments
from persistence.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """What a teacher says of a submission. Without `points`, those of the rubric count, once it is complete.

    `penalty_percent`: None for what the late policy takes off.
    """

    points: Decimal | None
    excused: bool
    penalty_percent: Decimal | None
    rubric: Mapping[str, str]
    feedback: str
    file_ids: Sequence[UUID] = ()


async def grade_submission(
    transaction: Transaction,
    live: LiveDocuments,
    person: Person,
    access: AccessedAssignment,
    submission: SubmissionRow,
    *,
    grading: Grading,
    desk: FileDesk,
    version: int,
    give_back: bool,
    at: datetime,
) -> None:
    """Keep a grading, and give the work back to its student where that is wanted. The submission must be locked.

    What was given back already stays given back: what is changed then is seen at once. Work that was handed in since is not.

    Raises:
        ChangedMeanwhile: somebody else has graded it since the version that this grading began with.
        FieldInvalid: it does not fit the assignment.
    """
    raw, worth = _worth(access, submission, grading)
    session = transaction.session
    grade = await lock_grade(session, access.item.id, submission.user_id, at=at)
    given_back = grade.returned_at is not None and not (
        submission.handed_in_at is not None and grade.returned_at < submission.handed_in_at
    )
    if grade.version != version:
        same = (worth_of(grade), submission.rubric, submission.feedback) == (
            worth,
            dict(grading.rubric),
            grading.feedback,
        )
        # The same one sent twice has done what it should.
        if same and (given_back or not give_back):
            return
        raise await changed_meanwhile(session, [(grade, _plain(submission), _wanted(raw, worth, grading))])
    submission.raw_points = raw
    submission.rubric = dict(grading.rubric)
    submission.feedback = grading.feedback
    await put_feedback_files(session, desk, person, access, submission, file_ids=grading.file_ids)
    if grading.penalty_percent is not None:
        submission.penalty_percent = grading.penalty_percent
    write_grade(
        session,
        grade,
        worth,
        class_id=access.row.class_id,
        by=person.id,
        at=at,
        source=GradeSource.SUBMISSION,
        returned_at=grade.returned_at if given_back else at if give_back else None,
    )
    await session.flush()
    await show_on_board(transaction, live, Item(row=access.item, assignment=access.row), [grade])


def _worth(access: AccessedAssignment, submission: SubmissionRow, grading: Grading) -> tuple[Decimal | None, Worth]:
    rubric = rubric_of(access.row.rubric) or []
    try:
        reached = rubric_points(rubric, grading.rubric)
    except ValueError as error:
        raise FieldInvalid("rubric", str(error)) from error
    raw = grading.points if grading.points is not None or not rubric else reached
    if raw is not None and access.row.points_max is None:
        raise FieldInvalid("points", "cannot be given for this assignment")
    if grading.excused:
        if grading.points is not None:
            raise FieldInvalid("points", "cannot be given to somebody who is excused")
        return None, Worth(excused=True)
    if raw is None:
        return None, Worth()
    percent = submission.penalty_percent if grading.penalty_percent is None else grading.penalty_percent
    return raw, Worth(points=after_penalty(raw, percent))


def _plain(submission: SubmissionRow) -> dict[str, Any]:
    raw = submission.raw_points
    return {
        "raw_points": None if raw is None else float(raw),
        "rubric": submission.rubric,
        "feedback": submission.feedback,
    }


def _wanted(raw: Decimal | None, worth: Worth, grading: Grading) -> dict[str, Any]:
    return {
        **worth.plain(),
        "raw_points": None if raw is None else float(raw),
        "rubric": dict(grading.rubric),
        "feedback": grading.feedback,
    }
