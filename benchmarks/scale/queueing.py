"""Queues: what theory says of simple ones, and a simulation, event by event, of those it says nothing about."""

import heapq
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


def mm1_wait(arrivals: float, service: float) -> float:
    """Return the mean time in an M/M/1 queue, waiting and service; arrivals per second, service in seconds."""
    return service / (1 - arrivals * service)


def md1_wait(arrivals: float, service: float) -> float:
    """Return the mean time in an M/D/1 queue (Pollaczek-Khinchine)."""
    load = arrivals * service
    return service + load * service / (2 * (1 - load))


def mmc_wait(arrivals: float, service: float, servers: int) -> float:
    """Return the mean time in an M/M/c queue (Erlang C)."""
    offered = arrivals * service
    term = total = 1.0
    for number in range(1, servers):
        term *= offered / number
        total += term
    last = term * offered / servers / (1 - offered / servers)
    return service + last / (total + last) * service / (servers - offered)


@dataclass(slots=True)
class Station:
    """Servers with one queue. A server takes up to `batch` at once: `service` says how long so many take."""

    service: Callable[[int], float]
    servers: int = 1
    batch: int = 1
    queue: deque[int] = field(default_factory=deque)
    busy: int = 0
    work: float = 0.0
    """Seconds that servers have spent."""
    taken: int = 0
    batches: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of everybody who went through: how long each took, and how many came and went."""

    times: list[float]
    came: int
    went: int
    ended: float

    @property
    def mean(self) -> float:
        """Return the mean time."""
        return sum(self.times) / len(self.times)

    def percentile(self, share: float) -> float:
        """Return the time that this share of all did not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def simulate(stations: list[Station], *, arrivals: float, count: int, seed: int, burst: int = 1) -> Passage:
    """Send `count` customers through the stations one after the other; they come in groups of `burst`, at random times.

    arrivals: customers a second. Everybody who comes goes in the end, in the order in which each station took them.
    """
    chosen = random.Random(seed)
    began = [0.0] * count
    times: list[float] = []
    events: list[tuple[float, int, int, list[int]]] = []
    number = 0
    moment = 0.0
    for first in range(0, count, burst):
        moment += chosen.expovariate(arrivals / burst)
        group = list(range(first, min(first + burst, count)))
        for each in group:
            began[each] = moment
        heapq.heappush(events, (moment, number, -1, group))
        number += 1
    while events:
        now, _, place, customers = heapq.heappop(events)
        if place >= 0:
            stations[place].busy -= 1
        if place + 1 < len(stations):
            stations[place + 1].queue.extend(customers)
        else:
            times.extend(now - began[each] for each in customers)
        for index in (place, place + 1):
            if 0 <= index < len(stations):
                station = stations[index]
                while station.queue and station.busy < station.servers:
                    taken = [station.queue.popleft() for _ in range(min(station.batch, len(station.queue)))]
                    lasts = station.service(len(taken))
                    station.busy += 1
                    station.work += lasts
                    station.taken += len(taken)
                    station.batches += 1
                    heapq.heappush(events, (now + lasts, number, index, taken))
                    number += 1
        moment = now
    return Passage(times, count, len(times), moment)
