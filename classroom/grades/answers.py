"""How gradebooks are told in answers: to students without what is hidden or not given back."""

from collections.abc import Sequence
from uuid import UUID

from classroom.classes.models import ClassRow
from classroom.grades.actions import Item
from classroom.grades.book import Change, Given, Scheme, StudentGrades, scale_of
from classroom.grades.rules import Total, letter_for
from classroom.grades.schemas import (
    CategoryResult,
    Grade,
    Gradebook,
    GradeCategory,
    GradeItem,
    Letter,
    LoggedChange,
    ScaleStep,
    StudentRow,
)
from classroom.grades.sheets import LETTER, TOTAL, column_labels, write_sheet
from classroom.numbers import shown


def gradebook_answer(
    row: ClassRow, scheme: Scheme, students: Sequence[StudentGrades], next_cursor: str | None = None, *, teaches: bool
) -> Gradebook:
    """Return a gradebook as one person sees it. Hidden items are in it for students too, without anything in them."""
    return Gradebook(
        class_id=row.id,
        class_title=row.title,
        items=[item_answer(item) for item in scheme.items],
        categories=[GradeCategory.model_validate(each, from_attributes=True) for each in scheme.categories],
        letters=[Letter(label=label, from_percent=lowest) for label, lowest in scheme.letters],
        version=scheme.version,
        students=[_student(scheme, student, teaches=teaches) for student in students],
        next_cursor=next_cursor,
    )


def item_answer(item: Item) -> GradeItem:
    """Return an item."""
    row = item.row
    return GradeItem(
        id=row.id,
        title=item.title,
        points_max=shown(item.points_max),
        category_id=row.category_id,
        weight=shown(row.weight),
        hidden=row.hidden,
        assignment_id=row.assignment_id,
        scale=[ScaleStep(title=title, points=shown(points)) for title, points in scale_of(item)],
    )


def _student(scheme: Scheme, student: StudentGrades, *, teaches: bool) -> StudentRow:
    found = scheme.total(student.grades, seen=not teaches)
    return StudentRow(
        user_id=student.user.id,
        name=student.user.name,
        email=student.user.email if teaches else None,
        namesake=student.namesake,
        color=student.user.color,
        picture=student.user.picture_id,
        grades=[
            _grade(grade, found)
            for item in scheme.items
            if (grade := student.grades.get(item.row.id)) is not None
            and (teaches or (grade.returned and not item.row.hidden))
        ],
        categories=[
            CategoryResult(category_id=category.id, percent=shown(found.categories[category.id]))
            for category in scheme.categories
            if category.id in found.categories
        ],
        percent=shown(found.percent),
        letter=letter_for(scheme.letters, found.percent),
    )


def _grade(row: Given, found: Total) -> Grade:
    return Grade(
        item_id=row.item_id,
        points=shown(row.points),
        excused=row.excused,
        share=shown(found.shares.get(row.item_id)),
        dropped=row.item_id in found.dropped,
        returned=row.returned,
        version=row.version,
    )


def change_answer(change: Change) -> LoggedChange:
    """Return a change of a grade."""
    row = change.row
    return LoggedChange(
        id=row.id,
        item_id=row.item_id,
        user_id=row.user_id,
        student=change.student,
        points_before=shown(row.points_before),
        points_after=shown(row.points_after),
        excused_before=row.excused_before,
        excused_after=row.excused_after,
        source=row.source,
        changed_by=change.changed_by,
        changed_at=row.changed_at,
    )


def gradebook_csv(scheme: Scheme, students: Sequence[StudentGrades]) -> str:
    """Return a gradebook as a table that can be read back."""
    header = ["user_id", "name", "email", *column_labels(item.title for item in scheme.items), TOTAL, LETTER]

    def cell(student: StudentGrades, item_id: UUID) -> object:
        grade = student.grades.get(item_id)
        return "" if grade is None else "excused" if grade.excused else grade.points

    rows = []
    for student in students:
        percent = scheme.total(student.grades, seen=False).percent
        user = student.user
        cells = [cell(student, item.row.id) for item in scheme.items]
        rows.append([user.id, user.name, user.email, *cells, percent, letter_for(scheme.letters, percent)])
    return write_sheet(header, rows)
