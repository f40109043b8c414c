"""Long work in another process, so that the event loop goes on (SPEC rule 16).

One process, started when it is first needed and ended when it has been idle for a while. One job at a time; what people wait for goes
before what nobody sees. A process that dies, or takes too long, costs its job, which is refused, never half done; the next job gets
a fresh one.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Any

import structlog

from collab_server.errors import Malformed, Overloaded
from collab_server.merging import DifferentState, Merged, Unappliable, UnreadableSnapshot
from collab_server.metrics import Metrics
from collab_server.ports import StoredDocument
from collab_server.protocol.update import Summary
from collab_server.worker_process import LENGTH_BYTES, decode, encode

_log = structlog.get_logger(__name__)

NICENESS = 10
"""Where processors are few, the loop that everybody waits for goes first."""
IDLE_SECONDS = 60.0
JOB_SECONDS = 60.0
"""Far above what the largest document takes; whatever lasts longer would never end."""
WAITING_MAX_BYTES = 128 * 1024 * 1024
"""What may wait for the process; above it, clients are told to try again later."""
READ_BYTES = 1024 * 1024
ROOT = Path(__file__).parents[1]

_ERRORS: Mapping[str, type[Exception]] = {
    error.__name__: error for error in (DifferentState, Malformed, Unappliable, UnreadableSnapshot)
}
_NOW, _LATER = 0, 1


class _Job:
    __slots__ = ("answer", "message", "size")

    def __init__(self, message: tuple[Any, ...], size: int) -> None:
        self.message = message
        self.size = size
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


class Worker:
    """See the module. Every job raises Overloaded where it could not be done."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._waiting: list[tuple[int, int, _Job]] = []
        self._waiting_bytes = 0
        self._numbers = count()
        self._current: _Job | None = None
        self._process: _Process | None = None
        self._working: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Return the process's id, None where there is none."""
        return None if self._process is None else self._process.pid

    @property
    def busy(self) -> bool:
        """Say whether it works, or something waits for it."""
        return self._current is not None or bool(self._waiting)

    async def walk(self, update: bytes) -> Summary:
        """Walk over an update that a client waits for; raises Malformed."""
        return Summary(*await self._do(_NOW, len(update), "walk", update))

    async def merge(self, stored: StoredDocument, *, awaited: bool) -> Merged:
        """Merge a stored document (see merging.merge). `awaited`: somebody waits for it."""
        urgency = _NOW if awaited else _LATER
        return Merged(
            *await self._do(urgency, bytes_in(stored), "merge", stored.snapshot, list(stored.tail), stored.halves)
        )

    async def rename(self, state: bytes, names: Mapping[int, int]) -> bytes:
        """Return a document's state under other client ids (see protocol.renaming)."""
        renamed: bytes = await self._do(_NOW, len(state), "rename", state, dict(names))
        return renamed

    async def close(self) -> None:
        """End the process; what waits for it is refused."""
        self._closed = True
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait([self._working])

    async def _do(self, urgency: int, size: int, *message: Any) -> Any:
        if self._closed or (self._waiting and self._waiting_bytes + size > WAITING_MAX_BYTES):
            raise Overloaded("try_again_later")
        job = _Job(message, size)
        heappush(self._waiting, (urgency, next(self._numbers), job))
        self._waiting_bytes += size
        self._news.set()
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await job.answer

    async def _work(self) -> None:
        try:
            while True:
                self._news.clear()
                while self._waiting:
                    _, _, job = heappop(self._waiting)
                    self._waiting_bytes -= job.size
                    if not job.answer.done():
                        await self._perform(job)
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._news.wait()
        except TimeoutError:
            pass
        finally:
            if self._current is not None:
                _refuse(self._current)
            for _, _, job in self._waiting:
                _refuse(job)
            self._waiting.clear()
            self._waiting_bytes = 0
            self._current = self._working = None
            await self._end()

    async def _perform(self, job: _Job) -> None:
        self._current = job
        try:
            async with asyncio.timeout(JOB_SECONDS):
                failure, result = await self._ask(job.message)
        except (OSError, EOFError, ValueError) as error:
            failure, result = type(error).__name__, ()
            await self._end()
        self._current = None
        if not failure:
            if not job.answer.done():
                job.answer.set_result(result)
        elif failure in _ERRORS:
            _refuse(job, _ERRORS[failure](*result))
        else:
            self._metrics.worker_failures.inc()
            _log.error("worker failed", job=job.message[0], error=failure)
            _refuse(job)

    async def _ask(self, message: tuple[Any, ...]) -> Any:
        if self._process is None:
            self._process = await _Process.start()
        return await self._process.ask(message)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await process.end()


class _Process:
    """The other process, and the socket to it."""

    def __init__(
        self, popen: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = popen.pid
        self._popen = popen
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls) -> "_Process":
        ours, theirs = socket.socketpair()
        with theirs:
            popen = subprocess.Popen(  # noqa: ASYNC220 -- it does not wait for the process, which is our own program
                [sys.executable, "-m", "collab_server.worker_process"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                env=_environment(),
                # An interrupt from the terminal is for the server, which ends its worker when it needs it no more. In one session with it:
                # Linux shares processors out among sessions first, and how nice a process is counts only within its own.
                process_group=0,
            )
        # From its first instruction on: what it imports is a third of a second's work.
        os.setpriority(os.PRIO_PROCESS, popen.pid, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
        return cls(popen, *await asyncio.open_connection(sock=ours, limit=READ_BYTES))

    async def ask(self, message: tuple[Any, ...]) -> Any:
        self._writer.write(encode(message))
        await self._writer.drain()
        length = int.from_bytes(await self._reader.readexactly(LENGTH_BYTES))
        return decode(await self._reader.readexactly(length))

    async def end(self) -> None:
        self._popen.kill()
        self._writer.close()
        await asyncio.to_thread(self._popen.wait)


def bytes_in(stored: StoredDocument) -> int:
    """Return how many bytes of updates a document is kept in."""
    return len(stored.snapshot or b"") + sum(len(update) for _, update in stored.tail)


def _refuse(job: _Job, error: Exception | None = None) -> None:
    if not job.answer.done():
        job.answer.set_exception(error or Overloaded("try_again_later"))


def _environment() -> dict[str, str]:
    """Return the surroundings of the process: our modules, and no secrets."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
    return {**inherited, "PYTHONPATH": str(ROOT)}
