"""Tables that are sent as they come from a spreadsheet: for ten thousand people they are larger than other requests."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from persistence.errors import FileTooLarge

TABLE_MAX_BYTES = 4 * 1024 * 1024
TABLE_BODY: Mapping[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def read_table(request: Request) -> bytes:
    """Return the table that a request carries. Its path must be one of those whose bodies are not bounded before (`STREAMED_PATHS`).

    Raises:
        FileTooLarge: it is larger than a table may be.
    """
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > TABLE_MAX_BYTES:
            raise FileTooLarge(TABLE_MAX_BYTES)
    return bytes(data)
