"""What is read of lessons, and how far each student has come with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from auth.actions import Person
from auth.errors import Forbidden
from classroom.classes.actions import ClassAccess
from classroom.classes.models import ClassRole, MembershipRow
from classroom.documents.access import AccessedDocument, documents_among
from classroom.files.models import FileRow
from classroom.lessons.actions import LessonAccess
from classroom.lessons.content import references
from classroom.lessons.files import files_of
from classroom.lessons.models import LessonReaderRow, LessonRow, LessonTextRow, UnitRow
from classroom.lessons.rules import Publication, Reading, neighbours, publication, reading
from classroom.progress.actions import ActivityRef, move, take_back
from classroom.progress.models import ActivityKind
from collab_server.live import LiveDocuments
from documents.progress import State
from persistence.database import Transaction
from persistence.reading import Asking, prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlinedLesson:
    """A lesson in the outline. `opened` and `completed` count students; None for who is none of its teachers."""

    row: LessonRow
    publication: Publication
    own: Reading
    opened: int | None
    completed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlinedUnit:
    """A unit with its lessons in order."""

    row: UnitRow
    lessons: Sequence[OutlinedLesson]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLesson:
    """A lesson with all that its page shows."""

    access: LessonAccess
    text: LessonTextRow
    own: Reading
    previous: UUID | None
    next: UUID | None
    documents: Sequence[AccessedDocument]
    files: Sequence[FileRow]


_CLASS, _PERSON = bindparam("class_id", type_=Uuid), bindparam("person_id", type_=Uuid)
_LESSON = bindparam("lesson_id", type_=Uuid)
_UNITS = prepared(
    select(UnitRow, func.now())
    .where(UnitRow.class_id == _CLASS, UnitRow.deleted_at.is_(None))
    .order_by(UnitRow.position, UnitRow.id)
)
_SEEN = LessonRow.published_at <= func.now()
_LESSONS = (
    select(LessonRow, LessonReaderRow.opened_at, LessonReaderRow.completed_at)
    .outerjoin(LessonReaderRow, (LessonReaderRow.lesson_id == LessonRow.id) & (LessonReaderRow.user_id == _PERSON))
    .where(LessonRow.class_id == _CLASS, LessonRow.deleted_at.is_(None))
    .order_by(LessonRow.position, LessonRow.id)
)
_ALL_LESSONS, _SEEN_LESSONS = prepared(_LESSONS), prepared(_LESSONS.where(_SEEN))
_TEXT = prepared(
    select(LessonTextRow, LessonReaderRow.opened_at, LessonReaderRow.completed_at)
    .outerjoin(
        LessonReaderRow, (LessonReaderRow.lesson_id == LessonTextRow.lesson_id) & (LessonReaderRow.user_id == _PERSON)
    )
    .where(LessonTextRow.lesson_id == _LESSON)
    .execution_options(populate_existing=True)
)
_ORDER = (
    select(LessonRow.id)
    .join(UnitRow, UnitRow.id == LessonRow.unit_id)
    .where(LessonRow.class_id == _CLASS, LessonRow.deleted_at.is_(None), UnitRow.deleted_at.is_(None))
    .order_by(UnitRow.position, UnitRow.id, LessonRow.position, LessonRow.id)
)
_ALL_IN_ORDER, _SEEN_IN_ORDER = prepared(_ORDER), prepared(_ORDER.where(_SEEN))
_READERS = prepared(
    select(LessonReaderRow.lesson_id, func.count(), func.count(LessonReaderRow.completed_at))
    .join(LessonRow, LessonRow.id == LessonReaderRow.lesson_id)
    .join(
        MembershipRow,
        (MembershipRow.class_id == LessonRow.class_id) & (MembershipRow.user_id == LessonReaderRow.user_id),
    )
    .where(LessonRow.class_id == _CLASS, MembershipRow.role == ClassRole.STUDENT)
    .group_by(LessonReaderRow.lesson_id)
)


async def outline(session: Asking, person: Person, access: ClassAccess) -> list[OutlinedUnit]:
    """Return all units and lessons of a class in order; students see what is published, and units with something in them."""
    values = {"class_id": access.row.id, "person_id": person.id}
    units = (await session.execute(_UNITS, values)).all()
    found = (await session.execute(_ALL_LESSONS if access.teaches else _SEEN_LESSONS, values)).all()
    counts = await _counts(session, access.row.id) if access.teaches else None
    lessons: dict[UUID, list[OutlinedLesson]] = {}
    for row, opened_at, completed_at in found:
        opened, completed = (None, None) if counts is None else counts.get(row.id, (0, 0))
        lessons.setdefault(row.unit_id, []).append(
            OutlinedLesson(
                row=row,
                publication=publication(row.published_at, now=units[0][1]) if units else Publication.DRAFT,
                own=reading(opened_at, completed_at),
                opened=opened,
                completed=completed,
            )
        )
    return [
        OutlinedUnit(row=unit, lessons=lessons.get(unit.id, []))
        for unit, _ in units
        if access.teaches or unit.id in lessons
    ]


async def open_lesson(session: Asking, person: Person, access: LessonAccess) -> OpenLesson:
    """Return a lesson with its text, its neighbours, and those of its documents that the person may see."""
    lesson_id = access.row.id
    values = {"lesson_id": lesson_id, "person_id": person.id, "class_id": access.row.class_id}
    found = (await session.execute(_TEXT, values)).one()
    order = _ALL_IN_ORDER if access.teaches else _SEEN_IN_ORDER
    before, after = neighbours((await session.scalars(order, values)).all(), lesson_id)
    return OpenLesson(
        access=access,
        text=found[0],
        own=reading(found[1], found[2]),
        previous=before,
        next=after,
        documents=await documents_among(session, person, access.row.class_id, references(found[0].content).documents),
        files=await files_of(session, lesson_id),
    )


async def note_opened(transaction: Transaction, live: LiveDocuments, person: Person, access: LessonAccess) -> None:
    """Keep that a student has opened a lesson, and show it on the board; whoever is no student only looks."""
    if access.teaches:
        return
    new = await transaction.session.scalar(
        insert(LessonReaderRow)
        .values(lesson_id=access.row.id, user_id=person.id)
        .on_conflict_do_nothing()
        .returning(LessonReaderRow.lesson_id)
    )
    if new is not None:
        await _move(transaction, live, person, access, State.OPENED)


async def complete(
    transaction: Transaction, live: LiveDocuments, person: Person, access: LessonAccess, *, completed: bool
) -> None:
    """Keep that a student is done with a lesson, or not after all, and show it on the board.

    Raises:
        Forbidden: teachers have nothing to be done with.
    """
    if access.teaches:
        raise Forbidden
    await note_opened(transaction, live, person, access)
    changed = await transaction.session.scalar(
        update(LessonReaderRow)
        .where(
            LessonReaderRow.lesson_id == access.row.id,
            LessonReaderRow.user_id == person.id,
            LessonReaderRow.completed_at.is_(None) if completed else LessonReaderRow.completed_at.is_not(None),
        )
        .values(completed_at=func.now() if completed else None)
        .returning(LessonReaderRow.lesson_id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        return
    if completed:
        await _move(transaction, live, person, access, State.HANDED_IN)
    else:
        await take_back(
            transaction,
            live,
            class_id=access.row.class_id,
            user_id=person.id,
            activity=_activity(access),
            said=State.HANDED_IN,
            to=State.OPENED,
        )


async def _move(transaction: Transaction, live: LiveDocuments, person: Person, access: LessonAccess, to: State) -> None:
    await move(transaction, live, class_id=access.row.class_id, user_id=person.id, activity=_activity(access), to=to)


def _activity(access: LessonAccess) -> ActivityRef:
    return ActivityRef(ActivityKind.LESSON, access.row.id, title=access.row.title)


async def _counts(session: Asking, class_id: UUID) -> dict[UUID, tuple[int, int]]:
    """Return how many of today's students have opened each lesson, and how many are done with it."""
    found = await session.execute(_READERS, {"class_id": class_id})
    return {lesson_id: (opened, completed) for lesson_id, opened, completed in found.all()}
