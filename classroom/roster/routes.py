"""Bringing people into a class: by address, from a list, and by invitation."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request

from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.errors import ContentInvalid
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from classroom.classes.actions import access_class
from classroom.progress.people import follow_people, follow_person
from classroom.roster import actions
from classroom.roster.actions import House, Invited
from classroom.roster.models import ClassInvitationRow
from classroom.roster.rules import ROWS_MAX, Outcome, RosterInvalid, Sorted, read_roster
from classroom.roster.schemas import (
    AddedMember,
    ClassInvitation,
    ClassInvitationPage,
    NewMember,
    RosterFault,
    RosterPerson,
    RosterReport,
)
from classroom.services import Parts, Services
from classroom.tables import TABLE_BODY, read_table

router = APIRouter(tags=["classes"], route_class=ReadingRoute)

# From so many on, all open documents decide again at once: asking for each person would take longer.
TOGETHER = 20
_WHY_INVALID = {
    "encoding_unknown": "The encoding of this file is unknown. Save it as CSV in UTF-8.",
    "no_email_column": "No column of this file holds e-mail addresses.",
    "no_rows": "There is nobody in this file.",
    "too_many_rows": f"A list has at most {ROWS_MAX} rows. Split it and import the parts.",
}


@router.post("/classes/{class_id}/members", status_code=201, responses=problems(401, 403, 404, 413, 422))
async def add_member(
    class_id: UUID, body: NewMember, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> AddedMember:
    """Bring somebody into the class by their address; who has no account is invited, where this school lets teachers invite."""
    session = transaction.session
    access = await access_class(session, person, class_id, teach=True, lock=True)
    outcome, user, invited = await actions.add_person(
        session, person, access, email=body.email, name=body.name, role=body.role, house=_house(services)
    )
    if user is not None and outcome is Outcome.ADD:
        await follow_person(transaction, services.live, class_id=class_id, user_id=user.id)
        services.progress.forget(user_id=user.id)
        user_id = user.id
        transaction.after_commit(lambda: services.live.access_changed(user_id=user_id))
    return AddedMember(
        outcome=outcome,
        user_id=None if user is None else user.id,
        name=body.name if user is None else user.name,
        invitation=None if invited is None else _invited(invited),
    )


@router.post(
    "/classes/{class_id}/members/import",
    responses=problems(401, 403, 404, 413, 422),
    openapi_extra=dict(TABLE_BODY),
)
async def import_members(
    class_id: UUID, request: Request, person: CurrentPerson, services: Parts, *, preview: bool = False
) -> RosterReport:
    """Bring a list of people (CSV) into the class, all in one transaction; `preview`: only tell what would become of each row."""
    async with services.database.transaction() as transaction:
        await access_class(transaction.session, person, class_id, teach=True)
    data = await read_table(request)
    try:
        # Ten thousand addresses take a second to check, in which others are served.
        roster = await asyncio.to_thread(read_roster, data)
    except RosterInvalid as invalid:
        raise ContentInvalid(invalid.code, _WHY_INVALID[invalid.code]) from invalid
    async with services.database.transaction() as transaction:
        session = transaction.session
        access = await access_class(session, person, class_id, teach=True, lock=not preview)
        house = _house(services)
        if preview:
            found = await actions.go_through(session, access, roster, house)
            return _report(roster.encoding, roster.separator, found, carried_out=False, invited=[])
        listed = await actions.bring_in(session, person, access, roster, house)
        if listed.added:
            await follow_people(transaction, services.live, class_id=class_id)
            for user_id in listed.added:
                services.progress.forget(user_id=user_id)
        for changed in listed.added if len(listed.added) < TOGETHER else [None]:
            transaction.after_commit(lambda user_id=changed: services.live.access_changed(user_id=user_id))
        return _report(roster.encoding, roster.separator, listed.sorted, carried_out=True, invited=listed.invited)


@router.get("/classes/{class_id}/invitations", responses=problems(401, 403, 404, 422))
async def list_invitations(
    class_id: UUID, person: CurrentPerson, reader: RequestReader, page: WantedPage
) -> ClassInvitationPage:
    """List who is invited into the class and has not come yet; for its teachers."""
    access = await access_class(reader, person, class_id, teach=True)
    rows, next_cursor = await actions.list_invitations(reader, access, page)
    return ClassInvitationPage(items=[_invitation(row) for row in rows], next_cursor=next_cursor)


@router.post("/classes/{class_id}/invitations/{invitation_id}/link", responses=problems(401, 403, 404, 422))
async def renew_invitation_link(
    class_id: UUID, invitation_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> ClassInvitation:
    """Make another link for somebody who is invited; the earlier one no longer works."""
    access = await access_class(transaction.session, person, class_id, teach=True)
    invited = await actions.renew_link(transaction.session, person, access, invitation_id, _house(services))
    return _invited(invited)


@router.delete("/classes/{class_id}/invitations/{invitation_id}", status_code=204, responses=problems(401, 403, 404))
async def withdraw_invitation(
    class_id: UUID, invitation_id: UUID, person: CurrentPerson, transaction: RequestTransaction
) -> None:
    """Take an invitation back; its link no longer registers anybody."""
    access = await access_class(transaction.session, person, class_id, teach=True)
    await actions.withdraw(transaction.session, access, invitation_id)


def _house(services: Services) -> House:
    accounts = services.accounts
    return House(students=accounts.registration.student, public_url=accounts.public_url)


def _report(
    encoding: str, separator: str, found: Sorted, *, carried_out: bool, invited: Sequence[Invited]
) -> RosterReport:
    counted = Counter(outcome for _, outcome in found.outcomes)
    return RosterReport.model_validate(
        {
            "carried_out": carried_out,
            "encoding": encoding,
            "separator": separator,
            "added": counted[Outcome.ADD],
            "already_in": counted[Outcome.ALREADY_IN],
            "invited": counted[Outcome.INVITE],
            "people": [
                RosterPerson(line=row.line, email=row.email, name=row.name, outcome=outcome)
                for row, outcome in found.outcomes
            ],
            "faults": [
                RosterFault(line=bad.line, fault=bad.fault, text=bad.text, first_line=bad.first_line)
                for bad in found.bad
            ],
            "invitations": [_invited(each) for each in invited],
        }
    )


def _invitation(row: ClassInvitationRow, link: str | None = None) -> ClassInvitation:
    return ClassInvitation(id=row.id, email=row.email, name=row.name, created_at=row.created_at, link=link)


def _invited(invited: Invited) -> ClassInvitation:
    return _invitation(invited.row, invited.link)
