"""Everybody's cursor on everybody's screen."""

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import ClassVar

from benchmarks.cases.base import FIRST_CLIENT_ID, LONGEST_SECONDS, Case, Figure, Outcome, clients_for
from benchmarks.evidence import Verdict
from benchmarks.load import Chunk, Client, Load, Scheduled
from benchmarks.servers.base import Server
from benchmarks.wire import Kind, read_varint, sized, varint

SAMPLE = 20


class Cursors(Case):
    """Each of 500 people moves a cursor five times a second. A move counts as seen when it, or a later one, has come.

    A sample of people is read; the others are served as well, and what they get is thrown away.
    """

    name = "presence"
    title = "presence, 500 people moving cursors in one room, 5 moves/s each"
    reach = "p95 ≤ 250 ms"
    figures = (
        Figure("p95", "ms", digits=0),
        Figure("p50", "ms", digits=0),
        Figure("cpu", "% of a core", digits=0),
        Figure("lag", "ms", digits=0),
    )
    people: ClassVar[int] = 500
    rate: ClassVar[float] = 5.0

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        people, seconds = (self.people // 5, 1.5) if quick else (self.people, 4.0)
        (room,) = server.new_rooms(1, people=people)
        clients = clients_for(server, room, people)
        watchers = clients[:: max(1, people // SAMPLE)]
        due: dict[int, list[float]] = {}
        schedule = list(self._moves(clients, seconds, due))
        schedule.sort(key=lambda entry: entry[0])
        load = Load()
        try:
            load.join(clients, limit=LONGEST_SECONDS)
            for client in clients:
                client.recorded = client in set(watchers)
            load.settle(1.0)
            cpu = server.cpu()
            chunks = load.play(schedule, limit=LONGEST_SECONDS, settled=1.0, calm=server.calm)
            cpu = server.cpu() - cpu
        finally:
            load.close()
        verdict = _seen(chunks, watchers, clients, due)
        figures = {
            "p50": verdict.percentile(0.5),
            "p95": verdict.percentile(0.95),
            "p99": verdict.percentile(0.99),
            "cpu": 100 * cpu / seconds,
            "lag": load.lag * 1000,
        }
        return Outcome(figures, verdict.faults)

    def _moves(self, clients: Sequence[Client], seconds: float, due: dict[int, list[float]]) -> Iterator[Scheduled]:
        random = Random(5)
        for number, client in enumerate(clients):
            offset = random.random() / self.rate
            client_id = FIRST_CLIENT_ID + number
            due[client_id] = [offset + n / self.rate for n in range(int(seconds * self.rate))]
            for clock, at in enumerate(due[client_id], 1):
                state = json.dumps({"pointer": {"x": random.randrange(2000), "y": random.randrange(2000)}}).encode()
                entry = varint(1) + varint(client_id) + varint(clock) + sized(state)
                yield at, client, client.target.presence(entry)


class Crowd(Cursors):
    """Three times as many people, each a little calmer."""

    name = "crowd"
    title = "presence, 1,500 people moving cursors in one room, 1 move/s each"
    reach = "still delivering"
    people, rate = 1_500, 1.0
    only_engine = True


def _seen(
    chunks: Sequence[Chunk], watchers: Sequence[Client], clients: Sequence[Client], due: dict[int, list[float]]
) -> Verdict:
    verdict = Verdict()
    own = {client: FIRST_CLIENT_ID + number for number, client in enumerate(clients)}
    clocks = {watcher: dict.fromkeys(due, 0) for watcher in watchers}
    known: dict[bytes, list[tuple[int, int]]] = {}
    for at, client, data in chunks:
        for message in client.reader.feed(data):
            entries = known.get(message)
            if entries is None:
                kind, payload = client.target.read(message)
                entries = known[message] = list(_entries(payload)) if kind is Kind.PRESENCE else []
            seen = clocks[client]
            for client_id, clock in entries:
                have = seen.get(client_id, clock)
                if clock > have and own[client] != client_id:
                    verdict.latencies.extend(at - moment for moment in due[client_id][have:clock])
                    seen[client_id] = clock
    for watcher in watchers:
        missing = sum(clocks[watcher][n] != len(due[n]) for n in due if n != own[watcher])
        if missing:
            verdict.faults.append(f"somebody never saw where {missing} people ended up")
    return verdict


def _entries(payload: bytes) -> Iterator[tuple[int, int]]:
    count, position = read_varint(payload, 0)
    for _ in range(count):
        client_id, position = read_varint(payload, position)
        clock, position = read_varint(payload, position)
        size, position = read_varint(payload, position)
        position += size
        yield client_id, clock
