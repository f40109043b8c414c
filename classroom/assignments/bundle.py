"""All that was handed in for an assignment as one archive, made while it is sent: never whole in memory, no connection held."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import and_, select

from auth.models import UserRow
from classroom.assignments.models import AttemptRow, SubmissionFileRow, SubmissionRow
from classroom.assignments.names import Names
from classroom.classes.models import ClassRole, MembershipRow
from classroom.documents.export import linked_addresses, updates_of, written
from classroom.files.actions import images_at
from classroom.files.models import FileRow
from classroom.services import Services
from documents.export import ExportFormat
from documents.kinds import Kind

AT_ONCE = 50
TEXT_FILE, PAGE_FILE = "text.txt", "page.excalidraw"


@dataclass(frozen=True, slots=True)
class _HandedIn:
    user_id: UUID
    name: str
    document_id: UUID | None
    attempt: AttemptRow


async def archive(services: Services, *, assignment_id: UUID, class_id: UUID) -> AsyncIterator[bytes]:
    """Yield a ZIP archive with a folder for each student who has handed in: the last attempt's text, page and files."""
    pipe = _Pipe()
    names = Names()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as folder:
        after: UUID | None = None
        while True:
            students = await _next(services, assignment_id=assignment_id, class_id=class_id, after=after)
            for each in students:
                place = names.take(each.name, otherwise="student")
                if each.attempt.text:
                    content = each.attempt.text.replace("\n", "\r\n").encode()
                    await _add(folder, f"{place}/{TEXT_FILE}", content, each.attempt.handed_in_at)
                if each.document_id is not None and each.attempt.document_seq is not None:
                    content = await _page(services, each.document_id, each.attempt.document_seq)
                    await _add(folder, f"{place}/{PAGE_FILE}", content, each.attempt.handed_in_at)
                for piece in pipe.taken():
                    yield piece
                async for piece in _files(services, folder, pipe, place, each):
                    yield piece
            if len(students) < AT_ONCE:
                break
            after = students[-1].user_id
    for piece in pipe.taken():
        yield piece


async def _next(services: Services, *, assignment_id: UUID, class_id: UUID, after: UUID | None) -> list[_HandedIn]:
    statement = (
        select(UserRow.id, UserRow.name, SubmissionRow.document_id, AttemptRow)
        .select_from(SubmissionRow)
        .join(
            MembershipRow,
            and_(
                MembershipRow.class_id == class_id,
                MembershipRow.user_id == SubmissionRow.user_id,
                MembershipRow.role == ClassRole.STUDENT,
            ),
        )
        .join(UserRow, UserRow.id == SubmissionRow.user_id)
        .join(
            AttemptRow,
            and_(AttemptRow.submission_id == SubmissionRow.id, AttemptRow.number == SubmissionRow.attempts),
        )
        .where(SubmissionRow.assignment_id == assignment_id)
        .order_by(SubmissionRow.user_id)
        .limit(AT_ONCE)
    )
    if after is not None:
        statement = statement.where(SubmissionRow.user_id > after)
    async with services.database.transaction() as transaction:
        found = (await transaction.session.execute(statement)).all()
    return [_HandedIn(*row) for row in found]


async def _files(
    services: Services, folder: zipfile.ZipFile, pipe: "_Pipe", place: str, of: _HandedIn
) -> AsyncIterator[bytes]:
    """Put the files of an attempt into a student's folder, piece by piece."""
    async with services.database.transaction() as transaction:
        rows = (
            await transaction.session.scalars(
                select(FileRow)
                .join(SubmissionFileRow, SubmissionFileRow.file_id == FileRow.id)
                .where(
                    SubmissionFileRow.submission_id == of.attempt.submission_id,
                    SubmissionFileRow.number == of.attempt.number,
                )
                .order_by(SubmissionFileRow.position)
            )
        ).all()
    names = Names()
    for own in (TEXT_FILE, PAGE_FILE):
        names.take(own)
    for row in rows:
        entry = _entry(f"{place}/{names.take(row.name)}", of.attempt.handed_in_at)
        entry.file_size = row.size
        with folder.open(entry, "w") as target:
            async for chunk in services.file_store.read(row.sha256):
                await asyncio.to_thread(target.write, chunk)
                for piece in pipe.taken():
                    yield piece
    for piece in pipe.taken():
        yield piece


async def _page(services: Services, document_id: UUID, seq: int) -> bytes:
    async with services.database.transaction() as transaction:
        updates = await updates_of(transaction.session, document_id, seq=seq)
    addresses = await linked_addresses(Kind.PAGE, ExportFormat.EXCALIDRAW, updates)
    images = await images_at(services, addresses, document_id=document_id)
    return await written(Kind.PAGE, ExportFormat.EXCALIDRAW, updates, images=images)


async def _add(folder: zipfile.ZipFile, name: str, content: bytes, at: datetime) -> None:
    # Compressing takes a moment, and nobody else shall wait for it.
    await asyncio.to_thread(folder.writestr, _entry(name, at), content)


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.astimezone(UTC).timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


class _Pipe(io.RawIOBase):
    """What is written into it can be taken out piece by piece; it cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """See io.RawIOBase."""
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> Iterator[bytes]:
        """Take out what was written."""
        pieces, self._pieces = self._pieces, []
        yield from pieces
