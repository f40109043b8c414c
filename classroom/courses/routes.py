"""Courses, their classes, and enrolling in them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from auth.actions import Person
from auth.dependencies import BrowsesCourses, CurrentPerson, RequestReader, RequestTransaction, allowed_to
from auth.http.once import OncePerKey
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.requests import network_address
from auth.http.responses import problems
from auth.http.schemas import SearchText
from auth.permissions import Action
from auth.rules import TEXT_MAX_CHARS
from classroom.classes.actions import ClassAccess, access_class, add_class
from classroom.classes.models import ClassRole
from classroom.courses import actions, catalogue, enrolment
from classroom.courses.actions import CourseAccess, Words, access_course
from classroom.courses.catalogue import ClassOfCourse, ListedCourse
from classroom.courses.models import Enrolment
from classroom.courses.rules import CATEGORY_MAX_CHARS, refusal
from classroom.courses.schemas import (
    ClassPlace,
    Course,
    CourseCategories,
    CourseCategory,
    CourseChanges,
    CourseClass,
    CourseDetail,
    CoursePage,
    CourseTeacher,
    EnrolmentRequest,
    NewCourse,
    NewCourseClass,
)
from classroom.errors import UnknownJoinCode
from classroom.progress.people import follow_person
from classroom.services import Parts
from persistence.database import Transaction
from persistence.reading import Asking

router = APIRouter(tags=["courses"], route_class=ReadingRoute)


@router.post("/courses", status_code=201, responses=problems(401, 403, 413, 422))
async def create_course(
    body: NewCourse, person: CurrentPerson, transaction: RequestTransaction, once: OncePerKey
) -> CourseDetail:
    """Make a course; for teachers. Nobody else sees it before it is published."""

    async def create() -> CourseDetail:
        words = Words(title=body.title, category=body.category, description=body.description)
        row = await actions.create_course(transaction.session, person, words)
        return await _detail(transaction.session, person, CourseAccess(row, teaches=True))

    return await once.create(body, CourseDetail, create)


@router.get("/courses", responses=problems(401, 422))
async def list_courses(
    *,
    person: BrowsesCourses,
    reader: RequestReader,
    page: WantedPage,
    query: Annotated[SearchText, Query(max_length=TEXT_MAX_CHARS)] = "",
    category: Annotated[SearchText | None, Query(max_length=CATEGORY_MAX_CHARS)] = None,
    own: bool = False,
) -> CoursePage:
    """List the catalogue, newest first; `query`: words in title, category or description; `own`: one's own courses, drafts too."""
    courses, next_cursor = await catalogue.list_courses(reader, person, page, query=query, category=category, own=own)
    return CoursePage(items=[Course.model_validate(_course(each)) for each in courses], next_cursor=next_cursor)


@router.get("/courses/categories", dependencies=[Depends(allowed_to(Action.BROWSE_COURSES))], responses=problems(401))
async def list_course_categories(reader: RequestReader) -> CourseCategories:
    """List the categories of the catalogue."""
    found = await catalogue.list_categories(reader)
    return CourseCategories(items=[CourseCategory(category=category, courses=count) for category, count in found])


@router.get("/courses/{course_id}", responses=problems(401, 404))
async def get_course(course_id: UUID, person: CurrentPerson, reader: RequestReader) -> CourseDetail:
    """Return a course with its classes."""
    return await _detail(reader, person, await access_course(reader, person, course_id))


@router.patch("/courses/{course_id}", responses=problems(401, 403, 404, 413, 422))
async def update_course(
    course_id: UUID, body: CourseChanges, person: CurrentPerson, transaction: RequestTransaction
) -> CourseDetail:
    """Change what a course says about itself; for who teaches it."""
    course = await access_course(transaction.session, person, course_id, teach=True)
    words = Words(
        title=body.title or course.row.title,
        category=body.category or course.row.category,
        description=course.row.description if body.description is None else body.description,
    )
    await actions.say(transaction.session, course.row, words)
    return await _detail(transaction.session, person, course)


@router.post("/courses/{course_id}/publish", responses=problems(401, 403, 404))
async def publish_course(course_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> CourseDetail:
    """Put a course into the catalogue; for who teaches it."""
    return await _publish(transaction, person, course_id, published=True)


@router.post("/courses/{course_id}/unpublish", responses=problems(401, 403, 404))
async def unpublish_course(course_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> CourseDetail:
    """Take a course out of the catalogue; who is in its classes stays in them."""
    return await _publish(transaction, person, course_id, published=False)


@router.delete("/courses/{course_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_course(course_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> None:
    """Delete a course; for who teaches it, and they can restore it. Its classes stay."""
    course = await access_course(transaction.session, person, course_id, teach=True)
    actions.delete_course(course.row)


@router.post("/courses/{course_id}/restore", responses=problems(401, 403, 404))
async def restore_course(course_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> CourseDetail:
    """Restore a deleted course."""
    course = await access_course(transaction.session, person, course_id, teach=True, deleted=True)
    actions.restore_course(course.row)
    return await _detail(transaction.session, person, course)


@router.post("/courses/{course_id}/classes", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
async def create_course_class(
    course_id: UUID, body: NewCourseClass, person: CurrentPerson, transaction: RequestTransaction, once: OncePerKey
) -> CourseDetail:
    """Make a class of a course; who makes it is its first teacher."""

    async def create() -> CourseDetail:
        session = transaction.session
        course = await access_course(session, person, course_id, teach=True)
        row = await add_class(session, title=body.title, teacher_id=person.id)
        access = ClassAccess(row, ClassRole.TEACHER)
        await actions.put_class(session, course, access, enrolment=body.enrolment, seats=body.seats)
        return await _detail(transaction.session, person, course)

    return await once.create(body, CourseDetail, create)


@router.put("/courses/{course_id}/classes/{class_id}", responses=problems(401, 403, 404, 409, 413, 422))
async def set_course_class(
    course_id: UUID, class_id: UUID, body: ClassPlace, person: CurrentPerson, transaction: RequestTransaction
) -> CourseDetail:
    """Make a class that one teaches one of a course, or change how students get into it."""
    session = transaction.session
    course = await access_course(session, person, course_id, teach=True)
    access = await access_class(session, person, class_id, teach=True)
    await actions.put_class(session, course, access, enrolment=body.enrolment, seats=body.seats)
    return await _detail(transaction.session, person, course)


@router.delete("/courses/{course_id}/classes/{class_id}", responses=problems(401, 403, 404))
async def remove_course_class(
    course_id: UUID, class_id: UUID, person: CurrentPerson, transaction: RequestTransaction
) -> CourseDetail:
    """Take a class out of a course; for the teachers of the class. The class stays, with everybody in it."""
    session = transaction.session
    course = await access_course(session, person, course_id, teach=True)
    await access_class(session, person, class_id, teach=True)
    await actions.remove_class(session, course, class_id)
    return await _detail(transaction.session, person, course)


@router.put("/courses/{course_id}/enrolment", responses=problems(401, 403, 404, 409, 413, 422, 429))
async def enrol(
    *,
    course_id: UUID,
    body: EnrolmentRequest,
    request: Request,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> CourseDetail:
    """Join a class of a course as a student. Enrolling again changes nothing."""
    host = network_address(request)
    course = await access_course(transaction.session, person, course_id)
    if body.join_code is not None:
        services.throttles.check_code_guesses(host=host)
    try:
        new = await enrolment.enrol(
            transaction, person, course, body.class_id, join_code=body.join_code, live=services.live
        )
    except UnknownJoinCode:
        services.throttles.wrong_code(host=host)
        raise
    if new:
        await follow_person(transaction, services.live, class_id=body.class_id, user_id=person.id)
        services.progress.forget(user_id=person.id)
    return await _detail(transaction.session, person, course)


@router.delete("/courses/{course_id}/enrolment", status_code=204, responses=problems(401, 404))
async def drop_course(course_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts) -> None:
    """Leave the class of a course in which one is a student. What one made there stays, and is there again on return."""
    course = await access_course(transaction.session, person, course_id)
    for class_id in await enrolment.drop(transaction, person, course, live=services.live):
        await follow_person(transaction, services.live, class_id=class_id, user_id=person.id)
    services.progress.forget(user_id=person.id)


async def _publish(transaction: Transaction, person: Person, course_id: UUID, *, published: bool) -> CourseDetail:
    course = await access_course(transaction.session, person, course_id, teach=True)
    actions.publish(course.row, published=published)
    return await _detail(transaction.session, person, course)


async def _detail(session: Asking, person: Person, course: CourseAccess) -> CourseDetail:
    classes = await catalogue.classes_of(session, person, course)
    listed = catalogue.summed_up(course, classes)
    return CourseDetail.model_validate({**_course(listed), "classes": [_class(each, course) for each in classes]})


def _course(listed: ListedCourse) -> dict[str, object]:
    row = listed.row
    return {
        "id": row.id,
        "title": row.title,
        "category": row.category,
        "description": row.description,
        "published": row.published_at is not None,
        "teachers": [CourseTeacher.model_validate(each, from_attributes=True) for each in listed.teachers],
        "class_count": listed.class_count,
        "teaches": listed.teaches,
        "class_id": listed.in_class,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _class(each: ClassOfCourse, course: CourseAccess) -> CourseClass:
    place = each.place
    return CourseClass(
        id=each.row.id,
        title=each.row.title,
        teachers=[CourseTeacher.model_validate(teacher, from_attributes=True) for teacher in each.teachers],
        enrolment=place.enrolment,
        seats=place.seats,
        student_count=each.students,
        refusal=refusal(
            published=course.row.published_at is not None,
            closed=place.enrolment is Enrolment.CLOSED,
            seats=place.seats,
            students=each.students,
        ),
        role=each.role,
    )
