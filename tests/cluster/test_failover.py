"""Rule 17: the database's standby takes its place, and so does another Redis, while people write."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.cluster.conftest import Cluster, running_cluster
from tests.cluster.faults import FAULT_SECONDS, stand_a_fault
from tests.redis_server import RedisServer
from tests.standby_postgres import StandbyPostgres

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with running_cluster(tmp_path, by_address=True) as cluster:
        yield cluster


@pytest_asyncio.fixture
async def standby(cluster: Cluster) -> AsyncIterator[StandbyPostgres]:
    with tempfile.TemporaryDirectory(prefix="lectern-standby-") as data:
        standby = StandbyPostgres(Path(data), cluster.postgres)
        try:
            await standby.follow()
            yield standby
        finally:
            await asyncio.to_thread(standby.close)


async def test_17_a_standby_takes_the_place_of_a_database_whose_machine_has_died(
    cluster: Cluster, standby: StandbyPostgres
) -> None:
    async def fails_over(cluster: Cluster) -> None:
        await asyncio.to_thread(cluster.postgres.kill)
        await asyncio.sleep(FAULT_SECONDS)
        cluster.postgres = await asyncio.to_thread(standby.promote)
        cluster.to_postgres.lead_to(file=cluster.postgres.socket)

    await stand_a_fault(cluster, fails_over)


async def test_17_another_redis_takes_the_place_of_one_whose_machine_has_died(cluster: Cluster, tmp_path: Path) -> None:
    other = RedisServer(tmp_path)

    async def fails_over(cluster: Cluster) -> None:
        await asyncio.to_thread(cluster.redis.kill)
        await asyncio.sleep(FAULT_SECONDS)
        await asyncio.to_thread(other.start)
        cluster.to_redis.lead_to(port=other.port)

    try:
        await stand_a_fault(cluster, fails_over)
    finally:
        other.close()
