"""The simulator against what theory says of queues, and against what must not get lost on the way."""

import random

import pytest

from benchmarks.scale.costs import LESSON, Mode, Prices, UnitCosts
from benchmarks.scale.fleet import (
    SCATTERED,
    TOGETHER,
    Fleet,
    School,
    bell,
    bill,
    latency,
    load_of,
    place,
    smallest,
    walls,
)
from benchmarks.scale.queueing import Station, md1_wait, mm1_wait, mmc_wait, simulate
from benchmarks.simulate_scale import main

COSTS = UnitCosts()
TOWN = School(students=6_000, classes=240)


def random_service(mean: float, seed: int):
    chosen = random.Random(seed)
    return lambda _: chosen.expovariate(1 / mean)


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_one_server_waits_as_theory_says(load: float) -> None:
    arrivals, service = load * 100, 0.01
    exponential = simulate([Station(random_service(service, 2))], arrivals=arrivals, count=60_000, seed=1)
    assert exponential.mean == pytest.approx(mm1_wait(arrivals, service), rel=0.1)
    constant = simulate([Station(lambda _: service)], arrivals=arrivals, count=60_000, seed=1)
    assert constant.mean == pytest.approx(md1_wait(arrivals, service), rel=0.04)


@pytest.mark.parametrize("servers", [2, 5])
def test_several_servers_wait_as_erlang_says(servers: int) -> None:
    arrivals, service = 70.0 * servers, 0.01
    station = Station(random_service(service, 3), servers=servers)
    through = simulate([station], arrivals=arrivals, count=60_000, seed=1)
    assert through.mean == pytest.approx(mmc_wait(arrivals, service, servers), rel=0.05)
    assert mmc_wait(arrivals, service, 1 + 10**2) == pytest.approx(service, rel=0.01)
    assert mmc_wait(50.0, service, 1) == pytest.approx(mm1_wait(50.0, service))


def test_two_queues_in_a_row_wait_as_each_alone() -> None:
    """Burke: what leaves M/M/1 comes at random again."""
    stations = [Station(random_service(0.01, 4)), Station(random_service(0.008, 5))]
    through = simulate(stations, arrivals=60, count=60_000, seed=1)
    assert through.mean == pytest.approx(mm1_wait(60, 0.01) + mm1_wait(60, 0.008), rel=0.1)


def test_everybody_who_comes_goes_and_work_is_neither_lost_nor_made() -> None:
    stations = [
        Station(lambda _: 0.002),
        Station(lambda rows: 0.001 + rows * 0.0001, batch=50),
        Station(lambda _: 0.001, 3),
    ]
    through = simulate(stations, arrivals=400, count=20_001, seed=7, burst=4)
    assert through.came == through.went == 20_001
    assert [station.taken for station in stations] == [20_001] * 3
    assert all(not station.queue and station.busy == 0 for station in stations)
    assert stations[0].work == pytest.approx(20_001 * 0.002)
    assert stations[1].work == pytest.approx(stations[1].batches * 0.001 + 20_001 * 0.0001)
    # Utilisation: arrivals by service, and Little's law needs no more than the mean.
    assert stations[0].work / through.ended == pytest.approx(0.8, rel=0.03)
    assert min(through.times) == pytest.approx(0.002 + 0.0011 + 0.001)


def test_group_commit_carries_more_than_one_at_a_time_could() -> None:
    """One by one, 2 ms each, 2,000 a second would never end."""
    station = Station(lambda rows: 0.002 + rows * 0.00001, batch=200)
    through = simulate([station], arrivals=2_000, count=40_000, seed=1)
    assert station.taken / station.batches > 4
    assert through.percentile(0.99) < 0.006


def test_the_same_seed_gives_the_same_times() -> None:
    one, two = (simulate([Station(lambda _: 0.01)], arrivals=50, count=500, seed=3) for _ in range(2))
    assert one == two


def test_the_shares_of_a_lesson_are_all_of_it() -> None:
    assert sum(mode.share for mode in LESSON) == pytest.approx(1)


@pytest.mark.parametrize(
    ("people", "writers", "rate", "measured"),
    [
        (201, 1 / 200, 60.0, 10.0e-6),
        (220, 20 / 219, 10.0, 3.8e-6),
        (5, 5 / 4, 5.0, 69.8e-6),
        (500, 500 / 499, 0.5, 2.6e-6),
    ],
    ids=["lecture", "workshop", "groups", "votes"],
)
def test_the_unit_costs_give_what_was_measured(people: int, writers: float, rate: float, measured: float) -> None:
    load = load_of(Mode("measured", 1.0, writers, rate), people, COSTS)
    found = load.updates * COSTS.update + load.deliveries * COSTS.delivery + load.writes * COSTS.write
    assert found / load.deliveries == pytest.approx(measured, rel=0.45)


@pytest.mark.parametrize("placing", [TOGETHER, SCATTERED])
@pytest.mark.parametrize("nodes", [1, 7, 200])
def test_nobody_is_lost_and_the_school_asks_for_the_same_wherever_it_is(placing: str, nodes: int) -> None:
    fleet = place(TOWN, nodes=nodes, placing=placing, seed=1, costs=COSTS)
    alone = place(TOWN, nodes=1, placing=TOGETHER, seed=1, costs=COSTS)
    assert sum(fleet.seats) == TOWN.students + TOWN.classes
    assert 1 <= fleet.copies <= min(nodes, TOWN.members)
    if placing == TOGETHER:
        assert (fleet.messages, fleet.redis, fleet.copies) == (0, 0, 1)
    if nodes == 1:
        assert sum(fleet.nodes) == pytest.approx(sum(alone.nodes))
    assert sum(fleet.nodes) >= sum(alone.nodes) * 0.5


def test_scattering_costs_more_nodes_and_a_redis() -> None:
    together, scattered = (
        smallest(TOWN, placing=placing, costs=COSTS, target=0.6) for placing in (TOGETHER, SCATTERED)
    )
    assert together.highest <= 0.6 and scattered.highest <= 0.6
    assert len(scattered.nodes) > len(together.nodes) > 1
    assert scattered.redis > together.redis == 0
    fewer = place(TOWN, nodes=len(together.nodes) - 1, placing=TOGETHER, seed=1, costs=COSTS)
    assert fewer.highest > 0.6


def test_walls_are_where_the_load_reaches_the_target() -> None:
    fleet = place(TOWN, nodes=20, placing=SCATTERED, seed=1, costs=COSTS)
    found = walls(TOWN, fleet, database_cores=32, costs=COSTS, target=0.6)
    assert [wall.students for wall in found] == sorted(wall.students for wall in found)
    (redis,) = (wall for wall in found if "Redis" in wall.name)
    assert redis.students / TOWN.students * fleet.redis == pytest.approx(0.6)
    assert not any(
        "Redis" in wall.name
        for wall in walls(
            TOWN,
            place(TOWN, nodes=20, placing=TOGETHER, seed=1, costs=COSTS),
            database_cores=32,
            costs=COSTS,
            target=0.6,
        )
    )


def test_a_log_that_is_kept_for_a_shorter_time_reaches_its_walls_later() -> None:
    fleet = place(TOWN, nodes=20, placing=TOGETHER, seed=1, costs=COSTS)
    month, week = (
        {
            wall.students
            for wall in walls(TOWN, fleet, database_cores=32, costs=COSTS, target=0.6, kept_months=kept)
            if "log" in wall.name
        }
        for kept in (1, 0.25)
    )
    assert {4 * students for students in month} == week


def test_money_is_added_up() -> None:
    fleet = Fleet(
        [0.5] * 10, [100] * 10, 1.0, updates=1000.0, messages=0, redis=0, database=0.1, bytes_out=1e6, memory=0
    )
    month = bill(School(1000, 40), fleet, shards=1, database_cores=2, kept_months=2, costs=COSTS, prices=Prices())
    assert month.nodes == pytest.approx(10 * 0.045 * 200)
    assert month.database == pytest.approx(2 * 0.20 * 730)
    assert month.storage == pytest.approx(1000 * 200 * 3600 * 2 * 258 / 1e9 * 0.23)
    assert month.total == pytest.approx(month.nodes + month.redis + month.database + month.storage + month.egress)
    assert bell(fleet, costs=COSTS) == pytest.approx(100 * 0.0006 / 60)


def test_latency_grows_with_the_load() -> None:
    calm, busy = (
        latency(place(TOWN, nodes=nodes, placing=TOGETHER, seed=1, costs=COSTS), lanes=4, costs=COSTS, count=20_000)
        for nodes in (24, 4)
    )
    assert 0.001 < calm.percentile(0.5) < busy.percentile(0.5)
    assert calm.percentile(0.99) < busy.percentile(0.99)


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--students", "500"]) == 0
    printed = capsys.readouterr().out
    assert "together" in printed and "scattered" in printed
    assert "Walls" in printed
