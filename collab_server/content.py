"""A document in memory, exactly as committed: the CRDT document, its last seq, its size, its epoch, and whose its client ids are."""

from collections.abc import Sequence

from collab_server.authorship import Authorship
from collab_server.merging import Unappliable, apply, covered, replayed
from collab_server.ports import StoredDocument
from collab_server.protocol.characters import Halves, with_halves
from collab_server.protocol.coverage import Coverage

__all__ = ["EMPTY_STATE_VECTOR", "Content", "Unappliable"]

EMPTY_STATE_VECTOR = b"\x00"


class Content:
    """Built from what is stored; raises UnreadableSnapshot, and Unappliable, which `apply` raises too.

    `size` is in bytes of updates.
    """

    __slots__ = ("_doc", "_halves", "_state", "authorship", "epoch", "seq", "size")

    def __init__(self, stored: StoredDocument, *, merged: bytes | None = None) -> None:
        """Build a document. `merged`: its state, where the rows after the snapshot are in it already."""
        state, tail = (stored.snapshot, stored.tail) if merged is None else (merged, ())
        self._doc = replayed(state, tail)
        # What was read is what the first joiner asks for.
        self._state = None if tail else state
        self._halves: Halves | None = None
        self.seq = stored.seq
        self.size = len(state or b"") + sum(len(update) for _, update in tail)
        self.authorship = Authorship(stored.authors, retired=stored.retired)
        self.epoch = stored.epoch

    def apply(self, updates: Sequence[bytes], first_seq: int) -> None:
        """Apply rows that the log has just committed."""
        if self._halves is None:
            self._halves = Halves(self.state())
        self._state = None
        for seq, update in enumerate(updates, first_seq):
            cuts = self._halves.cut_by(update)
            if cuts:
                # What the CRDT library would cut wrongly is replaced before, as Yjs does it in every copy.
                self._doc = replayed(with_halves(self._doc.get_update(), cuts), ())
            apply(self._doc, with_halves(update, cuts) if cuts else update, seq=seq)
            self.size += len(update)
            self.seq = seq

    def state_after(self, state_vector: bytes) -> bytes:
        """Return what is missing from a state vector, as one update."""
        if state_vector != EMPTY_STATE_VECTOR:
            return self._doc.get_update(state_vector)
        return self.state()

    def state(self) -> bytes:
        """Return the whole document as one update, encoded once per version."""
        if self._state is None:
            self._state = self._doc.get_update()
        return self._state

    def coverage(self) -> Coverage:
        """Return the clocks that are here."""
        return covered(self._doc)
