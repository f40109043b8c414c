"""The tables of people, their sign-ins and the invitations to register."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base, TextEnum, one_of


class Role(StrEnum):
    """What an account is in the whole house; a membership carries the role within a class."""

    STUDENT = "student"
    TEACHER = "teacher"
    ADMIN = "admin"
    SUPPORT = "support"


class AccountStatus(StrEnum):
    """Whether an account may sign in."""

    ACTIVE = "active"
    PENDING = "pending"
    BLOCKED = "blocked"


_SORT_NAME = (
    "translate(replace(replace(replace("
    r"lower(regexp_replace(normalize(name, nfkd), '[\u0300-\u036f]', '', 'g')), "
    "'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'øłđı', 'oldi')"
)


class UserRow(Base):
    """One person's account. The address is kept normalised (see ``auth.rules.normalise_email``).

    password_hash: None where the person signs on elsewhere (see ``auth.sign_on``) and has chosen none here. picture_id: the
    picture's (see ``auth.pictures``), so that whatever shows the person knows it without asking. sort_name: the name as lists are
    ordered by it and as it is looked for (see ``auth.rules.sort_name``); the database makes it.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email", text("lower(email)"), unique=True),
        one_of("role", Role),
        one_of("status", AccountStatus),
        CheckConstraint("blocked_until is null or status = 'blocked'", name="blocked_until"),
        Index("ix_users_sort_name", "sort_name", postgresql_using="hash"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str | None]
    role: Mapped[Role] = mapped_column(TextEnum(Role))
    status: Mapped[AccountStatus] = mapped_column(TextEnum(AccountStatus))
    blocked_reason: Mapped[str | None]
    blocked_until: Mapped[datetime | None]
    color: Mapped[str]
    picture_id: Mapped[UUID | None]
    locale: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sort_name: Mapped[str] = mapped_column(Computed(_SORT_NAME, persisted=True))


class AuthSessionRow(Base):
    """One sign-in on one device: the family of its refresh tokens, and what its access tokens depend on.

    provider: the id of the provider that it came from; None for a password's.
    """

    __tablename__ = "auth_sessions"
    __table_args__ = (Index("ix_auth_sessions_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str]
    provider: Mapped[str | None]


class RefreshTokenRow(Base):
    """One refresh token, known only by its hash. A used one stays, so that its reuse is noticed.

    `successor_salt`: with it the token makes the one that it was exchanged for once more; it is there until that one is used.
    """

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index("ix_refresh_tokens_session_id", "session_id"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("auth_sessions.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    successor_salt: Mapped[bytes | None]


class InvitationRow(Base):
    """A code with which one person may register in a role. Only the code's hash is kept."""

    __tablename__ = "invitations"
    __table_args__ = (
        Index("uq_invitations_code_hash", "code_hash", unique=True),
        one_of("role", Role),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes]
    role: Mapped[Role] = mapped_column(TextEnum(Role))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
