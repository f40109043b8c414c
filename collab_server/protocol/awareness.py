"""Presence states as y-protocols writes them.

`count (clientID clock state)*`, all integers variable-length, each state a JSON string; the state `null` says that the
client has left. Source: https://github.com/yjs/y-protocols/blob/master/awareness.js
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from collab_server.errors import Malformed, TooBig
from collab_server.protocol.codec import MAX_SAFE_INTEGER, Reader, byte_array, uint

MAX_ENTRIES = 1_000
"""More states than this in one message are no honest client's: it only speaks for itself."""
MAX_BYTES = 128 * 1024
"""A pointer, a selection and a long stroke in progress fit well; a document does not."""
MAX_DEPTH = 32
"""Nesting of one state: what could be read must also be writable, whatever the depth of the call."""


@dataclass(frozen=True, slots=True)
class PresenceEntry:
    """The state of one Yjs client: a JSON object, or None when it has left; `size`: its bytes as received."""

    client_id: int
    clock: int
    state: dict[str, Any] | None
    size: int = field(default=0, compare=False)


def decode(data: bytes, *, max_bytes: int = MAX_BYTES, max_entries: int = MAX_ENTRIES) -> tuple[PresenceEntry, ...]:
    """Read the states in an awareness update; raises Malformed, or TooBig above its bytes."""
    if len(data) > max_bytes:
        raise TooBig("presence_too_big")
    reader = Reader(data)
    count = reader.uint()
    if count > max_entries:
        raise Malformed("too many presence states in one message")
    entries = tuple(_entry(reader) for _ in range(count))
    reader.finish()
    return entries


def _entry(reader: Reader) -> PresenceEntry:
    client_id = reader.uint()
    clock = reader.uint()
    start = reader.position
    try:
        state = json.loads(reader.string(), parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise Malformed("presence state is not JSON") from None
    if state is not None and not isinstance(state, dict):
        raise Malformed("presence state is not an object")
    _check_depth(state, 0)
    return PresenceEntry(client_id, clock, state, size=reader.position - start)


def _finite(number: str) -> float:
    # Python would write it as `Infinity`, which no browser reads.
    value = float(number)
    if not isfinite(value):
        raise ValueError(number)
    return value


def _check_depth(value: Any, depth: int) -> None:
    if isinstance(value, dict | list):
        if depth >= MAX_DEPTH:
            raise Malformed("presence state is nested too deeply")
        for inner in value.values() if isinstance(value, dict) else value:
            _check_depth(inner, depth + 1)


def encode(entries: Iterable[PresenceEntry]) -> bytes:
    """Write states as one awareness update."""
    return joined([encode_one(entry) for entry in entries])


def encode_one(entry: PresenceEntry) -> bytes:
    """Write one state as it stands in an awareness update."""
    return uint(entry.client_id) + uint(min(entry.clock, MAX_SAFE_INTEGER)) + byte_array(_json(entry.state))


def joined(states: Sequence[bytes]) -> bytes:
    """Make one awareness update of written states."""
    return uint(len(states)) + b"".join(states)


def _json(state: dict[str, Any] | None) -> bytes:
    try:
        return json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # JavaScript may cut a string in the middle of an emoji; half a character survives only escaped.
        return json.dumps(state, separators=(",", ":")).encode()
