"""Bring people into a class by their addresses: one, or a whole list in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import ContentInvalid, FieldInvalid, NotFound
from auth.http.pagination import PageRequest, paged
from auth.inviting import invite_students, withdraw_invitations
from auth.models import UserRow
from auth.permissions import Action, permits
from auth.registration import RegistrationMode
from classroom.classes.actions import ClassAccess, add_member, join_link
from classroom.classes.models import ClassRole, MembershipRow
from classroom.roster.models import ClassInvitationRow
from classroom.roster.rules import (
    MEMBERS_MAX,
    Fault,
    Known,
    Outcome,
    Roster,
    RosterRow,
    Sorted,
    may_invite,
    sort_out,
)
from persistence.base import utc_now
from persistence.ids import new_id
from persistence.reading import Asking

INVITATIONS_LIST = "class invitations"
_TOO_LARGE = f"A class has at most {MEMBERS_MAX} people and invitations."


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What of the house's settings a list depends on."""

    students: RegistrationMode
    public_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Somebody who was invited, and the link that lets them in; known only now where it holds a code of its own."""

    row: ClassInvitationRow
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What becomes of a list, and whom it adds and invites, where it was carried out."""

    sorted: Sorted
    added: Sequence[UUID]
    invited: Sequence[Invited]


async def go_through(session: AsyncSession, access: ClassAccess, roster: Roster, house: House) -> Sorted:
    """Say what becomes of each row of a list, and change nothing.

    Raises:
        ContentInvalid: `class_too_large`.
    """
    addresses = literal([row.email for row in roster.rows], ARRAY(Text))
    users = await session.execute(
        select(UserRow.id, func.lower(UserRow.email), UserRow.name, UserRow.role).where(
            func.lower(UserRow.email) == any_(addresses)
        )
    )
    known = {
        email: Known(user_id=user_id, name=name, may_join=permits(Action.JOIN_CLASSES, role))
        for user_id, email, name, role in users.all()
    }
    members = set(
        (await session.scalars(select(MembershipRow.user_id).where(MembershipRow.class_id == access.row.id))).all()
    )
    invited = set(
        (
            await session.scalars(select(ClassInvitationRow.email).where(ClassInvitationRow.class_id == access.row.id))
        ).all()
    )
    found = sort_out(roster, known=known, members=members, may_invite=may_invite(house.students))
    new = sum(
        outcome is Outcome.ADD or (outcome is Outcome.INVITE and row.email not in invited)
        for row, outcome in found.outcomes
    )
    if len(members) + len(invited) + new > MEMBERS_MAX:
        raise ContentInvalid("class_too_large", _TOO_LARGE)
    return found


async def bring_in(session: AsyncSession, person: Person, access: ClassAccess, roster: Roster, house: House) -> Listed:
    """Add whoever of a list has an account, and invite the others where the house allows it. The class must be locked.

    Raises:
        ContentInvalid: `class_too_large`.
    """
    found = await go_through(session, access, roster, house)
    wanted = [row.email for row, outcome in found.outcomes if outcome is Outcome.ADD]
    added = await _add(session, access, wanted)
    invited = await _invite(
        session, person, access, [row for row, outcome in found.outcomes if outcome is Outcome.INVITE], house
    )
    return Listed(sorted=found, added=added, invited=invited)


async def add_person(
    session: AsyncSession,
    person: Person,
    access: ClassAccess,
    *,
    email: str,
    name: str | None,
    role: ClassRole,
    house: House,
) -> tuple[Outcome, UserRow | None, Invited | None]:
    """Add whoever has an address, or invite them as a student. The class must be locked.

    Raises:
        FieldInvalid: the address is unknown and becomes no invitation, or belongs to the house's office.
        ContentInvalid: `class_too_large`.
    """
    roster = Roster(encoding="", separator="", rows=[RosterRow(line=1, email=email, name=name)], bad=[])
    found = await go_through(session, access, roster, house)
    if found.bad:
        raise FieldInvalid("email", _words(found.bad[0].fault))
    row, outcome = found.outcomes[0]
    if outcome is Outcome.INVITE:
        if role is not ClassRole.STUDENT:
            raise FieldInvalid("email", _words(Fault.UNKNOWN_ADDRESS))
        return outcome, None, (await _invite(session, person, access, [row], house))[0]
    user = (await session.scalars(select(UserRow).where(func.lower(UserRow.email) == email))).one()
    if outcome is Outcome.ADD:
        await add_member(session, class_id=access.row.id, user_id=user.id, role=role)
    return outcome, user, None


_INVITATIONS = paged(
    select(ClassInvitationRow).where(ClassInvitationRow.class_id == bindparam("class_id", type_=Uuid)),
    ClassInvitationRow.id,
)


async def list_invitations(
    session: Asking, access: ClassAccess, page: PageRequest
) -> tuple[Sequence[ClassInvitationRow], str | None]:
    """Return one page of those who are invited and have not come yet."""
    values = {"class_id": access.row.id, **page.values(of=INVITATIONS_LIST)}
    found = (await session.scalars(_INVITATIONS, values)).all()
    return page.cut(found, [row.id for row in found], of=INVITATIONS_LIST)


async def renew_link(
    session: AsyncSession, person: Person, access: ClassAccess, invitation_id: UUID, house: House
) -> Invited:
    """Make another link for somebody who is invited; the earlier one is worth nothing from now on.

    Raises:
        NotFound: there is no such invitation.
        FieldInvalid: the house no longer lets teachers invite.
    """
    row = await _invitation(session, access, invitation_id)
    if not may_invite(house.students):
        raise FieldInvalid("email", _words(Fault.UNKNOWN_ADDRESS))
    return (await _invite(session, person, access, [RosterRow(line=1, email=row.email, name=row.name)], house))[0]


async def withdraw(session: AsyncSession, access: ClassAccess, invitation_id: UUID) -> None:
    """Take an invitation back.

    Raises:
        NotFound: there is no such invitation.
    """
    row = await _invitation(session, access, invitation_id)
    if row.invitation_id is not None:
        await withdraw_invitations(session, [row.invitation_id])
    await session.delete(row)


async def _invitation(session: AsyncSession, access: ClassAccess, invitation_id: UUID) -> ClassInvitationRow:
    row = await session.get(ClassInvitationRow, invitation_id)
    if row is None or row.class_id != access.row.id:
        raise NotFound
    return row


async def _add(session: AsyncSession, access: ClassAccess, emails: Sequence[str]) -> Sequence[UUID]:
    if not emails:
        return []
    addresses = literal(list(emails), ARRAY(Text))
    source = select(literal(access.row.id), UserRow.id, literal(ClassRole.STUDENT.value, Text)).where(
        func.lower(UserRow.email) == any_(addresses)
    )
    added = await session.scalars(
        insert(MembershipRow)
        .from_select(["class_id", "user_id", "role"], source)
        .on_conflict_do_nothing()
        .returning(MembershipRow.user_id)
    )
    found = added.all()
    await session.execute(
        delete(ClassInvitationRow).where(
            ClassInvitationRow.class_id == access.row.id, ClassInvitationRow.email == any_(addresses)
        )
    )
    return found


async def _invite(
    session: AsyncSession, person: Person, access: ClassAccess, rows: Sequence[RosterRow], house: House
) -> list[Invited]:
    """Invite people; who was invited before gets another link, and keeps the place in the list."""
    if not rows:
        return []
    addresses = literal([row.email for row in rows], ARRAY(Text))
    earlier = {
        row.email: row
        for row in (
            await session.scalars(
                select(ClassInvitationRow).where(
                    ClassInvitationRow.class_id == access.row.id, ClassInvitationRow.email == any_(addresses)
                )
            )
        ).all()
    }
    await withdraw_invitations(session, [row.invitation_id for row in earlier.values() if row.invitation_id])
    codes: list[tuple[UUID | None, str | None]] = [(None, None)] * len(rows)
    if house.students is RegistrationMode.INVITATION:
        codes = list(await invite_students(session, len(rows), teacher=person))
    invited, new = [], []
    for row, (invitation_id, code) in zip(rows, codes, strict=True):
        kept = earlier.get(row.email)
        if kept is None:
            kept = ClassInvitationRow(
                id=new_id(),
                class_id=access.row.id,
                email=row.email,
                invited_by=person.id,
                name=row.name,
                created_at=utc_now(),
            )
            new.append(kept)
        kept.name = row.name or kept.name
        kept.invitation_id = invitation_id
        link = join_link(access.row, public_url=house.public_url)
        invited.append(Invited(row=kept, link=link if code is None else f"{link}?invitation={code}"))
    session.add_all(new)
    await session.flush()
    return invited


def _words(fault: Fault) -> str:
    return {
        Fault.UNKNOWN_ADDRESS: "belongs to nobody here",
        Fault.NOT_FOR_CLASSES: "belongs to the school's office, not to a class",
    }.get(fault, "cannot be used")
