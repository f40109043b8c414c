"""Rule 17: three nodes are one service, whatever fails between them."""

import asyncio
import random
from contextlib import suppress
from time import monotonic

import pytest

from tests.cluster.conftest import NODES, Cluster
from tests.cluster.faults import EQUAL_SECONDS, FAULTS, Fault, stand_a_fault
from tests.crash.workload import Crowd, Reader
from tests.extent import SOAK_SECONDS
from tests.raw_client import DIALECTS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_17_nothing_saved_is_lost_and_all_copies_are_equal_soon_after(cluster: Cluster, fault: Fault) -> None:
    await stand_a_fault(cluster, fault)


@pytest.mark.skipif(not SOAK_SECONDS, reason="`make soak`")
async def test_17_one_fault_after_the_other_for_a_quarter_of_an_hour(cluster: Cluster) -> None:
    chosen = random.Random(17)
    ends_at = monotonic() + SOAK_SECONDS
    while monotonic() < ends_at:
        fault = chosen.choice(FAULTS)
        await stand_a_fault(cluster, fault)
        print(f"{fault.__name__}: {ends_at - monotonic():.0f} s to go", flush=True)  # noqa: T201 -- the run's report


async def test_17_what_one_node_commits_the_readers_of_the_others_see_at_once(cluster: Cluster) -> None:
    place = await asyncio.to_thread(lambda: cluster.place(documents=1))
    document = place.documents[0]
    crowd = Crowd(place, writers_per_document=3)
    readers = [Reader(document) for _ in range(NODES)]
    async with asyncio.TaskGroup() as group:
        watching = [
            group.create_task(reader.watch(place, dialect=random.Random(door).choice(DIALECTS), door=door))
            for door, reader in enumerate(readers)
        ]
        async with crowd.at_work() as enough:
            await crowd.has_saved(600)
            enough.set()
        written = set().union(*(writer.edits for writer in crowd.writers))
        with suppress(TimeoutError):
            async with asyncio.timeout(EQUAL_SECONDS):
                while any(reader.seen.keys() < written for reader in readers):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        for task in watching:
            task.cancel()
    assert all(reader.seen.keys() == written for reader in readers)
