"""A whole year votes at once, and everyone sees every vote."""

from random import Random

from benchmarks.cases.base import (
    FIRST_CLIENT_ID,
    LONGEST_SECONDS,
    Case,
    Figure,
    Meter,
    Outcome,
    check_final_state,
    clients_for,
)
from benchmarks.evidence import Stream, judge
from benchmarks.load import Load
from benchmarks.servers.base import Server
from benchmarks.writers import Writer

SECONDS = 2.0


class Votes(Case):
    """Each of 500 people writes once, at a moment of their own within two seconds."""

    name = "votes"
    title = "500 voters in 2 s, everyone sees all"
    reach = "≤ 0.4 of the best peer's CPU; converged ≤ 50 ms after the last vote"
    figures = (
        Figure("cpu", "µs/delivery", digits=2),
        Figure("database cpu", "µs/delivery", digits=2),
        Figure("converged", "ms after"),
        Figure("p99", "ms"),
        Figure("lag", "ms"),
    )

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        people = 100 if quick else 500
        (room,) = server.new_rooms(1, people=people)
        clients = clients_for(server, room, people)
        random = Random(2)
        # The last vote comes exactly at the end, so that what follows can be timed.
        moments = [*sorted(random.uniform(0.0, SECONDS) for _ in range(people - 1)), SECONDS]
        streams, schedule = [], []
        for number, (client, at) in enumerate(zip(clients, moments, strict=True)):
            writer = Writer(FIRST_CLIENT_ID + number)
            writer.move(1)
            streams.append(Stream(writer, client, [at]))
            schedule.append((at, client, client.target.update(writer.updates[0])))
        load, meter = Load(), Meter(server)
        try:
            load.join(clients, limit=LONGEST_SECONDS)
            load.settle()
            meter.start()
            chunks = load.play(schedule, limit=LONGEST_SECONDS, calm=server.calm)
            cpu = meter.per_delivery(people * (people - 1))
        finally:
            load.close()
        verdict = judge(chunks, [(clients, streams)])
        check_final_state(server, [(room, streams)], verdict)
        figures = {
            **cpu,
            "converged": (verdict.last_at - SECONDS) * 1000,
            "p50": verdict.percentile(0.5),
            "p99": verdict.percentile(0.99),
            "lag": load.lag * 1000,
            "deliveries": float(verdict.deliveries),
        }
        return Outcome(figures, verdict.faults)
