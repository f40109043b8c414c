"""The command `lectern`, forked from a process that has imported it already: so it starts in a fraction of the time.

A process that runs tests has one such process, started when it is first needed: `python -m tests.preloaded DESCRIPTOR`, where the
descriptor is a socket. It ends with whoever holds the other end, and what it forks ends with it.

A fork differs from what the shell would start in what it inherits: limits and the like are those of when the tests began.
"""

import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import IO, Any

# What `serve` imports, also of what it puts off.
MODULES = ("collab_server.cli", "collab_server.app", "classroom.demo")
POSSIBLE = hasattr(os, "pidfd_open")
"""Only Linux can tell the end of a process as it tells what arrives at a socket."""
REQUEST_MAX_BYTES = 128 * 1024
PR_SET_PDEATHSIG = 1

_starting = Lock()


class Forked:
    """A command that was started; it has of `subprocess.Popen` what tests use. `line`: where its number and its end are told."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.pid = _number(line)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        try:
            return self.wait(timeout=0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code when it has ended.

        Raises:
            subprocess.TimeoutExpired: it has not.
        """
        if self.returncode is None:
            self._line.settimeout(timeout)
            try:
                self.returncode = _number(self._line)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("lectern", timeout or 0) from None
            self._line.close()
        return self.returncode

    def send_signal(self, request: int) -> None:
        """Send it a signal, where it still runs."""
        if self.poll() is None:
            os.kill(self.pid, request)

    def kill(self) -> None:
        """Kill it, where it still runs."""
        self.send_signal(signal.SIGKILL)


def start(arguments: Sequence[str], *, environment: Mapping[str, str], streams: Sequence[IO[Any]]) -> Forked:
    """Start `lectern` with these arguments, in this environment and no other. `streams`: files to read from, to write to, and for errors."""
    ours, theirs = socket.socketpair()
    request = json.dumps([arguments, dict(environment), str(Path.cwd())]).encode()
    with theirs:
        with _starting:
            preloaded = _preloaded()
        socket.send_fds(preloaded, [request], [theirs.fileno(), *(each.fileno() for each in streams)])
    return Forked(ours)


@cache
def _preloaded() -> socket.socket:
    """Start the process to fork from, and return what it listens to."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        subprocess.Popen(
            [sys.executable, "-m", "tests.preloaded", str(theirs.fileno())],
            env={name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    return ours


def _number(line: socket.socket) -> int:
    told = line.recv(4)
    if not told:
        raise ConnectionResetError("the process that commands are forked from has ended")
    return int.from_bytes(told, signed=True)


def _tell(line: socket.socket, number: int) -> None:
    # Whoever asked may have lost interest.
    with suppress(BrokenPipeError):
        line.send(number.to_bytes(4, signed=True))


def _preload() -> None:
    # Ctrl-C is for the tests, and for the commands.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in MODULES:
        importlib.import_module(name)
    # A fork shares these objects with us until it writes to them, as a garbage collector does.
    gc.collect()
    gc.freeze()


def _fork_on_request(asked: socket.socket) -> list[str] | None:
    """Fork for each request; returns its arguments there, and None here when nobody can ask any more."""
    with asked, selectors.DefaultSelector() as selector:
        selector.register(asked, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not asked:
                    _tell_end(selector, key)
                    continue
                request, descriptors, _, _ = socket.recv_fds(asked, REQUEST_MAX_BYTES, 4)
                if not request:
                    return None
                pid = os.fork()
                if pid == 0:
                    for each in selector.get_map().values():
                        if each.fileobj is not asked:
                            each.data[1].close()
                            os.close(each.fd)
                    return _become(request, *descriptors)
                line = socket.socket(fileno=descriptors[0])
                for stream in descriptors[1:]:
                    os.close(stream)
                _tell(line, pid)
                selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, line))


def _tell_end(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    selector.unregister(key.fileobj)
    os.close(key.fd)
    pid, line = key.data
    with line:
        _, status = os.waitpid(pid, 0)
        _tell(line, os.waitstatus_to_exitcode(status))


def _become(request: bytes, line: int, *streams: int) -> list[str]:
    """Be what the shell would have started; returns the arguments."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments, environment, folder = json.loads(request)
    os.close(line)
    for standard, stream in enumerate(streams):
        os.dup2(stream, standard)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    return list(arguments)


if __name__ == "__main__":
    listening = socket.socket(fileno=int(sys.argv[1]))
    _preload()
    commanded = _fork_on_request(listening)
    if commanded is not None:
        sys.exit(importlib.import_module("collab_server.cli").main(commanded))
