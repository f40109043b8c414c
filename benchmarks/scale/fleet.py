"""Classes placed on nodes, and what each node, Redis and PostgreSQL then have to do."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.scale.costs import FRAME_BYTES, LESSON, PRESENCE_WINDOW, UPDATE_BYTES, Mode, Prices, UnitCosts
from benchmarks.scale.queueing import Passage, Station, simulate

TEACHERS = 1
SCATTERED, TOGETHER = "scattered", "together"
"""Where the people of a class connect: wherever the proxy sends each, or all to the node that their class's id names."""
FULLEST = 1.1
"""No node is given more than so many times the people of the average one."""


@dataclass(frozen=True, slots=True)
class School:
    """How many there are, and how a class's time is spent."""

    students: int = 1_000_000
    classes: int = 40_000
    modes: Sequence[Mode] = LESSON

    @property
    def members(self) -> int:
        """Return how many people each class has, its teacher included."""
        return round(self.students / self.classes) + TEACHERS


@dataclass(frozen=True, slots=True)
class ClassLoad:
    """What one class asks for in a second, before it is known where its people are.

    updates: committed; deliveries, writes: to sockets; moves: of pointers, one message a window of presence.
    """

    updates: float
    deliveries: float
    writes: float
    moves: float
    rooms: float


@dataclass(frozen=True, slots=True)
class Fleet:
    """Where everything is, and how busy.

    nodes: the load of each node's core; seats: people on each; copies: in how many nodes a class's document is open, on average.
    """

    nodes: list[float]
    seats: list[int]
    copies: float
    updates: float
    messages: float
    redis: float
    database: float
    bytes_out: float
    memory: float

    @property
    def mean(self) -> float:
        """Return the mean load of a node's core."""
        return sum(self.nodes) / len(self.nodes)

    @property
    def highest(self) -> float:
        """Return the load of the busiest node's core."""
        return max(self.nodes)


def load_of(mode: Mode, members: int, costs: UnitCosts) -> ClassLoad:
    """Return what a class asks for while it does this."""
    writers = mode.writers * (members - TEACHERS)
    updates = writers * mode.rate
    if mode.private:
        # A student's page has two people: the student and the teacher, who watches all of them.
        deliveries = updates
        writes = min(updates, 1 / costs.write_window)
        rooms = float(members)
    else:
        deliveries = updates * (members - 1)
        writes = min(updates, 1 / costs.write_window) * (members - 1)
        rooms = 2.0
    flushes = min(writers * mode.cursors, 1 / PRESENCE_WINDOW) if mode.cursors else 0.0
    return ClassLoad(updates, deliveries, writes + flushes * (members - 1), flushes, rooms)


def place(school: School, *, nodes: int, placing: str, seed: int, costs: UnitCosts, batch: float = 10.0) -> Fleet:
    """Place every class and everybody in it, each class in a mode drawn from the lesson, and add up.

    batch: how many rows share a commit of PostgreSQL's.
    """
    chosen = random.Random(seed)
    cpu, seats = [0.0] * nodes, [0] * nodes
    updates = messages = receipts = bytes_out = memory = copies = 0.0
    modes = chosen.choices(school.modes, [mode.share for mode in school.modes], k=school.classes)
    loads = {mode.name: load_of(mode, school.members, costs) for mode in school.modes}
    for mode in modes:
        load = loads[mode.name]
        if placing == TOGETHER:
            where = Counter(
                {_hashed(chosen, seats, bound=FULLEST * school.members * school.classes / nodes): school.members}
            )
        else:
            where = Counter(chosen.randrange(nodes) for _ in range(school.members))
        heard_by = len(where) - 1
        copies += len(where)
        for node, people in where.items():
            share = people / school.members
            cpu[node] += share * (
                load.updates * costs.update + load.deliveries * costs.delivery + load.writes * costs.write
            )
            if heard_by:
                if mode.private:
                    # Only the teacher's node has a student's page open beside the student's own.
                    cpu[node] += share * load.updates * (costs.publish + costs.remote_update)
                else:
                    cpu[node] += share * (load.updates + load.moves) * costs.publish
                    cpu[node] += (1 - share) * (load.updates + load.moves) * costs.remote_update
            seats[node] += people
            opened = load.rooms * share if mode.private else load.rooms
            memory += people * costs.socket_bytes + opened * (costs.room_bytes + costs.document_bytes)
        updates += load.updates
        if heard_by:
            # Whoever publishes has subscribed, too, and hears its own message.
            sent = load.updates + load.moves
            messages += sent
            receipts += sent * (2 if mode.private else len(where))
        bytes_out += load.deliveries * UPDATE_BYTES + load.writes * FRAME_BYTES
    return Fleet(
        nodes=cpu,
        seats=seats,
        copies=copies / school.classes,
        updates=updates,
        messages=messages,
        redis=messages * costs.redis_publish + receipts * costs.redis_receive,
        database=updates * (costs.row + costs.commit / batch),
        bytes_out=bytes_out,
        memory=memory + nodes * costs.process_bytes,
    )


def _hashed(chosen: random.Random, seats: Sequence[int], *, bound: float) -> int:
    """Return the node that a class's id names, or the next one that is not full: consistent hashing with bounded loads."""
    node = first = chosen.randrange(len(seats))
    while seats[node] > bound:
        node = (node + 1) % len(seats)
        if node == first:
            break
    return node


def smallest(school: School, *, placing: str, costs: UnitCosts, target: float, seed: int = 1) -> Fleet:
    """Return the smallest fleet, within two in a hundred, whose busiest node stays below the target load."""
    too_few, nodes = 0, 1
    fleet = place(school, nodes=nodes, placing=placing, seed=seed, costs=costs)
    while fleet.highest > target:
        # A class's people are on so many nodes at most, so there is an end to what spreading costs.
        too_few, nodes = nodes, max(nodes + 1, math.ceil(nodes * min(4.0, fleet.highest / target)))
        fleet = place(school, nodes=nodes, placing=placing, seed=seed, costs=costs)
    while nodes - too_few > max(1, nodes // 50):
        middle = (too_few + nodes) // 2
        smaller = place(school, nodes=middle, placing=placing, seed=seed, costs=costs)
        if smaller.highest > target:
            too_few = middle
        else:
            nodes, fleet = middle, smaller
    return fleet


def bell(fleet: Fleet, *, costs: UnitCosts) -> float:
    """Return what share of the fullest node's core it takes that everybody comes when a lesson begins."""
    return max(fleet.seats) * costs.join * costs.usual_board / costs.bell


def latency(fleet: Fleet, *, lanes: int, costs: UnitCosts, count: int = 60_000, seed: int = 1) -> Passage:
    """Simulate an update on its way through the busiest node, PostgreSQL's group commit, Redis, and another node as busy.

    An update is at two nodes, so each core is visited twice as often as there are updates, for half of the work each time. Updates
    come in bursts of three, as strokes do. lanes: the cores of all clusters of PostgreSQL; we see one of them.
    """
    visits = 2 * max(fleet.updates / len(fleet.nodes), 1e-3) * fleet.highest / fleet.mean
    node = fleet.highest / visits
    row = min(fleet.database / lanes, 0.95) / visits
    stations = [
        Station(lambda _: node),
        Station(lambda rows: costs.flush + rows * row, batch=200),
        Station(lambda _: costs.hop, servers=count),
        Station(lambda _: node),
    ]
    return simulate(stations, arrivals=visits, count=count, seed=seed, burst=3)


@dataclass(frozen=True, slots=True)
class Wall:
    """Something that more nodes do not move, and how many students reach it."""

    name: str
    students: float
    moved_by: str


def walls(
    school: School, fleet: Fleet, *, database_cores: int, costs: UnitCosts, target: float, kept_months: float = 1.0
) -> list[Wall]:
    """Return what ends first when a fleet like this one grows, the first one first; rows are kept for so many months of lessons."""
    students = school.students
    table_bytes = fleet.updates * costs.row_bytes * 3600 * 200 * kept_months
    kept = "a month" if kept_months == 1 else f"{kept_months:.2g} months"
    found = [
        Wall(
            f"PostgreSQL's one writer of {database_cores} cores",
            students * database_cores * target / fleet.database,
            "clusters, each with a part of the documents",
        ),
        Wall(
            f"the log's one table (32 TB), with {kept} of lessons",
            students * 32e12 / table_bytes,
            "the same",
        ),
        Wall(
            f"the log of {kept} is one table of 1 TB, which takes hours to vacuum and to copy",
            students * 1e12 / table_bytes,
            "keeping less of it (LECTERN_HISTORY_DAYS); or partitions by hash of the document's id",
        ),
    ]
    if fleet.redis:
        found.append(
            Wall(
                "one Redis, which is one core",
                students * target / fleet.redis,
                "a class's people together on one node; or shards by document",
            )
        )
    return sorted(found, key=lambda wall: wall.students)


@dataclass(frozen=True, slots=True)
class Bill:
    """What it costs in a month, in dollars, for each thousand students."""

    nodes: float
    redis: float
    database: float
    storage: float
    egress: float

    @property
    def total(self) -> float:
        """Return the sum."""
        return self.nodes + self.redis + self.database + self.storage + self.egress


def bill(
    school: School,
    fleet: Fleet,
    *,
    shards: int,
    database_cores: int,
    kept_months: float,
    costs: UnitCosts,
    prices: Prices,
) -> Bill:
    """Add up; rows of the log are kept for so many months of lessons."""
    thousands = school.students / 1000
    rows_month = fleet.updates * prices.hours_open * 3600
    return Bill(
        nodes=len(fleet.nodes) * prices.node_core_hour * prices.hours_open / thousands,
        redis=shards * prices.redis_core_hour * prices.hours_open / thousands,
        database=database_cores * prices.database_core_hour * prices.hours_month / thousands,
        storage=rows_month * kept_months * costs.row_bytes / 1e9 * prices.storage_gb_month / thousands,
        egress=fleet.bytes_out * prices.hours_open * 3600 / 1e9 * prices.egress_gb / thousands,
    )
