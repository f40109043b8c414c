"""One open document: check, append, apply, fan out. One writer, in this order, for everything that changes it.

An update is seen by others, and reported saved to its sender, only after the log has committed it (SPEC rule 1). What arrives
during a commit is the next batch.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from collab_server.committer import Committer
from collab_server.content import EMPTY_STATE_VECTOR, Content, Unappliable
from collab_server.dialect import Dialect
from collab_server.errors import EngineError, Malformed, Overloaded, Restarting, StaleEpoch
from collab_server.metrics import Metrics
from collab_server.ports import LogRow, Participant
from collab_server.presence import Presence
from collab_server.protocol import websocket, y_websocket
from collab_server.protocol.awareness import PresenceEntry
from collab_server.protocol.update import Summary
from collab_server.session import Outcome
from collab_server.wire import Wire

_log = structlog.get_logger(__name__)

PRESENCE_INTERVAL_SECONDS = 0.05
CROWD_MEMBERS = 20
HOLD_SECONDS_PER_MEMBER = 50e-6
HOLD_LONGEST_SECONDS = 0.025
RETRY_FIRST_SECONDS = 0.1
RETRY_LONGEST_SECONDS = 2.0
MAX_NEW_CLIENTS = 10_000
"""How many client ids one update may bring in: an imported document has one per visit of each of its authors."""
MAX_RETRIES = 8
GIVE_UP_SECONDS = 10.0
"""After about ten seconds without a database the writers are told to come back later; they keep their edits."""


@dataclass(frozen=True, slots=True)
class RoomLimits:
    """Bounds of one room."""

    document_max_bytes: int
    inbox_max_updates: int = 5_000


@dataclass(eq=False, slots=True)
class Member:
    """One session that takes part: `end` closes it for a reason, from the server's side."""

    session_id: UUID
    participant: Participant
    dialect: Dialect
    wire: Wire
    end: Callable[[EngineError], None]
    saved: int = 0
    behind: bytes | None = None

    def tell(self, bodies: Sequence[bytes]) -> None:
        """Send this member messages of its own."""
        self.wire.write(framed(self.dialect.prefix, bodies))


@dataclass(eq=False, frozen=True, slots=True)
class _Offered:
    """An accepted update on its way into the log; `update` is None where only the acknowledgement has to wait its turn."""

    member: Member
    summary: Summary
    update: bytes | None
    new_clients: Sequence[int] = ()


class Room:
    """See the module. Everything runs on one event loop; nothing here is shared with a thread."""

    def __init__(
        self,
        document_id: UUID,
        content: Content,
        *,
        committer: Committer,
        limits: RoomLimits,
        metrics: Metrics,
        on_empty: Callable[["Room"], None],
        read_again: Callable[[UUID], Awaitable[tuple[Content, Collection[int]]]],
    ) -> None:
        self.document_id = document_id
        self.closed = False
        self._committer = committer
        self._limits = limits
        self._metrics = metrics
        self._on_empty = on_empty
        self._read_again = read_again
        self._stopping = False
        self._mending = False
        self._flushed_at = 0.0
        self._waiting_for_state: list[tuple[Member, bytes]] = []
        self._framed_states: tuple[bytes, dict[bytes, bytes]] | None = None
        self._members: dict[Member, None] = {}
        self._inbox: list[_Offered] = []
        self._writing = 0
        self._barriers: list[asyncio.Future[None]] = []
        self._writer: asyncio.Task[None] | None = None
        self._presence = Presence()
        self._presence_timer: asyncio.TimerHandle | None = None
        self._content = content
        self._accepted_bytes = content.size
        self._coverage = content.coverage()
        self._authorship = content.authorship

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
        return self._writing + len(self._inbox)

    @property
    def epoch(self) -> int:
        """Return the document's epoch."""
        return self._content.epoch

    @property
    def members(self) -> int:
        """Return how many sessions take part."""
        return len(self._members)

    @property
    def idle(self) -> bool:
        """Say whether nobody is here and nothing is on its way into the log."""
        return not self._members and self._writer is None

    def join(self, member: Member) -> None:
        """Subscribe a member; from here on it gets every update that is not in the state it asks for next."""
        self._members[member] = None
        member.tell(member.dialect.greeted(self._coverage.state_vector()))
        everyone = self._presence.everyone()
        if everyone is not None:
            member.tell([y_websocket.presence(everyone)])

    def leave(self, member: Member) -> None:
        """Unsubscribe a member and take its presence away at once."""
        if member in self._members:
            del self._members[member]
            self._presence.leave(member)
            self._schedule_presence(now=True)
        self.release()

    def release(self) -> None:
        """Let the room go where nobody is left in it."""
        if self.idle:
            self._on_empty(self)

    def send_state(self, member: Member, state_vector: bytes) -> None:
        """Send what is missing from a state vector (validated by the session)."""
        if self._mending:
            self._waiting_for_state.append((member, state_vector))
        elif member.wire.congested:
            # Whoever asks and does not read gets one answer, when it has read.
            member.behind = state_vector
        else:
            member.wire.write(self._framed_state(member.dialect.prefix, state_vector))
            member.tell(member.dialect.asked(self._coverage.state_vector()))

    def catch_up(self, member: Member) -> None:
        """Send a member that reads again what it was not sent meanwhile, as one update (SPEC rule 12)."""
        if member.behind is not None:
            self._metrics.resyncs.inc()
            state_vector, member.behind = member.behind, None
            self.send_state(member, state_vector)
        self.send_presence(member)

    def ask_again(self, member: Member) -> None:
        """Ask a member for everything that the server lacks."""
        member.tell([y_websocket.sync_step_1(self._coverage.state_vector())])

    def offer(self, member: Member, update: bytes, summary: Summary, *, may_write: bool) -> Outcome:
        """Take an update into the inbox, or say why not."""
        if self._stopping:
            return Outcome.TOO_LATE
        if len(self._inbox) >= self._limits.inbox_max_updates:
            return Outcome.OVERLOADED
        if self._authorship.is_stale(summary):
            return Outcome.STALE_EPOCH
        if self._coverage.holds(summary) or not (may_write or self._brings_news(summary)):
            # Known already, perhaps not yet committed: the acknowledgement takes its turn behind what is.
            self._enqueue(_Offered(member, summary, None))
            return Outcome.ACCEPTED
        if not may_write:
            return Outcome.READ_ONLY
        person = member.participant.id
        new_clients = self._authorship.introduced(summary, person, clocks=self._coverage.clocks)
        if new_clients is None:
            return Outcome.ANOTHER_AUTHOR
        if self._coverage.misses(summary):
            return Outcome.MISSING_EDITS
        if self._coverage.entangles(summary):
            return Outcome.ENTANGLED
        if len(new_clients) > MAX_NEW_CLIENTS:
            return Outcome.TOO_MANY_CLIENTS
        if self._accepted_bytes + len(update) > self._limits.document_max_bytes:
            return Outcome.DOCUMENT_FULL
        self._coverage.add(summary)
        self._authorship.claim(new_clients, person)
        self._accepted_bytes += len(update)
        self._enqueue(_Offered(member, summary, update, new_clients))
        return Outcome.ACCEPTED

    def refuse_stale(self, clients: Sequence[int]) -> None:
        """Refuse a copy that holds something of an earlier epoch; raises StaleEpoch."""
        if self._authorship.are_stale(clients):
            raise StaleEpoch

    def announce(self, member: Member, entries: Sequence[PresenceEntry]) -> None:
        """Take presence states from a member."""
        refused = self._presence.update(member, member.participant, entries)
        if refused:
            self._metrics.forged_presence.inc(refused)
        self._schedule_presence()

    def send_presence(self, member: Member) -> None:
        """Send everyone's presence to one member; one that does not read gets it when it does."""
        everyone = self._presence.everyone()
        if everyone is not None and not member.wire.congested:
            member.tell([y_websocket.presence(everyone)])

    def introduce(self, member: Member, participant: Participant) -> None:
        """Show a member under its new name, role or colour."""
        member.participant = participant
        self._presence.rename(member, participant)
        self._schedule_presence()

    def end_all(self, error: EngineError) -> None:
        """End every session here, and the room."""
        self.closed = True
        for member in list(self._members):
            member.end(error)

    async def settled(self) -> None:
        """Wait until what was accepted so far is committed, or the room has failed and is closed."""
        if self._writer is not None:
            barrier: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._barriers.append(barrier)
            await asyncio.wait([self._writer, barrier], return_when=asyncio.FIRST_COMPLETED)

    async def stop(self) -> None:
        """Take nothing more, and wait until all that was accepted is committed."""
        self._stopping = True
        while self._writer is not None:
            await asyncio.wait([self._writer])

    def _brings_news(self, summary: Summary) -> bool:
        """Ask the document itself whether a reader's update would change it.

        Every copy deletes by itself what loses against a concurrent edit; no update ever says so.
        """
        if not self._mending:
            self._coverage.learn_deletions(self._content.coverage())
        return not self._coverage.holds(summary)

    def _enqueue(self, offered: _Offered) -> None:
        self._inbox.append(offered)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._inbox and not self.closed:
                await self._hold()
                batch, self._inbox = self._inbox, []
                barriers, self._barriers = self._barriers, []
                self._writing = len(batch)
                await self._commit(batch)
                self._writing = 0
                for barrier in barriers:
                    barrier.set_result(None)
        except EngineError as error:
            self.end_all(error)
        except Exception:  # noqa: BLE001 -- whatever it is, nobody may go on with this room
            # What the document in memory became is unknown: the room starts anew from the log.
            _log.exception("room failed", document=str(self.document_id))
            self.end_all(Restarting("document_reloads"))
        finally:
            self._writer = None
            self._writing = 0
            self.release()

    async def _hold(self) -> None:
        """Let a crowded, busy room's updates gather for a moment: one write to each member then carries several.

        What comes after a quiet moment goes at once, and small rooms never wait: there a write is cheaper than a timer.
        """
        if len(self._members) < CROWD_MEMBERS:
            return
        pause = min(len(self._members) * HOLD_SECONDS_PER_MEMBER, HOLD_LONGEST_SECONDS)
        remaining = self._flushed_at + pause - asyncio.get_running_loop().time()
        if remaining > 0 and not self._stopping:
            await asyncio.sleep(remaining)

    async def _commit(self, batch: list[_Offered]) -> None:
        written = [offered for offered in batch if offered.update is not None]
        if written:
            last = await self._append([_row(offered, self.epoch) for offered in written])
            updates = [offered.update for offered in written if offered.update is not None]
            first = last - len(updates) + 1
            try:
                self._content.apply(updates, first)
            except Unappliable as error:
                _log.error("update cannot be applied", document=str(self.document_id), seq=error.seq)
                written = await self._mend(written, first)
            self._metrics.updates.inc(len(written))
            self._fan_out(written)
        self._acknowledge(batch)

    async def _mend(self, written: list[_Offered], first_seq: int) -> list[_Offered]:
        """Read the document again without what cannot be applied, end who sent that, and return the rest.

        Whether an item hangs on something that can have children, only the document knows; so this comes after the commit.
        """
        self._mending = True
        try:
            content, left_out = await self._read_again(self.document_id)
        finally:
            self._mending = False
        if content.epoch != self.epoch:
            raise StaleEpoch
        self._content = content
        bad = [offered for seq, offered in enumerate(written, first_seq) if seq in left_out]
        senders = {offered.member for offered in bad}
        self._coverage = self._content.coverage()
        self._authorship = self._content.authorship
        self._inbox = [offered for offered in self._inbox if offered.member not in senders]
        for offered in self._inbox:
            if offered.update is not None:
                self._coverage.add(offered.summary)
                self._authorship.claim(offered.new_clients, offered.member.participant.id)
        for member in senders:
            member.end(Malformed("update_cannot_be_applied"))
        waiting, self._waiting_for_state = self._waiting_for_state, []
        for member, state_vector in waiting:
            if member in self._members:
                self.send_state(member, state_vector)
        return [offered for offered in written if offered not in bad]

    async def _append(self, rows: list[LogRow]) -> int:
        delay = RETRY_FIRST_SECONDS
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + GIVE_UP_SECONDS
        for _ in range(MAX_RETRIES):
            try:
                seq = await self._committer.append(self.document_id, rows)
            except Exception as error:  # noqa: BLE001 -- any failure of the database is waited out alike
                _log.warning("append failed", document=str(self.document_id), error=type(error).__name__)
                if loop.time() >= give_up_at:
                    break
                await asyncio.sleep(delay)
                delay = min(delay * 2, RETRY_LONGEST_SECONDS)
            else:
                if seq is None:
                    # Gone, or restored by another process.
                    await self._read_again(self.document_id)
                    raise StaleEpoch
                return seq
        raise Overloaded("try_again_later")

    def _fan_out(self, written: list[_Offered]) -> None:
        self._flushed_at = asyncio.get_running_loop().time()
        bodies = [y_websocket.update(o.update) for o in written if o.update is not None]
        authors = {offered.member for offered in written}
        ready: dict[bytes, bytes] = {}
        known_before: bytes | None = None
        deliveries = 0
        for member in self._members:
            if member.wire.congested:
                # Remember how far the member had come; one update brings it up to date when it reads again.
                if member.behind is None:
                    known_before = known_before or self._state_vector_before(written)
                    member.behind = known_before
                continue
            prefix = member.dialect.prefix
            if member in authors:
                own = [body for body, o in zip(bodies, written, strict=True) if o.member is not member]
                frames = framed(prefix, own)
                deliveries += len(own)
            else:
                if prefix not in ready:
                    ready[prefix] = framed(prefix, bodies)
                frames = ready[prefix]
                deliveries += len(bodies)
            if frames:
                member.wire.write(frames)
        self._metrics.deliveries.inc(deliveries)

    def _state_vector_before(self, written: list[_Offered]) -> bytes:
        return self._content.coverage().before([offered.summary for offered in written]).state_vector()

    def _acknowledge(self, batch: list[_Offered]) -> None:
        newly: dict[Member, int] = {}
        for offered in batch:
            newly[offered.member] = newly.get(offered.member, 0) + 1
        for member, count in newly.items():
            member.saved += count
            member.tell(member.dialect.saved(count, member.saved))

    def _schedule_presence(self, *, now: bool = False) -> None:
        if now:
            self._flush_presence()
        elif self._presence_timer is None:
            loop = asyncio.get_running_loop()
            self._presence_timer = loop.call_later(PRESENCE_INTERVAL_SECONDS, self._flush_presence)

    def _flush_presence(self) -> None:
        if self._presence_timer is not None:
            self._presence_timer.cancel()
            self._presence_timer = None
        changes = self._presence.take_changes()
        if changes is None:
            return
        body = y_websocket.presence(changes)
        ready: dict[bytes, bytes] = {}
        for member in self._members:
            # Presence is the first to be dropped; whoever reads again gets everyone's.
            if member.wire.congested:
                continue
            prefix = member.dialect.prefix
            if prefix not in ready:
                ready[prefix] = framed(prefix, [body])
            member.wire.write(ready[prefix])

    def _framed_state(self, prefix: bytes, state_vector: bytes) -> bytes:
        """Return the state for a joiner; the whole document is framed once per version and shared by all."""
        state = self._content.state_after(state_vector)
        if state_vector != EMPTY_STATE_VECTOR:
            return framed(prefix, [y_websocket.sync_step_2(state)])
        if self._framed_states is None or self._framed_states[0] is not state:
            self._framed_states = (state, {})
        known = self._framed_states[1]
        if prefix not in known:
            known[prefix] = framed(prefix, [y_websocket.sync_step_2(state)])
        return known[prefix]


def framed(prefix: bytes, bodies: Sequence[bytes]) -> bytes:
    """Return messages as WebSocket frames, one behind the other."""
    return b"".join([websocket.binary(prefix + body) for body in bodies])


def _row(offered: _Offered, epoch: int) -> LogRow:
    assert offered.update is not None
    return LogRow(
        offered.update,
        offered.member.participant.id,
        offered.member.session_id,
        new_clients=offered.new_clients,
        epoch=epoch,
    )
