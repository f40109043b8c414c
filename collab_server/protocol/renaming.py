"""Write a Yjs update (v1) under other client ids, everything else as it is.

A document that is restored must not meet what copies of it hold under the old ids. Copying its content into a new document
would lose what only the structure says (formats, the order of concurrent edits); under new ids that stand in the same
order among each other, it is the same document to every Yjs library, because those compare ids and do nothing else with them.
"""

from collections.abc import Collection, Mapping
from random import Random

from collab_server.protocol.codec import uint
from collab_server.protocol.update import GC, SKIP, Walker

_ID_BITS = 32
"""As Yjs draws its own."""


def new_names(clients: Collection[int], *, avoid: Collection[int], rng: Random) -> dict[int, int]:
    """Draw a new client id for each, in the same order, and none of those to avoid."""
    drawn: set[int] = set()
    while len(drawn) < len(clients):
        client = rng.getrandbits(_ID_BITS)
        if client not in avoid:
            drawn.add(client)
    return dict(zip(sorted(clients), sorted(drawn), strict=True))


def renamed(update: bytes, names: Mapping[int, int]) -> bytes:
    """Return an update, which has been walked before, with every client id replaced."""
    return _Renamer(update, names).whole()


class _Renamer(Walker):
    __slots__ = ("_copied", "_names", "_parts")

    def __init__(self, update: bytes, names: Mapping[int, int]) -> None:
        super().__init__(update)
        self._names = names
        self._parts: list[bytes] = []
        self._copied = 0

    def whole(self) -> bytes:
        reader = self.reader
        for _ in range(reader.uint()):
            structs = reader.uint()
            self._rename()
            reader.uint()
            for _ in range(structs):
                info = reader.byte()
                if info in (GC, SKIP):
                    reader.uint()
                else:
                    self._item(info)
        for _ in range(reader.uint()):
            self._rename()
            for _ in range(reader.uint()):
                reader.uint()
                reader.uint()
        reader.finish()
        self._parts.append(reader.data[self._copied :])
        return b"".join(self._parts)

    def _need(self) -> None:
        self._rename()
        self.reader.uint()

    def _rename(self) -> None:
        reader = self.reader
        start = reader.position
        name = self._names[reader.uint()]
        self._parts += (reader.data[self._copied : start], uint(name))
        self._copied = reader.position
