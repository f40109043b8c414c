"""Several server processes on one machine: started together, started again when one dies, stopped together."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

AGAIN_SECONDS = 1.0
"""So long a worker must have lived to be started again at once; one that dies sooner waits this long."""
START_SECONDS = 60.0
DRAIN_SECONDS = 20.0
LOOK_SECONDS = 0.1
WORKER = "_LECTERN_WORKER"
"""In a worker's environment: `crew number line sockets…`, the line being where it says that it serves."""

_log = structlog.get_logger(__name__)


class WorkersFailed(Exception):
    """No worker came up; they have said why."""


@dataclass
class _Worker:
    number: int
    sockets: Sequence[socket.socket]
    process: subprocess.Popen[bytes] | None = None
    line: socket.socket | None = None
    started_at: float = float("-inf")


class Workers:
    """The processes, one for each list of sockets; `environment`: what they need to know beside the settings."""

    def __init__(self, sockets: Sequence[Sequence[socket.socket]], *, environment: Mapping[str, str]) -> None:
        self._workers = [_Worker(number, each) for number, each in enumerate(sockets, 1)]
        self._environment = environment
        self._crew = secrets.token_hex(8)
        self._stopping = False

    def run(self, announce: Callable[[], None]) -> None:
        """Serve until SIGINT or SIGTERM; `announce` is called once the first of them serves. Raises WorkersFailed."""
        for request in (signal.SIGINT, signal.SIGTERM):
            signal.signal(request, self._stop)
        began = time.monotonic()
        serves = False
        while not self._stopping:
            for worker in self._workers:
                self._tend(worker, serves=serves)
            if not serves and self._somebody_serves():
                serves = True
                announce()
            if not serves and all(worker.process is None for worker in self._workers):
                raise WorkersFailed
            if not serves and time.monotonic() - began > START_SECONDS:
                self._end()
                raise WorkersFailed
            time.sleep(LOOK_SECONDS)
        self._end()

    def _tend(self, worker: _Worker, *, serves: bool) -> None:
        if worker.process is not None and worker.process.poll() is not None:
            _log.error("worker ended", worker=worker.number, code=worker.process.returncode)
            worker.process = None
            if not serves:
                # Whatever keeps the first from starting keeps the others, too.
                return
        if worker.process is None and (serves or worker.started_at < 0):
            if time.monotonic() - worker.started_at < AGAIN_SECONDS:
                return
            self._start(worker)

    def _start(self, worker: _Worker) -> None:
        if worker.line is not None:
            worker.line.close()
        worker.line, theirs = socket.socketpair()
        worker.line.settimeout(0)
        passed = [theirs.fileno(), *(each.fileno() for each in worker.sockets)]
        worker.started_at = time.monotonic()
        with theirs:
            worker.process = subprocess.Popen(
                [sys.executable, "-m", "collab_server.cli", "serve"],
                env={
                    **os.environ,
                    **self._environment,
                    WORKER: " ".join(map(str, (self._crew, worker.number, *passed))),
                },
                stdin=subprocess.DEVNULL,
                pass_fds=passed,
                # Ctrl-C is for us; they are told in turn.
                start_new_session=True,
            )

    def _somebody_serves(self) -> bool:
        for worker in self._workers:
            with suppress(BlockingIOError):
                if worker.line is not None and worker.line.recv(1):
                    return True
        return False

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _end(self) -> None:
        running = [worker.process for worker in self._workers if worker.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + DRAIN_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Line:
    """A worker's line to the process that started it. `crew`: which crew it is in, and as which."""

    def __init__(self, line: socket.socket, sockets: list[socket.socket], *, crew: tuple[str, int]) -> None:
        self._line = line
        self.sockets = sockets
        self.crew = crew

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Line | None":
        """Return it, with the sockets to listen on; None where this process is no worker."""
        passed = environ.get(WORKER)
        if not passed:
            return None
        crew, number, *descriptors = passed.split()
        line, *sockets = [socket.socket(fileno=int(descriptor)) for descriptor in descriptors]
        return cls(line, sockets, crew=(crew, int(number)))

    def serves(self) -> None:
        """Say that this worker serves, and stop it when whoever started it is gone."""
        self._line.settimeout(0)
        self._line.send(b".")
        asyncio.get_running_loop().add_reader(self._line, self._gone)

    def _gone(self) -> None:
        asyncio.get_running_loop().remove_reader(self._line)
        signal.raise_signal(signal.SIGTERM)
