"""Answers to requests that carried an ``Idempotency-Key``: the same request twice does its work once."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger, cast, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base, utc_now
from persistence.errors import KeyReused

ANSWER_KEPT_HOURS = 24
LOCK_SPACE = 0x1DE3


class IdempotencyKey(Base):
    """The answer that a person's request with a certain key got."""

    __tablename__ = "idempotency_keys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int] = mapped_column(SmallInteger)
    response: Mapped[Any] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


async def earlier_answer(session: AsyncSession, *, user_id: UUID, key: str, request_hash: bytes) -> Any | None:
    """Return the answer that this request got before, or None when it is new.

    Holds a lock on the key until the transaction ends, so of several at once the first does the work and the
    others wait for its answer (or, when it failed, do the work themselves).

    Raises:
        KeyReused: the key was used for another request.
    """
    digest = hashlib.sha256(user_id.bytes + key.encode()).digest()
    lock = int.from_bytes(digest[:4], "big", signed=True)
    await session.execute(select(func.pg_advisory_xact_lock(LOCK_SPACE, lock)))
    await session.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.user_id == user_id,
            IdempotencyKey.created_at < utc_now() - timedelta(hours=ANSWER_KEPT_HOURS),
        )
    )
    earlier = await session.get(IdempotencyKey, (user_id, key))
    if earlier is None:
        return None
    if earlier.request_hash != request_hash:
        raise KeyReused
    return earlier.response


async def forget_answers(session: AsyncSession, *, naming: Sequence[str]) -> None:
    """Forget the answers, whoever got them, in which one of these values stands. Such a request sent again would be carried out anew."""
    path = " || ".join(f"@ == $v{number}" for number in range(len(naming)))
    values = func.jsonb_build_object(*[part for number, value in enumerate(naming) for part in (f"v{number}", value)])
    await session.execute(
        delete(IdempotencyKey).where(
            func.jsonb_path_exists(IdempotencyKey.response, cast(f"$.** ? ({path})", JSONPATH), values)
        )
    )


def keep_answer(
    session: AsyncSession, *, user_id: UUID, key: str, request_hash: bytes, status: int, response: Any
) -> None:
    """Keep the answer to a request, in the transaction that did the request's work."""
    session.add(IdempotencyKey(user_id=user_id, key=key, request_hash=request_hash, status=status, response=response))
