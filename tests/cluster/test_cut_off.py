"""Rule 17: nodes on machines of their own, whose cable is pulled while people write: nobody is told, and nothing is refused."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.cluster.conftest import NODES, Cluster, running_cluster
from tests.cluster.faults import FAULT_SECONDS, stand_a_fault
from tests.network_namespaces import NotAllowed, lan

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    try:
        with lan(NODES) as network, running_cluster(tmp_path_factory.mktemp("lan"), lan=network) as cluster:
            yield cluster
    except NotAllowed as reason:
        pytest.skip(f"no network namespaces here: {reason}")


@pytest.mark.parametrize("nodes", [[1], [0, 2]], ids=["one of three", "two of three"])
async def test_17_nodes_whose_cable_was_pulled_take_part_again(cluster: Cluster, nodes: list[int]) -> None:
    async def cut_off(cluster: Cluster) -> None:
        for node in nodes:
            await asyncio.to_thread(cluster.machines[node].pull_cable)
        for node in nodes:
            with pytest.raises(httpx.ConnectTimeout):
                httpx.get(cluster.nodes[node].url, timeout=0.2, trust_env=False)
        await asyncio.sleep(FAULT_SECONDS)
        for node in nodes:
            await asyncio.to_thread(cluster.machines[node].plug_cable_in)

    await stand_a_fault(cluster, cut_off)
