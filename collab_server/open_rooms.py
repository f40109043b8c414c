"""The open documents as administrators see them: figures, and the few things that can be done to a room from outside."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from collab_server.engine import Engine, OpenSession
from collab_server.errors import NotAllowed, NotFound, Restarting
from collab_server.live import NotCommitted, RoomFigures, SessionFigures
from collab_server.ports import MomentNotKept, Right
from collab_server.room import Room

_log = structlog.get_logger(__name__)

SENT_AWAY = "ended_by_administrator"


class OpenRooms:
    """Implements live.RoomsView for this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def open_rooms(self) -> Sequence[RoomFigures]:
        """See live.RoomsView."""
        sessions: dict[UUID, list[OpenSession]] = defaultdict(list)
        for session in self._engine.sessions():
            if session.admission is not None:
                sessions[session.admission.document_id].append(session)
        return [_figures(room, sessions[room.document_id]) for room in self._engine.registry.rooms()]

    async def open_room(self, document_id: UUID) -> RoomFigures | None:
        """See live.RoomsView."""
        room = self._engine.registry.room(document_id)
        return None if room is None else _figures(room, self._engine.sessions(document_id=document_id))

    async def close_room(self, document_id: UUID) -> int | None:
        """See live.RoomsView."""
        room = self._engine.registry.room(document_id)
        if room is None:
            return None
        try:
            await room.stop()
        finally:
            # A room that takes nothing more must not stay open, whatever becomes of who asked for it.
            ended = len(room.audience)
            room.end_all(Restarting("room_closed_by_administrator"))
            room.release()
        return ended

    async def send_away(self, document_id: UUID, *, user_id: UUID) -> int | None:
        """See live.RoomsView."""
        if self._engine.registry.room(document_id) is None:
            return None
        sessions = list(self._engine.sessions(user_id=user_id, document_id=document_id))
        for session in sessions:
            # What they have sent is accepted already, and is committed as ever.
            session.end(NotAllowed(SENT_AWAY))
        return len(sessions)

    async def flush(self, document_id: UUID) -> int | None:
        """See live.RoomsView."""
        room = self._engine.registry.room(document_id)
        if room is None:
            return None
        await room.settled()
        if room.closed:
            raise NotCommitted
        seq = room.seq
        try:
            await self._engine.registry.keep_snapshot(document_id)
        except Exception as error:
            _log.warning("snapshot failed", document=str(document_id), error=type(error).__name__)
            raise NotCommitted from error
        return seq

    async def restore(self, document_id: UUID, *, moment: int | datetime, by: UUID) -> int | None:
        """See live.RoomsView."""
        try:
            seq = moment if isinstance(moment, int) else await self._engine.seq_at(document_id, moment)
            return await self._engine.restore(document_id, seq=seq, by=by)
        except NotFound:
            return None
        except MomentNotKept:
            raise
        except Exception as error:
            _log.warning("restore failed", document=str(document_id), error=type(error).__name__)
            raise NotCommitted from error


def _figures(room: Room, sessions: Iterable[OpenSession]) -> RoomFigures:
    found = [
        SessionFigures(
            user_id=session.admission.participant.id,
            name=session.admission.participant.name,
            role=session.admission.participant.role,
            may_write=session.admission.right is Right.WRITE,
            dialect=session.dialect_name,
            joined_at=session.joined_at,
            congested=session.congested,
        )
        for session in sessions
        if session.admission is not None and session.joined_at is not None
    ]
    found.sort(key=lambda each: each.joined_at)
    return RoomFigures(document_id=room.document_id, seq=room.seq, size=room.size, backlog=room.backlog, sessions=found)
