"""Make a new class of an archive, while the server runs.

It is read twice: first to its end, to believe it, then to write. Files are kept before the rows that name them; all rows are one
transaction. Whatever fails, nothing of it is seen, and the bytes that were kept for it go again.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from auth.errors import AuthError
from auth.models import AccountStatus, UserRow
from auth.permissions import Action, permits
from auth.rules import standing
from classroom.archives.container import ArchiveReader, Bounds
from classroom.archives.errors import ArchiveDamaged, ArchiveError
from classroom.archives.manifest import Manifest
from classroom.archives.ports import Arriving, Part, Report, Seeds, Wanted
from classroom.archives.references import References
from classroom.classes.actions import add_class
from classroom.errors import ClassFilesFull, HouseFilesFull, PersonFilesFull, UnsupportedMediaType
from classroom.files.collecting import BATCH, forget
from classroom.files.inspection import media_type_of
from classroom.files.limits import FileLimits, check_room
from persistence.base import utc_now
from persistence.database import Database
from persistence.errors import ConstraintViolated
from persistence.file_store import FileStore, Received
from persistence.ids import new_id
from persistence.kept_files import still_kept

FILES_PER_LINE = 200
PICTURE = "image/webp"
_FULL = {
    PersonFilesFull: "The files have more bytes than the teacher may still upload.",
    ClassFilesFull: "The files have more bytes than a class may have.",
    HouseFilesFull: "The files have more bytes than there is room for in the whole house.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Where a class arrives. named_by: every column that names bytes in the file store."""

    database: Database
    store: FileStore
    limits: FileLimits
    document_max_bytes: int
    seeds: Seeds
    named_by: Sequence[InstrumentedAttribute[bytes]]

    @property
    def bounds(self) -> Bounds:
        """Return how large an archive may be."""
        return Bounds(
            document_bytes=self.document_max_bytes,
            file_bytes=self.limits.file_max_bytes,
            files_bytes=self.limits.class_max_bytes,
        )


async def bring_class(
    house: House, path: Path, *, parts: Sequence[Part[Any]], teacher: str, report: Report
) -> tuple[UUID, Manifest]:
    """Make a class of an archive, with this teacher (an address), and return its id; all of it, or nothing.

    Raises:
        ArchiveError: the archive is not believed, or the teacher cannot have it.
        FilesAway, StorageFull, OSError, SQLAlchemyError: as they say.
    """
    with path.open("rb") as file:
        archive = ArchiveReader(file, house.bounds)
        report("reading the archive once, to see that all of it is there")
        for number, _ in enumerate(archive.verify(), start=1):
            if number % FILES_PER_LINE == 0:
                report(f"{number} of {len(archive.manifest.entries)} entries")
        said = [(part, body) for part in parts if (body := part.read(archive)) is not None]
        arrival = _Arrival(house, archive, report)
        try:
            return await arrival.bring(said, teacher=teacher), archive.manifest
        except (PersonFilesFull, ClassFilesFull, HouseFilesFull) as error:
            raise ArchiveError(_FULL[type(error)]) from error
        except ConstraintViolated as error:
            raise ArchiveDamaged("it says something twice, or what cannot be") from error
        except AuthError as error:
            # What a client would be told of it.
            raise ArchiveError(getattr(error, "detail", None) or str(error) or type(error).__name__) from error


class _Arrival:
    """One archive on its way in."""

    def __init__(self, house: House, archive: ArchiveReader, report: Report) -> None:
        self._house = house
        self._archive = archive
        self._report = report
        self._kept: list[bytes] = []
        self._there: set[bytes] = set()
        self._media_types: dict[tuple[str, str], str] = {}

    async def bring(self, said: list[tuple[Part[Any], Any]], *, teacher: str) -> UUID:
        wanted = self._wanted(said)
        house = self._house
        # What would be refused at the end is refused before the first byte.
        async with house.database.transaction() as transaction:
            teacher_id = await _teacher(transaction.session, teacher)
            size = sum(each.size for files in wanted.values() for each in files if each.name is not None)
            await check_room(transaction.session, house.limits, person_id=teacher_id, class_id=None, more_bytes=size)
        try:
            await self._receive(wanted)
            return await self._write(said, teacher=teacher)
        except BaseException:
            for begin in range(0, len(self._kept), BATCH):
                batch = self._kept[begin : begin + BATCH]
                await forget(house.database, house.store, batch, named_by=house.named_by)
            raise

    def _wanted(self, said: list[tuple[Part[Any], Any]]) -> dict[str, list[Wanted]]:
        found: dict[str, list[Wanted]] = {}
        for part, body in said:
            for each in part.wanted(self._archive, body):
                if self._archive.size(f"files/{each.sha256}") != each.size:
                    raise ArchiveDamaged(f"files/{each.sha256} has another size than its use says")
                found.setdefault(each.sha256, []).append(each)
        return found

    async def _receive(self, wanted: dict[str, list[Wanted]]) -> None:
        """Keep all bytes, and find out what they are."""
        for number, (name, uses) in enumerate(wanted.items(), start=1):
            async with self._house.store.receive(self._chunks(name), max_bytes=uses[0].size) as received:
                await self._inspect(received, name, uses)
                if await self._house.store.has(received.sha256):
                    self._there.add(received.sha256)
                else:
                    self._kept.append(received.sha256)
                    await self._house.store.keep(received)
            if number % FILES_PER_LINE == 0:
                self._report(f"{number} of {len(wanted)} files")

    async def _inspect(self, received: Received, name: str, uses: list[Wanted]) -> None:
        for called in {each.name for each in uses}:
            try:
                found = await asyncio.to_thread(media_type_of, received.path, name=called or "page.webp")
            except UnsupportedMediaType:
                raise ArchiveError(
                    f"The file {called!r} of this archive is a program; nobody may upload one."
                ) from None
            if called is None and found != PICTURE:
                raise ArchiveDamaged(f"files/{name} is no picture of a page")
            if called is not None:
                self._media_types[name, called] = found

    async def _write(self, said: list[tuple[Part[Any], Any]], *, teacher: str) -> UUID:
        house = self._house
        async with house.database.transaction() as transaction:
            session = transaction.session
            await self._hold(session)
            # Once more: meanwhile the account may have been blocked.
            teacher_id = await _teacher(session, teacher)
            row = await add_class(session, title=self._archive.manifest.class_.title, teacher_id=teacher_id)
            arriving = Arriving(
                session=session,
                class_id=row.id,
                teacher_id=teacher_id,
                ids=References(new_id),
                archive=self._archive,
                seeds=house.seeds,
                limits=house.limits,
                media_types=self._media_types,
                report=self._report,
            )
            for part, body in said:
                with _part_named(part):
                    for each in part.holds(body):
                        arriving.ids.add(each)
            for part, body in said:
                with _part_named(part):
                    await part.arrive(arriving, body)
            self._report("committing")
        return row.id

    async def _hold(self, session: AsyncSession) -> None:
        """Let nobody forget bytes that were there before until the transaction ends, and see that nobody has.

        A row that names them cannot be deleted meanwhile. What none names any more is locked by its hash, and kept anew if need be.
        """
        there = sorted(self._there)
        for begin in range(0, len(there), BATCH):
            batch = there[begin : begin + BATCH]
            named: set[bytes] = set()
            # In one order for all, so that no two wait for each other.
            for column in sorted(self._house.named_by, key=str):
                named.update(
                    (
                        await session.scalars(
                            select(column).where(column.in_(batch)).with_for_update(read=True, key_share=True)
                        )
                    ).all()
                )
            for sha256 in sorted(set(batch) - named):
                size = self._archive.size(f"files/{sha256.hex()}")
                async with self._house.store.receive(self._chunks(sha256.hex()), max_bytes=size) as received:
                    await still_kept(session, self._house.store, received)

    async def _chunks(self, name: str) -> AsyncIterator[bytes]:
        chunks: Iterator[bytes] = self._archive.chunks(f"files/{name}")
        while data := await asyncio.to_thread(next, chunks, b""):
            yield data


@contextmanager
def _part_named(part: Part[Any]) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ArchiveDamaged(f"{part.name}: {error}") from error


async def _teacher(session: AsyncSession, email: str) -> UUID:
    row = await session.scalar(select(UserRow).where(func.lower(UserRow.email) == email.strip().lower()))
    if row is None:
        raise ArchiveError(f"Nobody has an account as {email}.")
    if standing(row.status, blocked_until=row.blocked_until, at=utc_now()) is not AccountStatus.ACTIVE:
        raise ArchiveError(f"The account {email} is not active.")
    if not permits(Action.CREATE_CLASSES, row.role):
        raise ArchiveError(f"{email} is no teacher: only teachers have classes.")
    return row.id
