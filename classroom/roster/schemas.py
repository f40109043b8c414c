"""The bodies of requests and answers about bringing people into a class."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer, EmailAddress, Moment, Page, PlainText, RequestBody
from classroom.classes.models import ClassRole
from classroom.roster.rules import Fault, Outcome


class NewMember(RequestBody):
    """Whom to bring into the class. `name` is for the invitation of somebody who has no account."""

    email: EmailAddress
    name: PlainText | None = None
    role: ClassRole = ClassRole.STUDENT


class ClassInvitation(Answer):
    """Somebody who is invited and has not come yet. `link` lets them in, and is told only when it is made."""

    id: UUID
    email: str
    name: str | None
    created_at: Moment
    link: str | None = None


class ClassInvitationPage(Page[ClassInvitation]):
    """One page of invitations, oldest first."""


class AddedMember(Answer):
    """What became of somebody: added, in the class already, or invited."""

    outcome: Outcome
    user_id: UUID | None
    name: str | None
    invitation: ClassInvitation | None


class RosterPerson(Answer):
    """Somebody of the list, and what becomes of them."""

    line: int
    email: str
    name: str | None
    outcome: Outcome


class RosterFault(Answer):
    """A row that cannot be used, and how it begins; `first_line` is where a duplicate stood first."""

    line: int
    fault: Fault
    text: str
    first_line: int | None


class RosterReport(Answer):
    """What becomes of a list, row by row. `invitations` is empty in a preview, as is `link` for whom no link is needed."""

    carried_out: bool
    encoding: Literal["utf-8", "utf-16-le", "utf-16-be", "windows-1252"]
    separator: Annotated[str, Field(min_length=1, max_length=1)]
    added: int
    already_in: int
    invited: int
    people: list[RosterPerson]
    faults: list[RosterFault]
    invitations: list[ClassInvitation]
