"""Who takes part in an open document, and how they are told: updates, presence, the state they ask for.

What goes to many is framed once per kind of frame and written ready-made to each socket. A peer that does not read is sent nothing
more; it gets one update with all it lacks, and everyone's presence, when it reads again (SPEC rule 12).
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

from collab_server.dialect import Dialect
from collab_server.errors import EngineError
from collab_server.metrics import Metrics
from collab_server.ports import Participant
from collab_server.presence import Presence
from collab_server.protocol import websocket, y_websocket
from collab_server.protocol.awareness import PresenceEntry
from collab_server.wire import Wire

PRESENCE_INTERVAL_SECONDS = 0.05
CROWDED_PRESENCE_INTERVAL_SECONDS = 0.1
CROWDED_PRESENCE_MEMBERS = 100


@dataclass(eq=False, slots=True)
class Member:
    """One session that takes part: `end` closes it for a reason, from the server's side.

    saved: how many of its document messages are committed; behind: since when, as a state vector, it has not been sent updates.
    """

    session_id: UUID
    participant: Participant
    dialect: Dialect
    wire: Wire
    end: Callable[[EngineError], None]
    saved: int = 0
    has_edited: bool = False
    answered_at: float = float("-inf")
    behind: bytes | None = None

    def tell(self, bodies: Sequence[bytes]) -> None:
        """Send this member messages of its own, if there are any: not every dialect has one for everything."""
        if bodies:
            self.wire.write(framed(self.dialect.prefix, bodies))


class Audience:
    """The members of one room.

    `send_state(member, state_vector)` answers one who has fallen behind; `author` says whose a Yjs client id is; `tell_nodes` tells
    the other nodes who is here.
    """

    def __init__(
        self,
        metrics: Metrics,
        *,
        send_state: Callable[[Member, bytes], None],
        author: Callable[[int], UUID | None],
        tell_nodes: Callable[[bytes], None],
    ) -> None:
        self._metrics = metrics
        self._tell_nodes = tell_nodes
        self._send_state = send_state
        self._members: dict[Member, None] = {}
        self._presence = Presence(author=author)
        self._presence_timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Member]:
        return iter(list(self._members))

    def __contains__(self, member: Member) -> bool:
        return member in self._members

    def join(self, member: Member) -> None:
        """Let a member take part from here on."""
        self._members[member] = None

    def leave(self, member: Member) -> None:
        """Let a member go, and take its presence away at once."""
        if member in self._members:
            del self._members[member]
            self._presence.leave(member)
            self._flush_presence()

    def announce(self, member: Member, entries: Sequence[PresenceEntry]) -> None:
        """Take presence states from a member."""
        refused = self._presence.update(member, member.participant, entries)
        if refused:
            self._metrics.forged_presence.inc(refused)
        self._flush_presence_soon()

    def hear_presence(self, node: UUID, entries: Sequence[PresenceEntry]) -> None:
        """Take presence states from another node."""
        self._presence.hear(node, entries)
        self._flush_presence_soon()

    def forget_node(self, node: UUID) -> None:
        """Take the presence of everybody away who was on another node."""
        self._presence.leave(node)
        self._flush_presence_soon()

    def introduce_to_nodes(self) -> None:
        """Tell the other nodes who is here."""
        ours = self._presence.ours()
        if ours is not None:
            self._tell_nodes(ours)

    def introduce(self, member: Member, participant: Participant) -> None:
        """Show a member under its new name, role or colour."""
        member.participant = participant
        self._presence.rename(member, participant)
        self._flush_presence_soon()

    def send_presence(self, member: Member) -> None:
        """Send everyone's presence to one member; one that does not read gets it when it does."""
        everyone = self._presence.everyone()
        if everyone is not None and not member.wire.congested:
            member.tell([y_websocket.presence(everyone)])

    def catch_up(self, member: Member) -> None:
        """Bring a member up to date that reads again."""
        if member.behind is not None:
            self._metrics.resyncs.inc()
            state_vector, member.behind = member.behind, None
            self._send_state(member, state_vector)
        self.send_presence(member)

    def deliver(
        self, updates: Sequence[bytes], authors: Sequence[Member | None], *, known_before: Callable[[], bytes]
    ) -> None:
        """Send each update to everyone but its author; `known_before`: the state vector from before them."""
        bodies = [y_websocket.update(update) for update in updates]
        own: dict[Member, list[int]] = {}
        for number, author in enumerate(authors):
            if author is not None:
                own.setdefault(author, []).append(number)
        ready: dict[bytes, _Frames] = {}
        state_vector: bytes | None = None
        deliveries = sent = 0
        for member in self._members:
            if member.wire.congested:
                # Remember how far the member had come; one update brings it up to date when it reads again.
                if member.behind is None:
                    state_vector = state_vector or known_before()
                    member.behind = state_vector
                continue
            left_out = own.get(member, ())
            if len(left_out) == len(bodies):
                continue
            prefix = member.dialect.prefix
            ready_made = ready.get(prefix)
            if ready_made is None:
                ready_made = ready[prefix] = _Frames(prefix, bodies)
            frames = ready_made.without(left_out) if left_out else ready_made.whole
            member.wire.write(frames)
            deliveries += len(bodies) - len(left_out)
            sent += len(frames)
        self._metrics.deliveries.inc(deliveries)
        self._metrics.sent_bytes.inc(sent)

    def _flush_presence_soon(self) -> None:
        if self._presence_timer is None:
            crowded = len(self._members) > CROWDED_PRESENCE_MEMBERS
            self._presence_timer = asyncio.get_running_loop().call_later(
                CROWDED_PRESENCE_INTERVAL_SECONDS if crowded else PRESENCE_INTERVAL_SECONDS, self._flush_presence
            )

    def _flush_presence(self) -> None:
        if self._presence_timer is not None:
            self._presence_timer.cancel()
            self._presence_timer = None
        changes = self._presence.take_changes()
        if changes.ours is not None:
            self._tell_nodes(changes.ours)
        if changes.everyones is not None:
            self._send_everyone(y_websocket.presence(changes.everyones))
        if self._presence.waits:
            # Somebody says more than may be sent: the latest of it goes when there is room again.
            self._flush_presence_soon()

    def _send_everyone(self, body: bytes) -> None:
        ready: dict[bytes, bytes] = {}
        sent = 0
        for member in self._members:
            # Presence is the first to be dropped; whoever reads again gets everyone's.
            if member.wire.congested:
                continue
            prefix = member.dialect.prefix
            if prefix not in ready:
                ready[prefix] = framed(prefix, [body])
            member.wire.write(ready[prefix])
            sent += len(ready[prefix])
        self._metrics.sent_bytes.inc(sent)


class _Frames:
    """Messages as WebSocket frames, one behind the other, and where each of them ends."""

    __slots__ = ("_ends", "whole")

    def __init__(self, prefix: bytes, bodies: Sequence[bytes]) -> None:
        frames = [websocket.binary(prefix + body) for body in bodies]
        self.whole = b"".join(frames) if len(frames) > 1 else frames[0]
        self._ends = list(accumulate(map(len, frames), initial=0))

    def without(self, numbers: Sequence[int]) -> bytes:
        """Return all frames but those of these numbers, which are in order."""
        parts = []
        start = 0
        for number in numbers:
            parts.append(self.whole[start : self._ends[number]])
            start = self._ends[number + 1]
        parts.append(self.whole[start:])
        return b"".join(parts)


def framed(prefix: bytes, bodies: Sequence[bytes]) -> bytes:
    """Return messages as WebSocket frames, one behind the other."""
    return b"".join([websocket.binary(prefix + body) for body in bodies])
