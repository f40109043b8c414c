"""What administrators see of who changed what."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from auth.audit import actions
from auth.audit.actions import Entry, Filters
from auth.audit.models import AuditAction
from auth.audit.schemas import AuditEntry, AuditPage, AuditPerson
from auth.dependencies import ReadsAudit, RequestReader
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from auth.http.schemas import GivenMoment

router = APIRouter(prefix="/admin", tags=["administration"], route_class=ReadingRoute)


async def _filters(
    action: AuditAction | None = None,
    actor_id: UUID | None = None,
    subject_id: UUID | None = None,
    since: Annotated[GivenMoment | None, Query(description="Not before this moment.")] = None,
    until: Annotated[GivenMoment | None, Query(description="Before this moment.")] = None,
) -> Filters:
    return Filters(action=action, actor_id=actor_id, subject_id=subject_id, since=since, until=until)


@router.get("/audit", responses=problems(401, 403, 422))
async def list_audit_entries(
    _admin: ReadsAudit,
    reader: RequestReader,
    page: WantedPage,
    filters: Annotated[Filters, Depends(_filters)],
) -> AuditPage:
    """List who changed what about people, newest first."""
    found, next_cursor = await actions.list_entries(reader, page, filters)
    return AuditPage(items=[_entry(entry) for entry in found], next_cursor=next_cursor)


def _entry(entry: Entry) -> AuditEntry:
    row = entry.row
    return AuditEntry(
        id=row.id,
        at=row.at,
        action=row.action,
        actor=_person(row.actor_id, entry.actor),
        subject=_person(row.subject_id, entry.subject),
        details=row.details,
    )


def _person(user_id: UUID | None, name: str | None) -> AuditPerson | None:
    return None if user_id is None else AuditPerson(id=user_id, name=name)
