"""The client's side of the wire: WebSocket frames and the two dialects, independent of the server's own code."""

import base64
import os
import zlib
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from itertools import cycle

_MASK = b"\x37\xfa\x21\x3d"
_BINARY, _DEFLATED = 0x82, 0xC2
PING, CLOSE = 9, 8


def varint(value: int) -> bytes:
    """Encode an unsigned integer as lib0 does."""
    groups = bytearray()
    while value >= 0x80:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """Return an unsigned integer and the position behind it."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


def sized(data: bytes) -> bytes:
    """Encode bytes behind their length."""
    return varint(len(data)) + data


def client_frame(payload: bytes) -> bytes:
    """Frame one binary message as a client must: masked. The mask is fixed, its work for the server is that of any other."""
    size = len(payload)
    if size < 126:
        header = bytes((_BINARY, 0x80 | size))
    elif size < 65536:
        header = bytes((_BINARY, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        header = bytes((_BINARY, 0x80 | 127)) + size.to_bytes(8, "big")
    stream = (_MASK * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")
    return header + _MASK + masked.to_bytes(size, "big")


def pong(payload: bytes) -> bytes:
    """Answer a ping."""
    return (
        bytes((0x8A, 0x80 | len(payload))) + _MASK + bytes(a ^ b for a, b in zip(payload, cycle(_MASK), strict=False))
    )


class Kind(Enum):
    """What a server's message is about."""

    STATE_WANTED = auto()
    STATE = auto()
    UPDATE = auto()
    PRESENCE = auto()
    SAVED = auto()
    REFUSED = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Target:
    """Where one client connects, and what it says first: `prefix` stands before every message of its dialect."""

    host: str
    port: int
    path: str
    prefix: bytes = b""
    token: str = ""
    subprotocols: tuple[str, ...] = ()

    def upgrade(self) -> bytes:
        """Return the HTTP request that asks for the WebSocket."""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {self.path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
            # As every browser does, and `ws` in Node.
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        ]
        if self.subprotocols:
            lines.append(f"Sec-WebSocket-Protocol: {', '.join(self.subprotocols)}")
        if self.token and not self.prefix:
            lines.append(f"Authorization: Bearer {self.token}")
        return "\r\n".join([*lines, "", ""]).encode()

    def greeting(self) -> bytes:
        """Return the frames with which a client begins: who it is, where the dialect says so, and that it has nothing yet."""
        frames = b""
        if self.prefix:
            frames = client_frame(self.prefix + b"\x02\x00" + sized(self.token.encode()) + sized(b"4.7.0"))
        return frames + client_frame(self.prefix + b"\x00\x00" + sized(b"\x00"))

    def update(self, payload: bytes) -> bytes:
        """Return the frame that carries one update."""
        return client_frame(self.prefix + b"\x00\x02" + sized(payload))

    def state(self, payload: bytes) -> bytes:
        """Return the frame that carries a whole state, as an answer to the server's question."""
        return client_frame(self.prefix + b"\x00\x01" + sized(payload))

    def presence(self, payload: bytes) -> bytes:
        """Return the frame that carries a presence update."""
        return client_frame(self.prefix + b"\x01" + sized(payload))

    def read(self, message: bytes) -> tuple[Kind, bytes]:
        """Say what a server's message is, and return its payload."""
        start = len(self.prefix)
        if not message.startswith(self.prefix):
            return Kind.OTHER, message
        kind = message[start]
        # Hocuspocus answers a first question under a type of its own (4); it reads the same.
        if kind == 0 or (kind == 4 and self.prefix):
            size, position = read_varint(message, start + 2)
            payload = message[position : position + size]
            return (Kind.STATE_WANTED, Kind.STATE, Kind.UPDATE)[message[start + 1]], payload
        if kind == 1:
            size, position = read_varint(message, start + 1)
            return Kind.PRESENCE, message[position : position + size]
        if kind == 2 and message[start + 1] != 2:
            return Kind.REFUSED, message[start + 1 :]
        if kind == (8 if self.prefix else 100):
            return Kind.SAVED, message[start + 1 :]
        return Kind.OTHER, message


@lru_cache(maxsize=8)
def _inflated(payload: bytes) -> bytes:
    """Inflate a message that stands for itself. What many get is inflated once, for each has a machine of its own to do it."""
    return zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")


@dataclass(slots=True)
class FrameReader:
    """Cuts a server's byte stream into messages, whatever its chunks; `controls` collects pings and closes."""

    controls: list[tuple[int, bytes]] = field(default_factory=list)
    _pending: list[bytes] = field(default_factory=list)
    _size: int = 0
    _wanted: int = 2

    def feed(self, data: bytes) -> list[bytes]:
        """Take a chunk and return the messages that it completes."""
        self._pending.append(data)
        self._size += len(data)
        # A large message is joined once, not once per chunk.
        if self._size < self._wanted:
            return []
        buffer = data if len(self._pending) == 1 else b"".join(self._pending)
        messages = []
        position, end = 0, len(buffer)
        wanted = 2
        while end - position >= 2:
            size = buffer[position + 1]
            start = position + 2
            if size >= 126:
                start += 2 if size == 126 else 8
                if end < start:
                    wanted = start - position
                    break
                size = int.from_bytes(buffer[position + 2 : start], "big")
            if end < start + size:
                wanted = start + size - position
                break
            opcode = buffer[position]
            if opcode == _BINARY:
                messages.append(buffer[start : start + size])
            elif opcode == _DEFLATED:
                messages.append(_inflated(buffer[start : start + size]))
            else:
                self.controls.append((opcode & 0x0F, buffer[start : start + size]))
            position = start + size
        rest = buffer[position:]
        self._pending = [rest] if rest else []
        self._size = len(rest)
        self._wanted = wanted
        return messages
