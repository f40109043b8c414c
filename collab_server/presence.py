"""Who is in a document now: the latest state of each client, with the server's word on who it is.

Pure. A client id belongs to the person who announced it first; only the session that announced it, or the server, changes or
removes its state.

Clocks follow y-protocols: a state counts only if its clock is higher than the one before. Stock clients send back what they
are told about others, and about themselves; such an echo never has a higher clock, and is ignored. Where the server must speak
for a client (its name has changed, or it returns with a clock from before it was gone), the client lags behind until it hears
of it. What it says meanwhile is taken too, under a higher clock; so the states that the server gave a clock of its own are
remembered, to tell their echo from a movement.
"""

import json
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from collab_server.ports import Participant
from collab_server.protocol.awareness import PresenceEntry, encode

MAX_CLIENTS_PER_SESSION = 4
"""A session speaks for one client; a reload may leave the id before it for a moment."""
MAX_CLOCK_STEP = 10_000
"""More than a client can count between two messages: a larger jump is cut to one step."""
MAX_ISSUED = 16
"""States that a lagging client may not have heard of: what is on its way for a second."""
MAX_CLOCK = 2**31
"""Above what a client counts in a lifetime, and far below where integers end."""
MAX_REMEMBERED_CLOCKS = 10_000
"""Clients that have left and whose clocks are kept for their return."""


@dataclass(slots=True)
class _Client:
    """A client that is here; `issued`: clocks that the server gave of its own, and the states it gave them to."""

    session: Hashable
    participant: Participant
    clock: int
    state: dict[str, Any]
    issued: dict[int, int] = field(default_factory=dict)

    def issue(self, clock: int) -> None:
        """Give the present state a clock that its client has not counted to."""
        self.clock = clock
        self.issued[clock] = _fingerprint(self.state)
        if len(self.issued) > MAX_ISSUED:
            del self.issued[next(iter(self.issued))]


@dataclass(frozen=True, slots=True)
class _Gone:
    """A client that has left, kept for its return."""

    person: UUID
    clock: int


class Presence:
    """The presence of one document."""

    def __init__(self) -> None:
        self._clients: dict[int, _Client] = {}
        self._gone: dict[int, _Gone] = {}
        self._changed: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._clients)

    def update(self, session: Hashable, participant: Participant, entries: Iterable[PresenceEntry]) -> int:
        """Take the states that a session announces; returns how many it may not announce (echoes of others are none)."""
        refused = 0
        for entry in entries:
            known = self._clients.get(entry.client_id)
            if known is None:
                refused += not self._arrive(session, participant, entry)
            elif known.session == session:
                self._move(known, entry)
            elif entry.clock > known.clock:
                # The same person may come back on a new socket before the old one is found dead.
                refused += known.participant.id != participant.id or not self._take_over(
                    known, session, participant, entry
                )
        return refused

    def _arrive(self, session: Hashable, participant: Participant, entry: PresenceEntry) -> bool:
        """Take the first state of a client; returns False where the session may not speak for it."""
        gone = self._gone.get(entry.client_id)
        if entry.state is None:
            return True
        returns = gone is not None and entry.clock <= gone.clock
        # Either a late echo, or the client itself, back on a new socket: that one has announced nothing yet.
        if gone is not None and returns and (gone.person != participant.id or self._count(session)):
            return True
        if entry.clock > MAX_CLOCK or self._count(session) >= MAX_CLIENTS_PER_SESSION:
            return False
        if gone is not None and gone.person != participant.id:
            return False
        client = _Client(session, participant, entry.clock, _stamped(entry.state, participant))
        if gone is not None and returns:
            client.issue(gone.clock + 1)
        self._gone.pop(entry.client_id, None)
        self._clients[entry.client_id] = client
        self._changed[entry.client_id] = None
        return True

    def _take_over(self, client: _Client, session: Hashable, participant: Participant, entry: PresenceEntry) -> bool:
        if self._count(session) >= MAX_CLIENTS_PER_SESSION:
            return False
        client.session = session
        client.participant = participant
        self._move(client, entry)
        return True

    def _move(self, client: _Client, entry: PresenceEntry) -> None:
        """Take a further state of a client from its own session."""
        if entry.clock <= client.clock and not self._lags(client, entry):
            return
        if entry.state is None:
            self._remove(entry.client_id)
            return
        step = entry.clock - client.clock
        client.state = _stamped(entry.state, client.participant)
        if step > 0:
            client.issued.clear()
            client.clock += min(step, MAX_CLOCK_STEP)
        else:
            client.issue(client.clock + 1)
        self._changed[entry.client_id] = None

    def _lags(self, client: _Client, entry: PresenceEntry) -> bool:
        """Tell what a client says before it has heard of its new clock from an echo or a repetition."""
        if entry.state is None:
            return entry.clock == client.clock or bool(client.issued)
        return bool(client.issued) and client.issued.get(entry.clock) != _fingerprint(entry.state)

    def _count(self, session: Hashable) -> int:
        return sum(client.session == session for client in self._clients.values())

    def rename(self, session: Hashable, participant: Participant) -> None:
        """Show a session's states under the person's new name, role or colour."""
        for client_id, client in self._clients.items():
            if client.session == session and client.participant != participant:
                client.participant = participant
                client.state = _stamped(client.state, participant)
                client.issue(client.clock + 1)
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

    def _remove(self, client_id: int) -> None:
        client = self._clients.pop(client_id)
        self._gone[client_id] = _Gone(client.participant.id, client.clock + 1)
        self._changed[client_id] = None

    def _forget_oldest(self) -> None:
        for client_id in list(self._gone)[: max(0, len(self._gone) - MAX_REMEMBERED_CLOCKS)]:
            del self._gone[client_id]

    def _entry(self, client_id: int) -> PresenceEntry:
        client = self._clients.get(client_id)
        if client is None:
            return PresenceEntry(client_id, self._gone[client_id].clock, None)
        return PresenceEntry(client_id, client.clock, client.state)


def _stamped(state: dict[str, Any], participant: Participant) -> dict[str, Any]:
    return {**state, "user": participant.as_state()}


def _fingerprint(state: dict[str, Any]) -> int:
    return hash(json.dumps(state, sort_keys=True))
