"""Have PDFs looked into and drawn by ``classroom.slides.drawing``, in a process that is watched and ended when it takes too long."""

import asyncio
import json
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classroom.child_process import child_process
from classroom.errors import BrokenPdf, EncryptedPdf, NotAPdf, PdfRefused, PdfTooHeavy, TooManyPages
from classroom.slides.rules import Refusal
from persistence.file_store import Received

INSPECTION_SECONDS = 20.0
# One page, at low priority on a machine that may have better things to do.
PAGE_SECONDS = 30.0

_REFUSALS: dict[str, type[PdfRefused]] = {
    Refusal.NOT_A_PDF: NotAPdf,
    Refusal.BROKEN: BrokenPdf,
    Refusal.ENCRYPTED: EncryptedPdf,
    Refusal.TOO_MANY_PAGES: TooManyPages,
    Refusal.TOO_HEAVY: PdfTooHeavy,
}


class DrawingStopped(Exception):
    """The process ended, or was ended for taking too long, before the last page. It may help to try again."""


def refusal_of(error: PdfRefused) -> Refusal:
    """Return the stable code of a refusal."""
    return next(Refusal(code) for code, kind in _REFUSALS.items() if isinstance(error, kind))


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """One page: its size in points, its words, its pictures on the disk."""

    page: int
    width: float
    height: float
    title: str
    text: str
    image: Received
    thumbnail: Received


async def count_pages(path: Path) -> int:
    """Return how many pages a PDF has.

    Raises:
        PdfRefused: it cannot become slides.
    """
    try:
        async with _process({"path": str(path)}) as process, asyncio.timeout(INSPECTION_SECONDS):
            answer = await _answer(process)
    except (TimeoutError, DrawingStopped) as error:
        raise PdfTooHeavy from error
    pages: int = answer["pages"]
    return pages


async def drawn_pages(path: Path, *, first: int, last: int, folder: Path) -> AsyncIterator[DrawnPage]:
    """Yield the pages of a PDF one after the other, as they are drawn into `folder`.

    Raises:
        PdfRefused: it cannot become slides.
        DrawingStopped: the process died or hung.
    """
    async with _process({"path": str(path), "first": first, "folder": str(folder)}) as process:
        for page in range(first, last + 1):
            try:
                async with asyncio.timeout(PAGE_SECONDS):
                    answer = await _answer(process)
            except TimeoutError as error:
                raise DrawingStopped(f"page {page} took too long") from error
            yield DrawnPage(
                page=answer["page"],
                width=answer["width"],
                height=answer["height"],
                title=answer["title"],
                text=answer["text"],
                image=_received(answer["image"]),
                thumbnail=_received(answer["thumbnail"]),
            )


def _process(request: dict[str, Any]) -> AbstractAsyncContextManager[Process]:
    return child_process(sys.executable, "-m", "classroom.slides.drawing", json.dumps(request))


async def _answer(process: Process) -> dict[str, Any]:
    assert process.stdout is not None, "it was asked for a pipe"
    line = await process.stdout.readline()
    if not line.endswith(b"\n"):
        raise DrawingStopped("the process is gone")
    answer: dict[str, Any] = json.loads(line)
    if "refusal" in answer:
        raise _REFUSALS[answer["refusal"]]
    return answer


def _received(saved: dict[str, Any]) -> Received:
    return Received(Path(saved["path"]), bytes.fromhex(saved["sha256"]), saved["size"])
