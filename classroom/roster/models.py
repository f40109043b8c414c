"""The table of who is invited into a class."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base


class ClassInvitationRow(Base):
    """An address without an account that is to come into a class; gone once its owner has joined.

    The address opens nothing: nobody has proved to own it. The link that goes with it does, by the class's join code and, where
    registering needs one, by an invitation of the house (`invitation_id`).
    """

    __tablename__ = "class_invitations"
    __table_args__ = (
        UniqueConstraint("class_id", "email", name="uq_class_invitations_email"),
        Index("ix_class_invitations_invitation_id", "invitation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    email: Mapped[str]
    name: Mapped[str | None]
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitations.id", ondelete="SET NULL"))
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
