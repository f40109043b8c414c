"""The engine as a whole: the open rooms, the sessions in them, and who decides about both."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from collab_server.activity import ActivityFeed
from collab_server.desk import Desk
from collab_server.errors import EngineError, NotFound, Restarting
from collab_server.live import ActivityListener
from collab_server.metrics import Metrics
from collab_server.ports import (
    Admission,
    CommittedRow,
    Doorkeeper,
    EditLog,
    EditTransaction,
    LogRow,
    OtherNodes,
    UpdateLog,
)
from collab_server.protocol.awareness import PresenceEntry
from collab_server.quotas import Shares
from collab_server.registry import Registry, RegistryLimits
from collab_server.session import SessionLimits
from collab_server.wire import Wire
from documents.kinds import Kind
from documents.writing import Change

LAG_SECONDS = 0.5
"""How often the loop is asked how late it comes to its timers."""
REVIEWED_TOGETHER = 500
"""How many sessions' rights are asked of the database at once: a class, when its stage changes."""
HEARTBEAT_SECONDS = 25.0
"""A peer that has not been heard for two of these is gone: a cable was pulled, a phone went to sleep."""
FAREWELL_SECONDS = 2.0
"""How long a stopping server waits for its clients to take the close frame."""


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """Every bound of the engine; None: unbounded."""

    registry: RegistryLimits
    session: SessionLimits
    outbox_max_bytes: int
    authentication_seconds: float
    documents_per_socket: int = 64
    messages_per_second: int = 1_000
    sockets_per_person: int | None = None
    sockets_per_address: int | None = None
    loopback_unbounded: bool = False


class OpenSession(Protocol):
    """A session that takes part in a document."""

    admission: Admission | None
    joined_at: datetime | None

    @property
    def dialect_name(self) -> str:
        """Return what people call the client's dialect."""

    @property
    def congested(self) -> bool:
        """Say whether the client reads more slowly than it is sent."""

    def end(self, error: EngineError | None) -> None:
        """End the session for a reason."""

    async def decided(self, decision: Admission | Exception, *, version: int) -> None:
        """Hear what this person may do here, as decided when the engine's `access_version` was this."""


class OpenSocket(Protocol):
    """An open WebSocket."""

    @property
    def wire(self) -> Wire:
        """Return its bytes' way in and out."""


class Engine:
    """Implements live.LiveDocuments and cluster.ports.House."""

    def __init__(
        self,
        log: UpdateLog,
        doorkeeper: Doorkeeper,
        *,
        limits: EngineLimits,
        metrics: Metrics,
        edit_log: EditLog,
        nodes: OtherNodes | None = None,
    ) -> None:
        """`nodes`: the other processes that serve the same documents; none without it."""
        self.doorkeeper = doorkeeper
        self.limits = limits
        self.metrics = metrics
        self._log = log
        self.activity = ActivityFeed()
        self._nodes = nodes or OtherNodes()
        self.registry = Registry(
            log, limits=limits.registry, metrics=metrics, on_edited=self.activity.edited, nodes=self._nodes
        )
        metrics.inbox.set_function(lambda: sum(room.backlog for room in self.registry.rooms()))
        metrics.outbox.set_function(lambda: sum(socket.wire.waiting_bytes for socket in self._sockets))
        metrics.congested.set_function(lambda: sum(socket.wire.congested for socket in self._sockets))
        self._desk = Desk(edit_log, self._announce)
        self.sockets_of_people = Shares(limits.sockets_per_person, reason="too_many_connections")
        self.sockets_of_addresses = Shares(limits.sockets_per_address, reason="too_many_connections")
        self.access_version = 0
        self._sessions: set[OpenSession] = set()
        self._sockets: set[OpenSocket] = set()
        self._heartbeat: asyncio.TimerHandle | None = None
        self._lag_timer: asyncio.TimerHandle | None = None
        self._all_gone = asyncio.Event()

    def listen(self, listener: ActivityListener) -> None:
        """Let somebody know from now on what people do in documents."""
        self.activity.listener = listener

    def opened(self, socket: OpenSocket) -> None:
        """Count an open socket, and ask it for signs of life."""
        self._sockets.add(socket)
        self.metrics.sockets.set(len(self._sockets))
        if self._heartbeat is None:
            self._heartbeat = asyncio.get_running_loop().call_later(HEARTBEAT_SECONDS, self._beat)
        if self._lag_timer is None:
            self._watch_lag()

    def lost(self, socket: OpenSocket) -> None:
        """Forget a socket that is gone."""
        self._sockets.discard(socket)
        self.metrics.sockets.set(len(self._sockets))
        if not self._sockets:
            self._all_gone.set()

    def entered(self, session: OpenSession) -> None:
        """Count a session that has joined its room."""
        self._sessions.add(session)
        if session.admission is not None:
            self.activity.opened(session.admission.document_id, session.admission.participant.id)
        self.metrics.sessions.set(len(self._sessions))

    def left(self, session: OpenSession) -> None:
        """Forget a session."""
        self._sessions.discard(session)
        self.metrics.sessions.set(len(self._sessions))

    def sessions(self, *, user_id: UUID | None = None, document_id: UUID | None = None) -> Iterable[OpenSession]:
        """Yield the sessions that match (None matches all)."""
        for session in self._sessions:
            admission = session.admission
            if (
                admission is not None
                and user_id in (None, admission.participant.id)
                and document_id in (None, admission.document_id)
            ):
                yield session

    async def access_changed(self, *, user_id: UUID | None = None, document_id: UUID | None = None) -> None:
        """See live.LiveDocuments."""
        self._nodes.access_changed(user_id=user_id, document_id=document_id)
        await self.review(user_id=user_id, document_id=document_id)

    async def review(self, *, user_id: UUID | None = None, document_id: UUID | None = None) -> None:
        """Decide again about the sessions on this node that match (None matches all)."""
        self.access_version += 1
        version = self.access_version
        matching = list(self.sessions(user_id=user_id, document_id=document_id))
        for start in range(0, len(matching), REVIEWED_TOGETHER):
            sessions = matching[start : start + REVIEWED_TOGETHER]
            decisions = await self._review([session.admission for session in sessions if session.admission is not None])
            await asyncio.gather(
                *(
                    session.decided(decision, version=version)
                    for session, decision in zip(sessions, decisions, strict=True)
                )
            )

    async def _review(self, admissions: Sequence[Admission]) -> Sequence[Admission | Exception]:
        try:
            return await self.doorkeeper.review(admissions)
        except Exception as error:  # noqa: BLE001 -- a right that cannot be confirmed is none
            return [error] * len(admissions)

    def edit(
        self,
        transaction: EditTransaction,
        document_id: UUID,
        kind: Kind,
        change: Change,
        *,
        by: UUID | None = None,
    ) -> None:
        """See live.LiveDocuments."""
        self._desk.edit(transaction, document_id, kind, change, by=by)

    def database_moved(self) -> None:
        """Hear that the database goes on in another history, which may lack what the one before had."""
        self._desk.database_moved()
        self.registry.database_moved()

    # cluster.ports.House

    def open_documents(self) -> Collection[UUID]:
        """See cluster.ports.House."""
        return [room.document_id for room in self.registry.rooms()]

    def hear(self, document_id: UUID, epoch: int, seq: int, rows: Sequence[CommittedRow]) -> None:
        """See cluster.ports.House."""
        self.registry.hear(document_id, epoch, seq, rows)

    def seqs(self, document_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """See cluster.ports.House."""
        rooms = [self.registry.room(document_id) for document_id in document_ids]
        return {room.document_id: room.seq for room in rooms if room is not None}

    def log_ends_at(self, document_id: UUID, seq: int) -> None:
        """See cluster.ports.House."""
        self.registry.log_ends_at(document_id, seq)

    def hear_presence(self, document_id: UUID, node: UUID, entries: Sequence[PresenceEntry]) -> None:
        """See cluster.ports.House."""
        room = self.registry.room(document_id)
        if room is not None:
            room.audience.hear_presence(node, entries)

    def introduce_to_nodes(self, document_id: UUID) -> None:
        """See cluster.ports.House."""
        room = self.registry.room(document_id)
        if room is not None:
            room.audience.introduce_to_nodes()

    def forget_node(self, node: UUID) -> None:
        """See cluster.ports.House."""
        for room in self.registry.rooms():
            room.audience.forget_node(node)

    def _announce(self, document_id: UUID, epoch: int, seq: int, row: LogRow) -> None:
        self.registry.hear(document_id, epoch, seq, [CommittedRow(seq, row.payload, None)])
        self._nodes.committed(document_id, epoch, seq, [row])

    async def export(self, document_id: UUID) -> bytes:
        """Return a document as committed, as one Yjs update (v1); raises NotFound."""
        return await self.registry.export(document_id)

    async def seq_at(self, document_id: UUID, moment: datetime) -> int:
        """Return the last row of a document's log up to a moment, 0 where there is none yet; raises NotFound."""
        seq = await self._log.seq_at(document_id, moment)
        if seq is None:
            raise NotFound("not_found")
        return seq

    async def restore(self, document_id: UUID, *, seq: int, by: UUID | None = None) -> int:
        """Bring back what a document was after row `seq` of its log, 0 for nothing, as a new epoch (SPEC rule 13), in somebody's name.

        Returns the new epoch; raises NotFound where there is no such document or row, Overloaded or Restarting where it must be
        tried again, and what the log raises.
        """
        return await self.registry.restore(document_id, seq=seq, by=by)

    async def close(self) -> None:
        """Commit what was accepted, then send everyone away with 1012."""
        await self.registry.close()
        await self.activity.close()
        for timer in (self._heartbeat, self._lag_timer):
            if timer is not None:
                timer.cancel()
        for socket in list(self._sockets):
            socket.wire.end(Restarting("server_restarts"))
        if self._sockets:
            self._all_gone.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await self._all_gone.wait()

    def _watch_lag(self, due: float | None = None) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        if due is not None:
            self.metrics.loop_lag_seconds.observe(max(0.0, now - due))
        self._lag_timer = loop.call_at(now + LAG_SECONDS, self._watch_lag, now + LAG_SECONDS) if self._sockets else None

    def _beat(self) -> None:
        self._heartbeat = None
        if self._sockets:
            self._heartbeat = asyncio.get_running_loop().call_later(HEARTBEAT_SECONDS, self._beat)
        for socket in list(self._sockets):
            socket.wire.check_alive()
