"""Few write, many read; many small rooms; and how far one server goes."""

import math
from random import Random
from typing import ClassVar

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
from benchmarks.load import Client, Load, LoadError, Scheduled, frames
from benchmarks.servers.base import Server
from benchmarks.writers import Writer

WARM_SECONDS = 1.0


class Steady(Case):
    """`rooms` rooms, in each `writers` people who write `rate` times a second and `readers` who only read."""

    figures = (
        Figure("cpu", "µs/delivery", digits=2),
        Figure("database cpu", "µs/delivery", digits=2),
        Figure("p50", "ms"),
        Figure("p99", "ms"),
        Figure("lag", "ms"),
    )
    rooms: ClassVar[int] = 1
    writers: ClassVar[int]
    readers: ClassVar[int]
    rate: ClassVar[float]
    seconds: ClassVar[float] = 5.0

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        return steady(
            server,
            rooms=self.rooms,
            writers=self.writers,
            readers=self.readers,
            rate=self.rate,
            seconds=1.5 if quick else self.seconds,
        )


def steady(
    server: Server,
    *,
    rooms: int,
    writers: int,
    readers: int,
    rate: float,
    seconds: float,
    warm: float = WARM_SECONDS,
    tick: float = 0.0,
    limit: float = LONGEST_SECONDS,
) -> Outcome:
    """Run a steady load. `tick`: a writer's updates within that time are handed over in one write, as a busy client's are."""
    random = Random(1)
    names = server.new_rooms(rooms, people=writers + readers)
    everyone = [clients_for(server, name, writers + readers, first_person=n * 5) for n, name in enumerate(names)]
    schedule: list[Scheduled] = []
    judged: list[tuple[list[Client], list[Stream]]] = []
    for number, people in enumerate(everyone):
        streams = []
        for position in range(writers):
            writer = Writer(FIRST_CLIENT_ID + number * 1000 + position)
            writer.move(int(rate * (warm + seconds)))
            # Writers do not write in step: each begins at a moment of its own.
            offset = random.random() / rate
            due = [offset + n / rate for n in range(len(writer.updates))]
            streams.append(Stream(writer, people[position], due))
            schedule.extend(_handed_over(people[position], writer, due, tick))
        judged.append((people, streams))
    schedule.sort(key=lambda entry: entry[0])
    load, meter = Load(), Meter(server)
    try:
        load.join([client for people in everyone for client in people], limit=LONGEST_SECONDS)
        load.settle()
        chunks = load.play(
            schedule, at=[(warm, meter.start)], limit=min(limit, warm + seconds + LONGEST_SECONDS), calm=server.calm
        )
        cpu = meter.per_delivery(round(rooms * writers * (writers + readers - 1) * rate * seconds))
    finally:
        load.close()
    verdict = judge(chunks, judged, counted_from=warm)
    check_final_state(server, list(zip(names, [streams for _, streams in judged], strict=True)), verdict)
    figures = {
        **cpu,
        "p50": verdict.percentile(0.5),
        "p95": verdict.percentile(0.95),
        "p99": verdict.percentile(0.99),
        "lag": load.lag * 1000,
        "deliveries": float(verdict.deliveries),
        "rate": verdict.deliveries / max(verdict.last_at - warm, 1e-9),
    }
    return Outcome(figures, verdict.faults)


def _handed_over(client: Client, writer: Writer, due: list[float], tick: float) -> list[Scheduled]:
    if not tick:
        return [(at, client, client.target.update(update)) for at, update in zip(due, writer.updates, strict=True)]
    together: dict[int, list[bytes]] = {}
    for at, update in zip(due, writer.updates, strict=True):
        together.setdefault(int(at / tick) + 1, []).append(update)
    # At the end of the tick, so that nothing is sent before its time.
    return [(number * tick, client, frames(client, updates)) for number, updates in together.items()]


class Lecture(Steady):
    """A teacher draws, the hall watches."""

    name = "lecture"
    title = "1 writer 60/s → 200 readers"
    reach = "≤ 0.55 of the best peer's CPU"
    writers, readers, rate = 1, 200, 60.0


class Workshop(Steady):
    """A group works, the others watch."""

    name = "workshop"
    title = "20 writers × 10/s → 200 readers"
    reach = "≤ 0.4 of the best peer's CPU"
    writers, readers, rate = 20, 200, 10.0
    seconds = 4.0


class Groups(Steady):
    """Group work in many small rooms."""

    name = "groups"
    title = "100 rooms × 5 people × 5/s"
    reach = "not above the best peer's CPU; p99 ≤ 5 ms"
    rooms, writers, readers, rate = 100, 5, 0, 5.0
    seconds = 4.0


class Ceiling(Case):
    """The most deliveries a second that still arrive in time, found by raising the rate."""

    name = "ceiling"
    title = "most deliveries/s with p99 ≤ 200 ms, 50 clients all writing"
    reach = "≥ 1,200,000, committed"
    figures = (Figure("most", "deliveries/s", less_is_better=False, digits=0), Figure("p99", "ms"))
    people = 50
    first = 40_000
    step = 1.3
    limit_ms = 200.0

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        best: Outcome | None = None
        aim = float(self.first)
        step, fine = self.step, math.sqrt(self.step)
        failures = 0
        for _ in range(3 if quick else 20):
            found = self._at(server, aim)
            if found is not None and found.faults and best is None:
                return found
            if found is None or found.faults or found.figures["p99"] > self.limit_ms:
                # Once may be the machine's fault; twice at the same rate is the server's.
                failures += 1
                if failures < 2:
                    continue
                if best is None or step == fine:
                    break
                # Between the last that went well and this one.
                aim, step, failures = aim / fine, fine, 0
                continue
            failures = 0
            found.figures["most"] = found.figures["rate"]
            best = found
            if step == fine:
                break
            aim *= step
        return best or Outcome({"most": 0.0})

    def _at(self, server: Server, deliveries: float) -> Outcome | None:
        """Try one rate; None when the server broke under it."""
        try:
            return steady(
                server,
                rooms=1,
                writers=self.people,
                readers=0,
                rate=deliveries / (self.people * (self.people - 1)),
                seconds=2.0,
                warm=0.5,
                tick=0.01,
                limit=30.0,
            )
        except LoadError:
            return None
