"""Read a table of grades against a gradebook: what it would change, and what is wrong in it. Changes nothing."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.errors import ContentInvalid
from classroom.grades.actions import Worth
from classroom.grades.book import all_students, scale_of, scheme_of
from classroom.grades.schemas import CHANGES_MAX, BadTableRow, TableChange, TablePreview
from classroom.grades.sheets import NotATable, SheetItem, SheetPerson, read_grades
from classroom.numbers import shown

_WORDS = {
    "unknown_encoding": "The file is no text in UTF-8, UTF-16 or Windows-1252.",
    "empty": "The file is empty.",
    "damaged": "The file is no table: a quote is not closed.",
    "too_large": "The table has too many rows or columns.",
    "no_students": "No column says who somebody is: it needs `user_id`, `email` or `name`.",
    "no_items": "No column has the title of an item of this gradebook.",
    "too_many_changes": "The table changes too many grades at once. Split it and send the parts.",
}


async def preview(session: AsyncSession, class_id: UUID, content: bytes) -> TablePreview:
    """Return what a table would change.

    Raises:
        ContentInvalid: it cannot be read as a table of this gradebook's grades.
    """
    scheme = await scheme_of(session, class_id)
    students = {student.user.id: student for student in await all_students(session, class_id, scheme)}
    items = [
        SheetItem(
            id=item.row.id,
            title=item.title,
            marks={title.casefold(): points for title, points in scale_of(item)},
        )
        for item in scheme.items
    ]
    people = [SheetPerson(id=each.user.id, name=each.user.name, email=each.user.email) for each in students.values()]
    try:
        # A table of ten thousand rows takes a moment, and nobody else shall wait for it.
        found = await asyncio.to_thread(read_grades, content, items, people)
    except NotATable as error:
        raise ContentInvalid(f"table_{error.code}", _WORDS[error.code]) from error
    changes = []
    for each in found.grades:
        student = students[each.user_id]
        grade = student.grades.get(each.item_id)
        before = Worth() if grade is None else Worth(points=grade.points, excused=grade.excused)
        after = Worth(points=each.points, excused=each.points is None)
        if before != after:
            changes.append(
                TableChange(
                    item_id=each.item_id,
                    user_id=each.user_id,
                    name=student.user.name,
                    points_before=shown(before.points),
                    excused_before=before.excused,
                    points=shown(after.points),
                    excused=after.excused,
                    version=0 if grade is None else grade.version,
                )
            )
    if len(changes) > CHANGES_MAX:
        raise ContentInvalid("table_too_many_changes", _WORDS["too_many_changes"])
    return TablePreview(
        encoding=found.encoding,
        grades=len(found.grades),
        changes=changes,
        bad_rows=[BadTableRow.model_validate(row, from_attributes=True) for row in found.bad],
        unknown_columns=list(found.unknown_columns),
    )
