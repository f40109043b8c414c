"""Walk over a Yjs update (format v1) without building anything.

The CRDT library trusts what it is given: deep nesting overflows its stack, false counts exhaust memory, foreign clocks swallow
other people's edits. So each update is read here first, to its exact end and within bounds, and what comes out is which clock
ranges it adds, which it deletes and which it builds upon.

Layout: `blocks (structs client clock struct*)* deletes (client ranges (clock length)*)*`. Source: `src/utils/encoding.js`,
`src/structs/Item.js` and `src/utils/DeleteSet.js` of https://github.com/yjs/yjs (13.6), read beside `block.rs` of
https://github.com/y-crdt/y-crdt.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from collab_server.errors import Malformed
from collab_server.protocol.codec import Reader

MAX_DEPTH: Final = 64
"""Nesting of plain values inside one item; the CRDT library crashes somewhere above 10,000."""
MAX_CLOCK: Final = 2**31 - 1
"""The CRDT library counts clocks in 32 bits."""

_GC, _SKIP = 0, 10
_DELETED, _JSON, _BINARY, _STRING, _EMBED, _FORMAT, _TYPE, _ANY, _DOC = 1, 2, 3, 4, 5, 6, 7, 8, 9
_ORIGIN, _RIGHT_ORIGIN, _PARENT_SUB = 0x80, 0x40, 0x20
_TYPES_WITH_NAME = (3, 5)
_MAX_TYPE = 6


@dataclass(frozen=True, slots=True)
class Summary:
    """What an update does, in clocks.

    adds: (client, first clock, clock after the last) per run of new structs, in the update's order.
    deletes: (client, first clock, clock after the last) per deleted run.
    needs: client -> the clock that must be known before the update can be applied; what the update itself adds may satisfy it.
    has_gap: the update itself leaves clocks out (a Skip), so it cannot be applied whole.
    """

    adds: tuple[tuple[int, int, int], ...]
    deletes: tuple[tuple[int, int, int], ...]
    needs: dict[int, int]
    has_gap: bool


def walk(update: bytes) -> Summary:
    """Read `update` to its exact end; raises Malformed where it is not one well-formed update within the bounds."""
    walker = _Walker(update)
    summary = Summary(
        adds=tuple(walker.blocks()),
        deletes=tuple(walker.deletes()),
        needs=walker.needs,
        has_gap=walker.has_gap,
    )
    walker.reader.finish()
    return summary


class _Walker:
    __slots__ = ("has_gap", "needs", "reader")

    def __init__(self, update: bytes) -> None:
        self.reader = Reader(update)
        self.needs: dict[int, int] = {}
        self.has_gap = False

    def blocks(self) -> list[tuple[int, int, int]]:
        reader = self.reader
        adds = []
        for _ in range(reader.uint()):
            structs = reader.uint()
            client = reader.uint()
            first = clock = reader.uint()
            for _ in range(structs):
                info = reader.byte()
                if info == _SKIP:
                    if clock > first:
                        adds.append((client, first, clock))
                    first = clock = clock + reader.uint()
                    self.has_gap = True
                else:
                    clock += reader.uint() if info == _GC else self._item(info)
                if clock > MAX_CLOCK:
                    raise Malformed("clock is out of range")
            if clock > first:
                adds.append((client, first, clock))
        return adds

    def deletes(self) -> list[tuple[int, int, int]]:
        reader = self.reader
        deletes = []
        for _ in range(reader.uint()):
            client = reader.uint()
            for _ in range(reader.uint()):
                clock = reader.uint()
                end = clock + reader.uint()
                if end > MAX_CLOCK:
                    raise Malformed("deleted clock is out of range")
                if end > clock:
                    deletes.append((client, clock, end))
        return deletes

    def _item(self, info: int) -> int:
        """Pass over one item and return how many clocks it takes."""
        reader = self.reader
        if info & (_ORIGIN | _RIGHT_ORIGIN):
            if info & _ORIGIN:
                self._need()
            if info & _RIGHT_ORIGIN:
                self._need()
        else:
            parent = reader.uint()
            if parent == 1:
                reader.string()
            elif parent == 0:
                self._need()
            else:
                raise Malformed("unknown kind of parent")
            if info & _PARENT_SUB:
                reader.string()
        return self._content(info & 0x1F)

    def _need(self) -> None:
        client = self.reader.uint()
        clock = self.reader.uint()
        if clock >= MAX_CLOCK:
            raise Malformed("clock is out of range")
        if self.needs.get(client, 0) <= clock:
            self.needs[client] = clock + 1

    def _content(self, kind: int) -> int:
        reader = self.reader
        if kind == _ANY:
            count = reader.uint()
            for _ in range(count):
                self._any(0)
            return _at_least_one(count)
        if kind == _STRING:
            return _at_least_one(_utf16_length(reader.string()))
        if kind == _TYPE:
            type_ref = reader.uint()
            if type_ref > _MAX_TYPE:
                raise Malformed("unknown shared type")
            if type_ref in _TYPES_WITH_NAME:
                reader.string()
            return 1
        if kind == _DELETED:
            return _at_least_one(reader.uint())
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
                _check_json(reader.string())
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
        elif kind < 116:
            raise Malformed("unknown value")

    def _signed(self) -> None:
        """Pass over a signed integer: six bits and a sign first, then groups of seven."""
        reader = self.reader
        for _ in range(9):
            if reader.byte() < 0x80:
                return
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
    if text == "undefined":
        return
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("value is not JSON") from None
    _check_depth(value, 0)


def _check_depth(value: Any, depth: int) -> None:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        if depth >= MAX_DEPTH:
            raise Malformed("value is nested too deeply")
        for inner in value:
            _check_depth(inner, depth + 1)
