"""The bodies of answers about the audit log."""

from uuid import UUID

from pydantic import Field

from auth.audit.models import AuditAction
from auth.http.schemas import Answer, Moment, Page


class AuditPerson(Answer):
    """Somebody in an entry, as they are called today."""

    id: UUID
    name: str | None = Field(description="null where the account was erased.")


class AuditEntry(Answer):
    """One change of what concerns people."""

    id: UUID
    at: Moment
    action: AuditAction
    actor: AuditPerson | None = Field(description="Who did it; null for what happened by itself.")
    subject: AuditPerson | None = Field(description="Whom it concerns, if it is one person.")
    details: dict[str, str] = Field(description="What the change was: for example `from` and `to`, or `reason`.")


class AuditPage(Page[AuditEntry]):
    """One page of the audit log, newest first."""
