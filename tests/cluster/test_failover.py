"""Rule 17: the database's standby takes its place, and so does Redis' replica, while people write."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.conftest import Cluster, running_cluster
from tests.cluster.faults import FAULT_SECONDS, stand_a_fault
from tests.redis_server import RedisServer
from tests.running_server import RunningServer
from tests.standby_postgres import StandbyPostgres

pytestmark = pytest.mark.slow

MOVED = "the database goes on elsewhere"
LOST = "the log lacks what was saved before the database moved"


@pytest.fixture(params=["one address that moves", "two servers by name"])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cluster]:
    by_names = request.param == "two servers by name"
    with running_cluster(tmp_path, by_address=True, by_names=by_names) as cluster:
        yield cluster


by_address = pytest.mark.parametrize("cluster", ["one address that moves"], indirect=True)
by_names = pytest.mark.parametrize("cluster", ["two servers by name"], indirect=True)


@pytest.fixture
def standby(cluster: Cluster) -> Iterator[StandbyPostgres]:
    with tempfile.TemporaryDirectory(prefix="lectern-standby-") as data:
        standby = StandbyPostgres(Path(data), cluster.postgres)
        try:
            yield standby
        finally:
            standby.close()


async def takes_over(cluster: Cluster, standby: StandbyPostgres) -> None:
    """Let the standby take the place of a database that has died."""
    if cluster.to_standby is not None:
        # Who is too early finds it, and that it is only read.
        cluster.to_standby.lead_to(file=standby.socket)
    await asyncio.sleep(FAULT_SECONDS)
    if cluster.to_standby is None:
        cluster.to_postgres.lead_to(file=standby.socket)
    cluster.postgres = await asyncio.to_thread(standby.promote)


def said(cluster: Cluster, words: str) -> list[RunningServer]:
    """Return the nodes in whose log this stands."""
    return [node for node in cluster.nodes if words in node.output]


async def test_17_a_standby_takes_the_place_of_a_database_whose_machine_has_died(
    cluster: Cluster, standby: StandbyPostgres
) -> None:
    async def fails_over(cluster: Cluster) -> None:
        await asyncio.to_thread(cluster.postgres.kill)
        await takes_over(cluster, standby)

    await standby.follow()
    await stand_a_fault(cluster, fails_over)
    assert said(cluster, MOVED) == cluster.nodes
    assert not said(cluster, LOST)


@by_names
async def test_17_a_database_that_only_hangs_is_left_for_its_standby(
    cluster: Cluster, standby: StandbyPostgres
) -> None:
    async def fails_over(cluster: Cluster) -> None:
        # As a machine that is gone without a word: connections to it stay open, and nothing comes back.
        cluster.to_postgres.silence()
        old = cluster.postgres
        await takes_over(cluster, standby)
        await asyncio.to_thread(old.kill)

    await standby.follow()
    await stand_a_fault(cluster, fails_over)
    assert said(cluster, MOVED) == cluster.nodes


@by_address
async def test_17_what_a_standby_had_not_heard_comes_back_from_the_nodes(
    cluster: Cluster, standby: StandbyPostgres
) -> None:
    async def fails_over(cluster: Cluster) -> None:
        await standby.lose_touch()
        # What is saved now, the standby does not have.
        await asyncio.sleep(1)
        await asyncio.to_thread(cluster.postgres.kill)
        await takes_over(cluster, standby)

    await standby.follow(synchronous=False)
    await stand_a_fault(cluster, fails_over)
    assert said(cluster, LOST)


@by_address
async def test_17_a_replica_takes_the_place_of_a_redis_whose_machine_has_died(cluster: Cluster, tmp_path: Path) -> None:
    replica = RedisServer(tmp_path)

    async def fails_over(cluster: Cluster) -> None:
        await asyncio.to_thread(cluster.redis.kill)
        await asyncio.sleep(FAULT_SECONDS)
        cluster.to_redis.lead_to(port=replica.port)
        # Whoever is there already has subscribed to a replica, which goes on being what they hear.
        await asyncio.to_thread(replica.promote)

    await asyncio.to_thread(replica.start)
    await asyncio.to_thread(replica.follow, cluster.redis)
    try:
        await stand_a_fault(cluster, fails_over)
    finally:
        replica.close()
