"""A document in memory, exactly as committed: the CRDT document, its last seq, its size, its epoch, and whose its client ids are."""

from collections.abc import Sequence
from typing import Any

from pycrdt import Doc, Snapshot

from collab_server.authorship import Authorship
from collab_server.ports import StoredDocument
from collab_server.protocol.coverage import Coverage

EMPTY_STATE_VECTOR = b"\x00"


class Unappliable(Exception):
    """The CRDT library cannot apply row `seq`; the document in memory must be thrown away."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"row {seq} cannot be applied")
        self.seq = seq


class Content:
    """Built from what is stored; raises Unappliable, here and in `apply`. `size` is in bytes of updates."""

    __slots__ = ("_doc", "_state", "authorship", "epoch", "seq", "size")

    def __init__(self, stored: StoredDocument) -> None:
        self._doc: Doc[Any] = Doc()
        self._state: bytes | None = None
        self.seq = stored.seq
        self.size = 0
        self.authorship = Authorship(stored.authors, retired=stored.retired)
        self.epoch = stored.epoch
        with self._doc.transaction():
            if stored.snapshot is not None:
                self._apply(stored.snapshot, stored.snapshot_seq)
            for seq, update in stored.tail:
                self._apply(update, seq)

    def apply(self, updates: Sequence[bytes], first_seq: int) -> None:
        """Apply rows that the log has just committed."""
        self._state = None
        for seq, update in enumerate(updates, first_seq):
            self._apply(update, seq)
            self.seq = seq

    def _apply(self, update: bytes, seq: int) -> None:
        try:
            self._doc.apply_update(update)
        except BaseException as error:
            if not _is_crdt_failure(error):
                raise
            raise Unappliable(seq) from None
        self.size += len(update)

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

    def is_whole_in(self, state: bytes) -> bool:
        """Say whether `state`, read back, holds exactly what is here."""
        copy: Doc[Any] = Doc()
        copy.apply_update(state)
        return _coverage(copy) == self.coverage()

    def coverage(self) -> Coverage:
        """Return the clocks that are here."""
        return _coverage(self._doc)


def _coverage(doc: Doc[Any]) -> Coverage:
    return Coverage.from_snapshot(Snapshot.from_doc(doc).encode())


def _is_crdt_failure(error: BaseException) -> bool:
    # A panic of the Rust library is a BaseException of its own kind; what stops the process must pass.
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"
