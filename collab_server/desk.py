"""The server's own edits: made within somebody's database transaction, seen by everyone once that has committed.

A change runs on a copy of the document that stands where its log stands, under the log's lock; the update that comes of it is
appended in the same transaction. Rolled back, it leaves no trace: the copy is thrown away with it.
"""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakKeyDictionary

from collab_server.content import Content
from collab_server.errors import NotFound
from collab_server.ports import EditLog, EditTransaction, LogRow, MomentNotKept
from documents.kinds import Kind
from documents.writing import Change

MAX_COPIES = 256
"""How many documents' copies are kept between two edits; what is edited live is small."""


@dataclass(eq=False, slots=True)
class _Edit:
    """What one transaction changes in one document, and for whom."""

    kind: Kind
    changes: list[Change]
    by: UUID | None


class Desk:
    """See the module. `announce(document_id, epoch, seq, row)` is called for each committed edit."""

    def __init__(self, log: EditLog, announce: Callable[[UUID, int, int, LogRow], None]) -> None:
        self._log = log
        self._announce = announce
        self._copies: OrderedDict[UUID, Content] = OrderedDict()
        self._moves = 0
        self._open: WeakKeyDictionary[EditTransaction, dict[UUID, _Edit]] = WeakKeyDictionary()

    def database_moved(self) -> None:
        """Hear that the log is on another history: copies may hold what it lacks."""
        self._moves += 1
        self._copies.clear()

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
        moves = self._moves
        changed: dict[UUID, tuple[Content, LogRow]] = {}
        for document_id, edit in edits.items():
            if document_id not in heads:
                raise NotFound("not_found")
            copy = await self._copy(transaction, document_id, *heads[document_id])
            update = copy.edit(edit.kind, edit.changes)
            if update is None:
                transaction.after_commit(lambda i=document_id, c=copy: self._keep(i, c, moves))  # type: ignore[misc]
            else:
                changed[document_id] = copy, LogRow(update, edit.by, None, epoch=copy.epoch)
        if not changed:
            return
        seqs = await self._log.append(transaction, {document_id: [row] for document_id, (_, row) in changed.items()})
        for document_id, (copy, _) in changed.items():
            copy.seq = seqs[document_id]
        transaction.after_commit(lambda: self._committed(changed, moves))

    async def _copy(self, transaction: EditTransaction, document_id: UUID, epoch: int, seq: int) -> Content:
        # Taken out: if the transaction is rolled back, the copy holds what never was.
        copy = self._copies.pop(document_id, None)
        if copy is not None and copy.epoch == epoch and copy.seq <= seq:
            # A copy may be older than what the log still has: then it is read anew.
            with suppress(MomentNotKept):
                if copy.seq < seq:
                    rows = await self._log.read_rows(transaction, document_id, after=copy.seq, until=seq)
                    copy.apply(rows)
                    copy.seq = seq
                return copy
        stored = await self._log.load(transaction, document_id)
        if stored is None:
            raise NotFound("not_found")
        return Content(stored)

    def _committed(self, changed: dict[UUID, tuple[Content, LogRow]], moves: int) -> None:
        if moves != self._moves:
            return
        for document_id, (copy, row) in changed.items():
            seq = copy.seq
            self._keep(document_id, copy, moves)
            self._announce(document_id, copy.epoch, seq, row)

    def _keep(self, document_id: UUID, copy: Content, moves: int) -> None:
        if moves != self._moves:
            return
        kept = self._copies.get(document_id)
        if kept is None or kept.seq < copy.seq:
            self._copies[document_id] = copy
            self._copies.move_to_end(document_id)
            while len(self._copies) > MAX_COPIES:
                self._copies.popitem(last=False)
