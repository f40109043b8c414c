"""The tables of accounts elsewhere, and of sign-ons that have begun."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base


class SignOnAccountRow(Base):
    """One account elsewhere that leads into one of ours. It is known by who issued it and its subject, never by its address.

    email: how it was called there when it was connected, for its owner to recognise it.
    """

    __tablename__ = "sign_on_accounts"
    __table_args__ = (
        Index("uq_sign_on_accounts_subject", "issuer", "subject", unique=True),
        Index("uq_sign_on_accounts_user_id", "user_id", "issuer", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    issuer: Mapped[str]
    subject: Mapped[str]
    email: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SignOnFlowRow(Base):
    """A sign-on that has begun: somebody is at the provider. It can be completed once, from the browser that began it.

    state_hash, browser_hash: of what comes back in the address, and of what stands in the browser's cookie. session_id: whose
    account is to be connected; None to sign on. next: the page to go to.
    """

    __tablename__ = "sign_on_flows"
    __table_args__ = (
        Index("ix_sign_on_flows_expires_at", "expires_at"),
        Index("ix_sign_on_flows_session_id", "session_id"),
    )

    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    browser_hash: Mapped[bytes]
    provider: Mapped[str]
    nonce: Mapped[str]
    code_verifier: Mapped[str]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("auth_sessions.id", ondelete="CASCADE"))
    next: Mapped[str | None]
    expires_at: Mapped[datetime]
