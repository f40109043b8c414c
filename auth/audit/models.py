"""The table of who changed what about people."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base, TextEnum, one_of


class AuditAction(StrEnum):
    """What was done."""

    ACCOUNT_APPROVED = "account_approved"
    ACCOUNT_BLOCKED = "account_blocked"
    ACCOUNT_UNBLOCKED = "account_unblocked"
    ACCOUNT_ERASED = "account_erased"
    BLOCK_ENDED = "block_ended"
    PICTURE_REMOVED = "picture_removed"
    RESET_SENT = "reset_sent"
    ROLE_CHANGED = "role_changed"
    PERSON_INVITED = "person_invited"


class AuditEntryRow(Base):
    """One change: who did it, to whom, and what it was like. Written in the transaction of the change, never changed.

    actor_id: None for what happened by itself; subject_id: None for changes of nobody. They point to no row, and stay when an account
    is erased: then they are all that is left of whom it was about.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        one_of("action", AuditAction),
        Index("ix_audit_entries_actor_id", "actor_id", "id"),
        Index("ix_audit_entries_subject_id", "subject_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    action: Mapped[AuditAction] = mapped_column(TextEnum(AuditAction))
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]
