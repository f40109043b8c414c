"""Which documents are open: opened once, shared, compacted, and let go when nobody has been there for a while."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import SystemRandom
from uuid import UUID

import structlog

from collab_server.authorship import Authorship
from collab_server.committer import Committer
from collab_server.content import Content
from collab_server.errors import EngineError, NotFound, Overloaded, Restarting, StaleEpoch
from collab_server.lost_edits import lost_of
from collab_server.merging import Merged
from collab_server.metrics import Metrics
from collab_server.patience import Patience
from collab_server.ports import CommittedRow, LogRow, NewEpoch, OtherNodes, UpdateLog
from collab_server.protocol.renaming import new_names
from collab_server.room import Room
from collab_server.room_host import RoomLimits
from collab_server.snapshots import Snapshots
from collab_server.worker import Worker

RESTORE_TRIES = 5

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RegistryLimits:
    """How long an empty document stays in memory, and the bounds of each room."""

    unload_seconds: float
    room: RoomLimits


class Registry:
    """The open rooms of one process."""

    def __init__(
        self,
        log: UpdateLog,
        *,
        limits: RegistryLimits,
        metrics: Metrics,
        on_edited: Callable[[UUID, UUID], None],
        nodes: OtherNodes,
    ) -> None:
        self._on_edited = on_edited
        self._nodes = nodes
        self._updates = log
        self._committer = Committer(log, metrics)
        self.worker = Worker(metrics)
        self._snapshots = Snapshots(log, self.worker, metrics)
        self._limits = limits
        self._metrics = metrics
        self._rooms: dict[UUID, Room] = {}
        self._loading: dict[UUID, asyncio.Task[object]] = {}
        self._unloading: dict[Room, asyncio.TimerHandle] = {}
        self._closing = False
        self._moves = 0

    def rooms(self) -> Iterable[Room]:
        """Return the open rooms."""
        return list(self._rooms.values())

    def room(self, document_id: UUID) -> Room | None:
        """Return the document's room where it is open."""
        room = self._rooms.get(document_id)
        return None if room is None or room.closed else room

    async def keep_snapshot(self, document_id: UUID) -> None:
        """Snapshot a document however short its tail is; raises Overloaded, and what the log raises."""
        await self._snapshots.take(document_id, min_rows=1)

    async def moments(self, document_id: UUID, seqs: Collection[int]) -> Mapping[int, Merged]:
        """See retention.Moments."""
        return await self._snapshots.moments(document_id, seqs)

    async def settled(self) -> None:
        """Wait for the snapshots that are being taken in the background."""
        await self._snapshots.settled()

    def emptied(self, room: Room) -> None:
        """See room_host.RoomHost: the room is kept for a while, in case somebody returns."""
        self._unload_later(room)

    def edited(self, document_id: UUID, user_id: UUID) -> None:
        """See room_host.RoomHost."""
        self._on_edited(document_id, user_id)

    def grown(self, room: Room) -> None:
        """See room_host.RoomHost: where it has come far since its last snapshot, one is taken soon."""
        self._snapshots.grown(room.document_id, seq=room.seq, size=room.size)

    async def open(self, document_id: UUID) -> Room:
        """Return the document's room, loading it where it is not open.

        Raises NotFound, Overloaded where it cannot be read, Restarting where the server is about to close.

        The caller must join in the same step of the loop, or release the room.
        """
        while True:
            if self._closing:
                raise Restarting("server_restarts")
            room = self._rooms.get(document_id)
            if room is not None and not room.closed:
                self._keep(room)
                return room
            if document_id not in self._loading:
                self._loading[document_id] = asyncio.create_task(self._load(document_id))
            await asyncio.shield(self._loading[document_id])

    async def read_again(self, document_id: UUID) -> tuple[Content, Collection[int]]:
        """See room_host.RoomHost."""
        return await self._snapshots.read(document_id)

    async def read_rows(self, document_id: UUID, *, after: int, until: int) -> Sequence[CommittedRow]:
        """See room_host.RoomHost."""
        return await self._updates.read_rows(document_id, after=after, until=until)

    def committed(self, room: Room, first_seq: int, rows: Sequence[LogRow]) -> None:
        """See room_host.RoomHost."""
        self._nodes.committed(room.document_id, room.epoch, first_seq, rows)

    def present(self, room: Room, states: bytes) -> None:
        """See room_host.RoomHost."""
        self._nodes.presence(room.document_id, states)

    def hear(self, document_id: UUID, epoch: int, seq: int, rows: Sequence[CommittedRow] = ()) -> None:
        """Hear how far a document's log goes, and of rows that somebody else than its room here has committed."""
        room = self.room(document_id)
        if room is not None:
            room.hear(epoch, seq, rows)
        elif document_id in self._loading:
            # The room may have been read before the row was there.
            self._loading[document_id].add_done_callback(lambda _: self.hear(document_id, epoch, seq, rows))

    def log_ends_at(self, document_id: UUID, seq: int) -> None:
        """Hear how far a document's log goes at most."""
        room = self.room(document_id)
        if room is not None:
            room.log_ends_at(seq)

    def database_moved(self) -> None:
        """Hear that the log is on another history: nothing that was read before is true any more without being read again.

        Everybody is sent away, and comes back when each document has been read, and what it lacks brought back.
        """
        self._moves += 1
        self._snapshots.database_moved()
        for room in self.rooms():
            document_id = room.document_id
            if not room.closed:
                held = room.held()
                room.begin_anew()
                if document_id not in self._loading and not self._closing:
                    self._loading[document_id] = task = asyncio.create_task(self._load(document_id, before=held))
                    task.add_done_callback(self._release)

    async def export(self, document_id: UUID) -> bytes:
        """Return a document as committed, as one update; raises NotFound."""
        _, whole = await self._snapshots.whole(document_id)
        return whole.state

    async def restore(self, document_id: UUID, *, seq: int, by: UUID | None) -> int:
        """Bring back what a document was after row `seq`, as a new epoch, and return that.

        Everything stays in the log. Open sessions end, because what they hold cannot be merged with what was brought back.
        Raises NotFound, Overloaded, Restarting, and what the log raises.
        """
        stored, moment = await self._snapshots.whole(document_id, seq=seq)
        if seq < 0 or stored.seq != seq:
            raise NotFound("not_found")
        while document_id in self._loading:
            await asyncio.wait([self._loading[document_id]])
        if self._closing:
            raise Restarting("server_restarts")
        # As long as this lasts nobody opens the document.
        self._loading[document_id] = task = asyncio.create_task(self._begin_epoch(document_id, moment, seq=seq, by=by))
        return await asyncio.shield(task)

    async def _begin_epoch(self, document_id: UUID, moment: Merged, *, seq: int, by: UUID | None) -> int:
        room = self._rooms.get(document_id)
        outcome: EngineError = Restarting("document_reloads")
        try:
            if room is not None:
                await room.stop()
            now = await self._write_epoch(document_id, moment, seq=seq, by=by)
            self._nodes.restored(document_id)
            outcome = StaleEpoch()
            _log.info("document restored", document=str(document_id), seq=seq, epoch=now)
            return now
        finally:
            del self._loading[document_id]
            if room is not None:
                room.end_all(outcome)
                self._keep(room)
                self._drop(room)

    async def _write_epoch(self, document_id: UUID, moment: Merged, *, seq: int, by: UUID | None) -> int:
        for _ in range(RESTORE_TRIES):
            now, whole = await self._snapshots.whole(document_id)
            authorship = Authorship(now.authors, retired=now.retired)
            names = new_names(moment.clocks, avoid={*authorship.clients(), *whole.clocks}, rng=SystemRandom())
            beginning = NewEpoch(
                after_epoch=now.epoch,
                after_seq=now.seq,
                restored_seq=seq,
                state=await self._snapshots.renamed(moment, names),
                retired=authorship.unowned(whole.clocks),
                by=by,
            )
            if await self._updates.begin_epoch(document_id, beginning):
                return now.epoch + 1
        # Another node writes it faster than we can read it.
        raise Overloaded("try_again_later")

    async def close(self) -> None:
        """End every session with 1012, after what was accepted is committed."""
        self._closing = True
        if self._loading:
            await asyncio.wait(self._loading.values())
        rooms = self.rooms()
        await asyncio.gather(*(room.stop() for room in rooms))
        for room in rooms:
            room.end_all(Restarting("server_restarts"))
        for timer in self._unloading.values():
            timer.cancel()
        for room in rooms:
            self._drop(room)
        await self._snapshots.settled()
        await self.worker.close()

    async def _load(self, document_id: UUID, *, before: Content | None = None) -> Room:
        self._nodes.attend(document_id)
        try:
            room = Room(
                document_id,
                await self._read(document_id, before),
                committer=self._committer,
                limits=self._limits.room,
                metrics=self._metrics,
                host=self,
            )
            self._rooms[document_id] = room
            self._metrics.rooms.set(len(self._rooms))
            return room
        except EngineError:
            self._nodes.leave(document_id)
            raise
        except Exception as error:
            self._nodes.leave(document_id)
            # A document that cannot be read is never written: the room does not open.
            _log.warning("load failed", document=str(document_id), error=type(error).__name__)
            raise Overloaded("try_again_later") from error
        finally:
            del self._loading[document_id]

    async def _read(self, document_id: UUID, before: Content | None) -> Content:
        """Read a document from the log. `before`: what it was before the database moved; what the log lacks of that is brought back.

        Nobody else may have that, so that a database that is not quite there yet is waited for.
        """
        patience = Patience()
        while True:
            moves = self._moves
            try:
                content, _ = await self._snapshots.read(document_id)
                if moves == self._moves and (
                    before is None or not await self._bring_back(document_id, before, content)
                ):
                    return content
            except NotFound:
                raise
            except Exception:
                pause = patience.fail()
                if before is None or pause is None:
                    raise
                await asyncio.sleep(pause)

    async def _bring_back(self, document_id: UUID, before: Content, now: Content) -> bool:
        """Append what a document has lost; returns whether it has to be read once more."""
        lost = lost_of(before, now)
        if lost is None:
            return False
        if lost.can_come_back and not await self._updates.bring_back(
            document_id, now.epoch, now.seq, lost.update, lost.claims
        ):
            return True
        told = {"document": str(document_id), "seq": now.seq, "brought_back": lost.can_come_back}
        _log.error("the log lacks what was saved before the database moved", **told)
        self._nodes.restored(document_id)
        return lost.can_come_back

    def _release(self, loading: asyncio.Task[object]) -> None:
        """Let a room go again that was opened for nobody."""
        room = None if loading.cancelled() or loading.exception() else loading.result()
        if isinstance(room, Room):
            room.release()

    def _keep(self, room: Room) -> None:
        timer = self._unloading.pop(room, None)
        if timer is not None:
            timer.cancel()

    def _unload_later(self, room: Room) -> None:
        self._keep(room)
        if room.closed:
            self._drop(room)
        else:
            loop = asyncio.get_running_loop()
            self._unloading[room] = loop.call_later(self._limits.unload_seconds, self._unload, room)

    def _unload(self, room: Room) -> None:
        del self._unloading[room]
        if room.idle:
            self._drop(room)

    def _drop(self, room: Room) -> None:
        room.closed = True
        if self._rooms.get(room.document_id) is room:
            del self._rooms[room.document_id]
            if room.document_id not in self._loading:
                self._nodes.leave(room.document_id)
            self._metrics.rooms.set(len(self._rooms))
            self._snapshots.closed(room.document_id)
            self._snapshots.take_soon(room.document_id)
