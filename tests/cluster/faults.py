"""What is done to a cluster while people write, and what must hold after it."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.cluster.conftest import NODES, Cluster
from tests.crash.log_check import replayed
from tests.crash.workload import Crowd, held_by_server, keys_of
from tests.extent import extent
from tests.raw_client import DIALECTS
from tests.yjs_peers import Peer, yjs_peers

Fault = Callable[[Cluster], Awaitable[None]]

EQUAL_SECONDS = 5.0
"""So long after a fault has ended all copies must be equal (interface: many nodes)."""
FAULT_SECONDS = extent(3.0, long=10.0)
EDITS_BETWEEN = 200


async def all_equal(cluster: Cluster, crowd: Crowd, *, within: float = 20.0) -> None:
    """Check that every node gives the same document, which is what the log holds."""
    for document in crowd.place.documents:
        log = keys_of(await replayed(cluster.postgres.url, document))
        for door in range(NODES):
            async with asyncio.timeout(within):
                while keys_of(await held_by_server(crowd.place, document, door=door)) != log:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)


async def types(peer: Peer, *, until: asyncio.Event) -> set[str]:
    """Let a stock client type, whatever becomes of its node; returns the keys that it has set."""
    keys: list[str] = []
    while not until.is_set():
        keys.append(f"{peer.name}-{len(keys)}")
        await peer.do("set", root="map", key=keys[-1], value=len(keys))
        await asyncio.sleep(0.02)
    return set(keys)


async def stand_a_fault(cluster: Cluster, fault: Fault) -> None:
    """Check that nothing that was saved is lost, and that all copies are equal soon after the fault has ended."""
    place = await asyncio.to_thread(lambda: cluster.place(documents=2))
    crowd = Crowd(place, writers_per_document=6)
    async with yjs_peers() as peers:
        stock = [
            await peers.open(DIALECTS[door % 2], place.door(door), place.documents[-1], place.token)
            for door in range(NODES)
        ]
        async with crowd.at_work(returning=True) as enough:
            typing = [asyncio.create_task(types(peer, until=enough)) for peer in stock]
            await crowd.has_saved(EDITS_BETWEEN)
            await fault(cluster)
            await crowd.has_saved(crowd.saved() + EDITS_BETWEEN)
            enough.set()
        typed = set().union(*[await each for each in typing])
        await crowd.compare(log=cluster.postgres.url)
        await crowd.settle(beside={place.documents[-1]: typed})
        await all_equal(cluster, crowd, within=EQUAL_SECONDS)
        log = keys_of(await replayed(cluster.postgres.url, place.documents[-1]))
        for peer in stock:
            await peer.becomes(lambda read: read == log, "read", map="map")


async def restarted_node(cluster: Cluster) -> None:
    node = cluster.nodes[1]
    await asyncio.to_thread(node.kill)
    await asyncio.sleep(FAULT_SECONDS)
    await asyncio.to_thread(node.start)


async def paused_node(cluster: Cluster) -> None:
    node = cluster.nodes[1]
    node.pause()
    await asyncio.sleep(FAULT_SECONDS)
    node.resume()


async def node_cut_off(cluster: Cluster) -> None:
    cluster.to_postgres.silence()
    cluster.to_redis.silence()
    await asyncio.sleep(FAULT_SECONDS)
    cluster.to_postgres.mend()
    cluster.to_redis.mend()


async def redis_cut_off_from_one(cluster: Cluster) -> None:
    cluster.to_redis.cut()
    await asyncio.sleep(FAULT_SECONDS)
    cluster.to_redis.mend()


async def slow_redis(cluster: Cluster) -> None:
    cluster.to_redis.slow(delay_seconds=0.3, bytes_per_second=1e6)
    await asyncio.sleep(FAULT_SECONDS)
    cluster.to_redis.slow(delay_seconds=0.0, bytes_per_second=float("inf"))


async def redis_killed(cluster: Cluster) -> None:
    await asyncio.to_thread(cluster.redis.kill)
    await asyncio.sleep(FAULT_SECONDS)
    await asyncio.to_thread(cluster.redis.start)


async def redis_frozen(cluster: Cluster) -> None:
    cluster.redis.freeze()
    await asyncio.sleep(FAULT_SECONDS)
    cluster.redis.thaw()


async def redis_flushed(cluster: Cluster) -> None:
    with cluster.redis.client() as client:
        client.flushall()


async def postgres_restarted(cluster: Cluster) -> None:
    await asyncio.to_thread(cluster.postgres.stop)
    await asyncio.sleep(FAULT_SECONDS / 3)
    await asyncio.to_thread(cluster.postgres.start)


FAULTS: tuple[Fault, ...] = (
    *(restarted_node, paused_node, node_cut_off, redis_cut_off_from_one, slow_redis),
    *(redis_killed, redis_frozen, redis_flushed, postgres_restarted),
)
