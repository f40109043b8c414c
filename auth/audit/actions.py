"""Write the audit log, and look through it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from auth.audit.models import AuditAction, AuditEntryRow
from auth.http.pagination import PageRequest
from auth.models import UserRow
from persistence.ids import new_id
from persistence.reading import Asking

AUDIT_LIST = "audit"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, and how the people in it are called today."""

    row: AuditEntryRow
    actor: str | None
    subject: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which entries are looked for; None: whatever it is."""

    action: AuditAction | None = None
    actor_id: UUID | None = None
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def record(
    session: AsyncSession, action: AuditAction, *, actor: UUID | None, subject: UUID | None, **details: str | None
) -> None:
    """Write down a change in its own transaction: rolled back, it leaves no trace."""
    kept = {name: value for name, value in details.items() if value is not None}
    session.add(AuditEntryRow(id=new_id(), action=action, actor_id=actor, subject_id=subject, details=kept))


async def list_entries(session: Asking, page: PageRequest, filters: Filters) -> tuple[Sequence[Entry], str | None]:
    """Return one page of the log, newest first."""
    actor, subject = aliased(UserRow), aliased(UserRow)
    statement = (
        select(AuditEntryRow, actor.name, subject.name)
        .outerjoin(actor, actor.id == AuditEntryRow.actor_id)
        .outerjoin(subject, subject.id == AuditEntryRow.subject_id)
    )
    conditions = {
        AuditEntryRow.action: filters.action,
        AuditEntryRow.actor_id: filters.actor_id,
        AuditEntryRow.subject_id: filters.subject_id,
    }
    for column, wanted in conditions.items():
        if wanted is not None:
            statement = statement.where(column == wanted)
    if filters.since is not None:
        statement = statement.where(AuditEntryRow.at >= filters.since)
    if filters.until is not None:
        statement = statement.where(AuditEntryRow.at < filters.until)
    statement = page.narrow(statement, AuditEntryRow.id, of=AUDIT_LIST, newest_first=True)
    found = [Entry(row, by, about) for row, by, about in (await session.execute(statement)).all()]
    return page.cut(found, [entry.row.id for entry in found], of=AUDIT_LIST)
