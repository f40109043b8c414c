"""Presence states as y-protocols writes them.

`count (clientID clock state)*`, all integers variable-length, each state a JSON string; the state `null` says that the
client has left. Source: https://github.com/yjs/y-protocols/blob/master/awareness.js
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from collab_server.errors import Malformed, TooBig
from collab_server.protocol.codec import MAX_SAFE_INTEGER, Reader, string, uint

MAX_ENTRIES = 1_000
"""More states than this in one message are no honest client's: it only speaks for itself."""
MAX_BYTES = 128 * 1024
"""A pointer, a selection and a long stroke in progress fit well; a document does not."""


@dataclass(frozen=True, slots=True)
class PresenceEntry:
    """The state of one Yjs client: a JSON object, or None when it has left."""

    client_id: int
    clock: int
    state: dict[str, Any] | None


def decode(data: bytes) -> tuple[PresenceEntry, ...]:
    """Read the states in an awareness update; raises Malformed, or TooBig above MAX_BYTES."""
    if len(data) > MAX_BYTES:
        raise TooBig("presence_too_big")
    reader = Reader(data)
    count = reader.uint()
    if count > MAX_ENTRIES:
        raise Malformed("too many presence states in one message")
    entries = tuple(_entry(reader) for _ in range(count))
    reader.finish()
    return entries


def _entry(reader: Reader) -> PresenceEntry:
    client_id = reader.uint()
    clock = reader.uint()
    try:
        state = json.loads(reader.string(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("presence state is not JSON") from None
    if state is not None and not isinstance(state, dict):
        raise Malformed("presence state is not an object")
    return PresenceEntry(client_id, clock, state)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def encode(entries: Iterable[PresenceEntry]) -> bytes:
    """Write states as one awareness update."""
    parts = [
        uint(entry.client_id)
        + uint(min(entry.clock, MAX_SAFE_INTEGER))
        + string(json.dumps(entry.state, ensure_ascii=False, separators=(",", ":")))
        for entry in entries
    ]
    return uint(len(parts)) + b"".join(parts)
