"""Classes, their join codes and their members."""

from uuid import UUID

from fastapi import APIRouter, Request

from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.http.once import OncePerKey
from auth.http.pagination import WantedPage
from auth.http.people_pages import WantedPeople
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from classroom.classes import actions, members
from classroom.classes.actions import ClassAccess, ClassView
from classroom.classes.members import MemberView
from classroom.classes.models import ClassRole
from classroom.classes.rules import shown_join_code
from classroom.classes.schemas import (
    Class,
    ClassChanges,
    ClassPage,
    ClassTeacher,
    CourseOfClass,
    JoinPreview,
    JoinRequest,
    Member,
    MemberChanges,
    MemberPage,
    NewClass,
)
from classroom.errors import UnknownJoinCode
from classroom.progress.people import follow_person
from classroom.services import Parts, Services
from persistence.reading import Asking

router = APIRouter(tags=["classes"], route_class=ReadingRoute)


@router.post("/classes", status_code=201, responses=problems(401, 403, 413, 422))
async def create_class(
    body: NewClass, person: CurrentPerson, transaction: RequestTransaction, services: Parts, once: OncePerKey
) -> Class:
    """Make a class; for teachers."""

    async def create() -> Class:
        row = await actions.create_class(transaction.session, person, title=body.title)
        return await _shown(transaction.session, services, ClassAccess(row, ClassRole.TEACHER))

    return await once.create(body, Class, create)


@router.get("/classes", responses=problems(401, 422))
async def list_classes(person: CurrentPerson, reader: RequestReader, services: Parts, page: WantedPage) -> ClassPage:
    """List one's classes, newest first."""
    views, next_cursor = await actions.list_classes(reader, person, page)
    return ClassPage(items=[_class(view, services) for view in views], next_cursor=next_cursor)


@router.post("/classes/join", responses=problems(401, 403, 404, 409, 413, 422, 429))
async def join_class(
    body: JoinRequest, request: Request, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Class:
    """Join a class with its code. Joining again changes nothing."""
    host = request.client.host if request.client is not None else None
    services.throttles.check_code_guesses(host=host)
    try:
        access = await actions.join_class(transaction, person, body.join_code, live=services.live)
    except UnknownJoinCode:
        services.throttles.wrong_code(host=host)
        raise
    await _follow(transaction, services, access, person.id)
    return await _shown(transaction.session, services, access)


@router.get("/join/{join_code}", responses=problems(404, 429))
async def preview_class(join_code: str, request: Request, reader: RequestReader, services: Parts) -> JoinPreview:
    """Tell which class a join code opens, before anybody is asked for anything."""
    host = request.client.host if request.client is not None else None
    services.throttles.check_code_guesses(host=host)
    try:
        row = await actions.class_by_join_code(reader, join_code)
    except UnknownJoinCode:
        services.throttles.wrong_code(host=host)
        raise
    return JoinPreview(title=row.title, teachers=await actions.teacher_names(reader, row))


@router.get("/classes/{class_id}", responses=problems(401, 404))
async def get_class(class_id: UUID, person: CurrentPerson, reader: RequestReader, services: Parts) -> Class:
    """Return a class."""
    return await _shown(reader, services, await actions.access_class(reader, person, class_id))


@router.patch("/classes/{class_id}", responses=problems(401, 403, 404, 413, 422))
async def update_class(
    class_id: UUID, body: ClassChanges, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Class:
    """Rename a class; for its teachers."""
    access = await actions.access_class(transaction.session, person, class_id, teach=True)
    access.row.title = body.title
    return await _shown(transaction.session, services, access)


@router.delete("/classes/{class_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_class(class_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts) -> None:
    """Delete a class; for its teachers, who can restore it."""
    access = await actions.access_class(transaction.session, person, class_id, teach=True)
    await actions.delete_class(transaction, access, live=services.live)


@router.post("/classes/{class_id}/restore", responses=problems(401, 403, 404))
async def restore_class(
    class_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Class:
    """Restore a deleted class; for its teachers."""
    access = await actions.access_class(transaction.session, person, class_id, teach=True, deleted=True)
    actions.restore_class(transaction, access, live=services.live)
    return await _shown(transaction.session, services, access)


@router.post("/classes/{class_id}/join-code", responses=problems(401, 403, 404))
async def renew_join_code(
    class_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Class:
    """Replace the join code; for the class's teachers."""
    access = await actions.access_class(transaction.session, person, class_id, teach=True)
    await actions.renew_join_code(transaction.session, access)
    return await _shown(transaction.session, services, access)


@router.get("/classes/{class_id}/members", responses=problems(401, 404, 422))
async def list_members(
    class_id: UUID, person: CurrentPerson, reader: RequestReader, page: WantedPeople, role: ClassRole | None = None
) -> MemberPage:
    """List the members of a class by name; `query` is looked for in names, and for its teachers in addresses."""
    access = await actions.access_class(reader, person, class_id)
    found, next_cursor = await members.list_members(reader, access, page, role=role)
    return MemberPage(items=[_member(member, access) for member in found], next_cursor=next_cursor)


@router.get("/classes/{class_id}/members/{user_id}", responses=problems(401, 404))
async def get_member(class_id: UUID, user_id: UUID, person: CurrentPerson, reader: RequestReader) -> Member:
    """Return one member of a class."""
    access = await actions.access_class(reader, person, class_id)
    return _member(await members.access_member(reader, access, user_id), access)


@router.patch("/classes/{class_id}/members/{user_id}", responses=problems(401, 403, 404, 409, 413, 422))
async def update_member(
    *,
    class_id: UUID,
    user_id: UUID,
    body: MemberChanges,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> Member:
    """Change a member's role in the class; for its teachers."""
    session = transaction.session
    access = await actions.access_class(session, person, class_id, teach=True, lock=True)
    member = await members.access_member(session, access, user_id)
    await members.change_role(transaction, access, member, role=body.role, live=services.live)
    await _follow(transaction, services, access, user_id)
    return _member(member, access)


@router.delete("/classes/{class_id}/members/{user_id}", status_code=204, responses=problems(401, 403, 404, 409))
async def remove_member(
    class_id: UUID, user_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Take a member out of the class; for its teachers, and for everybody to leave."""
    session = transaction.session
    access = await actions.access_class(session, person, class_id, lock=True)
    member = await members.access_member(session, access, user_id)
    await members.remove_member(transaction, access, member, person=person, live=services.live)
    await _follow(transaction, services, access, user_id)


async def _follow(transaction: RequestTransaction, services: Services, access: ClassAccess, user_id: UUID) -> None:
    """Let what shows the people of the class show this one as they are in it now."""
    await follow_person(transaction, services.live, class_id=access.row.id, user_id=user_id)
    services.progress.forget(user_id=user_id)


async def _shown(session: Asking, services: Services, access: ClassAccess) -> Class:
    return _class(await actions.view_class(session, access), services)


def _class(view: ClassView, services: Services) -> Class:
    code = shown_join_code(view.row.join_code) if view.role is ClassRole.TEACHER else None
    return Class(
        id=view.row.id,
        title=view.row.title,
        join_code=code,
        join_url=actions.join_link(view.row, public_url=services.accounts.public_url) if code is not None else None,
        role=view.role,
        teachers=[ClassTeacher.model_validate(teacher, from_attributes=True) for teacher in view.teachers],
        student_count=view.student_count,
        course=None if view.course is None else CourseOfClass.model_validate(view.course, from_attributes=True),
        created_at=view.row.created_at,
    )


def _member(member: MemberView, access: ClassAccess) -> Member:
    return Member(
        user_id=member.user.id,
        name=member.user.name,
        color=member.user.color,
        picture=member.user.picture_id,
        role=member.membership.role,
        joined_at=member.membership.joined_at,
        email=member.user.email if access.teaches else None,
        namesake=member.namesake,
    )
