"""Who is in a class: list them, change what they are in it, take them out of it."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Forbidden, NotFound
from auth.http.people_pages import PeopleRequest, by_name, searched
from auth.models import UserRow
from auth.permissions import Action, permits_in_class
from auth.ports import AccessListener
from classroom.classes.actions import ClassAccess, namesake_in
from classroom.classes.models import ClassRole, MembershipRow
from classroom.errors import LastTeacher
from persistence.database import Transaction
from persistence.reading import Asking, prepared

MEMBERS_LIST = "members"


@dataclass(frozen=True, slots=True)
class MemberView:
    """A person in a class; `namesake`: somebody else in it has a name that reads the same."""

    membership: MembershipRow
    user: UserRow
    namesake: bool = False


_CLASS = bindparam("class_id", type_=Uuid)
_WITH_PERSON = (
    select(MembershipRow, UserRow, namesake_in(_CLASS).label("namesake"))
    .join(UserRow, UserRow.id == MembershipRow.user_id)
    .where(MembershipRow.class_id == _CLASS)
)
_MEMBER = prepared(_WITH_PERSON.where(MembershipRow.user_id == bindparam("user_id", type_=Uuid)))


async def list_members(
    session: Asking, access: ClassAccess, page: PeopleRequest, *, role: ClassRole | None = None
) -> tuple[list[MemberView], str | None]:
    """Return one page of the members of a class by name, those in one role where that is asked for. Two queries at most.

    They are looked for by their addresses only by who may see these.
    """
    values = {"class_id": access.row.id, "role": role, **await page.by_name(session, of=MEMBERS_LIST)}
    statement = _members(one_role=role is not None, search=bool(page.query.strip()), addresses=access.teaches)
    found = [MemberView(*each) for each in (await session.execute(statement, values)).all()]
    shown, next_cursor = page.cut(found, [member.user.id for member in found], of=MEMBERS_LIST)
    return list(shown), next_cursor


@cache
def _members(*, one_role: bool, search: bool, addresses: bool) -> Select[MembershipRow, UserRow, bool]:
    statement = _WITH_PERSON
    if one_role:
        statement = statement.where(MembershipRow.role == bindparam("role", type_=MembershipRow.role.type))
    if search:
        statement = searched(statement, addresses=addresses)
    return prepared(by_name(statement))


async def access_member(session: Asking, access: ClassAccess, user_id: UUID) -> MemberView:
    """Return one member of a class, for another member.

    Raises:
        NotFound: there is no such person in the class.
    """
    found = (await session.execute(_MEMBER, {"class_id": access.row.id, "user_id": user_id})).one_or_none()
    if found is None:
        raise NotFound
    return MemberView(*found)


async def change_role(
    transaction: Transaction, access: ClassAccess, member: MemberView, *, role: ClassRole, live: AccessListener
) -> None:
    """Make a member a teacher or a student of the class. The class must be locked.

    Raises:
        LastTeacher: the class would be without a teacher.
    """
    if member.membership.role is role:
        return
    if role is ClassRole.STUDENT:
        await _leave_a_teacher(transaction.session, access, member)
    member.membership.role = role
    _announce(transaction, member, live)


async def remove_member(
    transaction: Transaction, access: ClassAccess, member: MemberView, *, person: Person, live: AccessListener
) -> None:
    """Take somebody out of a class. The class must be locked.

    Their personal access to its documents is kept: leaving and joining again gives nobody more.

    Raises:
        Forbidden: a student may only leave, not remove others.
        LastTeacher: the class would be without a teacher.
    """
    action = Action.LEAVE_CLASS if member.user.id == person.id else Action.TEACH_CLASS
    if not permits_in_class(action, access.role):
        raise Forbidden
    await _leave_a_teacher(transaction.session, access, member)
    await transaction.session.delete(member.membership)
    _announce(transaction, member, live)


def _announce(transaction: Transaction, member: MemberView, live: AccessListener) -> None:
    user_id = member.user.id
    transaction.after_commit(lambda: live.access_changed(user_id=user_id))


async def _leave_a_teacher(session: AsyncSession, access: ClassAccess, member: MemberView) -> None:
    if member.membership.role is not ClassRole.TEACHER:
        return
    teachers = await session.scalar(
        select(func.count())
        .select_from(MembershipRow)
        .where(MembershipRow.class_id == access.row.id, MembershipRow.role == ClassRole.TEACHER)
    )
    if teachers == 1:
        raise LastTeacher
