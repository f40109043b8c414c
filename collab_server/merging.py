"""From a document's snapshot and the rows after it to one state, checked. Pure but for the CRDT library.

The work of a snapshot, an export, a restore and of opening a long log. Short work is done where it is needed, long work in another
process (worker.py), because the CRDT library lets nothing else run meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Snapshot

from collab_server.errors import Malformed
from collab_server.protocol.characters import Halves, with_halves
from collab_server.protocol.coverage import Coverage

NOTHING = b"\x00\x00"
"""The update that changes nothing."""


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
    """A whole document: its state (a Yjs update, v1), how far each client's clocks go, and where its characters could be cut.

    halves: see protocol.characters.Halves.
    """

    state: bytes
    clocks: Mapping[int, int]
    halves: bytes


def apply(doc: Doc[Any], rows: Iterable[tuple[int, bytes]]) -> None:
    """Apply rows, (seq, update), in one transaction; raises Unappliable."""
    with doc.transaction() as transaction:
        # `Doc.apply_update` begins a transaction in the transaction for each update, which costs as much as a small update does.
        native, within = doc._doc, transaction._txn  # noqa: SLF001
        assert within is not None
        for seq, update in rows:
            try:
                native.apply_update(within, update)
            except BaseException as error:
                # A panic of the Rust library is a BaseException of its own kind; what stops the process must pass.
                if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                    raise
                raise Unappliable(seq) from None


def replayed(
    state: bytes | None, tail: Sequence[tuple[int, bytes]], *, halves: bytes | None = None
) -> tuple[Doc[Any], Halves]:
    """Return the document of a snapshot's state and the rows after it, and where its characters could be cut.

    halves: those of the state, where they are known. Raises UnreadableSnapshot and Unappliable.
    """
    doc: Doc[Any] = Doc()
    known = _known(state, halves)
    rows = list(tail)
    cuts = known.cut_by_all([update for _, update in rows])
    if cuts:
        state = None if state is None else with_halves(state, cuts)
        rows = [(seq, with_halves(update, cuts)) for seq, update in rows]
    with doc.transaction():
        if state is not None:
            try:
                apply(doc, [(0, state)])
            except Unappliable:
                raise UnreadableSnapshot from None
        apply(doc, rows)
    return doc, known


def _known(state: bytes | None, halves: bytes | None) -> Halves:
    if halves is not None:
        try:
            return Halves.decode(halves)
        except Malformed:
            # Derived, like the snapshot beside it.
            pass
    return Halves.of(state or NOTHING)


def covered(doc: Doc[Any]) -> Coverage:
    """Return the clocks that a document holds."""
    return Coverage.from_snapshot(Snapshot.from_doc(doc).encode())


def merge(snapshot: bytes | None, tail: Sequence[tuple[int, bytes]], halves: bytes | None = None) -> Merged:
    """Return the whole document of a snapshot's state and the rows after it.

    What comes out is read back, and must cover exactly the same clocks and deletions. Raises UnreadableSnapshot, Unappliable,
    DifferentState.
    """
    doc, known = replayed(snapshot, tail, halves=halves)
    coverage, state, kept = covered(doc), doc.get_update(), known.encode()
    if covered(replayed(state, (), halves=kept)[0]) != coverage:
        raise DifferentState
    return Merged(state, coverage.clocks, kept)
