"""Read an upload form (multipart/form-data, RFC 7578) piece by piece, so that no file is ever whole in memory."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from auth.errors import FieldInvalid
from classroom.errors import MalformedUpload, UploadStalled
from classroom.files.names import clean_file_name
from persistence.errors import FileTooLarge

FILE_FIELD = "file"
OTHER_FIELDS = frozenset({"document_id"})
# What a form may have besides the file's bytes: boundaries, headers, other fields.
OVERHEAD_MAX_BYTES = 64 * 1024
FIELD_MAX_BYTES = 1000
STALLED_SECONDS = 60.0


async def arriving(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pass a body on for as long as it arrives.

    Raises:
        UploadStalled: nothing has come for STALLED_SECONDS.
    """
    chunks = aiter(body)
    while True:
        try:
            async with asyncio.timeout(STALLED_SECONDS):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise UploadStalled from error
        yield chunk


class UploadForm:
    """One form with one file. Walk through ``file_bytes``; everything else is known when it ends."""

    def __init__(self, headers: Mapping[str, str], body: AsyncIterator[bytes], *, file_max_bytes: int) -> None:
        """Prepare to read.

        Raises:
            MalformedUpload: the request is no such form.
            FileTooLarge: its announced length is beyond what a file may have.
        """
        media_type, options = parse_options_header(headers.get("content-type", ""))
        boundary = options.get(b"boundary")
        if media_type != b"multipart/form-data" or not boundary:
            raise MalformedUpload
        announced = headers.get("content-length", "")
        self._max_bytes = file_max_bytes + OVERHEAD_MAX_BYTES
        self._file_max_bytes = file_max_bytes
        length = int(announced) if announced.isascii() and announced.isdigit() else 0
        if length > self._max_bytes:
            raise FileTooLarge(file_max_bytes)
        self.announced_bytes = max(0, length - OVERHEAD_MAX_BYTES)
        self._body = body
        self._parser = self._new_parser(boundary)
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._headers: dict[str, bytes] = {}
        self._field: str | None = None
        self._values: dict[str, bytearray] = {}
        self._pieces: deque[bytes] = deque()
        self._complete = False
        self.file_name: str | None = None
        self.claimed_type = ""

    async def file_bytes(self) -> AsyncIterator[bytes]:
        """Yield the file's bytes as they arrive.

        Raises:
            MalformedUpload: the form is damaged or has not exactly one file.
            FileTooLarge: the form is longer than a file and its frame may be.
        """
        received = 0
        try:
            async for chunk in self._body:
                received += len(chunk)
                if received > self._max_bytes:
                    raise FileTooLarge(self._file_max_bytes)
                self._parser.write(chunk)
                while self._pieces:
                    yield self._pieces.popleft()
            self._parser.finalize()
        except (FormParserError, ClientDisconnect) as error:
            raise MalformedUpload from error
        if not self._complete or self.file_name is None:
            raise MalformedUpload

    @property
    def shown_name(self) -> str:
        """Return the file's name for showing; it is never a path."""
        return clean_file_name(self.file_name or "")

    @property
    def document_id(self) -> UUID | None:
        """Return the document that the file is for, if the form names one.

        Raises:
            FieldInvalid: it is no id.
        """
        value = self._values.get("document_id")
        if value is None:
            return None
        try:
            return UUID(value.decode("ascii"))
        except ValueError:
            raise FieldInvalid("document_id", "must be the id of a document") from None

    def _new_parser(self, boundary: bytes) -> MultipartParser:
        callbacks: Any = {
            "on_part_begin": self._begin_part,
            "on_header_field": lambda data, start, end: self._header_name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header_value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._begin_content,
            "on_part_data": self._content,
            "on_end": self._end,
        }
        return MultipartParser(boundary, callbacks)

    def _begin_part(self) -> None:
        self._headers = {}
        self._field = None

    def _end_header(self) -> None:
        self._headers[self._header_name.decode("latin-1").lower()] = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _begin_content(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name == FILE_FIELD:
            if self.file_name is not None:
                raise MalformedUpload
            self.file_name = options.get(b"filename", b"").decode("utf-8", "replace")
            self.claimed_type = self._headers.get("content-type", b"").decode("latin-1")
        elif name not in OTHER_FIELDS:
            raise FieldInvalid(name or "body", "is not known here")
        elif name in self._values:
            raise FieldInvalid(name, "is given twice")
        else:
            self._values[name] = bytearray()
        self._field = name

    def _content(self, data: bytes, start: int, end: int) -> None:
        if self._field == FILE_FIELD:
            self._pieces.append(data[start:end])
        elif self._field is not None:
            value = self._values[self._field]
            value += data[start:end]
            if len(value) > FIELD_MAX_BYTES:
                raise FieldInvalid(self._field, "is too long")

    def _end(self) -> None:
        self._complete = True
