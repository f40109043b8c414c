"""A document in memory, exactly as committed: the CRDT document, its last seq, its size, its epoch, and whose its client ids are."""

from collections.abc import Iterable, Sequence

from pycrdt import TransactionEvent

from collab_server.authorship import Authorship
from collab_server.merging import NOTHING, Merged, Unappliable, apply, covered, replayed
from collab_server.ports import StoredDocument
from collab_server.protocol.characters import NO_HALVES, with_halves
from collab_server.protocol.coverage import Coverage
from documents.kinds import Kind
from documents.reading import declare
from documents.writing import Change

__all__ = ["EMPTY_STATE_VECTOR", "Content", "Unappliable"]

EMPTY_STATE_VECTOR = b"\x00"


class Content:
    """Built from what is stored; raises UnreadableSnapshot, and Unappliable, which `apply` raises too.

    `size` is in bytes of updates; `changes` counts upwards with each version.
    """

    __slots__ = ("_doc", "_halves", "_state", "authorship", "changes", "epoch", "seq", "size")

    def __init__(self, stored: StoredDocument, *, merged: Merged | None = None) -> None:
        """Build a document. `merged`: all of it, where the rows after the snapshot are in one state already."""
        state, tail, halves = stored.snapshot, stored.tail, stored.halves
        if merged is not None:
            state, tail, halves = merged.state, (), merged.halves
        self._doc, self._halves = replayed(state, tail, halves=halves)
        # What was read is what the first joiner asks for.
        self._state = None if tail else state
        self.changes = 0
        self.seq = stored.seq
        self.size = len(state or b"") + sum(len(update) for _, update in tail)
        self.authorship = Authorship(stored.authors, retired=stored.retired)
        self.epoch = stored.epoch

    def apply(self, rows: Sequence[tuple[int, bytes]]) -> None:
        """Apply rows that the log has committed: (seq, update)."""
        self._changed()
        updates = [update for _, update in rows]
        cuts = self._halves.cut_by_all(updates)
        if cuts:
            # What the CRDT library would cut wrongly is replaced before, as Yjs does it in every copy.
            self._doc, _ = replayed(with_halves(self._doc.get_update(), cuts), (), halves=NO_HALVES)
            rows = [(seq, with_halves(update, cuts)) for seq, update in rows]
        apply(self._doc, rows)
        if rows:
            self.seq = rows[-1][0]
        self.size += sum(map(len, updates))

    def edit(self, kind: Kind, changes: Iterable[Change]) -> bytes | None:
        """Make changes of our own and return the update that they are; None where nothing changes.

        It is written under a client id that is nobody's. What the changes raise leaves the document half changed: throw it away.
        """
        updates: list[bytes] = []

        def heard(event: TransactionEvent) -> None:
            updates.append(event.update)

        declare(self._doc, kind)
        subscription = self._doc.observe(heard)
        try:
            with self._doc.transaction():
                for change in changes:
                    change(self._doc)
        finally:
            # An observer that is left behind keeps the document in memory.
            self._doc.unobserve(subscription)
        self._changed()
        if not updates or updates[0] == NOTHING:
            return None
        self._halves.cut_by(updates[0])
        self.size += len(updates[0])
        return updates[0]

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

    def state_vector(self) -> bytes:
        """Return how far the document goes."""
        return self._doc.get_state()

    def coverage(self) -> Coverage:
        """Return the clocks that are here."""
        return covered(self._doc)

    def _changed(self) -> None:
        self._state = None
        self.changes += 1
