"""The open documents of all nodes as administrators see them: each node is asked, and what they say is put together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from collab_server.cluster.node import Node
from collab_server.cluster.questions import Answer, Question
from collab_server.live import NotCommitted, RoomFigures, RoomsView, SessionFigures


class RoomsEverywhere:
    """Implements live.RoomsView over the view that each node has of itself."""

    def __init__(self, here: RoomsView, node: Node) -> None:
        self._here = here
        self._node = node
        node.answer_with(
            {
                "rooms": self._tell_rooms,
                "room": self._tell_room,
                "close": self._close,
                "send_away": self._send_away,
                "flush": self._flush,
            }
        )

    async def open_rooms(self) -> Sequence[RoomFigures]:
        """See live.RoomsView."""
        found = {room.document_id: room for room in await self._here.open_rooms()}
        for answer in await self._node.ask({"do": "rooms"}):
            for told in answer["rooms"]:
                room = _read_room(told)
                found[room.document_id] = _together(found.get(room.document_id), room)
        return list(found.values())

    async def open_room(self, document_id: UUID) -> RoomFigures | None:
        """See live.RoomsView."""
        found = await self._here.open_room(document_id)
        for answer in await self._node.ask({"do": "room", "document": str(document_id)}):
            if answer["room"] is not None:
                found = _together(found, _read_room(answer["room"]))
        return found

    async def close_room(self, document_id: UUID) -> int | None:
        """See live.RoomsView."""
        asked = await self._node.ask({"do": "close", "document": str(document_id)})
        return _sum([await self._here.close_room(document_id), *(answer["count"] for answer in asked)])

    async def send_away(self, document_id: UUID, *, user_id: UUID) -> int | None:
        """See live.RoomsView."""
        question = {"do": "send_away", "document": str(document_id), "user": str(user_id)}
        asked = await self._node.ask(question)
        return _sum([await self._here.send_away(document_id, user_id=user_id), *(answer["count"] for answer in asked)])

    async def flush(self, document_id: UUID) -> int | None:
        """See live.RoomsView."""
        asked = await self._node.ask({"do": "flush", "document": str(document_id)})
        if any(answer.get("failed") for answer in asked):
            raise NotCommitted
        seqs = [await self._here.flush(document_id), *(answer["count"] for answer in asked)]
        return max((seq for seq in seqs if seq is not None), default=None)

    async def restore(self, document_id: UUID, *, moment: int | datetime, by: UUID) -> int | None:
        """See live.RoomsView. The others find a new epoch in the log."""
        return await self._here.restore(document_id, moment=moment, by=by)

    # What other nodes ask of this one.

    async def _tell_rooms(self, _question: Question) -> Answer:
        return {"rooms": [_write_room(room) for room in await self._here.open_rooms()]}

    async def _tell_room(self, question: Question) -> Answer:
        room = await self._here.open_room(UUID(question["document"]))
        return {"room": None if room is None else _write_room(room)}

    async def _close(self, question: Question) -> Answer:
        return {"count": await self._here.close_room(UUID(question["document"]))}

    async def _send_away(self, question: Question) -> Answer:
        count = await self._here.send_away(UUID(question["document"]), user_id=UUID(question["user"]))
        return {"count": count}

    async def _flush(self, question: Question) -> Answer:
        try:
            return {"count": await self._here.flush(UUID(question["document"]))}
        except NotCommitted:
            return {"count": None, "failed": True}


def _together(one: RoomFigures | None, other: RoomFigures) -> RoomFigures:
    if one is None:
        return other
    return RoomFigures(
        document_id=one.document_id,
        seq=max(one.seq, other.seq),
        size=max(one.size, other.size),
        backlog=one.backlog + other.backlog,
        sessions=sorted([*one.sessions, *other.sessions], key=lambda session: session.joined_at),
    )


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _write_room(room: RoomFigures) -> dict[str, Any]:
    return {
        "document": str(room.document_id),
        "seq": room.seq,
        "size": room.size,
        "backlog": room.backlog,
        "sessions": [
            {
                "user": str(session.user_id),
                "name": session.name,
                "role": session.role,
                "may_write": session.may_write,
                "dialect": session.dialect,
                "joined_at": session.joined_at.isoformat(),
                "congested": session.congested,
            }
            for session in room.sessions
        ],
    }


def _read_room(told: Mapping[str, Any]) -> RoomFigures:
    return RoomFigures(
        document_id=UUID(told["document"]),
        seq=told["seq"],
        size=told["size"],
        backlog=told["backlog"],
        sessions=[
            SessionFigures(
                user_id=UUID(session["user"]),
                name=session["name"],
                role=session["role"],
                may_write=session["may_write"],
                dialect=session["dialect"],
                joined_at=datetime.fromisoformat(session["joined_at"]),
                congested=session["congested"],
            )
            for session in told["sessions"]
        ],
    )
