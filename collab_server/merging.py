"""From a document's snapshot and the rows after it to one state, checked. Pure but for the CRDT library.

The work of a snapshot, an export, a restore and of opening a long log. Short work is done where it is needed, long work in another
process (worker.py), because the CRDT library lets nothing else run meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Snapshot

from collab_server.protocol.characters import as_yjs_reads
from collab_server.protocol.coverage import Coverage


class Unappliable(Exception):
    """The CRDT library cannot apply row `seq`; the document in memory must be thrown away."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq


class UnreadableSnapshot(Exception):
    """A snapshot cannot be applied; the rows that it was made of are all there."""


class DifferentState(Exception):
    """The encoded state, read back, is not the document: it must not be kept."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A whole document: its state (a Yjs update, v1), and how far each client's clocks go."""

    state: bytes
    clocks: Mapping[int, int]


def apply(doc: Doc[Any], update: bytes, *, seq: int) -> None:
    """Apply one row; raises Unappliable."""
    try:
        doc.apply_update(update)
    except BaseException as error:
        # A panic of the Rust library is a BaseException of its own kind; what stops the process must pass.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Unappliable(seq) from None


def replayed(state: bytes | None, tail: Sequence[tuple[int, bytes]]) -> Doc[Any]:
    """Return the document of a snapshot's state and the rows after it; raises UnreadableSnapshot and Unappliable."""
    doc: Doc[Any] = Doc()
    updates = [update for _, update in tail]
    readable = iter(as_yjs_reads(updates if state is None else [state, *updates]))
    with doc.transaction():
        if state is not None:
            try:
                apply(doc, next(readable), seq=0)
            except Unappliable:
                raise UnreadableSnapshot from None
        for (seq, _), update in zip(tail, readable, strict=True):
            apply(doc, update, seq=seq)
    return doc


def covered(doc: Doc[Any]) -> Coverage:
    """Return the clocks that a document holds."""
    return Coverage.from_snapshot(Snapshot.from_doc(doc).encode())


def merge(snapshot: bytes | None, tail: Sequence[tuple[int, bytes]]) -> Merged:
    """Return the whole document of a snapshot's state and the rows after it.

    What comes out is read back, and must cover exactly the same clocks and deletions. Raises UnreadableSnapshot, Unappliable,
    DifferentState.
    """
    doc = replayed(snapshot, tail)
    coverage, state = covered(doc), doc.get_update()
    if covered(replayed(state, ())) != coverage:
        raise DifferentState
    return Merged(state, coverage.clocks)
