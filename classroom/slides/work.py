"""Make slides of uploaded PDFs, in the background, whatever dies meanwhile.

The work is in the table of uploads. A worker in each server takes one upload at a time under a lease; its pages, the slides that
show them and how far it has come are committed together, a few pages at a time. When a server dies its lease runs out, and
another one, or the same one after its start, goes on behind the last page that was committed.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import structlog
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.sql.dml import Update

from classroom.errors import PdfRefused
from classroom.files.models import FileRow
from classroom.slides.actions import UPLOADS_SHOWN, forget_bytes, remove_file
from classroom.slides.models import PdfPageRow, SlideUploadRow
from classroom.slides.processes import DrawingStopped, DrawnPage, count_pages, drawn_pages, refusal_of
from classroom.slides.rules import Refusal, UploadState
from collab_server.live import LiveDocuments
from documents import slides
from documents.kinds import Kind
from persistence.base import utc_now
from persistence.database import Database, Transaction
from persistence.file_store import FileStore
from persistence.kept_files import still_kept

LEASE = timedelta(seconds=15)
RENEWAL_SECONDS = 4.0
"""So often a lease is renewed, so that one that is over means a process that is gone."""
POLL_SECONDS = 5.0
COMMIT_SECONDS = 0.5
PAGES_PER_COMMIT = 20
ATTEMPTS_MAX = 2
"""How often the same page is tried before the PDF counts as too heavy."""
INSPECTIONS_AT_ONCE = 2

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    """One upload that this worker has a lease on."""

    id: UUID
    document_id: UUID
    file_id: UUID
    sha256: bytes
    pages: int
    pages_done: int


class _Lost(Exception):
    """The upload was taken back, or somebody else has gone on with it."""


class SlideWork:
    """One server's worker; implements ports.SlideDesk."""

    def __init__(self, database: Database, *, live: LiveDocuments, file_store: FileStore) -> None:
        self._database = database
        self._live = live
        self._file_store = file_store
        self._woken = asyncio.Event()
        self._inspections = asyncio.Semaphore(INSPECTIONS_AT_ONCE)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to work."""
        self._task = asyncio.create_task(self._run(), name="slides")

    async def close(self) -> None:
        """Stop; what is not finished goes on at the next start."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """See ports.SlideDesk."""
        self._woken.set()

    async def count_pages(self, path: Path) -> int:
        """See ports.SlideDesk."""
        async with self._inspections:
            return await count_pages(path)

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                job = await self._claim()
                if job is not None:
                    await self._work(job)
                    continue
            except Exception as error:  # noqa: BLE001 -- the database may be away; the work is in it, and waits
                _log.warning("slides have to wait", error=repr(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._woken.wait()

    async def _claim(self) -> _Job | None:
        """Take the oldest upload that nobody works on."""
        async with self._database.transaction() as transaction:
            session = transaction.session
            await session.execute(
                delete(SlideUploadRow).where(
                    SlideUploadRow.state == UploadState.FAILED, SlideUploadRow.created_at < utc_now() - UPLOADS_SHOWN
                )
            )
            row = await session.scalar(
                select(SlideUploadRow)
                .where(
                    SlideUploadRow.state.in_([UploadState.QUEUED, UploadState.WORKING]),
                    or_(SlideUploadRow.leased_until.is_(None), SlideUploadRow.leased_until < func.now()),
                )
                .order_by(SlideUploadRow.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if row is None:
                return None
            file = None if row.file_id is None else await session.get(FileRow, row.file_id)
            if file is None:
                await session.delete(row)
                return None
            row.state = UploadState.WORKING
            row.attempts += 1
            row.leased_until = utc_now() + LEASE
            if row.attempts > ATTEMPTS_MAX:
                await self._fail_within(transaction, row, Refusal.TOO_HEAVY)
                return None
            return _Job(row.id, row.document_id, file.id, file.sha256, row.pages, row.pages_done)

    async def _work(self, job: _Job) -> None:
        log = _log.bind(document=str(job.document_id), upload=str(job.id))
        renewing = asyncio.create_task(self._renew(job))
        try:
            async with self._file_store.lend(job.sha256) as path:
                with self._file_store.workshop() as folder:
                    await self._draw(job, path, folder)
            log.info("slides made", pages=job.pages)
        except _Lost:
            log.info("upload taken back")
        except PdfRefused as refused:
            log.info("upload refused", reason=refusal_of(refused).value)
            await self._fail(job, refusal_of(refused))
        except DrawingStopped as stopped:
            log.warning("drawing stopped", reason=str(stopped))
            await self._give_back(job, tried=True)
        except BaseException:
            with suppress(Exception):
                await self._give_back(job, tried=False)
            raise
        finally:
            renewing.cancel()

    async def _draw(self, job: _Job, path: Path, folder: Path) -> None:
        """Draw the pages that are missing; each goes into the deck as soon as the commit before it is done."""
        queue: asyncio.Queue[DrawnPage] = asyncio.Queue()

        async def draw() -> None:
            async for page in drawn_pages(path, first=job.pages_done + 1, last=job.pages, folder=folder):
                queue.put_nowait(page)

        drawing = asyncio.create_task(draw())
        done = job.pages_done
        try:
            while done < job.pages:
                batch = await self._next_batch(queue, drawing)
                await self._commit(job, batch, done=done)
                done += len(batch)
                if not drawing.done():
                    # The first page is out at once; after it, fewer and larger commits.
                    await asyncio.wait({drawing}, timeout=COMMIT_SECONDS)
        finally:
            drawing.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await drawing

    async def _next_batch(self, queue: asyncio.Queue[DrawnPage], drawing: asyncio.Task[None]) -> list[DrawnPage]:
        if queue.empty():
            waiting = asyncio.create_task(queue.get())
            await asyncio.wait({waiting, drawing}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                waiting.cancel()
                if queue.empty():
                    drawing.result()
                    raise DrawingStopped("the process ended early")
                batch = [queue.get_nowait()]
            else:
                batch = [waiting.result()]
        else:
            batch = [queue.get_nowait()]
        while not queue.empty() and len(batch) < PAGES_PER_COMMIT:
            batch.append(queue.get_nowait())
        return batch

    async def _commit(self, job: _Job, batch: list[DrawnPage], *, done: int) -> None:
        made = done + len(batch)
        complete = made == job.pages
        file_id = str(job.file_id)
        shown = [slides.Slide(id=str(uuid4()), title=page.title, file_id=file_id, page=page.page) for page in batch]
        made_files = [image for page in batch for image in (page.image, page.thumbnail)]
        for image in made_files:
            await self._file_store.keep(image)
        async with self._database.transaction() as transaction:
            session = transaction.session
            ours = await session.scalar(
                update(SlideUploadRow)
                .where(
                    SlideUploadRow.id == job.id,
                    SlideUploadRow.state == UploadState.WORKING,
                    SlideUploadRow.pages_done == done,
                )
                .values(
                    pages_done=made,
                    attempts=0 if complete else 1,
                    state=UploadState.DONE if complete else UploadState.WORKING,
                    leased_until=None if complete else utc_now() + LEASE,
                    updated_at=utc_now(),
                )
                .returning(SlideUploadRow.id)
            )
            if ours is None:
                raise _Lost
            await still_kept(session, self._file_store, *made_files)
            session.add_all(
                PdfPageRow(
                    file_id=job.file_id,
                    page=page.page,
                    width=page.width,
                    height=page.height,
                    title=page.title,
                    text=page.text,
                    image_sha256=page.image.sha256,
                    thumbnail_sha256=page.thumbnail.sha256,
                )
                for page in batch
            )
            self._live.edit(transaction, job.document_id, Kind.SLIDES, lambda doc: slides.append(doc, shown))

    async def _renew(self, job: _Job) -> None:
        """Keep the lease for as long as this process lives and works."""
        while True:
            await asyncio.sleep(RENEWAL_SECONDS)
            # The database may be away: then the lease runs out, as it should.
            with suppress(Exception):
                async with self._database.transaction() as transaction:
                    await transaction.session.execute(_working(job).values(leased_until=utc_now() + LEASE))

    async def _give_back(self, job: _Job, *, tried: bool) -> None:
        """Let the upload be taken up again at once. `tried`: whether this counts as an attempt."""
        async with self._database.transaction() as transaction:
            attempts = SlideUploadRow.attempts - (0 if tried else 1)
            await transaction.session.execute(_working(job).values(leased_until=None, attempts=attempts))

    async def _fail(self, job: _Job, problem: Refusal) -> None:
        async with self._database.transaction() as transaction:
            row = await transaction.session.get(SlideUploadRow, job.id, with_for_update=True)
            if row is not None:
                await self._fail_within(transaction, row, problem)

    async def _fail_within(self, transaction: Transaction, row: SlideUploadRow, problem: Refusal) -> None:
        """Take everything away that came of an upload; only the word of what went wrong stays."""
        hashes = await remove_file(transaction, row, live=self._live)
        row.state, row.problem, row.pages_done, row.leased_until = UploadState.FAILED, problem.value, 0, None
        row.updated_at = utc_now()

        async def forget() -> None:
            async with self._database.transaction() as after:
                await forget_bytes(after, hashes, file_store=self._file_store)

        transaction.after_commit(forget)


def _working(job: _Job) -> Update:
    return update(SlideUploadRow).where(SlideUploadRow.id == job.id, SlideUploadRow.state == UploadState.WORKING)
