"""Read a document out of its log and write it in another program's format."""

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from classroom.child_process import child_process
from classroom.files.answers import FILE_URL_PREFIX
from documents.export import ExportFormat, ExportRequest, ShownFilesRequest, export, links, shown
from documents.kinds import Kind
from documents.whiteboard import Image
from persistence.edit_log import driver_of
from persistence.update_log import read_beside_others

# Applying this much takes a few milliseconds; more is done in a process of its own.
INLINE_MAX_BYTES = 256 * 1024
EXPORT_LIMIT_SECONDS = 60


async def updates_of(session: AsyncSession, document_id: UUID, *, seq: int | None = None) -> tuple[bytes, ...]:
    """Return the updates (v1) that make a document as it is, or as it was after row `seq`: a snapshot, and what came after it.

    A document that was restored is made of what was written since.

    Raises:
        MomentNotKept: the log does not go back so far any more.
    """
    stored = await read_beside_others(await driver_of(session), document_id, seq=seq)
    if stored is None:
        return ()
    tail = tuple(update for _, update in stored.tail)
    return tail if stored.snapshot is None else (stored.snapshot, *tail)


async def linked_addresses(kind: Kind, export_format: ExportFormat, updates: tuple[bytes, ...]) -> Mapping[str, str]:
    """Return file id → address of the images whose bytes belong into the exported file."""
    request = ExportRequest(kind, export_format, updates)
    found: Mapping[str, str] = await _run("links", request) if _is_large(updates) else links(request)
    return found


async def written(
    kind: Kind, export_format: ExportFormat, updates: tuple[bytes, ...], *, images: Mapping[str, Image]
) -> bytes:
    """Return the document as a file."""
    request = ExportRequest(kind, export_format, updates, images)
    content: bytes = await _run("export", request) if _is_large(updates) else export(request)
    return content


async def files_of(kind: Kind, moments: tuple[bytes, ...]) -> tuple[set[UUID], Mapping[UUID, set[str]]]:
    """Return the files that any of a document's moments (each one update) shows, and the names of all that they know."""
    request = ShownFilesRequest(kind, moments, FILE_URL_PREFIX)
    found: tuple[set[UUID], Mapping[UUID, set[str]]] = (
        await _run("shown", request) if _is_large(moments) else shown(request)
    )
    return found


def _is_large(updates: tuple[bytes, ...]) -> bool:
    return sum(map(len, updates)) > INLINE_MAX_BYTES


async def _run(function: str, request: ExportRequest | ShownFilesRequest) -> Any:
    command = (sys.executable, "-c", "from documents.export import main; main()")
    async with child_process(*command, stdin=PIPE) as process, asyncio.timeout(EXPORT_LIMIT_SECONDS):
        answer, _ = await process.communicate(pickle.dumps((function, request)))
    if process.returncode != 0:
        raise RuntimeError(f"the export process ended with {process.returncode}")
    return pickle.loads(answer)  # noqa: S301 -- from our own child process
