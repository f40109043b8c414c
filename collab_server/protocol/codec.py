"""Read and write the variable-length encoding of lib0, strictly.

lib0 (the encoding library of Yjs) writes an unsigned integer as little-endian groups of seven bits, the high bit of each
byte saying that another follows, and a string or byte array as its length in bytes and then the bytes. Its own reader
accepts overlong integers and data that ends early; this one does not, because two readers that disagree about one message
are a security hole.

Source: https://github.com/dmonad/lib0, `encoding.js` and `decoding.js`.
"""

from collab_server.errors import Malformed

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer a JavaScript peer can hold exactly."""


class Reader:
    """Walk over `data` once, from the front; every method raises Malformed where the bytes do not fit."""

    __slots__ = ("data", "end", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.end = len(data)

    def byte(self) -> int:
        """Read one byte."""
        position = self.position
        if position >= self.end:
            raise Malformed("message ends early")
        self.position = position + 1
        return self.data[position]

    def uint(self) -> int:
        """Read an unsigned integer of at most 53 bits in its shortest form."""
        data, position = self.data, self.position
        try:
            value = data[position]
            position += 1
            if value >= 0x80:
                value &= 0x7F
                shift = 7
                # One byte a turn, and nothing else in it: a client id has five of them.
                while (byte := data[position]) >= 0x80:
                    value |= (byte & 0x7F) << shift
                    shift += 7
                    position += 1
                    if shift > 49:
                        raise Malformed("integer is overlong or too large")
                value |= byte << shift
                position += 1
                if byte == 0 or value > MAX_SAFE_INTEGER:
                    raise Malformed("integer is overlong or too large")
        except IndexError:
            raise Malformed("message ends early") from None
        self.position = position
        return value

    def skip(self, count: int) -> None:
        """Pass over `count` bytes."""
        position = self.position + count
        if position > self.end:
            raise Malformed("message ends early")
        self.position = position

    def bytes(self) -> bytes:
        """Read a byte array behind its length."""
        length = self.uint()
        start = self.position
        end = start + length
        if end > self.end:
            raise Malformed("message ends early")
        self.position = end
        return self.data[start:end]

    def string(self) -> str:
        """Read a UTF-8 string behind its length in bytes."""
        length = self.uint()
        start = self.position
        end = start + length
        if end > self.end:
            raise Malformed("message ends early")
        self.position = end
        try:
            return self.data[start:end].decode()
        except UnicodeDecodeError:
            raise Malformed("string is not UTF-8") from None

    def finish(self) -> None:
        """Check that nothing follows."""
        if self.position != self.end:
            raise Malformed("bytes follow the end of the message")


def uint(value: int) -> bytes:
    """Encode an unsigned integer."""
    if value < 0x80:
        return bytes((value,))
    groups = bytearray()
    while value >= 0x80:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def byte_array(value: bytes) -> bytes:
    """Encode a byte array behind its length."""
    return uint(len(value)) + value


def string(value: str) -> bytes:
    """Encode a string as UTF-8 behind its length in bytes."""
    return byte_array(value.encode())
