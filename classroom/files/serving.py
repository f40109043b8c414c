"""Answer a request with a kept file, or the part of it that is asked for."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from classroom.files.names import content_disposition
from classroom.files.ranges import NotSatisfiable, is_known, requested_span
from classroom.files.signatures import is_shown
from persistence.file_store import FileStore

# The address names bytes that never change; only this person's browser may keep them.
CACHING = "private, max-age=31536000, immutable"
SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
    206: {
        "description": "The part that `Range` asks for.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "The copy that `If-None-Match` names is still right."},
    416: {"description": "The file has no such part; `Content-Range` says how long it is."},
}


async def file_answer(
    request: Request, store: FileStore, *, sha256: bytes, size: int, media_type: str, name: str
) -> Response:
    """Return the answer. Pictures, sound and video may be shown where they are; everything else is a download.

    Raises:
        FileMissing: its bytes are gone from the store.
        FilesAway: the store cannot be reached.
    """
    etag = f'"{sha256.hex()}"'
    headers = {
        **SAFETY,
        "ETag": etag,
        "Cache-Control": CACHING,
        "Accept-Ranges": "bytes",
        "Vary": "Authorization",
        "Content-Disposition": content_disposition(name, shown=is_shown(media_type)),
    }
    if is_known(request.headers.get("if-none-match"), etag=etag):
        return Response(status_code=304, headers=headers)
    try:
        span = requested_span(request.headers.get("range"), request.headers.get("if-range"), size=size, etag=etag)
    except NotSatisfiable:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    status = 200
    start, stop = 0, size
    if span is not None:
        status, start, stop = 206, span.start, span.stop
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    headers["Content-Length"] = str(stop - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    pieces = store.read(sha256, start=start, stop=stop)
    # The first is fetched before anything is answered: what goes wrong with the store is then told as what it is.
    first = await anext(pieces, b"")
    return StreamingResponse(_sent(first, pieces), status, headers, media_type)


async def _sent(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece
