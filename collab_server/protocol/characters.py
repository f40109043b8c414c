"""Characters beyond the basic plane, an emoji say: two clocks each, and what becomes of one that is edited between its halves.

Yjs counts text as JavaScript does. Where somebody inserts or deletes between the halves of such a character, every copy of
Yjs shows two replacement characters from then on, one per half. The CRDT library on the server cuts its text behind the
character instead, and what it writes then has other clocks than what it holds: whoever joins misses edits for ever. So it is
given, instead of what was cut, what Yjs makes of it. Structure and clocks stay the same.

Source: `ContentString.splice` in `src/structs/ContentString.js` of https://github.com/yjs/yjs (13.6), and `Item.splice` in
`block.rs` of https://github.com/y-crdt/y-crdt (0.28).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from collab_server.errors import Malformed
from collab_server.protocol.codec import Reader, byte_array, uint
from collab_server.protocol.update import ORIGIN, PARENT_SUB, RIGHT_ORIGIN, STRING, Walker

Clocks = dict[int, set[int]]
"""Of each client, the clocks of the second halves of some characters."""

_FOUR_BYTES: Final = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}")
_CONTEXT_BYTES: Final = 48
"""How far is looked back: a number of 48 bytes that is valid text by chance is rare."""
_HALVES: Final = "\ufffd\ufffd"


@dataclass(slots=True)
class _Seen:
    """What stands in some updates: the second halves of characters, and the places where something was put or deleted."""

    halves: Clocks = field(default_factory=dict)
    places: Clocks = field(default_factory=dict)

    def cuts(self) -> Clocks:
        """Return the halves at which a character is cut."""
        both = {client: clocks & self.places.get(client, set()) for client, clocks in self.halves.items()}
        return {client: clocks for client, clocks in both.items() if clocks}


NO_HALVES: Final = b"\x00"
"""None, as `Halves.encode` writes it."""


class Halves:
    """The second halves of a document's characters, kept to find out what cuts one."""

    __slots__ = ("_halves",)

    def __init__(self, halves: Clocks | None = None) -> None:
        self._halves = halves or {}

    @classmethod
    def of(cls, state: bytes) -> "Halves":
        """Find the halves of a document, given as one update: a walk over all of it where it may hold any."""
        return cls(_look([state]).halves if may_hold_pairs(state) else {})

    @classmethod
    def decode(cls, data: bytes) -> "Halves":
        """Read what `encode` has written."""
        reader = Reader(data)
        halves: Clocks = {}
        for _ in range(reader.uint()):
            client = reader.uint()
            steps = [reader.uint() for _ in range(reader.uint())]
            halves[client] = set(accumulate(steps))
        return cls(halves)

    def encode(self) -> bytes:
        """Write the halves down, to be kept with the document's state: of each client its clocks, as steps from one to the next."""
        parts = []
        held = [(client, sorted(clocks)) for client, clocks in sorted(self._halves.items()) if clocks]
        for client, clocks in held:
            steps = [clock - before for before, clock in zip([0, *clocks], clocks, strict=False)]
            parts.append(uint(client) + uint(len(steps)) + b"".join(map(uint, steps)))
        return uint(len(held)) + b"".join(parts)

    def cut_by(self, update: bytes) -> Clocks:
        """Return what an update cuts, and learn what it brings."""
        return self.cut_by_all([update])

    def cut_by_all(self, updates: Sequence[bytes]) -> Clocks:
        """Return what several updates cut, of the document or of each other, and learn what they bring."""
        if not self._halves and not any(map(may_hold_pairs, updates)):
            return {}
        seen = _look(updates)
        for client, clocks in seen.halves.items():
            self._halves.setdefault(client, set()).update(clocks)
        seen.halves = self._halves
        cuts = seen.cuts()
        for client, clocks in cuts.items():
            self._halves[client] -= clocks
        return cuts


def as_yjs_reads(updates: Sequence[bytes]) -> Sequence[bytes]:
    """Return the updates of one document with every character that one of them cuts replaced, in order."""
    cuts = Halves().cut_by_all(updates)
    return [with_halves(update, cuts) for update in updates] if cuts else updates


def with_halves(update: bytes, cuts: Mapping[int, Collection[int]]) -> bytes:
    """Return an update with two replacement characters for each character whose second half is among `cuts`."""
    if not may_hold_pairs(update):
        return update
    cutter = _Cutter(update, cuts)
    try:
        return cutter.whole()
    except Malformed:
        return update


def may_hold_pairs(data: bytes) -> bool:
    """Say, fast, whether a text in an update may have a character of two halves: never wrong where it says no."""
    found = _FOUR_BYTES.search(data)
    while found is not None:
        if _may_be_text(data, found.start()):
            return True
        found = _FOUR_BYTES.search(data, found.end())
    return False


def _may_be_text(data: bytes, position: int) -> bool:
    """Tell a character of a text from the middle of a number or of a plain value: it stands in a string behind its length."""
    earliest = max(position - _CONTEXT_BYTES, 0)
    for start in range(position, earliest, -1):
        if _is_text(data[start:position]) and _is_string(data, start, position + 4):
            return True
    return earliest > 0 and _ends_in_text(data, position)


def _is_string(data: bytes, start: int, reaches: int) -> bool:
    """Say whether a length stands before `start`, behind an item's head, and valid text of that length over `reaches`."""
    length = 0
    for at in range(start - 1, max(start - 6, -1), -1):
        byte = data[at]
        # Read from its end: the last byte has no high bit, all before have it.
        if (byte < 0x80) is not (at == start - 1):
            break
        length = (length << 7) | (byte & 0x7F)
        end = start + length
        if reaches <= end <= len(data) and _is_text(data[start:end]) and _ends_in_head(data, at):
            return True
    return False


def _ends_in_head(data: bytes, end: int) -> bool:
    """Say whether the head of a text item may end here."""
    earliest = max(end - _CONTEXT_BYTES, 0)
    for start in range(end - 1, earliest - 1, -1):
        if data[start] & 0x1F == STRING and _head_end(data, start) == end:
            return True
    # The name of a root or a key may be long.
    return earliest > 0 and _ends_in_text(data, end)


def _head_end(data: bytes, start: int) -> int | None:
    """Return where the item's head ends that begins here; None where none does."""
    reader = Reader(data)
    reader.position = start
    try:
        info = reader.byte()
        references = bool(info & ORIGIN) + bool(info & RIGHT_ORIGIN)
        if not references:
            parent = reader.uint()
            if parent == 1:
                reader.bytes()
            references = parent == 0
        for _ in range(2 * references):
            reader.uint()
        if info & PARENT_SUB and not info & (ORIGIN | RIGHT_ORIGIN):
            reader.bytes()
    except Malformed:
        return None
    return reader.position


def _ends_in_text(data: bytes, end: int) -> bool:
    # Up to three bytes may belong to a character that begins before.
    return any(_is_text(data[end - _CONTEXT_BYTES + skipped : end]) for skipped in range(4))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _look(updates: Sequence[bytes]) -> _Seen:
    seen = _Seen()
    for update in updates:
        looker = _Looker(update, seen)
        try:
            looker.blocks()
            looker.read_deletes()
        except Malformed:
            # An older release may have logged what is refused today. What was read until there counts.
            continue
        for client, first, end in looker.deletes:
            seen.places.setdefault(client, set()).update((first, end))
    return seen


class _Looker(Walker):
    """Notes where characters of two halves stand, and beside what items were put."""

    __slots__ = ("_behind", "_seen")

    def __init__(self, update: bytes, seen: _Seen) -> None:
        super().__init__(update)
        self._seen = seen
        self._behind = False

    def _item(self, info: int) -> int:
        # The first of the references is the item to the left, if there is one; one stands behind it.
        self._behind = bool(info & ORIGIN)
        return super()._item(info)

    def _need(self) -> None:
        reader = self.reader
        start = reader.position
        client, clock = reader.uint(), reader.uint()
        reader.position = start
        super()._need()
        self._seen.places.setdefault(client, set()).add(clock + self._behind)
        self._behind = False

    def _content(self, kind: int) -> int:
        start = self.reader.position
        length = super()._content(kind)
        if kind == STRING:
            end, self.reader.position = self.reader.position, start
            halves = second_halves(self.reader.string(), self._clock)
            self.reader.position = end
            if halves:
                self._seen.halves.setdefault(self._client, set()).update(halves)
        return length


class _Cutter(Walker):
    """Copies an update, with other text in it."""

    __slots__ = ("_copied", "_cuts", "_parts")

    def __init__(self, update: bytes, cuts: Mapping[int, Collection[int]]) -> None:
        super().__init__(update)
        self._cuts = cuts
        self._parts: list[bytes] = []
        self._copied = 0

    def whole(self) -> bytes:
        self.blocks()
        self.read_deletes()
        self.reader.finish()
        self._parts.append(self.reader.data[self._copied :])
        return b"".join(self._parts)

    def _content(self, kind: int) -> int:
        start = self.reader.position
        length = super()._content(kind)
        cuts = self._cuts.get(self._client)
        if kind == STRING and cuts:
            end, self.reader.position = self.reader.position, start
            text = self.reader.string()
            clock = self._clock
            parts = []
            for character in text:
                width = 1 + (character > "\uffff")
                parts.append(_HALVES if width == 2 and clock + 1 in cuts else character)
                clock += width
            self._parts += (self.reader.data[self._copied : start], byte_array("".join(parts).encode()))
            self._copied = end
        return length


def second_halves(text: str, clock: int) -> list[int]:
    """Return the clocks of the second halves of the characters in a text that begins at `clock`."""
    found: list[int] = []
    if not text.isascii():
        for character in text:
            if character > "\uffff":
                clock += 1
                found.append(clock)
            clock += 1
    return found
