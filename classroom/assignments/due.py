"""What somebody has still to hand in, in all of their classes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import DateTime, Integer, Uuid, and_, bindparam, func, literal, or_, select, tuple_

from auth.actions import Person
from auth.errors import FieldInvalid
from auth.http.pagination import FIRST, PageRequest, decode_cursor
from classroom.assignments.actions import effective
from classroom.assignments.models import AssignmentRow, ExtensionRow, SubmissionRow
from classroom.assignments.reading import work_state
from classroom.assignments.rules import Deadlines, SubmissionState
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.grades.models import GradeRow, ItemRow
from persistence.reading import Asking, prepared

DUE_LIST = "due work"
_FIRST, _NEVER = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
"""Before what is due first; and what is never due comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWork:
    """Work that a student has still to hand in."""

    assignment: AssignmentRow
    class_title: str
    deadlines: Deadlines
    state: SubmissionState


_PERSON, _MOMENT = bindparam("person_id", type_=Uuid), DateTime(timezone=True)
_DUE_AT = func.coalesce(ExtensionRow.due_at, AssignmentRow.due_at)
_CUTOFF_AT = func.coalesce(
    ExtensionRow.cutoff_at,
    func.greatest(AssignmentRow.cutoff_at, func.coalesce(ExtensionRow.due_at, AssignmentRow.cutoff_at)),
)
_ORDER = (func.coalesce(_DUE_AT, literal(_NEVER, _MOMENT)), AssignmentRow.id)
_EXTENDED = and_(ExtensionRow.assignment_id == AssignmentRow.id, ExtensionRow.user_id == _PERSON)
_ATTENDED = and_(
    MembershipRow.class_id == AssignmentRow.class_id,
    MembershipRow.user_id == _PERSON,
    MembershipRow.role == ClassRole.STUDENT,
)
_WHEN = prepared(
    select(_ORDER[0])
    .select_from(AssignmentRow)
    .join(MembershipRow, _ATTENDED)
    .outerjoin(ExtensionRow, _EXTENDED)
    .where(AssignmentRow.id == bindparam("after", type_=Uuid))
)
_DUE = prepared(
    select(AssignmentRow, ClassRow.title, ExtensionRow, SubmissionRow, GradeRow)
    .join(ItemRow, ItemRow.assignment_id == AssignmentRow.id)
    .join(ClassRow, and_(ClassRow.id == AssignmentRow.class_id, ClassRow.deleted_at.is_(None)))
    .join(MembershipRow, _ATTENDED)
    .outerjoin(ExtensionRow, _EXTENDED)
    .outerjoin(SubmissionRow, and_(SubmissionRow.assignment_id == AssignmentRow.id, SubmissionRow.user_id == _PERSON))
    .outerjoin(GradeRow, and_(GradeRow.item_id == ItemRow.id, GradeRow.user_id == _PERSON))
    .where(
        AssignmentRow.published_at.is_not(None),
        AssignmentRow.deleted_at.is_(None),
        or_(SubmissionRow.id.is_(None), SubmissionRow.writing),
        GradeRow.returned_at.is_(None) | (SubmissionRow.id.is_not(None) & (SubmissionRow.attempts > 0)),
        or_(_CUTOFF_AT.is_(None), bindparam("at", type_=_MOMENT) <= _CUTOFF_AT),
        tuple_(*_ORDER) > tuple_(bindparam("after_due", type_=_MOMENT), bindparam("after", type_=Uuid)),
    )
    .order_by(*_ORDER)
    .limit(bindparam("rows", type_=Integer))
)


async def due_work(
    session: Asking, person: Person, page: PageRequest, *, at: datetime
) -> tuple[list[DueWork], str | None]:
    """Return one page of what somebody has still to hand in in their classes, what is due first at the front. Two queries at most.

    Raises:
        FieldInvalid: the cursor is damaged or from another list, or what it stood at is no more.
    """
    after_due, after = _FIRST, FIRST
    if page.cursor is not None:
        after = decode_cursor(page.cursor, of=DUE_LIST)
        # Of an assignment that is handed in meanwhile, too, it is known when it was due.
        found_due = await session.scalar(_WHEN, {"person_id": person.id, "after": after})
        if found_due is None:
            raise FieldInvalid("cursor", "is not a cursor of this list")
        after_due = found_due
    values = {"person_id": person.id, "at": at, "after_due": after_due, "after": after, "rows": page.limit + 1}
    found = (await session.execute(_DUE, values)).all()
    shown, next_cursor = page.cut(found, [row[0].id for row in found], of=DUE_LIST)
    return [
        DueWork(
            assignment=row,
            class_title=title,
            deadlines=effective(row, extension),
            state=work_state(submission, grade),
        )
        for row, title, extension, submission, grade in shown
    ], next_cursor
