"""Lessons in units, and reading them."""

from uuid import UUID

from fastapi import APIRouter

from auth.actions import Person
from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.http.once import OncePerKey
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from classroom.classes.actions import access_class
from classroom.files.answers import described
from classroom.lessons import actions, reading
from classroom.lessons.actions import LessonAccess, access_lesson, access_unit
from classroom.lessons.reading import OutlinedLesson, OutlinedUnit
from classroom.lessons.schemas import (
    Lesson,
    LessonChanges,
    LessonDocument,
    LessonOrder,
    LessonOutline,
    LessonPublication,
    LessonSummary,
    LessonText,
    NewLesson,
    NewUnit,
    Unit,
    UnitChanges,
)
from classroom.lessons.writing import change_text
from classroom.services import Parts
from persistence.reading import Asking

router = APIRouter(tags=["lessons"], route_class=ReadingRoute)


@router.get("/classes/{class_id}/lessons", responses=problems(401, 404))
async def list_lessons(class_id: UUID, person: CurrentPerson, reader: RequestReader) -> LessonOutline:
    """Return all units and lessons of a class in order; students see what is published."""
    access = await access_class(reader, person, class_id)
    units = await reading.outline(reader, person, access)
    return LessonOutline(units=[_unit(unit) for unit in units])


@router.post("/classes/{class_id}/lessons", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
async def create_lesson(
    class_id: UUID, body: NewLesson, person: CurrentPerson, transaction: RequestTransaction, once: OncePerKey
) -> Lesson:
    """Add a lesson to a unit, as a draft; for the class's teachers."""

    async def create() -> Lesson:
        session = transaction.session
        access = await access_class(session, person, class_id, teach=True, lock=True)
        unit = await access_unit(session, access, body.unit_id)
        row = await actions.add_lesson(
            session, class_id=class_id, unit_id=unit.id, title=body.title, created_by=person.id
        )
        return await _lesson(transaction.session, person, await access_lesson(session, person, row.id))

    return await once.create(body, Lesson, create)


@router.put("/classes/{class_id}/lessons/order", responses=problems(401, 403, 404, 413, 422))
async def order_lessons(
    class_id: UUID, body: LessonOrder, person: CurrentPerson, transaction: RequestTransaction
) -> LessonOutline:
    """Put units and lessons in order; for the class's teachers."""
    session = transaction.session
    access = await access_class(session, person, class_id, teach=True, lock=True)
    await actions.put_in_order(session, class_id, [(unit.id, unit.lesson_ids) for unit in body.units])
    await session.flush()
    return LessonOutline(units=[_unit(unit) for unit in await reading.outline(session, person, access)])


@router.post("/classes/{class_id}/units", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
async def create_unit(
    class_id: UUID, body: NewUnit, person: CurrentPerson, transaction: RequestTransaction, once: OncePerKey
) -> Unit:
    """Add a unit behind the others; for the class's teachers."""

    async def create() -> Unit:
        await access_class(transaction.session, person, class_id, teach=True, lock=True)
        row = await actions.add_unit(transaction.session, class_id, title=body.title)
        return Unit(id=row.id, title=row.title, lessons=[])

    return await once.create(body, Unit, create)


@router.patch("/classes/{class_id}/units/{unit_id}", status_code=204, responses=problems(401, 403, 404, 413, 422))
async def update_unit(
    class_id: UUID, unit_id: UUID, body: UnitChanges, person: CurrentPerson, transaction: RequestTransaction
) -> None:
    """Rename a unit; for the class's teachers."""
    access = await access_class(transaction.session, person, class_id, teach=True)
    (await access_unit(transaction.session, access, unit_id)).title = body.title


@router.delete("/classes/{class_id}/units/{unit_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_unit(
    class_id: UUID, unit_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Delete a unit with its lessons; for the class's teachers, who can restore it."""
    access = await access_class(transaction.session, person, class_id, teach=True, lock=True)
    unit = await access_unit(transaction.session, access, unit_id)
    await actions.put_unit_away(transaction, services.live, unit, deleted=True)


@router.post("/classes/{class_id}/units/{unit_id}/restore", status_code=204, responses=problems(401, 403, 404))
async def restore_unit(
    class_id: UUID, unit_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Restore a deleted unit with the lessons that were in it."""
    access = await access_class(transaction.session, person, class_id, teach=True, lock=True)
    unit = await access_unit(transaction.session, access, unit_id, deleted=True)
    await actions.put_unit_away(transaction, services.live, unit, deleted=False)


@router.get("/lessons/{lesson_id}", responses=problems(401, 404))
async def get_lesson(lesson_id: UUID, person: CurrentPerson, reader: RequestReader) -> Lesson:
    """Return a lesson with what it says."""
    return await _lesson(reader, person, await access_lesson(reader, person, lesson_id))


@router.patch("/lessons/{lesson_id}", responses=problems(401, 403, 404, 413, 422))
async def update_lesson(
    lesson_id: UUID, body: LessonChanges, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Lesson:
    """Rename a lesson; for the class's teachers."""
    access = await access_lesson(transaction.session, person, lesson_id, teach=True)
    await actions.rename(transaction, services.live, access, title=body.title)
    return await _lesson(transaction.session, person, access)


@router.put("/lessons/{lesson_id}/content", responses=problems(401, 403, 404, 409, 413, 422))
async def set_lesson_content(
    lesson_id: UUID, body: LessonText, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Lesson:
    """Let a lesson say something else; for the class's teachers. 409 when somebody else has changed it meanwhile."""
    access = await access_lesson(transaction.session, person, lesson_id, teach=True)
    await change_text(
        transaction.session, person, access, content=body.content, version=body.version, files=services.files
    )
    return await _lesson(transaction.session, person, access)


@router.post("/lessons/{lesson_id}/publish", responses=problems(401, 403, 404, 413, 422))
async def publish_lesson(
    lesson_id: UUID, body: LessonPublication, person: CurrentPerson, transaction: RequestTransaction
) -> Lesson:
    """Let the class see a lesson, now or from a moment on; for the class's teachers."""
    access = await access_lesson(transaction.session, person, lesson_id, teach=True)
    actions.publish(access, at=body.at)
    return await _lesson(transaction.session, person, access)


@router.post("/lessons/{lesson_id}/unpublish", responses=problems(401, 403, 404))
async def unpublish_lesson(lesson_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> Lesson:
    """Make a lesson a draft again; for the class's teachers."""
    access = await access_lesson(transaction.session, person, lesson_id, teach=True)
    actions.unpublish(access)
    return await _lesson(transaction.session, person, access)


@router.delete("/lessons/{lesson_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_lesson(
    lesson_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Delete a lesson; for the class's teachers, who can restore it."""
    access = await access_lesson(transaction.session, person, lesson_id, teach=True)
    await actions.delete_lesson(transaction, services.live, access)


@router.post("/lessons/{lesson_id}/restore", responses=problems(401, 403, 404))
async def restore_lesson(
    lesson_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Lesson:
    """Restore a deleted lesson."""
    access = await access_lesson(transaction.session, person, lesson_id, teach=True, deleted=True)
    await actions.restore_lesson(transaction, services.live, access)
    return await _lesson(transaction.session, person, access)


@router.put("/lessons/{lesson_id}/opened", status_code=204, responses=problems(401, 404))
async def note_lesson_opened(
    lesson_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Keep that one has opened a lesson; it shows on the board of progress. Of teachers nothing is kept."""
    access = await access_lesson(transaction.session, person, lesson_id)
    await reading.note_opened(transaction, services.live, person, access)


@router.put("/lessons/{lesson_id}/completion", status_code=204, responses=problems(401, 403, 404))
async def complete_lesson(
    lesson_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Say that one is done with a lesson; it shows on the board of progress. For students."""
    access = await access_lesson(transaction.session, person, lesson_id)
    await reading.complete(transaction, services.live, person, access, completed=True)


@router.delete("/lessons/{lesson_id}/completion", status_code=204, responses=problems(401, 403, 404))
async def uncomplete_lesson(
    lesson_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Take back that one is done with a lesson. What a teacher has made of it since stays."""
    access = await access_lesson(transaction.session, person, lesson_id)
    await reading.complete(transaction, services.live, person, access, completed=False)


async def _lesson(session: Asking, person: Person, access: LessonAccess) -> Lesson:
    opened = await reading.open_lesson(session, person, access)
    row = access.row
    return Lesson(
        id=row.id,
        class_id=row.class_id,
        unit_id=row.unit_id,
        unit_title=access.unit.title,
        title=row.title,
        publication=access.publication,
        published_at=row.published_at,
        updated_at=row.updated_at,
        content=opened.text.content,
        version=opened.text.version,
        own=opened.own,
        previous_id=opened.previous,
        next_id=opened.next,
        documents=[
            LessonDocument(id=each.row.id, kind=each.row.kind, title=each.row.title) for each in opened.documents
        ],
        files=[described(row) for row in opened.files],
    )


def _unit(unit: OutlinedUnit) -> Unit:
    return Unit(id=unit.row.id, title=unit.row.title, lessons=[_summary(lesson) for lesson in unit.lessons])


def _summary(lesson: OutlinedLesson) -> LessonSummary:
    row = lesson.row
    return LessonSummary(
        id=row.id,
        unit_id=row.unit_id,
        title=row.title,
        publication=lesson.publication,
        published_at=row.published_at,
        updated_at=row.updated_at,
        own=lesson.own,
        opened=lesson.opened,
        completed=lesson.completed,
    )
