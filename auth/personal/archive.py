"""Write a ZIP while it is sent: never more of it in memory than a piece."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import structlog

from auth.personal.ports import Item, MadeFile, Rows, StoredFile

PIECE_BYTES = 256 * 1024
MISSING = "missing.txt"

log = structlog.get_logger(__name__)


class _Outlet(io.RawIOBase):
    """What the ZIP is written to; what has come so far can be taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self.waiting = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self.waiting += len(piece)
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        self.waiting = 0
        return taken


async def archive(items: Sequence[Item]) -> AsyncIterator[bytes]:
    """Yield the bytes of a ZIP of all items. What cannot be read is named in it, and takes nothing else along."""
    outlet = _Outlet()
    missing: list[str] = []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as whole:
        for item in items:
            name = f"{item.name}.json" if isinstance(item, Rows) else item.name
            async with aclosing(_pieces(item)) as pieces:
                try:
                    # Before anything of it is written.
                    piece = await anext(pieces, b"")
                except Exception:  # whatever it is about one of them, the others are theirs
                    log.warning("a file is missing in somebody's archive", exc_info=True)
                    missing.append(name)
                    continue
                with whole.open(name, "w", force_zip64=True) as entry:
                    while piece:
                        await asyncio.to_thread(entry.write, piece)
                        if outlet.waiting >= PIECE_BYTES:
                            yield outlet.take()
                        piece = await anext(pieces, b"")
            if outlet.waiting >= PIECE_BYTES:
                yield outlet.take()
        if missing:
            whole.writestr(MISSING, "\n".join(missing) + "\n")
    yield outlet.take()


async def _pieces(item: Item) -> AsyncGenerator[bytes, None]:
    match item:
        case Rows(rows=rows):
            yield await asyncio.to_thread(_json, rows)
        case MadeFile(make=make):
            yield await make()
        case StoredFile(read=read):
            async for piece in read():
                yield piece


def _json(rows: Sequence[dict[str, Any]]) -> bytes:
    return json.dumps(rows, indent=1, ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON: {type(value).__name__}")
