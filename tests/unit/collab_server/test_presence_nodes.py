"""Rules 10 and 17: who is in a document on other nodes, as those tell it."""

from typing import Any
from uuid import UUID

import pytest

from collab_server.ports import Participant
from collab_server.presence import Presence
from collab_server.protocol.awareness import PresenceEntry, decode

ANN = Participant(UUID(int=1), "Ann", "teacher", "#111111", UUID(int=9))
BOB = Participant(UUID(int=2), "Bob", "student", "#222222")
EAST, WEST = UUID(int=100), UUID(int=200)


class Told:
    """A presence, and what those here would have been told of it by their clients' rule: a higher clock wins."""

    def __init__(self) -> None:
        self.presence = Presence()
        self.states: dict[int, dict[str, Any] | None] = {}
        self._clocks: dict[int, int] = {}
        self.ours: list[PresenceEntry] = []

    def flush(self) -> None:
        changes = self.presence.take_changes()
        for each in decode(changes.everyones or b"\x00"):
            if each.clock > self._clocks.get(each.client_id, -1) or each.state is None:
                self._clocks[each.client_id] = each.clock
                self.states[each.client_id] = each.state
        self.ours += decode(changes.ours or b"\x00")

    def seen(self) -> dict[int, object]:
        """Return what the clients that are there show: their `n`."""
        self.flush()
        return {client: state["n"] for client, state in self.states.items() if state is not None}


def state(person: Participant, n: int) -> dict[str, Any]:
    return {"n": n, "user": person.as_state()}


def entry(client: int, clock: int, person: Participant, n: int) -> PresenceEntry:
    return PresenceEntry(client, clock, state(person, n))


def gone(client: int, clock: int) -> PresenceEntry:
    return PresenceEntry(client, clock, None)


def test_17_people_of_other_nodes_are_shown_and_not_told_on() -> None:
    told = Told()
    told.presence.update("bob", BOB, [PresenceEntry(1, 1, {"n": 1})])
    told.presence.hear(EAST, [entry(7, 3, ANN, 5)])
    assert told.seen() == {1: 1, 7: 5}
    assert [each.client_id for each in told.ours] == [1]
    told.presence.hear(EAST, [entry(7, 4, ANN, 6), entry(7, 2, ANN, 0)])
    assert told.seen() == {1: 1, 7: 6}
    assert [each.client_id for each in decode(told.presence.ours() or b"")] == [1]
    assert {each.client_id for each in decode(told.presence.everyone() or b"")} == {1, 7}
    assert told.states[7] == state(ANN, 6)


def test_17_who_leaves_another_node_is_gone_here() -> None:
    told = Told()
    told.presence.hear(EAST, [entry(7, 3, ANN, 5), entry(8, 3, BOB, 5)])
    told.flush()
    told.presence.hear(EAST, [gone(7, 4), gone(99, 1)])
    assert told.seen() == {8: 5}
    told.presence.leave(EAST)
    assert told.seen() == {}
    assert told.ours == []


def test_17_who_was_thought_gone_with_a_node_is_shown_again_when_that_returns() -> None:
    told = Told()
    told.presence.hear(EAST, [entry(7, 3, ANN, 5)])
    told.flush()
    told.presence.leave(EAST)
    assert told.seen() == {}
    told.presence.hear(EAST, [entry(7, 3, ANN, 5)])
    assert told.seen() == {7: 5}
    told.presence.hear(EAST, [entry(7, 4, ANN, 6)])
    assert told.seen() == {7: 6}


def test_17_a_client_that_goes_over_to_another_node_stays_in_sight() -> None:
    told = Told()
    told.presence.update("ann", ANN, [PresenceEntry(7, 3, {"n": 1})])
    told.flush()
    # It has come back at the other node before its socket here is found dead.
    told.presence.hear(EAST, [entry(7, 5, ANN, 2)])
    assert told.seen() == {7: 2}
    told.presence.leave("ann")
    assert told.seen() == {7: 2}
    told.presence.hear(WEST, [entry(7, 6, ANN, 3)])
    told.presence.hear(EAST, [gone(7, 6)])
    assert told.seen() == {7: 3}


def test_17_a_client_that_comes_over_to_us_stays_in_sight_when_the_other_node_misses_it() -> None:
    told = Told()
    told.presence.hear(EAST, [entry(7, 3, ANN, 1)])
    told.presence.update("ann", ANN, [PresenceEntry(7, 4, {"n": 2})])
    assert told.seen() == {7: 2}
    told.presence.hear(EAST, [gone(7, 4)])
    assert told.seen() == {7: 2}
    assert told.ours[-1].clock == 5
    told.presence.hear(EAST, [gone(7, 2)])
    told.flush()
    assert told.ours[-1].clock == 5


def test_17_another_person_takes_nobodys_client_over_from_another_node() -> None:
    told = Told()
    told.presence.update("ann", ANN, [PresenceEntry(7, 3, {"n": 1})])
    told.presence.hear(EAST, [entry(7, 9, BOB, 2)])
    assert told.seen() == {7: 1}
    assert told.ours[-1] == PresenceEntry(7, 10, state(ANN, 1))
    told.presence.hear(EAST, [entry(7, 2, BOB, 3)])
    assert told.seen() == {7: 1}
    told.presence.hear(EAST, [entry(8, 1, BOB, 4)])
    told.presence.hear(WEST, [entry(8, 2, ANN, 5)])
    assert told.seen() == {7: 1, 8: 4}


@pytest.mark.parametrize("user", [None, 5, {}, {"id": "nobody"}, {"id": str(ANN.id), "name": "Ann"}])
def test_17_a_state_that_says_not_who_it_is_of_is_not_taken_from_another_node(user: object) -> None:
    told = Told()
    told.presence.hear(EAST, [PresenceEntry(7, 1, {"n": 1, "user": user}), PresenceEntry(8, 1, {"n": 1})])
    assert told.seen() == {}
    told.presence.update("ann", ANN, [PresenceEntry(9, 1, {"n": 1})])
    told.presence.hear(EAST, [PresenceEntry(9, 5, {"n": 2, "user": user})])
    assert told.seen() == {9: 1}
    told.presence.hear(EAST, [entry(7, 1, ANN, 1)])
    told.presence.hear(EAST, [PresenceEntry(7, 2, {"n": 2, "user": user})])
    assert told.seen() == {7: 1, 9: 1}


def test_17_nobody_of_ours_is_nothing_to_tell() -> None:
    told = Told()
    assert told.presence.ours() is None
    told.presence.hear(EAST, [entry(7, 1, ANN, 1)])
    assert told.presence.ours() is None
