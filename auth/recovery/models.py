"""The table of what links in mails are worth."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base, TextEnum, one_of


class Purpose(StrEnum):
    """What a link allows."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 -- no password
    EMAIL_CHANGE = "email_change"


class AccountLinkRow(Base):
    """The secret of one link, known only by its hash. It works once: with its use the row is gone.

    email: the address that the mail went to; for a change of address, the new one.
    """

    __tablename__ = "account_links"
    __table_args__ = (one_of("purpose", Purpose), Index("ix_account_links_user_id", "user_id"))

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose] = mapped_column(TextEnum(Purpose))
    email: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
