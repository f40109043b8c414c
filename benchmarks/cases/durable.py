"""Acknowledged means committed; this is how long a writer waits for it."""

from array import array
from random import Random

from benchmarks.cases.base import (
    FIRST_CLIENT_ID,
    LONGEST_SECONDS,
    Case,
    Figure,
    Meter,
    Outcome,
    check_final_state,
)
from benchmarks.evidence import Stream, Verdict
from benchmarks.load import Client, Load, Scheduled
from benchmarks.servers.base import Server
from benchmarks.wire import Kind, read_varint
from benchmarks.writers import Writer

ROOMS = 50
RATE = 20.0


class Durable(Case):
    """1,000 updates a second over 50 rooms; each is timed until the server says that it is committed."""

    name = "durable"
    title = "acknowledged = durable, 1,000 updates/s over 50 rooms"
    reach = "acknowledgement p99 ≤ 10 ms"
    figures = (
        Figure("p99", "ms"),
        Figure("p50", "ms"),
        Figure("cpu", "µs/update", digits=0),
        Figure("database cpu", "µs/update", digits=0),
        Figure("lag", "ms"),
    )
    only_engine = True

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        seconds = 2.0 if quick else 6.0
        random = Random(4)
        rooms = server.new_rooms(ROOMS, people=1)
        clients = [Client(server.target(room, person=n, acknowledged=True)) for n, room in enumerate(rooms)]
        streams: list[Stream] = []
        schedule: list[Scheduled] = []
        for number, client in enumerate(clients):
            writer = Writer(FIRST_CLIENT_ID + number)
            writer.move(int(RATE * seconds))
            offset = random.random() / RATE
            due = [offset + n / RATE for n in range(len(writer.updates))]
            streams.append(Stream(writer, client, due))
            schedule += [(at, client, client.target.update(u)) for at, u in zip(due, writer.updates, strict=True)]
        schedule.sort(key=lambda entry: entry[0])
        load, meter = Load(), Meter(server)
        try:
            load.join(clients)
            load.settle()
            meter.start()
            chunks = load.play(schedule, limit=LONGEST_SECONDS, calm=server.calm)
            figures = meter.per_delivery(len(schedule))
        finally:
            load.close()
        verdict = Verdict(latencies=array("d"))
        due_of = {stream.author: stream.due for stream in streams}
        saved = dict.fromkeys(clients, 0)
        for at, client, data in chunks:
            for message in client.reader.feed(data):
                kind, payload = client.target.read(message)
                if kind is Kind.SAVED:
                    total = read_varint(payload, 0)[0]
                    verdict.latencies.extend(at - due for due in due_of[client][saved[client] : total])
                    saved[client] = total
        missing = len(schedule) - sum(saved.values())
        if missing:
            verdict.faults.append(f"{missing} updates were never acknowledged")
        check_final_state(server, [(room, [stream]) for room, stream in zip(rooms, streams, strict=True)], verdict)
        figures |= {"p50": verdict.percentile(0.5), "p99": verdict.percentile(0.99), "lag": load.lag * 1000}
        return Outcome(figures, verdict.faults)
