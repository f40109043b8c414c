"""What every server under test has in common."""

import os
import shutil
import signal
import socket
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import ClassVar

from benchmarks.load import Client, Load, frames
from benchmarks.machine import cpu_seconds, is_waiting_for_cpu, launch
from benchmarks.wire import Target, sized

ROOT = Path(__file__).resolve().parent.parent.parent
PEERS = ROOT / "benchmarks" / "peers"
READY_LIMIT_SECONDS = 60.0
STOP_LIMIT_SECONDS = 30.0
POLL_SECONDS = 0.02
HISTORY_BATCH = 10_000
STORE_SECONDS = 3.0
CALM_SHARE = 0.1
HOST = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class ServerError(Exception):
    """A server did not start."""


class Server(ABC):
    """One server with a folder for its data. Each start is a fresh process; the data stay until `erase`."""

    name: ClassVar[str]
    keeps_documents: ClassVar[bool] = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._rooms = 0
        self._asked = (monotonic(), 0.0)

    @classmethod
    @abstractmethod
    def missing(cls) -> str | None:
        """Say why this server cannot run here; None when it can."""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """Return the command that serves on `self.port`."""

    def environ(self) -> dict[str, str]:
        """Return the environment that the server gets."""
        return dict(os.environ)

    @abstractmethod
    def target(self, room: str, *, person: int, acknowledged: bool = False) -> Target:
        """Return where a person connects for a room; `acknowledged`: it wants to hear what is saved."""

    def start(self) -> None:
        """Start the server and return when it takes connections."""
        self._process = launch(self.command(), output=self.folder / "output.txt", environ=self.environ(), cwd=ROOT)
        deadline = monotonic() + READY_LIMIT_SECONDS
        while not self.ready():
            if self._process.poll() is not None or monotonic() > deadline:
                output = (self.folder / "output.txt").read_text(errors="replace")[-2000:]
                raise ServerError(f"{self.name} did not start:\n{output}")
            sleep(POLL_SECONDS)

    def ready(self) -> bool:
        """Say whether the server takes connections."""
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def stop(self) -> None:
        """End the server."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=STOP_LIMIT_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def erase(self) -> None:
        """Remove what the server has stored."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """Return the process that serves."""
        assert self._process is not None
        return self._process.pid

    def cpu(self) -> float:
        """Return the seconds of CPU that the server has used."""
        return cpu_seconds([self.pid])

    def calm(self) -> bool:
        """Say whether the server has done next to nothing since this was last asked."""
        now, used = monotonic(), self.cpu()
        before, used_before = self._asked
        self._asked = (now, used)
        # On a machine that is busy with other things, little CPU does not mean little to do.
        return used - used_before <= CALM_SHARE * (now - before) and not is_waiting_for_cpu(self.pid)

    def last_words(self) -> str:
        """Return the last line that the server has written."""
        lines = (self.folder / "output.txt").read_text(errors="replace").split("\n")
        return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "")

    def database_cpu(self) -> float:
        """Return the seconds of CPU that a database beside it has used; none of the peers has one."""
        return 0.0

    def new_rooms(self, count: int, *, people: int) -> list[str]:
        """Return the names of documents that are new, and make them where the server must know them, with their people."""
        first = self._rooms
        self._rooms += count
        # With the port: a name is never used twice, not even over several starts with one store.
        return [f"room-{self.port}-{number}" for number in range(first, self._rooms)]

    def load_history(self, room: str, updates: Sequence[bytes]) -> None:
        """Put a long history into the server's own store, through the server itself: a bounded number at a time."""
        load = Load()
        try:
            author = Client(self.target(room, person=0))
            reader = Client(self.target(room, person=1))
            load.join([author, reader])
            for first in range(0, len(updates), HISTORY_BATCH):
                load.say(author, frames(author, updates[first : first + HISTORY_BATCH]))
                load.settle()
            # What is stored some time after the last change is stored by then.
            load.settle(STORE_SECONDS)
            while not self.calm():
                load.settle()
        finally:
            load.close()


def hocuspocus_target(port: int, path: str, room: str, token: str) -> Target:
    """Return a target that speaks Hocuspocus' dialect."""
    return Target(HOST, port, path, prefix=sized(room.encode()), token=token)
