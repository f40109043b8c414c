"""Files that tests upload, and what is kept of them."""

import io
import struct
import zlib
from pathlib import Path

import httpx
from PIL import Image
from sqlalchemy import func, select

from classroom.files.models import FileRow
from tests.integration.conftest import Api, Client

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4"/></svg>'


def image(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#009f81").save(out, kind)
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A few bytes that claim very many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


async def upload(
    client: Client,
    content: bytes,
    *,
    name: str = "a.png",
    claimed: str = "image/png",
    headers: dict[str, str] | None = None,
    **fields: str,
) -> httpx.Response:
    return await client.request(
        "POST", "/files", files={"file": (name, content, claimed)}, data=fields, headers=headers or {}
    )


async def rows(api: Api) -> int:
    async with api.services.database.transaction() as transaction:
        return await transaction.session.scalar(select(func.count()).select_from(FileRow)) or 0


def kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
