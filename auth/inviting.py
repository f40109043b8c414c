"""Invite students by a teacher's word; who else invites whom is for administrators (``admin_actions``)."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.audit.actions import record
from auth.audit.models import AuditAction
from auth.models import InvitationRow, Role
from auth.tokens import new_secret, secret_hash
from persistence.base import utc_now
from persistence.ids import new_id

STUDENTS_INVITED_DAYS = 30


async def invite_students(session: AsyncSession, count: int, *, teacher: Person) -> list[tuple[UUID, str]]:
    """Make invitations to register as a student; return their ids and their codes, which are known only now."""
    made = [(new_id(), new_secret()) for _ in range(count)]
    if made:
        expires_at = utc_now() + timedelta(days=STUDENTS_INVITED_DAYS)
        await session.execute(
            insert(InvitationRow),
            [
                {
                    "id": invitation_id,
                    "code_hash": secret_hash(code),
                    "role": Role.STUDENT,
                    "created_by": teacher.id,
                    "expires_at": expires_at,
                }
                for invitation_id, code in made
            ],
        )
        record(
            session,
            AuditAction.PERSON_INVITED,
            actor=teacher.id,
            subject=None,
            role=Role.STUDENT,
            count=str(count),
        )
    return made


async def withdraw_invitations(session: AsyncSession, invitation_ids: Collection[UUID]) -> None:
    """Make invitations that nobody has used worth nothing."""
    await session.execute(
        delete(InvitationRow).where(InvitationRow.id.in_(invitation_ids), InvitationRow.used_at.is_(None))
    )
