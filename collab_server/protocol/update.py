"""Walk over a Yjs update (format v1) without building anything.

The CRDT library trusts what it is given: deep nesting overflows its stack, false counts exhaust memory, foreign clocks swallow
other people's edits. So each update is read here first, to its exact end and within bounds, and what comes out is which clock
ranges it adds, which it deletes and which it builds upon.

Layout: `blocks (structs client clock struct*)* deletes (client ranges (clock length)*)*`. Source: `src/utils/encoding.js`,
`src/structs/Item.js` and `src/utils/DeleteSet.js` of https://github.com/yjs/yjs (13.6), read beside `block.rs` of
https://github.com/y-crdt/y-crdt.
"""

import json
from math import isfinite
from typing import Any, Final, NamedTuple

from collab_server.errors import Malformed
from collab_server.protocol.codec import MAX_SAFE_INTEGER, Reader

MAX_DEPTH: Final = 64
"""Nesting of plain values inside one item; the CRDT library crashes somewhere above 10,000."""
MAX_CLOCK: Final = 2**31 - 1
"""The CRDT library counts clocks in 32 bits."""

GC, SKIP = 0, 10
_DELETED, _JSON, _BINARY, STRING, _EMBED, _FORMAT, _TYPE, _ANY, _DOC = 1, 2, 3, 4, 5, 6, 7, 8, 9
ORIGIN, RIGHT_ORIGIN, PARENT_SUB = 0x80, 0x40, 0x20
_XML_ELEMENT, _XML_HOOK, _XML_TEXT = 3, 5, 6


class Summary(NamedTuple):
    """What an update does, in clocks.

    adds: (client, first clock, clock after the last) per run of new structs, in the update's order.
    deletes: (client, first clock, clock after the last) per deleted run; new structs that arrive without content are deleted.
    needs: client -> the clock that must be known before the update can be applied; what the update itself adds may satisfy it.
    has_gap: the update itself leaves clocks out (a Skip), so it cannot be applied whole.
    order: (client, clock, other client, the clock that must be known of that one before), of those that stand in the update
        themselves: says in which order it can be applied, if it can be.
    """

    adds: tuple[tuple[int, int, int], ...]
    deletes: tuple[tuple[int, int, int], ...]
    needs: dict[int, int]
    has_gap: bool
    order: tuple[tuple[int, int, int, int], ...] = ()


def walk(update: bytes) -> Summary:
    """Read `update` to its exact end; raises Malformed where it is not one well-formed update within the bounds."""
    walker = Walker(update)
    adds = walker.blocks()
    walker.read_deletes()
    walker.reader.finish()
    return Summary(
        adds=tuple(adds),
        deletes=tuple(walker.deletes),
        needs=walker.needs,
        has_gap=walker.has_gap,
        order=tuple(walker.order),
    )


class Walker:
    """Reads one update from its start to its end."""

    __slots__ = ("_block_needs", "_client", "_clock", "deletes", "has_gap", "needs", "order", "reader")

    def __init__(self, update: bytes) -> None:
        self.reader = Reader(update)
        self.deletes: list[tuple[int, int, int]] = []
        self.needs: dict[int, int] = {}
        self.order: list[tuple[int, int, int, int]] = []
        self._block_needs: dict[int, int] = {}
        self.has_gap = False
        self._client = 0
        self._clock = 0

    def blocks(self) -> list[tuple[int, int, int]]:
        """Read the structs, and return the runs of clocks that they add."""
        reader = self.reader
        adds = []
        clients: set[int] = set()
        for _ in range(reader.uint()):
            structs = reader.uint()
            self._client = client = reader.uint()
            # Yjs would keep only the last block of a client, and so see another document than we do.
            if client in clients:
                raise Malformed("client comes twice")
            clients.add(client)
            self._clock = first = reader.uint()
            for _ in range(structs):
                info = reader.byte()
                if info == SKIP:
                    if self._clock > first:
                        adds.append((client, first, self._clock))
                    self._clock = first = self._clock + _at_least_one(reader.uint())
                    self.has_gap = True
                else:
                    self._clock += self._deleted() if info == GC else self._item(info)
                if self._clock > MAX_CLOCK:
                    raise Malformed("clock is out of range")
            if self._clock > first:
                adds.append((client, first, self._clock))
            if self._block_needs:
                self._end_block()
        if self.order:
            self.order = [need for need in self.order if need[2] in clients]
        return adds

    def _end_block(self) -> None:
        for client, clock in self._block_needs.items():
            if self.needs.get(client, 0) < clock:
                self.needs[client] = clock
        self._block_needs.clear()

    def read_deletes(self) -> None:
        """Read what is deleted, behind the structs."""
        reader = self.reader
        for _ in range(reader.uint()):
            client = reader.uint()
            for _ in range(reader.uint()):
                clock = reader.uint()
                end = clock + reader.uint()
                if end > MAX_CLOCK:
                    raise Malformed("deleted clock is out of range")
                if end > clock:
                    self.deletes.append((client, clock, end))

    def _item(self, info: int) -> int:
        """Pass over one item and return how many clocks it takes."""
        reader = self.reader
        if info & (ORIGIN | RIGHT_ORIGIN):
            if info & ORIGIN:
                self._need()
            if info & RIGHT_ORIGIN:
                self._need()
        else:
            parent = reader.uint()
            if parent == 1:
                reader.string()
            elif parent == 0:
                self._need()
            else:
                raise Malformed("unknown kind of parent")
            if info & PARENT_SUB:
                reader.string()
        return self._content(info & 0x1F)

    def _need(self) -> None:
        client = self.reader.uint()
        clock = self.reader.uint()
        if clock >= MAX_CLOCK:
            raise Malformed("clock is out of range")
        if client == self._client:
            # An item can only be placed beside what its author already had.
            if clock >= self._clock:
                raise Malformed("item refers to what comes after it")
        elif self._block_needs.get(client, 0) <= clock:
            self._block_needs[client] = clock + 1
            self.order.append((self._client, self._clock, client, clock + 1))

    def _deleted(self) -> int:
        length = _at_least_one(self.reader.uint())
        self.deletes.append((self._client, self._clock, self._clock + length))
        return length

    def _content(self, kind: int) -> int:
        reader = self.reader
        if kind == _ANY:
            count = reader.uint()
            for _ in range(count):
                self._any(0)
            return _at_least_one(count)
        if kind == STRING:
            return _at_least_one(_utf16_length(reader.string()))
        if kind == _TYPE:
            type_ref = reader.uint()
            # The CRDT library cannot read what Yjs writes for a hook, which nobody uses.
            if type_ref > _XML_TEXT or type_ref == _XML_HOOK:
                raise Malformed("unknown shared type")
            if type_ref == _XML_ELEMENT:
                reader.string()
            return 1
        if kind == _DELETED:
            return self._deleted()
        if kind == _FORMAT:
            reader.string()
            _check_json(reader.string())
            return 1
        if kind == _EMBED:
            _check_json(reader.string())
            return 1
        if kind == _BINARY:
            reader.skip(reader.uint())
            return 1
        if kind == _JSON:
            count = reader.uint()
            for _ in range(count):
                text = reader.string()
                if text != "undefined":
                    _check_json(text)
            return _at_least_one(count)
        if kind == _DOC:
            reader.string()
            self._any(0)
            return 1
        raise Malformed("unknown content")

    def _any(self, depth: int) -> None:
        """Pass over one plain value."""
        reader = self.reader
        kind = reader.byte()
        if kind == 119:
            reader.string()
        elif kind == 125:
            self._signed()
        elif kind == 123 or kind == 122:
            reader.skip(8)
        elif kind == 124:
            reader.skip(4)
        elif kind == 118 or kind == 117:
            if depth >= MAX_DEPTH:
                raise Malformed("value is nested too deeply")
            for _ in range(reader.uint()):
                if kind == 118:
                    reader.string()
                self._any(depth + 1)
        elif kind == 116:
            reader.skip(reader.uint())
        elif not 116 < kind < 128:
            raise Malformed("unknown value")

    def _signed(self) -> None:
        """Pass over a signed integer: six bits and a sign first, then groups of seven."""
        byte = self.reader.byte()
        value = byte & 0x3F
        shift = 6
        while byte >= 0x80:
            byte = self.reader.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            # Yjs throws above this, and a document that holds such a number could not be opened again.
            if byte == 0 or value > MAX_SAFE_INTEGER:
                raise Malformed("integer is overlong or too large")


def _at_least_one(length: int) -> int:
    if length == 0:
        raise Malformed("item is empty")
    return length


def _utf16_length(text: str) -> int:
    # Yjs counts as JavaScript does: a character beyond the basic plane is two.
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


def _check_json(text: str) -> None:
    """Check what JavaScript and the CRDT library both can read: Python's reader alone takes more."""
    try:
        value = json.loads(text, parse_float=_finite, parse_int=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise Malformed("value is not JSON") from None
    _check_value(value, 0)


def _finite(number: str) -> float:
    value = float(number)
    if not isfinite(value):
        raise ValueError(number)
    return value


def _check_value(value: Any, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict | list):
        if depth >= MAX_DEPTH:
            raise Malformed("value is nested too deeply")
        if isinstance(value, dict):
            for name in value:
                _check_text(name)
            value = value.values()
        for inner in value:
            _check_value(inner, depth + 1)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Malformed("half a character") from None
