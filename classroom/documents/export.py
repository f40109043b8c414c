"""Read a document out of its log and write it in another program's format."""

import asyncio
import pickle
import sys
import zlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from documents.export import ExportFormat, ExportRequest, export, links
from documents.kinds import Kind
from documents.whiteboard import Image
from persistence.log_tables import DocumentEpoch, DocumentSnapshot, DocumentUpdate

# Applying this much takes a few milliseconds; more is done in a process of its own.
INLINE_MAX_BYTES = 256 * 1024
EXPORT_LIMIT_SECONDS = 60
LAST_ROW = 2**63 - 1


async def updates_of(session: AsyncSession, document_id: UUID, *, seq: int = LAST_ROW) -> tuple[bytes, ...]:
    """Return the updates (v1) that make a document as it is, or as it was after row `seq`: a snapshot, and what came after it.

    A document that was restored is made of what was written since.
    """
    first_seq = await session.scalar(
        select(func.coalesce(func.max(DocumentEpoch.first_seq), 1)).where(
            DocumentEpoch.document_id == document_id, DocumentEpoch.first_seq <= seq
        )
    )
    snapshot = (
        await session.execute(
            select(DocumentSnapshot.seq, DocumentSnapshot.encoding, DocumentSnapshot.payload)
            .where(DocumentSnapshot.document_id == document_id, DocumentSnapshot.seq.between(first_seq, seq))
            .order_by(DocumentSnapshot.seq.desc())
            .limit(1)
        )
    ).one_or_none()
    statement = select(DocumentUpdate.payload).where(
        DocumentUpdate.document_id == document_id,
        DocumentUpdate.encoding == "v1",
        DocumentUpdate.seq.between(first_seq, seq),
    )
    if snapshot is not None:
        statement = statement.where(DocumentUpdate.seq > snapshot.seq)
    tail = (await session.scalars(statement.order_by(DocumentUpdate.seq))).all()
    if snapshot is None:
        return tuple(tail)
    state = zlib.decompress(snapshot.payload) if snapshot.encoding == "v1+zlib" else snapshot.payload
    return (state, *tail)


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


def _is_large(updates: tuple[bytes, ...]) -> bool:
    return sum(map(len, updates)) > INLINE_MAX_BYTES


async def _run(function: str, request: ExportRequest) -> Any:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from documents.export import main; main()",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(EXPORT_LIMIT_SECONDS):
            answer, _ = await process.communicate(pickle.dumps((function, request)))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"the export process ended with {process.returncode}")
    return pickle.loads(answer)  # noqa: S301 -- from our own child process
