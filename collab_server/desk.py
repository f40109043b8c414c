"""The server's own edits: made within somebody's database transaction, seen by everyone once that has committed.

A change runs on a copy of the document that stands where its log stands, under the log's lock; the update that comes of it is
appended in the same transaction. Rolled back, it leaves no trace: the copy is thrown away with it.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from pycrdt import Doc, TransactionEvent

from collab_server.errors import NotFound
from collab_server.ports import EditLog, EditTransaction, LogRow, StoredDocument
from documents.kinds import Kind
from documents.reading import declare
from documents.writing import CLIENT_ID_BITS, Change

MAX_COPIES = 256
"""How many documents' copies are kept between two edits; what is edited live is small."""


@dataclass(eq=False, slots=True)
class _Edit:
    """What one transaction changes in one document, and for whom."""

    kind: Kind
    changes: list[Change]
    by: UUID | None


@dataclass(eq=False, slots=True)
class _Copy:
    """A document as its log had it after row `seq`."""

    doc: Doc[Any]
    epoch: int
    seq: int

    @classmethod
    def of(cls, stored: StoredDocument) -> "_Copy":
        """Build the copy under a client id that is nobody's, so that nobody else can go on under it."""
        copy = cls(Doc(client_id=secrets.randbits(CLIENT_ID_BITS)), stored.epoch, 0)
        rows = [] if stored.snapshot is None else [(stored.snapshot_seq, stored.snapshot)]
        copy.apply([*rows, *stored.tail], stored.seq)
        return copy

    def apply(self, rows: Sequence[tuple[int, bytes]], seq: int) -> None:
        """Bring the copy to where the log stands."""
        with self.doc.transaction():
            for _, update in rows:
                self.doc.apply_update(update)
        self.seq = seq

    def change(self, edit: _Edit) -> bytes | None:
        """Run the changes, and return the update that they make; None where nothing changes."""
        updates: list[bytes] = []

        def heard(event: TransactionEvent) -> None:
            updates.append(event.update)

        declare(self.doc, edit.kind)
        subscription = self.doc.observe(heard)
        try:
            with self.doc.transaction():
                for change in edit.changes:
                    change(self.doc)
        finally:
            self.doc.unobserve(subscription)
        return updates[0] if updates and updates[0] != _NOTHING else None


_NOTHING = b"\x00\x00"


class Desk:
    """See the module. `announce(document_id, epoch, seq, update)` is called for each committed edit."""

    def __init__(self, log: EditLog, announce: Callable[[UUID, int, int, bytes], None]) -> None:
        self._log = log
        self._announce = announce
        self._copies: OrderedDict[UUID, _Copy] = OrderedDict()
        self._open: WeakKeyDictionary[EditTransaction, dict[UUID, _Edit]] = WeakKeyDictionary()

    def edit(
        self, transaction: EditTransaction, document_id: UUID, kind: Kind, change: Change, *, by: UUID | None
    ) -> None:
        """See live.LiveDocuments."""
        edits = self._open.get(transaction)
        if edits is None:
            edits = self._open[transaction] = {}
            transaction.before_commit(lambda: self._write(transaction))
        if document_id in edits:
            edits[document_id].changes.append(change)
        else:
            edits[document_id] = _Edit(kind, [change], by)

    async def _write(self, transaction: EditTransaction) -> None:
        edits = self._open.pop(transaction)
        heads = await self._log.lock(transaction, edits)
        changed: dict[UUID, tuple[_Copy, bytes]] = {}
        for document_id, edit in edits.items():
            if document_id not in heads:
                raise NotFound("not_found")
            copy = await self._copy(transaction, document_id, *heads[document_id])
            update = copy.change(edit)
            if update is None:
                transaction.after_commit(lambda i=document_id, c=copy: self._keep(i, c))  # type: ignore[misc]
            else:
                changed[document_id] = copy, update
        if not changed:
            return
        seqs = await self._log.append(
            transaction,
            {
                document_id: [LogRow(update, edits[document_id].by, None, epoch=copy.epoch)]
                for document_id, (copy, update) in changed.items()
            },
        )
        for document_id, (copy, _) in changed.items():
            copy.seq = seqs[document_id]
        transaction.after_commit(lambda: self._committed(changed))

    async def _copy(self, transaction: EditTransaction, document_id: UUID, epoch: int, seq: int) -> _Copy:
        # Taken out: if the transaction is rolled back, the copy holds what never was.
        copy = self._copies.pop(document_id, None)
        if copy is not None and copy.epoch == epoch and copy.seq <= seq:
            if copy.seq < seq:
                copy.apply(await self._log.read_rows(transaction, document_id, after=copy.seq, until=seq), seq)
            return copy
        stored = await self._log.load(transaction, document_id)
        if stored is None:
            raise NotFound("not_found")
        return _Copy.of(stored)

    def _committed(self, changed: dict[UUID, tuple[_Copy, bytes]]) -> None:
        for document_id, (copy, update) in changed.items():
            seq = copy.seq
            self._keep(document_id, copy)
            self._announce(document_id, copy.epoch, seq, update)

    def _keep(self, document_id: UUID, copy: _Copy) -> None:
        kept = self._copies.get(document_id)
        if kept is None or kept.seq < copy.seq:
            self._copies[document_id] = copy
            self._copies.move_to_end(document_id)
            while len(self._copies) > MAX_COPIES:
                self._copies.popitem(last=False)
