"""The table of the keys that have followed the first one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base


class SigningKeyRow(Base):
    """One key after the first. What is kept is a salt: with the secret key it makes the key, alone it makes nothing.

    signs_from: from when on it signs; it is published from the beginning. ends_earlier: whether the tokens of all keys before it
    are worth nothing from that moment on, instead of ending one by one.
    """

    __tablename__ = "signing_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    salt: Mapped[bytes]
    signs_from: Mapped[datetime]
    ends_earlier: Mapped[bool]
