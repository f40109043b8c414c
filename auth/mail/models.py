"""The table of outgoing mail."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base, TextEnum, one_of


class MailKind(StrEnum):
    """What a mail is about. Its words are made when it is sent."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 -- no password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    EMAIL_CHANGE = "email_change"
    EMAIL_CHANGED = "email_changed"


class MailState(StrEnum):
    """How far a mail has come."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class OutgoingMailRow(Base):
    """One mail: to whom, and what about. No link is kept here: its secret is made when the mail is sent.

    user_id: None for an address that somebody has typed; whether an account has it is looked up when the mail is sent.
    due_at: when it is tried next. error: why the last try failed, in a word.
    """

    __tablename__ = "outgoing_mails"
    __table_args__ = (
        one_of("kind", MailKind),
        one_of("state", MailState),
        Index("ix_outgoing_mails_due_at", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_outgoing_mails_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[MailKind] = mapped_column(TextEnum(MailKind))
    address: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    state: Mapped[MailState] = mapped_column(TextEnum(MailState), server_default=MailState.WAITING.value)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]
