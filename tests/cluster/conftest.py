"""Three real nodes on one PostgreSQL and one Redis, with a relay before each thing that a test may take away."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.crash.workload import Place, open_place
from tests.network import Network
from tests.network_namespaces import Lan, Machine
from tests.own_postgres import OwnPostgres
from tests.redis_server import RedisServer
from tests.running_server import RunningServer

NODES = 3
SECRET = "the same for all nodes of a test"


class Cluster:
    """The nodes, and what they share. The first node reaches both through relays, which can be cut and slowed.

    `by_address`: so do the others, and what is at these addresses can move; `lan`: so do all, each on a machine of its own there;
    `by_names`: all know two servers of the database, of which the second, `to_standby`, is not there yet.
    """

    def __init__(
        self,
        folder: Path,
        *,
        postgres: OwnPostgres,
        redis: RedisServer,
        by_address: bool = False,
        by_names: bool = False,
        lan: Lan | None = None,
    ) -> None:
        self.postgres = postgres
        self.redis = redis
        self._by_address = by_address or by_names or lan is not None
        self._address = lan.address if lan else "127.0.0.1"
        self.machines = lan.machines if lan else ()
        machines: Sequence[Machine | None] = self.machines or [None] * NODES
        self.to_postgres = Network(target_file=postgres.socket, address=self._address)
        self.to_standby = Network(address=self._address) if by_names else None
        self.to_redis = Network(address=self._address)
        self.to_redis.lead_to(port=redis.port)
        self.nodes = [
            RunningServer(data_dir=folder / f"node-{number}", settings=self._settings(number), machine=machine)
            for number, machine in enumerate(machines)
        ]

    def _settings(self, number: int) -> dict[str, str]:
        behind_relays = number == 0 or self._by_address
        servers = [f"{self._address}:{way.port}" for way in (self.to_postgres, self.to_standby) if way is not None]
        through_relay = f"postgresql://lectern@{','.join(servers)}/lectern?target_session_attrs=read-write"
        return {
            "demo": "false",
            "database_url": through_relay if behind_relays else self.postgres.url,
            "redis_url": f"redis://{self._address}:{self.to_redis.port}/0" if behind_relays else self.redis.url,
            "secret_key": SECRET,
            "public_url": "https://lectern.school.example",
            "access_token_seconds": "86400",
            "messages_per_second": "100000",
        }

    def start(self) -> None:
        """Start all nodes at once."""
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.is_up()

    def place(self, *, documents: int) -> Place:
        """Make a class with boards, which people enter through all nodes."""
        made = open_place(self.nodes[0], documents=documents)
        others = tuple(node.websocket_url for node in self.nodes[1:])
        return Place(made.url, made.token, made.documents, others)

    def close(self) -> None:
        """End everything."""
        for node in self.nodes:
            node.close()
        self.to_postgres.close()
        if self.to_standby is not None:
            self.to_standby.close()
        self.to_redis.close()


@contextmanager
def running_cluster(
    folder: Path, *, by_address: bool = False, by_names: bool = False, lan: Lan | None = None
) -> Iterator[Cluster]:
    """Run a cluster until the block ends."""
    redis = RedisServer(folder)
    redis.start()
    # Not below pytest's own folder: another run makes that private again.
    with tempfile.TemporaryDirectory(prefix="lectern-postgres-") as data:
        postgres = OwnPostgres(Path(data))
        running = Cluster(folder, postgres=postgres, redis=redis, by_address=by_address, by_names=by_names, lan=lan)
        try:
            running.start()
            yield running
        finally:
            running.close()
            redis.close()
            postgres.close()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster
