"""Who is in a document now: the latest state of each client, with the server's word on who it is.

Pure. A client id belongs to the session that announced it first; only that session, or the server, changes or removes its
state. Clocks only grow: y-protocols ignores a state whose clock it has seen, so a client that returns with an old clock is
given a newer one.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from collab_server.ports import Participant
from collab_server.protocol.awareness import PresenceEntry, encode

MAX_CLIENTS_PER_SESSION = 4
"""A session speaks for one client; a reload may leave the id before it for a moment."""
MAX_CLOCK_STEP = 10_000
"""More than a client can count between two messages: a larger jump is cut to one step."""
MAX_CLOCK = 2**31
"""Above what a client counts in a lifetime, and far below where integers end."""
MAX_REMEMBERED_CLOCKS = 10_000
"""Clients that have left and whose clocks are kept for their return."""


@dataclass(slots=True)
class _Client:
    session: Hashable
    participant: Participant
    clock: int
    state: dict[str, Any]


class Presence:
    """The presence of one document."""

    def __init__(self) -> None:
        self._clients: dict[int, _Client] = {}
        self._last_clocks: dict[int, int] = {}
        self._changed: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._clients)

    def update(self, session: Hashable, participant: Participant, entries: Iterable[PresenceEntry]) -> int:
        """Take the states that a session announces; returns how many were refused because they are not its own."""
        refused = 0
        for entry in entries:
            known = self._clients.get(entry.client_id)
            # The same person may come back on a new socket before the old one is found dead.
            if known is not None and known.session != session and known.participant.id != participant.id:
                refused += 1
                continue
            if entry.state is None:
                if known is not None:
                    self._remove(entry.client_id)
            elif not self._fits(session, entry, known):
                refused += 1
            else:
                self._clients[entry.client_id] = _Client(
                    session,
                    participant,
                    self._next_clock(entry),
                    {**entry.state, "user": participant.as_state()},
                )
                self._changed[entry.client_id] = None
        return refused

    def rename(self, session: Hashable, participant: Participant) -> None:
        """Show a session's states under the person's new name, role or colour."""
        for client_id, client in self._clients.items():
            if client.session == session and client.participant != participant:
                client.participant = participant
                client.state = {**client.state, "user": participant.as_state()}
                client.clock = self._last_clocks[client_id] = client.clock + 1
                self._changed[client_id] = None

    def leave(self, session: Hashable) -> None:
        """Remove the states of a session that has ended."""
        for client_id in [i for i, client in self._clients.items() if client.session == session]:
            self._remove(client_id)

    def take_changes(self) -> bytes | None:
        """Return what changed since the last call as one awareness update, or None."""
        if not self._changed:
            return None
        changed = encode(self._entry(client_id) for client_id in self._changed)
        self._changed.clear()
        self._forget_oldest()
        return changed

    def everyone(self) -> bytes | None:
        """Return all states as one awareness update, or None where nobody is here."""
        if not self._clients:
            return None
        return encode(self._entry(client_id) for client_id in self._clients)

    def _fits(self, session: Hashable, entry: PresenceEntry, known: _Client | None) -> bool:
        if entry.clock > MAX_CLOCK:
            return False
        if known is not None:
            return True
        mine = sum(client.session == session for client in self._clients.values())
        return mine < MAX_CLIENTS_PER_SESSION

    def _next_clock(self, entry: PresenceEntry) -> int:
        last = self._last_clocks.get(entry.client_id)
        clock = entry.clock
        if last is not None and not last < clock <= last + MAX_CLOCK_STEP:
            clock = last + 1
        self._last_clocks[entry.client_id] = clock
        return clock

    def _remove(self, client_id: int) -> None:
        client = self._clients.pop(client_id)
        self._last_clocks[client_id] = client.clock + 1
        self._changed[client_id] = None

    def _forget_oldest(self) -> None:
        excess = len(self._last_clocks) - len(self._clients) - MAX_REMEMBERED_CLOCKS
        if excess > 0:
            gone = [i for i in self._last_clocks if i not in self._clients][:excess]
            for client_id in gone:
                del self._last_clocks[client_id]

    def _entry(self, client_id: int) -> PresenceEntry:
        client = self._clients.get(client_id)
        if client is None:
            return PresenceEntry(client_id, self._last_clocks[client_id], None)
        return PresenceEntry(client_id, client.clock, client.state)
