"""What it costs that people of one room are at different nodes."""

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
from benchmarks.cases.fanout import Steady
from benchmarks.evidence import Stream, judge
from benchmarks.load import Load, Scheduled
from benchmarks.servers.base import Server
from benchmarks.writers import Writer

_BEFORE = -1.0


class Nodes(Steady):
    """Small groups whose members are at all nodes in turn."""

    name = "nodes"
    title = "10 rooms × 6 people × 4/s, over one, two and three nodes that share a core"
    reach = "p99 ≤ 15 ms above one node's"
    many_nodes = True
    # So few that three nodes do not fill the core: how much it takes is the question of the next case.
    rooms, writers, readers, rate = 10, 6, 0, 4.0
    seconds = 4.0


class Hot(Case):
    """Everybody writes one document as fast as it goes: the time until all have all of it.

    All have written a little before: what somebody's first edit sets off comes once in a lesson, not with each update.
    """

    name = "hot"
    title = "one hot document, 24 people who write 300 updates each at once, over one, two and three nodes that share a core"
    reach = "two nodes ≥ 0.8 of one node's updates/s"
    many_nodes = True
    figures = (
        Figure("updates", "1/s", less_is_better=False, digits=0),
        Figure("cpu", "µs/update"),
        Figure("database cpu", "µs/update"),
    )
    people = 24
    before, each = 5, 300

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        each = self.each // 10 if quick else self.each
        (room,) = server.new_rooms(1, people=self.people)
        clients = clients_for(server, room, self.people)
        streams: list[Stream] = []
        first: list[Scheduled] = []
        schedule: list[Scheduled] = []
        for number, client in enumerate(clients):
            writer = Writer(FIRST_CLIENT_ID + number)
            writer.move(self.before + each)
            streams.append(Stream(writer, client, [_BEFORE] * self.before + [0.0] * each))
            frames = [(0.0, client, client.target.update(update)) for update in writer.updates]
            first += frames[: self.before]
            schedule += frames[self.before :]
        count = self.people * each
        load, meter = Load(), Meter(server)
        try:
            load.join(clients, limit=LONGEST_SECONDS)
            load.settle()
            chunks = load.play(first, limit=LONGEST_SECONDS, calm=server.calm)
            meter.start()
            chunks += load.play(schedule, limit=LONGEST_SECONDS, calm=server.calm)
            figures = meter.per_delivery(count)
        finally:
            load.close()
        verdict = judge(chunks, [(clients, streams)])
        check_final_state(server, [(room, streams)], verdict)
        return Outcome({"updates": count / max(verdict.last_at, 1e-9), **figures}, verdict.faults)
