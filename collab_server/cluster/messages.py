"""What the bodies of messages between nodes hold. Pure; every reader raises Malformed where the bytes do not fit."""

from collections.abc import Sequence
from uuid import UUID

from collab_server.errors import Malformed
from collab_server.ports import CommittedRow, LogRow
from collab_server.protocol.codec import Reader, byte_array, uint

MAX_ROWS_BYTES = 1024 * 1024
"""Longer batches are read from the log by those who need them: the log is where they are anyway."""
MAX_ROWS = 10_000


def write_rows(epoch: int, first_seq: int, rows: Sequence[LogRow]) -> bytes | None:
    """Write committed rows, the first of them numbered; None where they are too long to be sent."""
    if sum([len(row.payload) for row in rows]) > MAX_ROWS_BYTES or len(rows) > MAX_ROWS:
        return None
    parts = [uint(epoch), uint(first_seq), uint(len(rows))]
    for row in rows:
        # What the server wrote itself belongs to nobody, whoever asked for it.
        author = None if row.session_id is None else row.user_id
        parts += (_optional(author), byte_array(row.payload))
    return b"".join(parts)


def read_rows(body: bytes) -> tuple[int, Sequence[CommittedRow]]:
    """Return the epoch, and the rows."""
    reader = Reader(body)
    epoch, first_seq, count = reader.uint(), reader.uint(), reader.uint()
    if count > MAX_ROWS:
        raise Malformed("too many rows in one message")
    rows = []
    authors: dict[bytes, UUID] = {}
    for seq in range(first_seq, first_seq + count):
        author = None
        if reader.byte():
            # A few people write all rows of a message.
            start = reader.position
            reader.skip(16)
            name = reader.data[start : reader.position]
            author = authors.get(name) or authors.setdefault(name, UUID(bytes=name))
        rows.append(CommittedRow(seq, reader.bytes(), author))
    reader.finish()
    return epoch, rows


def write_access(user_id: UUID | None, document_id: UUID | None) -> bytes:
    """Write about whom and what somebody has decided anew; None stands for all."""
    return _optional(user_id) + _optional(document_id)


def read_access(body: bytes) -> tuple[UUID | None, UUID | None]:
    """Return the person, and the document."""
    reader = Reader(body)
    found = _read_optional(reader), _read_optional(reader)
    reader.finish()
    return found


def _optional(value: UUID | None) -> bytes:
    return b"\x00" if value is None else b"\x01" + value.bytes


def _read_optional(reader: Reader) -> UUID | None:
    if not reader.byte():
        return None
    start = reader.position
    reader.skip(16)
    return UUID(bytes=reader.data[start : reader.position])
