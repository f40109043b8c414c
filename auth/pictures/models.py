"""The table of pictures."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base


class PictureRow(Base):
    """A person's picture, a few kilobytes. Another one has another id, so that an address always names the same bytes."""

    __tablename__ = "pictures"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    content: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
