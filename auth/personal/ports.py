"""What each part of the house says and does about one person; the parts of the classroom implement it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Result
from sqlalchemy.ext.asyncio import AsyncSession

from persistence.database import Transaction

ROWS_MAX = 100_000
"""The rows of one kind that are given to a person at once: more than anybody makes in a school's life."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that become one JSON file. `name`: without ending."""

    name: str
    rows: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is kept already. `name`: its path in the archive; `read`: yields its bytes, or fails before the first."""

    name: str
    read: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that is made when its turn comes. `name`: its path in the archive."""

    name: str
    make: Callable[[], Awaitable[bytes]]


Item = Rows | StoredFile | MadeFile


@dataclass(frozen=True, slots=True)
class Hindrance:
    """A class that would be left without a teacher."""

    class_id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom it is about."""

    id: UUID
    email: str
    name: str


class PersonalRecords(Protocol):
    """One part of the house. It inherits what it has nothing to do with."""

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """Return what is kept about somebody, as far as they may see it. Nothing long is done before it is the turn of a file."""
        return ()

    async def hindrances(self, session: AsyncSession, subject: Subject, *, lock: bool) -> Sequence[Hindrance]:
        """Return what has to be handed over before somebody can go; `lock`: it stays true until the transaction ends."""
        return ()

    async def release(self, transaction: Transaction, subject: Subject) -> None:
        """Take somebody out of what is live, and erase what no foreign key erases with the account.

        Called in the transaction that erases the account, while it is still there.
        """
        return


def table(name: str, found: Result[*tuple[Any, ...]]) -> list[Rows]:
    """Return the rows of a statement as one file, or nothing where there are none."""
    rows = [dict(row) for row in found.mappings()]
    return [Rows(name, rows)] if rows else []


@dataclass(frozen=True, slots=True)
class Household:
    """All parts of the house, in the order in which they let somebody go."""

    parts: Sequence[PersonalRecords] = field(default=())

    async def collect(self, session: AsyncSession, subject: Subject) -> list[Item]:
        """Return what all parts keep."""
        return [item for part in self.parts for item in await part.collect(session, subject)]

    async def hindrances(self, session: AsyncSession, subject: Subject, *, lock: bool) -> list[Hindrance]:
        """Return what has to be handed over, in all parts."""
        return [each for part in self.parts for each in await part.hindrances(session, subject, lock=lock)]

    async def release(self, transaction: Transaction, subject: Subject) -> None:
        """Have all parts let somebody go."""
        for part in self.parts:
            await part.release(transaction, subject)
