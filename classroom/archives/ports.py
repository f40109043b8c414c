"""What a part of a class is to those that carry it, and what they give it.

Each feature whose rows travel has a `Part` in its `portable.py`: it says what it takes along (`leave`), in a body that is checked as
strictly as what clients send, and makes rows of it in another class (`arrive`).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from auth.http.schemas import RequestBody
from classroom.archives.container import ArchiveReader
from classroom.archives.errors import ArchiveDamaged
from classroom.archives.manifest import first_fault
from classroom.archives.references import References
from classroom.files.limits import FileLimits
from documents.kinds import Kind
from documents.writing import Change

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
Said = TypeVar("Said", bound=RequestBody)
Report = Callable[[str], None]


class Luggage(Protocol):
    """What takes entries on the way out."""

    def put(self, name: str, data: bytes) -> None:
        """Take an entry."""

    async def take(self, sha256: bytes, *, name: str) -> int | None:
        """Take the bytes of a file, once; returns how many, or None where the store has lost or spoiled them."""


class Seeds(Protocol):
    """What makes the first content of a document of an update that comes from elsewhere."""

    def __call__(self, kind: Kind, update: bytes, change: Change) -> bytes | None:
        """Return the update (v1) that a new document begins with: under client ids that are nobody's, then changed. None: nothing.

        Raises:
            ValueError: it is no whole document, or one that some reader could not read; the message says why.
        """


@dataclass(slots=True, kw_only=True)
class Leaving:
    """A class on its way out. All is read in one moment (`session`).

    document_id: only this document leaves, and what lies on it. documents, files: those that leave, as far as they are known.
    """

    session: AsyncSession
    class_id: UUID
    luggage: Luggage
    report: Report
    document_id: UUID | None = None
    documents: set[UUID] = field(default_factory=set)
    files: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Bytes that a part needs. name: of the file; None for the picture of a page."""

    sha256: str
    size: int
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """A class on its way in, in one transaction (`session`).

    media_types: what each file is, by its hash and name. files: those that have arrived, by the ids they had.
    """

    session: AsyncSession
    class_id: UUID
    teacher_id: UUID
    ids: References
    archive: ArchiveReader
    seeds: Seeds
    limits: FileLimits
    media_types: Mapping[tuple[str, str], str]
    report: Report
    files: set[UUID] = field(default_factory=set)


class Part(ABC, Generic[Said]):
    """One part of a class."""

    name: ClassVar[str]
    said: type[Said]
    of_documents: ClassVar[bool] = False
    """Whether it goes along where only one document leaves."""

    @abstractmethod
    async def leave(self, leaving: Leaving) -> Said | None:
        """Return what this part takes along; None where the class has nothing of it."""

    @abstractmethod
    async def arrive(self, arriving: Arriving, said: Said) -> None:
        """Make rows of it."""

    def wanted(self, archive: ArchiveReader, said: Said) -> Iterable[Wanted]:
        """Yield the bytes that have to be in the store before."""
        return ()

    def holds(self, said: Said) -> Iterable[UUID]:
        """Yield what others may mention before it has arrived."""
        return ()

    def count(self, said: Said) -> int:
        """Return how many things this part takes along, for people."""
        items = getattr(said, "items", None)
        return 1 if items is None else len(items)

    def read(self, archive: ArchiveReader) -> Said | None:
        """Read what this part has said; None where nothing.

        Raises:
            ArchiveDamaged: it says what it may not.
        """
        name = f"{self.name}.json"
        if name not in archive.manifest.entries:
            return None
        return parsed(self.said, archive, name)


def parsed(body: type[Said], archive: ArchiveReader, name: str) -> Said:
    """Read an entry of plain fields.

    Raises:
        ArchiveDamaged: it says what it may not.
    """
    data = archive.read(name)
    if _NUL.search(data):
        # No text may have it, and the database would say so in its own words.
        raise ArchiveDamaged(f"{name} has a character that no text has")
    try:
        return body.model_validate_json(data)
    except ValidationError as error:
        raise ArchiveDamaged(first_fault(name, error)) from None
