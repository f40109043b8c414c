"""One open document: check, append, apply, fan out. One writer, in this order, for everything that changes it.

An update is seen by others, and reported saved to its sender, only after the log has committed it (SPEC rule 1). What arrives
during a commit is the next batch. Rows that somebody else has appended, a request that edits the document say, are applied in the
log's order between the room's own.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from collab_server.audience import Audience, Member
from collab_server.committer import Committer
from collab_server.content import Content, Unappliable
from collab_server.errors import EngineError, Malformed, Overloaded, Restarting, StaleEpoch
from collab_server.heard_rows import HeardRows
from collab_server.inbox import Applied, Inbox, Offered
from collab_server.intake import Intake, Taken
from collab_server.metrics import Metrics
from collab_server.patience import Patience
from collab_server.ports import CommittedRow, LogRow
from collab_server.protocol import y_websocket
from collab_server.protocol.update import walk
from collab_server.room_host import RoomHost, RoomLimits
from collab_server.session import Offer, Outcome
from collab_server.settling import Settling
from collab_server.states import States

_log = structlog.get_logger(__name__)

CROWD_MEMBERS = 20
HOLD_SECONDS_PER_MEMBER = 175e-6
HOLD_LONGEST_SECONDS = 0.035
"""In a room of 200, two or three updates of a pen that moves 60 times a second go in one write to each member."""


class Room:
    """See the module. Everything runs on one event loop; nothing here is shared with a thread. Implements committer.Writer."""

    def __init__(
        self,
        document_id: UUID,
        content: Content,
        *,
        committer: Committer,
        limits: RoomLimits,
        metrics: Metrics,
        host: RoomHost,
    ) -> None:
        self.document_id = document_id
        self.closed = False
        self.audience = Audience(
            metrics,
            send_state=self.send_state,
            author=self._author,
            tell_nodes=lambda states: host.present(self, states),
        )
        self._committer = committer
        self._limits = limits
        self._metrics = metrics
        self._host = host
        self._content = content
        self._intake = Intake(content, max_bytes=limits.document_max_bytes)
        self._states = States(content, self._intake, self.audience)
        self._inbox = Inbox()
        self._busy = False
        self._flushed_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._patience = Patience()
        self._shown_seq = content.seq
        self._heard = HeardRows()
        self._settling = Settling()
        self._stopping = False

    @property
    def seq(self) -> int:
        """Return the seq of the last row applied."""
        return self._content.seq

    @property
    def size(self) -> int:
        """Return how many bytes of updates were applied to what the room holds."""
        return self._content.size

    @property
    def backlog(self) -> int:
        """Return how many accepted updates are not committed yet."""
        return len(self._inbox)

    @property
    def epoch(self) -> int:
        """Return the document's epoch."""
        return self._content.epoch

    @property
    def idle(self) -> bool:
        """Say whether nobody is here and nothing is on its way into the log."""
        return not self.audience and not self._busy

    def join(self, member: Member) -> None:
        """Subscribe a member; from here on it gets every update that is not in the state it asks for next."""
        self.audience.join(member)
        member.tell(member.dialect.greeted(self._intake.state_vector()))
        self.audience.send_presence(member)

    def leave(self, member: Member) -> None:
        """Unsubscribe a member and take its presence away at once."""
        self.audience.leave(member)
        self.release()

    def release(self) -> None:
        """Let the room go where nobody is left in it."""
        if self.idle:
            self._host.emptied(self)

    def send_state(self, member: Member, state_vector: bytes) -> None:
        """Send what is missing from a state vector (validated by the session)."""
        self._states.send(member, state_vector)

    def ask_again(self, member: Member) -> None:
        """Ask a member for everything that the server lacks."""
        member.tell([y_websocket.sync_step_1(self._intake.state_vector())])

    def offer(self, member: Member, offer: Offer, *, may_write: bool) -> Outcome:
        """Take an update into the inbox, or say why not."""
        update, summary = offer.update, offer.summary
        if self._stopping:
            return Outcome.TOO_LATE
        limits = self._limits
        if self._inbox.is_full(max_updates=limits.inbox_max_updates, max_bytes=limits.inbox_max_bytes):
            return Outcome.OVERLOADED
        person = member.participant.id
        taken = self._intake.take(summary, len(update), person, may_write=may_write)
        if not isinstance(taken, Taken):
            return taken
        row = None
        if taken.news:
            row = LogRow(update, person, member.session_id, taken.new_clients, self.epoch, self.seq)
        # What is known already may not be committed yet: its acknowledgement takes its turn behind what is.
        early = self._intake.count_held(offer.early) if offer.early else 0
        self._inbox.put(Offered(member, summary, row, monotonic(), early))
        self._settling.accept()
        if not self._busy:
            self._begin_soon()
        return Outcome.ACCEPTED

    def refuse_stale(self, clients: Sequence[int]) -> None:
        """Refuse a copy that holds something of an earlier epoch; raises StaleEpoch."""
        if self._intake.is_stale(clients):
            raise StaleEpoch

    def _author(self, client: int) -> UUID | None:
        # Asked anew each time: the intake is another one after the document was read again.
        return self._intake.author(client)

    def end_all(self, error: EngineError) -> None:
        """End every session here, and the room."""
        self.closed = True
        for member in self.audience:
            member.end(error)

    async def settled(self) -> None:
        """Wait until what was accepted so far is committed, or the room has failed and is closed."""
        await self._settling.settled()

    async def stop(self) -> None:
        """Take nothing more, and wait until all that was accepted is committed."""
        self._stopping = True
        if self._timer is not None and not self._inbox.batch:
            self._timer.cancel()
            self._begin()
        await self.settled()

    def hear(self, epoch: int, seq: int, rows: Sequence[CommittedRow] = ()) -> None:
        """Hear how far the log goes, and of rows that somebody else has appended; what nobody told of is read."""
        if epoch > self.epoch:
            self.end_all(StaleEpoch())
        elif epoch == self.epoch and seq > self.seq:
            self._heard.hear(seq, rows)
            if not self._busy:
                self._busy = True
                self._finish()

    def log_ends_at(self, seq: int) -> None:
        """Hear that the log goes no further than this, which may be less than it did: then what is here is not true any more."""
        if seq < self.seq and not self.closed:
            self._report_loss(seq)
            self.begin_anew()

    def begin_anew(self) -> None:
        """Send everybody away, who come back to what the log holds, and bring what it lacks of theirs."""
        self._fail(Restarting("document_reloads"))

    def held(self) -> Content:
        """Return all that was committed."""
        return self._content

    # What the committer calls.

    def take_rows(self) -> Sequence[LogRow]:
        """See committer.Writer."""
        self._inbox.take_batch()
        return self._inbox.rows()

    def committed(self, seq: int | None) -> None:
        """See committer.Writer."""
        written = self._inbox.written()
        self._patience.succeed()
        if seq is None:
            # Gone, or restored by another process, or somebody's new client id was taken elsewhere a moment before.
            self._go_on(self._find_out())
            return
        if written:
            self._host.committed(self, seq - len(written) + 1, self._inbox.rows())
        rows = self._heard.between(self.seq, seq - len(written)) if written else []
        if rows is None:
            self._go_on(self._fill(seq, written))
        elif self._take(rows, seq, written):
            self._finish()

    def failed(self, error: Exception) -> None:
        """See committer.Writer. Any failure of the database is waited out alike."""
        if self.closed and not len(self._inbox):
            self._rest()
            return
        _log.warning("append failed", document=str(self.document_id), error=type(error).__name__)
        pause = self._patience.fail()
        if pause is None:
            self._fail(Overloaded("try_again_later"))
        else:
            self._timer = asyncio.get_running_loop().call_later(pause, self._begin)

    def _begin_soon(self) -> None:
        """Let a crowded, busy room's updates gather for a moment: one write to each member then carries several.

        What comes after a quiet moment goes at once, and small rooms never wait: there a write is cheaper than a timer.
        """
        self._busy = True
        crowd = len(self.audience)
        if crowd >= CROWD_MEMBERS and not self._stopping:
            loop = asyncio.get_running_loop()
            pause = min(crowd * HOLD_SECONDS_PER_MEMBER, HOLD_LONGEST_SECONDS)
            remaining = self._flushed_at + pause - monotonic()
            if remaining > 0:
                self._timer = loop.call_later(remaining, self._begin)
                return
        self._begin()

    def _begin(self) -> None:
        self._timer = None
        if self._inbox.has_rows():
            self._committer.add(self)
        else:
            self._inbox.take_batch()
            self._finish()

    def _finish(self) -> None:
        """Acknowledge what is committed, and go on with what has come meanwhile."""
        batch = self._inbox.end_batch()
        if batch:
            self._acknowledge(batch)
        if self._heard.seq > self.seq and not self.closed:
            rows = self._heard.between(self.seq, self._heard.seq)
            if rows is None:
                self._go_on(self._fill(self._heard.seq, []))
                return
            if not self._take(rows, self._heard.seq, []):
                return
        if self._inbox.waiting and not self.closed:
            self._begin_soon()
        else:
            self._rest()

    def _fail(self, error: EngineError) -> None:
        """End the room; what was not committed is with its clients, who have not heard that it is saved."""
        self.end_all(error)
        self._inbox.clear()
        self._settling.settle_all()
        self._rest()

    def _give_up(self) -> None:
        # What the document in memory became is unknown: the room starts anew from the log.
        _log.exception("room failed", document=str(self.document_id))
        self._fail(Restarting("document_reloads"))

    def _rest(self) -> None:
        self._busy = False
        self.release()

    def _go_on(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what must wait for the database; nothing else is written meanwhile."""
        self._task = asyncio.create_task(self._guarded(work))

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except EngineError as error:
            self._fail(error)
        except Exception:  # noqa: BLE001 -- whatever it is, nobody may go on with this room
            self._give_up()
        else:
            self._finish()

    async def _find_out(self) -> None:
        content, _ = await self._host.read_again(self.document_id)
        if content.seq < self.seq:
            self._report_loss(content.seq)
        raise Restarting("document_reloads") if content.epoch == self.epoch else StaleEpoch()

    def _report_loss(self, seq: int) -> None:
        _log.error("the log has lost rows that were committed", document=str(self.document_id), had=self.seq, has=seq)

    def _take(self, rows: Sequence[CommittedRow], seq: int, written: Sequence[Offered]) -> bool:
        """Apply rows of others and then our own, the last ones up to `seq`; False where that has to wait, or went wrong."""
        try:
            self._apply_all(rows, seq, written)
        except Unappliable as error:
            self._go_on(self._mend(error.seq, seq, written))
        except Exception:  # noqa: BLE001 -- other rooms' rows were committed in the same step
            self._give_up()
        else:
            return True
        return False

    async def _fill(self, seq: int, written: Sequence[Offered]) -> None:
        """Wait a moment for the rows of others that nobody told of yet, else read them, and apply all up to `seq`."""
        until = seq - len(written)
        rows = await self._heard.soon(self.seq, until)
        if rows is None:
            rows = await self._host.read_rows(self.document_id, after=self.seq, until=until)
        try:
            self._apply_all(rows, seq, written)
        except Unappliable as error:
            await self._mend(error.seq, seq, written)

    def _apply_all(self, rows: Sequence[CommittedRow], seq: int, written: Sequence[Offered]) -> None:
        """Apply all rows up to `seq` in the log's order: those of others, then the room's own."""
        others = [Applied(row.seq, row.payload, walk(row.payload), author=row.author) for row in rows]
        own = [offered.applied(number) for number, offered in enumerate(written, seq - len(written) + 1)]
        self._apply([*others, *own], seq)

    async def _mend(self, bad_seq: int, seq: int, written: Sequence[Offered]) -> None:
        """Read the document again without what cannot be applied, end who sent that, and send on the rest.

        Whether an item hangs on something that can have children, only the document knows; so this comes after the commit.
        """
        _log.error("update cannot be applied", document=str(self.document_id), seq=bad_seq)
        before = self._shown_seq
        self._intake.readable = False
        try:
            content, _ = await self._host.read_again(self.document_id)
            rows = await self._host.read_rows(self.document_id, after=before, until=content.seq)
        finally:
            self._intake.readable = True
        if content.epoch != self.epoch:
            raise StaleEpoch
        self._content = content
        own = dict(enumerate(written, seq - len(written) + 1))
        kept = {row.seq for row in rows}
        senders = {offered.member for number, offered in own.items() if number not in kept}
        self._intake = Intake(content, max_bytes=self._limits.document_max_bytes)
        self._settling.take_back(self._inbox.drop(senders))
        for offered in self._inbox.waiting:
            if offered.row is not None:
                row = offered.row
                self._intake.add(offered.summary, len(row.payload), row.new_clients, row.user_id)
        for member in senders:
            member.end(Malformed("update_cannot_be_applied"))
        self._states.begin_anew(content, self._intake)
        authors = {number: offered.member for number, offered in own.items()}
        self._send([Applied(row.seq, row.payload, walk(row.payload), authors.get(row.seq)) for row in rows])
        self._shown_seq = content.seq
        self._heard.forget(self.seq)

    def _apply(self, rows: Sequence[Applied], seq: int) -> None:
        """Apply committed rows and send them on; `seq`: where the document then stands, whether all rows up to it were to be had or not."""
        self._content.apply([(row.seq, row.update) for row in rows])
        self._content.seq = seq
        for _, update, summary, member, author in rows:
            if member is None:
                self._intake.hear(summary, len(update), author)
            elif not member.has_edited:
                member.has_edited = True
                self._host.edited(self.document_id, member.participant.id)
        self._heard.forget(self.seq)
        self._send(rows)
        self._host.grown(self)
        self._shown_seq = self.seq

    def _send(self, rows: Sequence[Applied]) -> None:
        if not rows:
            return
        self._flushed_at = monotonic()
        self._metrics.updates.inc(len(rows))
        self._metrics.committed_bytes.inc(sum([len(row.update) for row in rows]))
        self.audience.deliver(
            [row.update for row in rows],
            [row.member for row in rows],
            known_before=lambda: self._content.coverage().before([row.summary for row in rows]).state_vector(),
        )

    def _acknowledge(self, batch: Sequence[Offered]) -> None:
        newly: dict[Member, int] = {}
        for offered in batch:
            member = offered.member
            # Whoever was asked for what is missing expects a word on the updates that it was missing for, not on the answer.
            newly[member] = newly.get(member, 0) + max(1, offered.early)
            member.saved += 1 + offered.early
        for member, count in newly.items():
            if member in self.audience:
                member.tell(member.dialect.saved(count, member.saved))
        self._metrics.acknowledgement_seconds.observe(monotonic() - batch[0].taken_at)
        self._settling.settle(len(batch))
