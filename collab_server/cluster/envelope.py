"""Messages between nodes as they travel: sealed by their sender, opened once by each of the others. Pure.

Whoever can reach the same Redis could write to our channels, by mistake or not. So each message carries a keyed hash over its
channel, its sender, its number, its time and its body; one with another key, from another channel, too old, or heard before is
refused, and says why.

`version (1) sender (16) number (uint) sent_at in ms (uint) kind (1) body hash (16)`, integers variable-length.
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from uuid import UUID

from collab_server.errors import Malformed
from collab_server.protocol.codec import Reader, uint

VERSION = 1
HASH_BYTES = 16
MAX_AGE_SECONDS = 60.0
"""A message is on its way for milliseconds; what is older is played to us again. Measured by the database's clock."""
MAX_SENDERS = 1_000
"""Senders whose numbers are remembered; each start of a node is a sender."""
_SHORTEST = 1 + 16 + 1 + 1 + 1 + HASH_BYTES


class Kind(Enum):
    """What a message is about; the number that stands for it on the way."""

    ROWS = 1
    LOOK = 2
    PRESENCE = 3
    WHO = 4
    ALIVE = 5
    GONE = 6
    ACCESS = 7
    QUESTION = 8
    ANSWER = 9
    NEWS = 10


class Refused(Exception):
    """A message is not for us; `reason` is one of a few words that metrics and logs count by."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Letter:
    """An opened message."""

    sender: UUID
    kind: Kind
    body: bytes


class Sealer:
    """One node's seal. `cluster`: which nodes belong together; `now`: the database's time in seconds."""

    def __init__(self, secret_key: str, *, cluster: bytes, node: UUID, now: Callable[[], float]) -> None:
        self._key = blake2b(cluster, key=blake2b(secret_key.encode()).digest(), person=b"lectern nodes").digest()
        self._node = node
        self._now = now
        self._number = 0
        self._head = bytes((VERSION,)) + node.bytes
        self._heard: OrderedDict[UUID, int] = OrderedDict()

    def seal(self, channel: bytes, kind: Kind, body: bytes = b"") -> bytes:
        """Make a message for a channel."""
        self._number += 1
        stamp = uint(max(0, int(self._now() * 1000)))
        letter = b"".join((self._head, uint(self._number), stamp, bytes((kind.value,)), body))
        return letter + self._hash(channel, letter)

    def open(self, channel: bytes, message: bytes) -> Letter | None:
        """Read a message from a channel; None where it is our own. Raises Refused."""
        letter, seal = message[:-HASH_BYTES], message[-HASH_BYTES:]
        if letter[:1] != bytes((VERSION,)):
            raise Refused("another version" if len(message) > _SHORTEST else "not ours")
        if not hmac.compare_digest(seal, self._hash(channel, letter)):
            raise Refused("another key")
        reader = Reader(letter)
        try:
            reader.skip(17)
            number, stamp = reader.uint(), reader.uint() / 1000
            kind = Kind(reader.byte())
        except (Malformed, ValueError):
            raise Refused("not understood") from None
        sender = UUID(bytes=letter[1:17])
        if sender == self._node:
            return None
        if abs(self._now() - stamp) > MAX_AGE_SECONDS:
            raise Refused("too old")
        if number <= self._heard.get(sender, 0):
            raise Refused("heard before")
        self._heard[sender] = number
        self._heard.move_to_end(sender)
        if len(self._heard) > MAX_SENDERS:
            self._heard.popitem(last=False)
        return Letter(sender, kind, letter[reader.position :])

    def _hash(self, channel: bytes, letter: bytes) -> bytes:
        hashed = blake2b(letter, key=self._key, digest_size=HASH_BYTES)
        hashed.update(channel)
        return hashed.digest()


def new_node() -> UUID:
    """Return an id for a node from its start to its end."""
    return UUID(bytes=secrets.token_bytes(16))
