"""Who is in a document now: the latest state of each client, with the server's word on who it is.

Pure. A client id belongs to the person who announced it first; only the session that announced it, or the server, changes or
removes its state.

Clocks follow y-protocols: a state counts only if its clock is higher than the one before. Stock clients send back what they
are told about others, and about themselves; such an echo never has a higher clock, and is ignored. Where the server must speak
for a client (its name has changed, or it returns with a clock from before it was gone), the client lags behind until it hears
of it. What it says meanwhile is taken too, under a higher clock; so the states that the server gave a clock of its own are
remembered, to tell their echo from a movement.

People on other nodes are told of by their node, which is one session that speaks for many. It has checked them as this node
checks its own. A client that has gone over to another node is that node's as soon as its clock says so.

Every state is sent to everybody, so what one session may have sent is bounded in bytes: above it, its latest state waits.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID

from collab_server.ports import Participant
from collab_server.protocol.awareness import PresenceEntry, encode_one, joined
from collab_server.quotas import Allowance

MAX_CLIENTS_PER_SESSION = 4
"""A session speaks for one client; a reload may leave the id before it for a moment."""
MAX_ARRIVALS_PER_SESSION = 32
"""Clients that a session may bring in one after the other: an honest one brings one."""
MAX_STATE_BYTES = 64 * 1024
"""A pointer, a selection of two thousand elements and a long stroke in progress fit; a document does not."""
BYTES_PER_SECOND = 64 * 1024
"""What one session may have sent to each of the others; a pointer that moves all the time takes 3 KiB."""
BURST_BYTES = 256 * 1024
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
    """A client that is here; `issued`: clocks that the server gave of its own, and the states it gave them to.

    `told`: the clock that another node gives it, which is the session then.
    """

    session: Hashable
    participant: Participant
    clock: int
    state: dict[str, Any]
    issued: dict[int, int] = field(default_factory=dict)
    told: int | None = None

    def issue(self, clock: int) -> None:
        """Give the present state a clock that its client has not counted to."""
        self.clock = clock
        self.issued[clock] = _fingerprint(self.state)
        if len(self.issued) > MAX_ISSUED:
            del self.issued[next(iter(self.issued))]


@dataclass(slots=True)
class _Speaker:
    """What a session has had."""

    allowance: Allowance
    arrivals: int = 0


@dataclass(frozen=True, slots=True)
class _Gone:
    """A client that has left, kept for its return."""

    person: UUID
    clock: int
    was_here: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed, as awareness updates: for those who are here, and for the other nodes; None where it is nothing."""

    everyones: bytes | None
    ours: bytes | None


class Presence:
    """The presence of one document."""

    def __init__(
        self, *, author: Callable[[int], UUID | None] = lambda _: None, clock: Callable[[], float] = monotonic
    ) -> None:
        """`author`: whose a client id is in the document, where it has written; `clock` in seconds."""
        self._author = author
        self._now = clock
        self._clients: dict[int, _Client] = {}
        self._gone: dict[int, _Gone] = {}
        self._changed: dict[int, None] = {}
        self._speakers: dict[Hashable, _Speaker] = {}

    def __len__(self) -> int:
        return len(self._clients)

    @property
    def waits(self) -> bool:
        """Say whether something has changed that the others have not been told."""
        return bool(self._changed)

    def update(self, session: Hashable, participant: Participant, entries: Iterable[PresenceEntry]) -> int:
        """Take the states that a session announces; returns how many it may not announce (echoes of others are none)."""
        refused = 0
        for entry in entries:
            known = self._clients.get(entry.client_id)
            if known is None:
                refused += not self._arrive(session, participant, entry)
            elif known.session == session:
                refused += not self._move(known, entry)
            elif entry.clock > known.clock:
                refused += not self._take_over(known, session, participant, entry)
        return refused

    def _arrive(self, session: Hashable, participant: Participant, entry: PresenceEntry) -> bool:
        """Take the first state of a client; returns False where the session may not speak for it."""
        gone = self._gone.get(entry.client_id)
        if entry.state is None:
            return True
        # Who wrote under an id owns it, also where somebody else has announced it before.
        owner = self._author(entry.client_id) or (None if gone is None else gone.person)
        returns = gone is not None and entry.clock <= gone.clock
        # Either a late echo, or the client itself, back on a new socket: that one has announced nothing yet.
        if gone is not None and returns and (owner != participant.id or self._count(session)):
            return True
        if entry.clock > MAX_CLOCK or entry.size > MAX_STATE_BYTES or self._count(session) >= MAX_CLIENTS_PER_SESSION:
            return False
        if owner not in (None, participant.id):
            return False
        comes_back = gone is not None and gone.person == participant.id
        if not comes_back and not self._may_arrive(session):
            return False
        client = _Client(session, participant, entry.clock, _stamped(entry.state, participant))
        if gone is not None and returns:
            client.issue(gone.clock + 1)
        self._gone.pop(entry.client_id, None)
        self._clients[entry.client_id] = client
        self._changed[entry.client_id] = None
        return True

    def _may_arrive(self, session: Hashable) -> bool:
        speaker = self._speaker(session)
        speaker.arrivals += 1
        return speaker.arrivals <= MAX_ARRIVALS_PER_SESSION

    def _speaker(self, session: Hashable) -> _Speaker:
        speaker = self._speakers.get(session)
        if speaker is None:
            allowance = Allowance(BYTES_PER_SECOND, burst=BURST_BYTES, now=self._now())
            speaker = self._speakers[session] = _Speaker(allowance)
        return speaker

    def _take_over(self, client: _Client, session: Hashable, participant: Participant, entry: PresenceEntry) -> bool:
        """Let another session speak for a client: its person's, or that of who wrote under the id; returns False for others."""
        # The same person may come back on a new socket before the old one is found dead.
        owner = self._author(entry.client_id) or client.participant.id
        if owner != participant.id or entry.size > MAX_STATE_BYTES or self._count(session) >= MAX_CLIENTS_PER_SESSION:
            return False
        client.session = session
        client.participant = participant
        client.told = None
        return self._move(client, entry)

    def _move(self, client: _Client, entry: PresenceEntry) -> bool:
        """Take a further state of a client from its own session; returns False where it is too large."""
        if entry.clock <= client.clock and not self._lags(client, entry):
            return True
        if entry.state is None:
            self._remove(entry.client_id)
            return True
        if entry.size > MAX_STATE_BYTES:
            return False
        step = entry.clock - client.clock
        client.state = _stamped(entry.state, client.participant)
        if step > 0:
            client.issued.clear()
            client.clock += min(step, MAX_CLOCK_STEP)
        else:
            client.issue(client.clock + 1)
        self._changed[entry.client_id] = None
        return True

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
        self._speakers.pop(session, None)

    def hear(self, node: UUID, entries: Iterable[PresenceEntry]) -> None:
        """Take the states of those who are on another node, as that one tells them."""
        for entry in entries:
            known = self._clients.get(entry.client_id)
            if entry.state is None:
                if known is not None and known.session == node:
                    self._remove(entry.client_id)
                elif known is not None and known.told is None and entry.clock >= known.clock:
                    # It has come over to us before it was found gone there.
                    self._overtake(entry.client_id, known, entry.clock)
            elif (person := _person(entry.state)) is not None:
                self._hear_of(node, entry, entry.state, person, known)

    def _hear_of(
        self, node: UUID, entry: PresenceEntry, state: dict[str, Any], person: Participant, known: _Client | None
    ) -> None:
        """Take one client's state, where it is newer than what is known, and its own person's."""
        if known is None:
            gone = self._gone.pop(entry.client_id, None)
            known = self._clients[entry.client_id] = _Client(node, person, 0 if gone is None else gone.clock, {})
        elif entry.clock <= (known.clock if known.told is None else known.told):
            return
        elif person.id != known.participant.id:
            if known.told is None:
                self._overtake(entry.client_id, known, entry.clock)
            return
        known.session, known.participant, known.state, known.told = node, person, state, entry.clock
        # Those who are here have seen the clocks that we gave it, and take nothing with a lower one.
        known.clock = max(entry.clock, known.clock + 1)
        known.issued.clear()
        self._changed[entry.client_id] = None

    def _overtake(self, client_id: int, client: _Client, clock: int) -> None:
        client.clock = clock
        client.issue(clock + 1)
        self._changed[client_id] = None

    def take_changes(self) -> Changes:
        """Return what changed since the last call; see `waits` for what is left."""
        now = self._now()
        everyones: list[bytes] = []
        ours: list[bytes] = []
        for client_id in list(self._changed):
            state = encode_one(self._entry(client_id))
            client = self._clients.get(client_id)
            elsewhere = self._gone[client_id].was_here is False if client is None else client.told is not None
            if client is None or elsewhere or self._speaker(client.session).allowance.spend(len(state), now=now):
                everyones.append(state)
                if not elsewhere:
                    ours.append(state)
                del self._changed[client_id]
        self._forget_oldest()
        told = _update(everyones)
        return Changes(told, told if len(ours) == len(everyones) else _update(ours))

    def everyone(self) -> bytes | None:
        """Return all states as one awareness update, or None where nobody is here."""
        return _update([encode_one(self._entry(client_id)) for client_id in self._clients])

    def ours(self) -> bytes | None:
        """Return the states of those who are on this node, or None where nobody is."""
        return _update(
            [encode_one(self._entry(client_id)) for client_id, client in self._clients.items() if client.told is None]
        )

    def _remove(self, client_id: int) -> None:
        client = self._clients.pop(client_id)
        self._gone[client_id] = _Gone(client.participant.id, client.clock + 1, was_here=client.told is None)
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


def _update(states: Sequence[bytes]) -> bytes | None:
    return joined(states) if states else None


def _person(state: Mapping[str, Any]) -> Participant | None:
    """Return who a state is of, in the words of the node that has stamped it."""
    try:
        user = state["user"]
        picture = UUID(user["picture"]) if "picture" in user else None
        return Participant(UUID(user["id"]), str(user["name"]), str(user["role"]), str(user["color"]), picture)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _fingerprint(state: dict[str, Any]) -> int:
    return hash(json.dumps(state, sort_keys=True))
