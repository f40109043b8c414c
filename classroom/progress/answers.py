"""How progress is told in answers."""

from uuid import UUID

from classroom.classes.models import ClassRow
from classroom.progress.board import Contents, ShownColumn
from classroom.progress.rules import figures, is_done
from classroom.progress.schemas import (
    ActivitySummary,
    OwnClassProgress,
    OwnProgress,
    ProgressColumn,
    ProgressSummary,
    StudentSummary,
)
from classroom.progress.views import standing_of
from persistence.base import utc_now


def shown_column(column: ShownColumn) -> ProgressColumn:
    """Return a column as members of the class see it."""
    row = column.row
    return ProgressColumn(
        id=row.id,
        title=column.title,
        type=column.type,
        due_at=row.due_at,
        hidden=row.hidden,
        activity_kind=row.activity_kind,
        activity_id=row.activity_id,
    )


def summary_answer(contents: Contents) -> ProgressSummary:
    """Return a board in figures."""
    now = utc_now()
    students, columns = contents.students, contents.columns
    rows = [
        [standing_of(contents.cells.get(student.id, {}).get(column.row.id)) for column in columns]
        for student in students
    ]
    activities = []
    for at, column in enumerate(columns):
        counted = figures([row[at] for row in rows], due_at=column.row.due_at, now=now)
        activities.append(
            ActivitySummary(
                column_id=column.row.id,
                title=column.title,
                type=column.type,
                due_at=column.row.due_at,
                **counted.states,
                overdue=counted.overdue,
                mean_score=counted.mean_score,
            )
        )
    people = []
    for student, row in zip(students, rows, strict=True):
        scores = [standing.score for standing in row if standing.score is not None]
        people.append(
            StudentSummary(
                user_id=student.id,
                name=student.name,
                done=sum(is_done(standing) for standing in row),
                begun=sum(standing.state is not None for standing in row),
                stuck=sum(standing.stuck for standing in row),
                overdue=sum(
                    column.row.due_at is not None and column.row.due_at < now and not is_done(standing)
                    for column, standing in zip(columns, row, strict=True)
                ),
                mean_score=sum(scores) / len(scores) if scores else None,
            )
        )
    return ProgressSummary(activities=activities, students=people)


def own_answer(row: ClassRow, contents: Contents, user_id: UUID) -> OwnClassProgress:
    """Return somebody's own row."""
    cells, remarks = contents.cells.get(user_id, {}), contents.remarks.get(user_id, {})
    activities = []
    for column in contents.columns:
        cell, remark = cells.get(column.row.id), remarks.get(column.row.id)
        activities.append(
            OwnProgress.model_validate(
                {
                    "column_id": column.row.id,
                    "title": column.title,
                    "type": column.type,
                    "due_at": column.row.due_at,
                    "state": standing_of(cell).shown,
                    "score": None if cell is None else cell.score,
                    "at": None if cell is None else cell.changed_at,
                    "remark": None if remark is None else remark.remark,
                }
            )
        )
    return OwnClassProgress(class_id=row.id, class_title=row.title, activities=activities)
