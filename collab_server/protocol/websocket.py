"""Cut the bytes of an open WebSocket into messages, and frame those that go out (RFC 6455). Server side.

After the upgrade the engine reads and writes its sockets itself: a frame that goes to a whole class is made once and written as it is.
Where the peer agreed to it (RFC 7692), single messages are deflated, each for itself: so one that goes to many is deflated once.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from websockets.speedups import apply_mask

from collab_server.errors import Malformed, TooBig

_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_FINAL, _DEFLATED, _RESERVED, _MASKED = 0x80, 0x40, 0x30, 0x80
_MAX_CONTROL_BYTES = 125
_MAX_FRAMES_PER_MESSAGE = 1_024
NO_STATUS = 1005
WINDOW_BITS = 12
"""Of what is deflated here: all that some clients agree to (Python's `websockets`), and for documents 3 % less dense than 15."""
_LEVEL = 1
"""Half the time of level 3, for documents 15 % less dense."""
_FLUSHED = b"\x00\x00\xff\xff"
"""Ends what is deflated, and is left out on the wire (RFC 7692, 7.2.1)."""


@dataclass(frozen=True, slots=True)
class Ping:
    """The peer asks for a sign of life."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The peer closes; 1005 stands for no code."""

    code: int


class FrameReader:
    """Collects a socket's bytes until they make messages of at most `max_bytes`.

    `on_inflated`: deflated messages were agreed to; called with how many bytes one was longer than on the wire, and may raise.
    """

    __slots__ = ("_chunks", "_deflated", "_fragments", "_fragments_size", "_max_bytes", "_missing", "_on_inflated")

    def __init__(self, max_bytes: int, *, on_inflated: Callable[[int], None] | None = None) -> None:
        self._max_bytes = max_bytes
        self._on_inflated = on_inflated
        self._deflated = False
        self._chunks: list[bytes] = []
        self._missing = 0
        self._fragments: list[bytes] | None = None
        self._fragments_size = 0

    def feed(self, data: bytes) -> Iterator[bytes | Ping | Close]:
        """Yield what is complete: binary messages as bytes. Pongs are passed over. Raises Malformed or TooBig."""
        if self._chunks:
            # Joined only once a frame can be whole: a large one arrives in many pieces.
            self._chunks.append(data)
            self._missing -= len(data)
            if self._missing > 0:
                return
            data = b"".join(self._chunks)
            self._chunks = []
        start = 0
        needed = 2
        end = len(data)
        while end - start >= 2:
            length = data[start + 1] & 0x7F
            body = start + 2
            if length == 126:
                body = start + 4
                length = int.from_bytes(data[start + 2 : body])
            elif length == 127:
                body = start + 10
                length = int.from_bytes(data[start + 2 : body])
            first = data[start]
            self._check_head(first, data[start + 1])
            if body > end:
                needed = body - start
                break
            if length + self._fragments_size > self._max_bytes:
                raise TooBig("message_too_big")
            stop = body + 4 + length
            if stop > end:
                needed = stop - start
                break
            message = self._frame(first, apply_mask(data[body + 4 : stop], data[body : body + 4]))
            start = stop
            if message is not None:
                yield message
        if start < end:
            self._chunks = [data[start:] if start else data]
            self._missing = max(needed - (end - start), 1)

    def _check_head(self, first: int, second: int) -> None:
        if not second & _MASKED:
            raise Malformed("frame_not_masked")
        opcode = first & 0x0F
        if first & (_DEFLATED | _RESERVED):
            # A message says once, in its first frame, that it is deflated.
            agreed = self._on_inflated is not None and opcode in (_TEXT, _BINARY)
            if first & _RESERVED or not agreed:
                raise Malformed("reserved_bits_set")
        if opcode >= _CLOSE and (not first & _FINAL or second & 0x7F > _MAX_CONTROL_BYTES):
            raise Malformed("control_frame_malformed")

    def _frame(self, first: int, payload: bytes) -> bytes | Ping | Close | None:
        opcode = first & 0x0F
        if opcode == _BINARY and first & _FINAL and self._fragments is None:
            return self._inflated(payload) if first & _DEFLATED else payload
        if opcode in (_BINARY, _CONTINUATION):
            return self._fragment(first, payload)
        if opcode == _PING:
            return Ping(payload)
        if opcode == _PONG:
            return None
        if opcode == _CLOSE:
            return Close(_close_code(payload))
        if opcode == _TEXT:
            raise Malformed("text_message")
        raise Malformed("unknown_opcode")

    def _fragment(self, first: int, payload: bytes) -> bytes | None:
        begins = first & 0x0F != _CONTINUATION
        if begins is (self._fragments is not None):
            raise Malformed("fragments_out_of_order")
        if begins:
            self._deflated = bool(first & _DEFLATED)
        fragments = self._fragments or []
        fragments.append(payload)
        if len(fragments) > _MAX_FRAMES_PER_MESSAGE:
            raise Malformed("too_many_fragments")
        if first & _FINAL:
            self._fragments = None
            self._fragments_size = 0
            message = b"".join(fragments)
            return self._inflated(message) if self._deflated else message
        self._fragments = fragments
        self._fragments_size += len(payload)
        return None

    def _inflated(self, payload: bytes) -> bytes:
        assert self._on_inflated is not None
        try:
            # One byte more than may be tells a message that is too long from one that just fits.
            message = zlib.decompressobj(-zlib.MAX_WBITS).decompress(payload + _FLUSHED, self._max_bytes + 1)
        except zlib.error:
            raise Malformed("deflated_malformed") from None
        self._on_inflated(len(message) - len(payload))
        if len(message) > self._max_bytes:
            raise TooBig("message_too_big")
        return message


def _close_code(payload: bytes) -> int:
    if not payload:
        return NO_STATUS
    if len(payload) == 1:
        raise Malformed("close_frame_malformed")
    return int.from_bytes(payload[:2])


def binary(payload: bytes) -> bytes:
    """Frame a binary message."""
    length = len(payload)
    return (_SHORT_HEADS[length] if length < 126 else _head(_BINARY, length)) + payload


def binary_of(parts: Sequence[bytes]) -> bytes:
    """Frame a binary message that is in parts: a large one is copied once."""
    return b"".join((_head(_BINARY, sum(map(len, parts))), *parts))


def deflated(parts: Sequence[bytes]) -> bytes:
    """Frame a binary message that is in parts, deflated. Takes 15 ms per MB, in which other threads can work."""
    deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, -WINDOW_BITS)
    pieces = [deflater.compress(part) for part in parts]
    pieces.append(deflater.flush(zlib.Z_SYNC_FLUSH)[: -len(_FLUSHED)])
    body = b"".join(pieces)
    return _head(_DEFLATED | _BINARY, len(body)) + body


def pong(payload: bytes) -> bytes:
    """Frame the answer to a ping."""
    return _head(_PONG, len(payload)) + payload


def close(code: int, reason: str) -> bytes:
    """Frame the end; the reason is cut to what a control frame holds."""
    text = reason.encode()[: _MAX_CONTROL_BYTES - 2]
    return _head(_CLOSE, 2 + len(text)) + code.to_bytes(2) + text


PING = bytes((_FINAL | _PING, 0))
"""Ask for a sign of life."""


_SHORT_HEADS = [bytes((_FINAL | _BINARY, length)) for length in range(126)]
"""Most messages are short, and framed by the ten thousand a second."""


def _head(opcode: int, length: int) -> bytes:
    if length < 126:
        return bytes((_FINAL | opcode, length))
    if length < 0x10000:
        return bytes((_FINAL | opcode, 126)) + length.to_bytes(2)
    return bytes((_FINAL | opcode, 127)) + length.to_bytes(8)
