"""What the demo class works on: an essay that is due, a description that was graded, and a gradebook that adds them up."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from classroom.assignments.actions import add_assignment, kept_marks, kept_policy, kept_rubric
from classroom.assignments.models import AssignmentRow, AttemptRow, SubmissionRow
from classroom.assignments.rules import Criterion, LatePer, LatePolicy, Mark, most_points
from classroom.grades.actions import Worth, add_item, lock_grade, write_grade
from classroom.grades.models import CategoryRow, GradebookRow, GradeSource, ItemRow
from classroom.progress.demo import DemoActivity, DemoCell
from classroom.progress.models import ActivityKind, ColumnRow, ColumnType
from documents.progress import State
from persistence.base import utc_now
from persistence.ids import new_id

ESSAY = "The journey of a raindrop"
ESSAY_TASK = (
    "Tell the journey of one raindrop: where it falls, where it flows, and how it becomes a cloud again.\n\n"
    "About one page. Use at least five of the words from our board."
)
DRAFT = "I fell from a grey cloud above the mountains. The wind was cold, and below me I saw"
HANDED_IN = "My name is Drop. I began as snow on a roof. When the sun came out I melted, ran down the gutter, and"
REPORT = "Describe a cloud"
REPORT_TASK = "Look at the sky, choose a cloud, and describe it so that somebody else could draw it."
REPORTS = (
    "It looks like a heap of cotton, flat below and round above. Between its heads the sky is dark blue.",
    "A grey layer without beginning or end. It rains.",
    "Thin white feathers, very high. They bend to the east, so there is wind up there.",
)
FEEDBACK = (
    "A picture in words. What is its name?",
    "Right, and very short. How does the light look behind it?",
    "Excellent: you have even seen the wind.",
)
POINTS = (Decimal(8), Decimal(6), Decimal("9.5"))
TEST = "Vocabulary test"
TEST_POINTS = (Decimal("8.5"), Decimal(7), Decimal("9.5"))
LETTERS = (("1", 87), ("2", 73), ("3", 59), ("4", 45), ("5", 18), ("6", 0))

_LEVELS = (("Fully", 4), ("Mostly", 3), ("Partly", 1))
_CRITERIA = ("The science is right", "The story is well told", "Words from the board")


async def add_demo_work(
    session: AsyncSession, *, class_id: UUID, teacher_id: UUID, students: Sequence[UUID]
) -> list[DemoActivity]:
    """Add assignments, work for them and a gradebook; return what the board of progress shows of them."""
    homework = CategoryRow(
        id=new_id(), class_id=class_id, title="Homework", weight=Decimal(60), drop_lowest=0, position=0
    )
    tests = CategoryRow(id=new_id(), class_id=class_id, title="Tests", weight=Decimal(40), drop_lowest=0, position=1)
    letters = [[label, str(lowest)] for label, lowest in LETTERS]
    session.add_all([GradebookRow(class_id=class_id, letters=letters, version=1), homework, tests])
    await session.flush()
    report = await _add_report(session, class_id, teacher_id, students, homework.id)
    essay = await _add_essay(session, class_id, teacher_id, students, homework.id)
    test = await add_item(session, class_id=class_id, title=TEST, points_max=Decimal(10), category_id=tests.id)
    for student, points in zip(students, TEST_POINTS, strict=False):
        await _grade(session, test, student, points, teacher_id)
    return [report, essay]


async def _add_report(
    session: AsyncSession, class_id: UUID, teacher_id: UUID, students: Sequence[UUID], category_id: UUID
) -> DemoActivity:
    now = utc_now()
    due_at = (now - timedelta(days=6)).replace(hour=18, minute=0, second=0, microsecond=0)
    policy = LatePolicy(percent=Decimal(10), per=LatePer.DAY, most_percent=Decimal(50))
    row, item = await _add(
        session,
        class_id,
        teacher_id,
        title=REPORT,
        instructions=REPORT_TASK,
        due_at=due_at,
        late=kept_policy(policy),
        points_max=Decimal(10),
    )
    item.category_id = category_id
    for student, text, words, points in zip(students, REPORTS, FEEDBACK, POINTS, strict=False):
        await _hand_in(session, row, student, text, hours=-3, feedback=words, raw_points=points)
        await _grade(session, item, student, points, teacher_id)
    return _activity(row, [(State.GRADED, float(points), False) for points in POINTS])


async def _add_essay(
    session: AsyncSession, class_id: UUID, teacher_id: UUID, students: Sequence[UUID], category_id: UUID
) -> DemoActivity:
    rubric = [
        Criterion(
            id=f"c{number}",
            title=title,
            levels=[
                Mark(id=f"l{at}", title=words, points=Decimal(points)) for at, (words, points) in enumerate(_LEVELS)
            ],
        )
        for number, title in enumerate(_CRITERIA)
    ]
    due_at = (utc_now() + timedelta(days=3)).replace(hour=18, minute=0, second=0, microsecond=0)
    row, item = await _add(
        session,
        class_id,
        teacher_id,
        title=ESSAY,
        instructions=ESSAY_TASK,
        due_at=due_at,
        attempts_max=2,
        rubric=kept_rubric(rubric),
        points_max=most_points(points=None, scale=None, rubric=rubric),
    )
    item.category_id = category_id
    session.add(SubmissionRow(id=new_id(), assignment_id=row.id, user_id=students[0], draft=DRAFT))
    await _hand_in(session, row, students[2], HANDED_IN, hours=-75)
    return _activity(row, [(State.WORKING, None, False), (None, None, False), (State.HANDED_IN, None, False)])


async def _add(session: AsyncSession, class_id: UUID, teacher_id: UUID, **values: Any) -> tuple[AssignmentRow, ItemRow]:
    shared = {"answers": ["text"], "time_zone": "UTC", "attempts_max": 1, "scale": kept_marks(None), "rubric": None}
    return await add_assignment(
        session,
        class_id=class_id,
        created_by=teacher_id,
        values={**shared, "cutoff_at": None, "late": None, "published_at": utc_now(), **values},
    )


async def _hand_in(
    session: AsyncSession, row: AssignmentRow, student: UUID, text: str, *, hours: int, **more: Any
) -> None:
    assert row.due_at is not None
    at = row.due_at + timedelta(hours=hours)
    submission = SubmissionRow(
        id=new_id(),
        assignment_id=row.id,
        user_id=student,
        draft="",
        writing=False,
        attempts=1,
        handed_in_at=at,
        **more,
    )
    session.add(submission)
    await session.flush()
    session.add(
        AttemptRow(submission_id=submission.id, number=1, text=text, document_seq=None, handed_in_at=at, late_seconds=0)
    )


async def _grade(session: AsyncSession, item: ItemRow, student: UUID, points: Decimal, teacher_id: UUID) -> None:
    now = utc_now()
    grade = await lock_grade(session, item.id, student, at=now)
    write_grade(
        session,
        grade,
        Worth(points=points),
        class_id=item.class_id,
        by=teacher_id,
        at=now,
        source=GradeSource.GRADEBOOK,
        returned_at=now,
    )
    await session.flush()


def _activity(row: AssignmentRow, cells: Sequence[DemoCell]) -> DemoActivity:
    column = ColumnRow(
        title=row.title,
        type=ColumnType.ASSIGNMENT,
        activity_kind=ActivityKind.ASSIGNMENT,
        activity_id=row.id,
        due_at=row.due_at,
        hidden=False,
    )
    return DemoActivity(column, tuple(cells))
