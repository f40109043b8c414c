"""The real `lectern serve` in a process of its own, as tests see it."""

import os
import random
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic

import httpx

from tests import preloaded
from tests.network_namespaces import Machine

READY_LIMIT_SECONDS = 60.0
STOP_LIMIT_SECONDS = 30.0
POLL_SECONDS = 0.02
# Below those that a kernel gives to clients: a server that starts again finds its port as it left it, whoever connects meanwhile.
PORTS = range(12_000, 32_000)
# A school's passwords cost a tenth of a second each; those of the tests are known anyway.
CHEAP_PASSWORDS = {"password_hash_bytes": "8192", "password_hash_passes": "1"}
# httpx reads all the world's certificates for each client that brings none of its own, which takes longer than its requests do.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def free_port() -> int:
    """Return a port that nobody listens on at this moment, and that nobody else is given."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def http_client(url: str) -> httpx.Client:
    """Return a client of a server that may have much else to do."""
    return httpx.Client(base_url=url, trust_env=False, timeout=STOP_LIMIT_SECONDS, verify=NO_CERTIFICATES)


def clean_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return our environment with exactly these LECTERN_ settings (named without the prefix, in lower case)."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
    return inherited | {f"LECTERN_{name.upper()}": value for name, value in settings.items()}


def lectern(*arguments: str, settings: Mapping[str, str], text: str = "") -> subprocess.CompletedProcess[str]:
    """Do what the command does, and return what it said; for tests of the command itself there is `run_command`."""
    if not preloaded.POSSIBLE:
        return run_command(*arguments, settings=settings, text=text)
    with ExitStack() as stack:
        streams = said, *told = [stack.enter_context(TemporaryFile("w+")) for _ in range(3)]
        said.write(text)
        said.seek(0)
        process = preloaded.start(arguments, environment=clean_environment(settings), streams=streams)
        try:
            process.wait(READY_LIMIT_SECONDS)
        finally:
            process.kill()
        for each in told:
            each.seek(0)
        return subprocess.CompletedProcess(arguments, process.wait(), *(each.read() for each in told))


def run_command(*arguments: str, settings: Mapping[str, str], text: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command to its end and return what it said."""
    return subprocess.run(
        [sys.executable, "-m", "collab_server.cli", *arguments],
        env=clean_environment(settings),
        input=text,
        capture_output=True,
        text=True,
        timeout=READY_LIMIT_SECONDS,
        check=False,
    )


class RunningServer:
    """One server with its own port and data folder; it can be killed, stopped and started again.

    `code`: a folder with the packages of another release, in place of these; `arguments`: of the command; `machine`: where it runs,
    if not here; `by_command`: for tests of the command's own start, and of what a process is born with.
    """

    def __init__(
        self,
        *,
        data_dir: Path,
        settings: Mapping[str, str],
        code: Path | None = None,
        arguments: Sequence[str] = (),
        machine: Machine | None = None,
        by_command: bool = False,
    ) -> None:
        self.code = code
        self._arguments = ("serve", *arguments)
        self._forked = preloaded.POSSIBLE and not (by_command or code or machine)
        self._launcher = machine.launcher if machine else ()
        self._address = address = machine.address if machine else "127.0.0.1"
        self.port = free_port()
        self.data_dir = data_dir
        self.settings = {
            "host": address,
            "port": str(self.port),
            "data_dir": str(data_dir),
            **CHEAP_PASSWORDS,
            **settings,
        }
        self.output_file = data_dir.parent / f"{data_dir.name}-output.txt"
        self.url = f"http://{address}:{self.port}"
        self.websocket_url = f"ws://{address}:{self.port}"
        self._process: subprocess.Popen[bytes] | preloaded.Forked | None = None

    @property
    def process(self) -> subprocess.Popen[bytes] | preloaded.Forked:
        """Return the process that was started last."""
        assert self._process is not None, "the server was never started"
        return self._process

    @property
    def output(self) -> str:
        """Return everything the server has written so far, over all its starts."""
        return self.output_file.read_text(errors="replace")

    def launch(self) -> None:
        """Start the server and return at once."""
        environment = clean_environment(self.settings)
        with self.output_file.open("ab") as output, Path(os.devnull).open("rb") as nothing:
            if self._forked:
                streams = (nothing, output, output)
                self._process = preloaded.start(self._arguments, environment=environment, streams=streams)
                return
            self._process = subprocess.Popen(
                [*self._launcher, sys.executable, "-m", "collab_server.cli", *self._arguments],
                env=environment,
                cwd=self.code,
                stdin=nothing,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def start(self) -> None:
        """Start the server and return when it can serve."""
        self.launch()
        self.is_up()

    def is_up(self) -> None:
        """Return when the server can serve."""
        deadline = monotonic() + READY_LIMIT_SECONDS
        while monotonic() < deadline:
            if self._is_ready():
                return
            try:
                code = self.process.wait(timeout=POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"the server ended with {code}:\n{self.output}")
        self.kill()
        raise AssertionError(f"the server was not ready in {READY_LIMIT_SECONDS} s:\n{self.output}")

    def kill(self) -> None:
        """Kill the server with SIGKILL, as a crash would end it."""
        self.process.kill()
        self.process.wait(timeout=STOP_LIMIT_SECONDS)

    def pause(self) -> None:
        """Let the server neither act nor end."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self, *, request: signal.Signals = signal.SIGTERM) -> int:
        """Ask the server to stop and return its exit code."""
        self.process.send_signal(request)
        return self.process.wait(timeout=STOP_LIMIT_SECONDS)

    def close(self) -> None:
        """Make sure that the server is gone."""
        if self._process is not None and self._process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()

    def _is_ready(self) -> bool:
        # Asked many times while the server begins on the same processors, so with as little as possible.
        with closing(HTTPConnection(self._address, self.port, timeout=2.0)) as connection:
            try:
                connection.request("GET", "/readyz")
                return connection.getresponse().status == 200
            except (OSError, HTTPException):
                return False
