"""Invitations into classes that went to a person's address."""

from dataclasses import dataclass

from sqlalchemy import delete

from auth.personal.ports import PersonalRecords, Subject
from classroom.roster.models import ClassInvitationRow
from persistence.database import Transaction


@dataclass(frozen=True, slots=True)
class RosterRecords(PersonalRecords):
    """An archive has none of them: an address alone does not say who its owner is. Those that somebody sent name other people."""

    async def release(self, transaction: Transaction, subject: Subject) -> None:
        """See PersonalRecords."""
        await transaction.session.execute(delete(ClassInvitationRow).where(ClassInvitationRow.email == subject.email))
