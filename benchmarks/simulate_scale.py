"""Place a country's classes on nodes, and say what that takes: `python -m benchmarks.simulate_scale --help`.

The unit costs are measured or assumed (`benchmarks/scale/costs.py`), the rest is arithmetic and simulation; docs/scaling.md reads it for you.
"""

import argparse
import math
import sys
from collections.abc import Sequence

from benchmarks.scale.costs import Prices, UnitCosts
from benchmarks.scale.fleet import SCATTERED, TOGETHER, Fleet, School, bell, bill, latency, place, smallest, walls

TARGET = 0.6
"""A core that is busier than this makes people wait."""
DATABASE_CORES = 32
MONTH_DAYS = 30
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and the walls."""
    parser = argparse.ArgumentParser(description="What many people take: nodes, Redis, PostgreSQL, money.")
    parser.add_argument("--students", type=int, nargs="+", default=list(SIZES), metavar="N")
    parser.add_argument("--per-class", type=int, default=25, metavar="N")
    parser.add_argument(
        "--faster", type=float, default=1.0, metavar="X", help="how much faster a core is than the measured one"
    )
    parser.add_argument(
        "--history-days",
        type=int,
        default=MONTH_DAYS,
        metavar="N",
        help="for how long the log is kept: LECTERN_HISTORY_DAYS",
    )
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    costs, kept = UnitCosts(), chosen.history_days / MONTH_DAYS
    print(
        f"{'students':>9} {'placed':<10}{'nodes':>6}{'copies':>7}{'updates/s':>11}{'Redis':>7}{'PG':>6}{'load':>6}{'bell':>6}{'MB each':>8}{'out':>11}"
        f"{'p50':>8}{'p99':>8}   per 1,000 students and month"
    )
    for students in chosen.students:
        school = School(students=students, classes=max(1, students // chosen.per_class))
        for placing in (TOGETHER, SCATTERED):
            fleet = smallest(school, placing=placing, costs=costs, target=TARGET * chosen.faster, seed=chosen.seed)
            print(_line(school, placing, fleet, costs=costs, faster=chosen.faster, kept_months=kept))
    largest = School(students=max(chosen.students), classes=max(1, max(chosen.students) // chosen.per_class))
    for placing in (SCATTERED, TOGETHER):
        fleet = place(largest, nodes=max(2, largest.classes // 80), placing=placing, seed=chosen.seed, costs=costs)
        print(f"\nWalls, {placing}:")
        for wall in walls(
            largest,
            fleet,
            database_cores=DATABASE_CORES,
            costs=costs,
            target=TARGET * chosen.faster,
            kept_months=kept,
        ):
            print(f"  {wall.students:>13,.0f} students: {wall.name}; moved by {wall.moved_by}")
    return 0


def _line(school: School, placing: str, fleet: Fleet, *, costs: UnitCosts, faster: float, kept_months: float) -> str:
    shards = math.ceil(fleet.redis / TARGET / faster) if fleet.redis else 0
    cores = max(2, math.ceil(fleet.database / TARGET / faster))
    month = bill(
        school, fleet, shards=shards, database_cores=cores, kept_months=kept_months, costs=costs, prices=Prices()
    )
    through = latency(fleet, lanes=cores, costs=costs)
    return (
        f"{school.students:>9,} {placing:<10}{len(fleet.nodes):>6,}{fleet.copies:>7.1f}{fleet.updates:>11,.0f}{shards:>7}{cores:>6}"
        f"{fleet.mean:>6.2f}{bell(fleet, costs=costs):>6.2f}{fleet.memory / len(fleet.nodes) / 1e6:>8,.0f}"
        f"{fleet.bytes_out / 1e6:>6,.0f} MB/s{through.percentile(0.5) * 1e3:>6.1f}ms{through.percentile(0.99) * 1e3:>6.1f}ms"
        f"   ${month.total:,.2f}: nodes {month.nodes:,.2f}, Redis {month.redis:,.2f}, PostgreSQL {month.database:,.2f},"
        f" storage {month.storage:,.2f}, traffic {month.egress:,.2f}"
    )


if __name__ == "__main__":
    sys.exit(main())
