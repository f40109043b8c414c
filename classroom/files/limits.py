"""How much may be kept: per file, per person, per class, and in the whole house."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.errors import TooManyAttempts
from classroom.errors import ClassFilesFull, HouseFilesFull, PersonFilesFull
from classroom.files.models import FileRow
from persistence.reading import Asking

MIB = 1024 * 1024
GIB = 1024 * MIB
LOCK_SPACE = 0xF11E6
UPLOADS_AT_ONCE = 10
"""So many a person may have on their way to one server: each takes room on its disk before it counts."""
RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """The settings: bytes that one file may have, and that the files of a person, a class and the house may have together.

    Every upload counts with its size, also where equal bytes are kept once: what somebody may still upload must not depend on what
    others have.
    """

    file_max_bytes: int = 256 * MIB
    person_max_bytes: int = 5 * GIB
    class_max_bytes: int = 50 * GIB
    house_max_bytes: int = 500 * GIB


DEFAULTS = FileLimits()


async def check_room(
    session: AsyncSession, limits: FileLimits, *, person_id: UUID, class_id: UUID | None, more_bytes: int
) -> None:
    """Check that there is room for more bytes. Of several uploads of one person at once, each sees those before it.

    Raises:
        PersonFilesFull, ClassFilesFull, HouseFilesFull: there is not.
    """
    await session.execute(select(func.pg_advisory_xact_lock(LOCK_SPACE, _lock_key(person_id))))
    if await bytes_of(session, FileRow.uploaded_by == person_id) + more_bytes > limits.person_max_bytes:
        raise PersonFilesFull
    await check_class(session, limits, class_id=class_id, more_bytes=more_bytes)
    if await bytes_of(session, None) + more_bytes > limits.house_max_bytes:
        raise HouseFilesFull


async def check_class(session: AsyncSession, limits: FileLimits, *, class_id: UUID | None, more_bytes: int) -> None:
    """Check that a class has room for more bytes, if there is one.

    Raises:
        ClassFilesFull: it has not.
    """
    if class_id is None or more_bytes == 0:
        return
    await session.execute(select(func.pg_advisory_xact_lock(LOCK_SPACE, _lock_key(class_id))))
    if await bytes_of(session, FileRow.class_id == class_id) + more_bytes > limits.class_max_bytes:
        raise ClassFilesFull


async def bytes_of(session: Asking, which: ColumnElement[bool] | None) -> int:
    """Return how many bytes some files have together; None: all."""
    statement = select(func.coalesce(func.sum(FileRow.size), 0))
    return int(await session.scalar(statement if which is None else statement.where(which)) or 0)


def _lock_key(whose: UUID) -> int:
    # The end of an id is random, its beginning the time.
    return int.from_bytes(whose.bytes[-4:], "big", signed=True)


class UploadsUnderWay:
    """Counts what each person has on its way to this server."""

    def __init__(self) -> None:
        self._counts: Counter[UUID] = Counter()

    @contextmanager
    def one_more(self, person_id: UUID) -> Iterator[None]:
        """Count an upload until the block ends.

        Raises:
            TooManyAttempts: this person has too many on their way.
        """
        if self._counts[person_id] >= UPLOADS_AT_ONCE:
            raise TooManyAttempts(RETRY_SECONDS)
        self._counts[person_id] += 1
        try:
            yield
        finally:
            self._counts[person_id] -= 1
            if not self._counts[person_id]:
                del self._counts[person_id]
