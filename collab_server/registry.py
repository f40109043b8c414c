"""Which documents are open: opened once, shared, compacted, and let go when nobody has been there for a while."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from random import SystemRandom
from uuid import UUID

import structlog

from collab_server.committer import Committer
from collab_server.content import Content, Unappliable
from collab_server.errors import EngineError, NotFound, Overloaded, Restarting, StaleEpoch
from collab_server.metrics import Metrics
from collab_server.ports import NewEpoch, UpdateLog
from collab_server.protocol.renaming import new_names, renamed
from collab_server.room import Room, RoomLimits
from collab_server.snapshots import Snapshots

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RegistryLimits:
    """How long an empty document stays in memory, and the bounds of each room."""

    unload_seconds: float
    room: RoomLimits


class Registry:
    """The open rooms of one process."""

    def __init__(self, log: UpdateLog, *, limits: RegistryLimits, metrics: Metrics) -> None:
        self._updates = log
        self._committer = Committer(log, metrics)
        self._snapshots = Snapshots(log)
        self._limits = limits
        self._metrics = metrics
        self._rooms: dict[UUID, Room] = {}
        self._loading: dict[UUID, asyncio.Task[object]] = {}
        self._unloading: dict[Room, asyncio.TimerHandle] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._closing = False

    def rooms(self) -> Iterable[Room]:
        """Return the open rooms."""
        return list(self._rooms.values())

    def room(self, document_id: UUID) -> Room | None:
        """Return the document's room where it is open."""
        room = self._rooms.get(document_id)
        return None if room is None or room.closed else room

    async def keep_snapshot(self, document_id: UUID) -> None:
        """Snapshot a document however short its tail is; raises what the log raises."""
        await self._snapshots.take(document_id, min_rows=1)

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
        """See room.DocumentReader."""
        return await self._read(document_id)

    async def read_rows(self, document_id: UUID, *, after: int, until: int) -> Sequence[tuple[int, bytes]]:
        """See room.DocumentReader."""
        return await self._updates.read_rows(document_id, after=after, until=until)

    def hear(self, document_id: UUID, epoch: int, seq: int, update: bytes) -> None:
        """Hear of a row that somebody else than the document's room has committed."""
        room = self.room(document_id)
        if room is not None:
            room.hear(epoch, seq, update)
        elif document_id in self._loading:
            # The room may have been read before the row was there.
            self._loading[document_id].add_done_callback(lambda _: self.hear(document_id, epoch, seq, update))

    async def export(self, document_id: UUID) -> bytes:
        """Return a document as committed, as one update; raises NotFound."""
        return (await self._read(document_id))[0].state()

    async def restore(self, document_id: UUID, *, seq: int) -> int:
        """Bring back what a document was after row `seq`, as a new epoch, and return that.

        Everything stays in the log. Open sessions end, because what they hold cannot be merged with what was brought back.
        Raises NotFound, Overloaded, Restarting, and what the log raises.
        """
        stored = await self._updates.load(document_id, seq=seq)
        if stored is None or seq < 0 or stored.seq != seq:
            raise NotFound("not_found")
        moment = Content(stored)
        while document_id in self._loading:
            await asyncio.wait([self._loading[document_id]])
        if self._closing:
            raise Restarting("server_restarts")
        # As long as this lasts nobody opens the document.
        self._loading[document_id] = task = asyncio.create_task(self._begin_epoch(document_id, moment))
        return await asyncio.shield(task)

    async def _begin_epoch(self, document_id: UUID, moment: Content) -> int:
        room = self._rooms.get(document_id)
        outcome: EngineError = Restarting("document_reloads")
        try:
            if room is not None:
                await room.stop()
            now, _ = await self._read(document_id)
            clocks = moment.coverage().clocks
            names = new_names(clocks, avoid={*now.authorship.clients(), *now.coverage().clocks}, rng=SystemRandom())
            beginning = NewEpoch(
                after_epoch=now.epoch,
                after_seq=now.seq,
                restored_seq=moment.seq,
                state=await asyncio.to_thread(renamed, moment.state(), names),
                retired=now.authorship.unowned(now.coverage().clocks),
            )
            if not await self._updates.begin_epoch(document_id, beginning):
                # Another process writes it too.
                raise Overloaded("try_again_later")
            outcome = StaleEpoch()
            _log.info("document restored", document=str(document_id), seq=moment.seq, epoch=now.epoch + 1)
            return now.epoch + 1
        finally:
            del self._loading[document_id]
            if room is not None:
                room.end_all(outcome)
                self._keep(room)
                self._drop(room)

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
        if self._background:
            await asyncio.wait(self._background)

    async def _load(self, document_id: UUID) -> Room:
        try:
            room = Room(
                document_id,
                (await self._read(document_id))[0],
                committer=self._committer,
                limits=self._limits.room,
                metrics=self._metrics,
                on_empty=self._unload_later,
                reader=self,
            )
            self._rooms[document_id] = room
            self._metrics.rooms.set(len(self._rooms))
            return room
        except EngineError:
            raise
        except Exception as error:
            # A document that cannot be read is never written: the room does not open.
            _log.warning("load failed", document=str(document_id), error=type(error).__name__)
            raise Overloaded("try_again_later") from error
        finally:
            del self._loading[document_id]

    async def _read(self, document_id: UUID) -> tuple[Content, Collection[int]]:
        """Return a document and the rows that had to be left out of it just now."""
        left_out: list[int] = []
        while True:
            stored = await self._updates.load(document_id)
            if stored is None:
                raise NotFound("not_found")
            try:
                return Content(stored), left_out
            except Unappliable as error:
                if error.seq == stored.snapshot_seq:
                    raise
                self._metrics.quarantined.inc()
                _log.error("update quarantined", document=str(document_id), seq=error.seq)
                await self._updates.quarantine(document_id, error.seq)
                left_out.append(error.seq)

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
            self._metrics.rooms.set(len(self._rooms))
            task = asyncio.create_task(self._snapshot(room.document_id))
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    async def _snapshot(self, document_id: UUID) -> None:
        try:
            await self._snapshots.take(document_id)
        except Exception as error:  # noqa: BLE001 -- background work must not end unseen
            # The log is whole without it; the next unload tries again.
            _log.warning("snapshot failed", document=str(document_id), error=type(error).__name__)
