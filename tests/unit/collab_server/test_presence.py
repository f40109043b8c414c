"""Who is here: the server's word on who it is, and clocks that stock clients can live with."""

import random
from dataclasses import replace
from uuid import UUID

from collab_server.ports import Participant
from collab_server.presence import (
    BURST_BYTES,
    BYTES_PER_SECOND,
    MAX_ARRIVALS_PER_SESSION,
    MAX_CLIENTS_PER_SESSION,
    MAX_CLOCK,
    MAX_CLOCK_STEP,
    MAX_ISSUED,
    MAX_REMEMBERED_CLOCKS,
    MAX_STATE_BYTES,
    Presence,
)
from collab_server.protocol.awareness import PresenceEntry, decode

ANN = Participant(UUID(int=1), "Ann", "teacher", "#111111")
BOB = Participant(UUID(int=2), "Bob", "student", "#222222")


def entry(client: int, clock: int, **state: object) -> PresenceEntry:
    return PresenceEntry(client, clock, state)


def gone(client: int, clock: int) -> PresenceEntry:
    return PresenceEntry(client, clock, None)


def changes(presence: Presence) -> dict[int, PresenceEntry]:
    return {change.client_id: change for change in decode(presence.take_changes().everyones or b"\x00")}


def everyone(presence: Presence) -> dict[int, PresenceEntry]:
    return {each.client_id: each for each in decode(presence.everyone() or b"\x00")}


def test_10_the_server_says_who_it_is_whatever_the_client_says() -> None:
    presence = Presence()
    presence.update("ann", ANN, [entry(7, 1, pointer=3, user={"name": "The Principal", "role": "admin"})])
    assert changes(presence) == {7: entry(7, 1, pointer=3, user=ANN.as_state())}
    assert changes(presence) == {}
    assert len(presence) == 1


def test_10_the_latest_state_wins_and_only_it_is_told() -> None:
    presence = Presence()
    for clock in (1, 2, 3):
        presence.update("ann", ANN, [entry(7, clock, n=clock)])
    assert changes(presence) == {7: entry(7, 3, n=3, user=ANN.as_state())}
    assert everyone(presence) == {7: entry(7, 3, n=3, user=ANN.as_state())}


def test_10_nobody_speaks_for_another_person_and_an_echo_is_no_forgery() -> None:
    presence = Presence()
    presence.update("ann", ANN, [entry(7, 5, n=1)])
    assert presence.update("bob", BOB, [entry(7, 5, n=1), gone(7, 5), entry(7, 4)]) == 0
    assert presence.update("bob", BOB, [entry(7, 6, n=2), gone(7, 6)]) == 2
    assert changes(presence) == {7: entry(7, 5, n=1, user=ANN.as_state())}


def test_10_a_state_that_has_gone_is_not_brought_back_by_a_late_echo() -> None:
    presence = Presence()
    presence.update("ann", ANN, [entry(7, 5, n=1)])
    presence.update("ann, other tab", ANN, [entry(8, 1)])
    presence.leave("ann")
    assert presence.update("bob", BOB, [entry(7, 5, n=1), gone(7, 6)]) == 0
    assert presence.update("ann, other tab", ANN, [entry(7, 5, n=1)]) == 0
    assert presence.update("bob", BOB, [entry(7, 7, n=1)]) == 1
    assert set(everyone(presence)) == {8}


def test_10_a_closed_session_takes_its_states_with_it() -> None:
    presence = Presence()
    presence.update("ann", ANN, [entry(7, 5)])
    presence.update("bob", BOB, [entry(9, 1)])
    changes(presence)
    presence.leave("ann")
    assert changes(presence) == {7: gone(7, 6)}
    presence.leave("bob")
    assert presence.everyone() is None


def test_10_a_client_may_take_itself_away_once() -> None:
    presence = Presence()
    assert presence.update("ann", ANN, [gone(7, 1)]) == 0
    presence.update("ann", ANN, [entry(7, 5)])
    presence.update("ann", ANN, [gone(7, 4)])
    assert 7 in everyone(presence)
    presence.update("ann", ANN, [gone(7, 6), gone(7, 6)])
    assert changes(presence) == {7: gone(7, 6)}


def test_10_a_client_that_returns_with_an_old_clock_is_seen_again() -> None:
    presence = Presence()
    presence.update("old socket", ANN, [entry(7, 50)])
    presence.leave("old socket")
    changes(presence)
    presence.update("new socket", ANN, [entry(7, 50, n="back")])
    back = entry(7, 52, n="back", user=ANN.as_state())
    assert changes(presence) == {7: back}
    # It has not heard of that clock yet, and goes on counting from where it was.
    presence.update("new socket", ANN, [entry(7, 51, n="moved")])
    assert changes(presence) == {7: entry(7, 53, n="moved", user=ANN.as_state())}
    presence.update("new socket", ANN, [entry(7, 52, n="moved again")])
    moved = entry(7, 54, n="moved again", user=ANN.as_state())
    assert changes(presence) == {7: moved}
    # Now it has: an echo of what it heard is none of its own movements.
    presence.update("new socket", ANN, [back, moved])
    assert changes(presence) == {}
    presence.update("new socket", ANN, [entry(7, 55, n="on")])
    assert changes(presence)[7] == entry(7, 55, n="on", user=ANN.as_state())
    presence.update("new socket", ANN, [entry(7, 54, n="stale")])
    assert changes(presence) == {}


def test_11_only_so_many_states_of_a_lagging_client_are_remembered() -> None:
    presence = Presence()
    presence.update("old socket", ANN, [entry(7, 50)])
    presence.leave("old socket")
    for move in range(2 * MAX_ISSUED):
        presence.update("new socket", ANN, [entry(7, 1, n=move)])
    (client,) = presence._clients.values()
    assert len(client.issued) == MAX_ISSUED
    presence.update("new socket", ANN, [gone(7, 2)])
    assert changes(presence)[7].state is None


def test_10_the_same_person_takes_a_client_over_on_a_new_socket() -> None:
    presence = Presence()
    presence.update("dead socket", ANN, [entry(7, 5, n=1)])
    presence.update("new socket", ANN, [entry(7, 5, n=1)])
    presence.update("new socket", ANN, [entry(7, 6, n=2)])
    presence.leave("dead socket")
    assert everyone(presence) == {7: entry(7, 6, n=2, user=ANN.as_state())}


def test_10_clock_jumps_are_cut() -> None:
    presence = Presence()
    presence.update("ann", ANN, [entry(7, 1)])
    presence.update("ann", ANN, [entry(7, 1 + MAX_CLOCK_STEP)])
    assert everyone(presence)[7].clock == 1 + MAX_CLOCK_STEP
    presence.update("ann", ANN, [entry(7, 2**50, n=1)])
    assert everyone(presence)[7] == entry(7, 1 + 2 * MAX_CLOCK_STEP, n=1, user=ANN.as_state())
    assert presence.update("ann", ANN, [entry(8, MAX_CLOCK + 1)]) == 1


def test_10_a_session_speaks_for_few_clients() -> None:
    presence = Presence()
    presence.update("other socket", ANN, [entry(100, 1)])
    assert presence.update("ann", ANN, [entry(client, 1) for client in range(MAX_CLIENTS_PER_SESSION)]) == 0
    assert presence.update("ann", ANN, [entry(99, 1), entry(100, 2)]) == 2
    assert len(presence) == MAX_CLIENTS_PER_SESSION + 1


def test_11_a_state_above_its_bound_is_refused_and_the_one_before_stays() -> None:
    presence = Presence()
    large = MAX_STATE_BYTES + 1
    assert presence.update("ann", ANN, [replace(entry(7, 1), size=large)]) == 1
    assert presence.update("ann", ANN, [replace(entry(7, 1, n=1), size=MAX_STATE_BYTES)]) == 0
    assert presence.update("ann", ANN, [replace(entry(7, 2, n=2), size=large)]) == 1
    assert presence.update("ann again", ANN, [replace(entry(7, 3, n=3), size=large)]) == 1
    assert changes(presence) == {7: entry(7, 1, n=1, user=ANN.as_state())}


def test_11_what_one_session_has_sent_to_all_is_bounded_in_bytes_and_its_latest_state_is_told_in_the_end() -> None:
    now, told, clock = 0.0, 0, 0
    presence = Presence(clock=lambda: now)
    for twentieth in range(20 * 20):
        now = twentieth / 20
        for _ in range(3):
            clock += 1
            presence.update("ann", ANN, [entry(7, clock, text=f"{clock}" + "x" * 40_000)])
        presence.update("bob", BOB, [entry(8, clock, n=clock)])
        changed = presence.take_changes().everyones or b"\x00"
        told += len(changed)
        # Nobody waits for the one who says too much.
        assert 8 in {each.client_id for each in decode(changed)}
    assert told < BURST_BYTES + 20 * BYTES_PER_SECOND + 20 * 20 * 200
    assert presence.waits
    now += 1
    last = changes(presence)[7].state
    assert last is not None and last["text"].startswith(f"{clock}x")
    assert not presence.waits
    # Whoever goes is gone at once, whatever was said before.
    presence.update("ann", ANN, [entry(7, clock + 1, text="x" * 60_000)])
    presence.update("ann", ANN, [gone(7, clock + 2)])
    assert changes(presence)[7].state is None


def test_10_who_wrote_under_an_id_announces_it_whoever_did_so_before() -> None:
    presence = Presence(author={7: BOB.id, 8: BOB.id}.get)
    # Nobody else takes it, before or after.
    assert presence.update("ann", ANN, [entry(7, 1)]) == 1
    presence.update("bob", BOB, [entry(7, 1, n=1)])
    presence.update("bob", BOB, [gone(7, 2)])
    assert presence.update("ann", ANN, [entry(7, 3)]) == 1
    authors: dict[int, UUID] = {}
    squatted = Presence(author=authors.get)
    squatted.update("ann", ANN, [entry(8, 5, n=1), entry(9, 5, n=1)])
    squatted.update("ann", ANN, [gone(9, 6)])
    authors |= {8: BOB.id, 9: BOB.id}
    assert squatted.update("bob", BOB, [entry(8, 6, n=2)]) == 0
    assert squatted.update("bob again", BOB, [entry(9, 1, n=2)]) == 0
    assert {each.client_id: each.state for each in decode(squatted.everyone() or b"")} == {
        8: {"n": 2, "user": BOB.as_state()},
        9: {"n": 2, "user": BOB.as_state()},
    }
    # And the one before has lost it.
    assert squatted.update("ann", ANN, [entry(8, 99, n=3), entry(9, 99, n=3)]) == 2


def test_11_a_session_brings_in_only_so_many_clients_one_after_the_other() -> None:
    presence = Presence()
    for client in range(MAX_ARRIVALS_PER_SESSION):
        assert presence.update("ann", ANN, [entry(client, 1), gone(client, 2)]) == 0
    assert presence.update("ann", ANN, [entry(9_999, 1)]) == 1
    # One that comes back is no new one.
    assert presence.update("ann", ANN, [entry(0, 3)]) == 0
    presence.leave("ann")
    assert presence.update("ann", ANN, [entry(9_999, 1)]) == 0


def test_10_a_renamed_person_is_shown_under_the_new_name_at_once() -> None:
    presence = Presence()
    presence.update("ann", ANN, [entry(7, 5, n=1)])
    presence.update("bob", BOB, [entry(9, 1)])
    changes(presence)
    anne = Participant(ANN.id, "Anne", "student", ANN.color)
    presence.rename("ann", anne)
    assert changes(presence) == {7: entry(7, 6, n=1, user=anne.as_state())}
    presence.rename("ann", anne)
    assert changes(presence) == {}
    presence.update("ann", ANN, [entry(7, 6, n=2)])
    assert changes(presence) == {7: entry(7, 7, n=2, user=anne.as_state())}


def test_11_only_so_many_of_those_who_left_are_remembered() -> None:
    presence = Presence()
    for client in range(MAX_REMEMBERED_CLOCKS + 5):
        presence.update("ann", ANN, [entry(client, 1)])
        presence.leave("ann")
        changes(presence)
    assert len(presence._gone) == MAX_REMEMBERED_CLOCKS
    presence.update("ann", ANN, [entry(0, 1)])
    assert everyone(presence)[0].clock == 1


def moves(shown: PresenceEntry) -> tuple[int, object]:
    assert shown.state is not None
    return shown.clock, shown.state["move"]


class StockClient:
    """What y-protocols' Awareness does on a socket: it adopts higher clocks, even of itself, and sends all changes back."""

    def __init__(self, client_id: int) -> None:
        self.id = client_id
        self.seen: dict[int, PresenceEntry] = {}
        self.moves = 0

    def move(self) -> list[PresenceEntry]:
        self.moves += 1
        clock = self.seen[self.id].clock + 1 if self.id in self.seen else 1
        self.seen[self.id] = entry(self.id, clock, move=self.moves)
        return [self.seen[self.id]]

    def hear(self, told: list[PresenceEntry]) -> list[PresenceEntry]:
        changed = []
        for each in told:
            known = self.seen.get(each.client_id)
            if (
                known is None
                or known.clock < each.clock
                or (known.clock == each.clock and each.state is None and known.state)
            ):
                heard = each
                if each.state is None and each.client_id == self.id and known is not None:
                    heard = PresenceEntry(self.id, each.clock + 1, known.state)
                self.seen[each.client_id] = heard
                changed.append(heard)
        return changed


def converge(seed: int) -> None:
    rng = random.Random(seed)
    presence = Presence()
    people = [ANN, ANN, BOB, BOB]
    clients = [StockClient(number) for number in range(len(people))]
    sockets = [0] * len(clients)
    sent: list[list[list[PresenceEntry]]] = [[] for _ in clients]
    heard: list[list[list[PresenceEntry]]] = [[] for _ in clients]

    def flush() -> None:
        data = presence.take_changes().everyones
        if data is not None:
            for waiting in heard:
                waiting.append(list(decode(data)))

    def step(who: int) -> bool:
        busy = False
        if sent[who]:
            assert presence.update((who, sockets[who]), people[who], sent[who].pop(0)) == 0, seed
            busy = True
        if heard[who]:
            echo = clients[who].hear(heard[who].pop(0))
            if echo:
                sent[who].append(echo)
            busy = True
        return busy

    for _ in range(120):
        who = rng.randrange(len(clients))
        match rng.randrange(12):
            case 0 | 1 | 2 | 3:
                sent[who].append(clients[who].move())
            case 4:
                flush()
            case 5:
                presence.rename((who, sockets[who]), Participant(people[who].id, f"name {rng.random()}", "student", ""))
            case 6:
                # Away and back: what was on its way in either direction is lost, its own state comes first.
                presence.leave((who, sockets[who]))
                sockets[who] += 1
                client = clients[who]
                client.seen = {client.id: client.seen[client.id]} if client.id in client.seen else {}
                sent[who] = [list(client.seen.values())] if client.seen else []
                heard[who] = [list(decode(presence.everyone() or b"\x00"))]
            case _:
                step(who)
    for _ in range(200):
        flush()
        busy = [step(who) for who in range(len(clients))]
        if not any(busy):
            break
    else:
        raise AssertionError(f"seed {seed}: still talking")
    final = {client_id: moves(each) for client_id, each in everyone(presence).items()}
    for client in clients:
        assert {i: moves(each) for i, each in client.seen.items() if each.state is not None} == final, seed


def test_10_stock_clients_that_send_back_all_they_hear_come_to_rest_and_agree() -> None:
    for seed in range(300):
        converge(seed)
