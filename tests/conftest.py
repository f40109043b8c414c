"""What all tests share: one real PostgreSQL, a fresh database per test, and the real server as a process."""

import asyncio
import gc
import itertools
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import asyncpg
import pytest
from hypothesis import settings

from persistence.embedded import EmbeddedPostgres
from persistence.migrations import migrate
from tests.running_server import RunningServer

# A test database may be lost with the machine; only the killing of processes is tested, and that needs no disk.
TEST_SERVER_SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB", "max_connections": "200"}
TEMPLATE = "migrated"
WORKERS_MAX = 8
FOLDER = Path(__file__).parent
LONGEST = ("end_to_end", "cluster", "crash", "operations", "fuzz")
"""Folders whose tests take longest, in this order; a file with more tests goes before one with fewer."""

# Containers often forbid it, and then each of the hundreds of processes that the tests start compiles all of Lectern.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The same examples in every run, however long the machine takes for one.
settings.register_profile("lectern", derandomize=True, deadline=None)
settings.load_profile("lectern")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one worker more than there are processors: much of what tests do is to wait."""
    return min(multiprocessing.cpu_count() + 1, WORKERS_MAX)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no worker is left with one of them when the others have finished."""
    sizes = Counter(item.path for item in items)

    def shortest_last(item: pytest.Item) -> tuple[int, int]:
        folder = item.path.relative_to(FOLDER).parts[0]
        return (LONGEST.index(folder) if folder in LONGEST else len(LONGEST), -sizes[item.path])

    items.sort(key=shortest_last)


def pytest_collection_finish() -> None:
    """Let no collection of garbage walk through what the imports made, as the server does: each full one would take a fifth of a second."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show why tests were tried once more: what fails now and then is a fault as well."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.write_sep("_", f"failed, and tried once more: {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)


def in_own_loop(work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run a coroutine from a synchronous fixture, without touching the loop of an asynchronous test."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(lambda: asyncio.run(work())).result()


def run_sql(url: str, *statements: str) -> None:
    """Run statements, each in its own transaction."""

    async def work() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    in_own_loop(work)


def with_database(url: str, name: str) -> str:
    """Return the URL of another database on the same embedded server."""
    before, _, after = url.partition("/lectern?")
    return f"{before}/{name}?{after}"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start one real PostgreSQL for the whole run; the URL is that of its maintenance database."""
    # Not below pytest's own folder: another run makes that private again, and PostgreSQL may be another account's process.
    with tempfile.TemporaryDirectory(prefix="lectern-postgres-") as folder:
        server = EmbeddedPostgres(Path(folder), settings=TEST_SERVER_SETTINGS)
        yield server.start()
        server.stop()


@pytest.fixture(scope="session")
def database_names() -> Iterator[str]:
    """Count names for databases."""
    return (f"test_{number}" for number in itertools.count(1))


@pytest.fixture
def empty_database_url(postgres_url: str, database_names: Iterator[str]) -> Iterator[str]:
    """Make an empty database for one test: no tables, nothing migrated."""
    name = next(database_names)
    run_sql(postgres_url, f"CREATE DATABASE {name}")
    yield with_database(postgres_url, name)
    run_sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> str:
    """Migrate one database, which all others are copied from."""
    run_sql(postgres_url, f"CREATE DATABASE {TEMPLATE}")
    in_own_loop(lambda: migrate(with_database(postgres_url, TEMPLATE)))
    return TEMPLATE


@pytest.fixture
def database_url(postgres_url: str, migrated_template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Make a migrated, otherwise empty database for one test."""
    name = next(database_names)
    run_sql(postgres_url, f"CREATE DATABASE {name} TEMPLATE {migrated_template} STRATEGY file_copy")
    yield with_database(postgres_url, name)
    run_sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


class StartServer(Protocol):
    """Start a real server; settings are named without prefix, in lower case: `start_server(demo="true")`."""

    def __call__(
        self, *, data_dir: Path | None = None, arguments: Sequence[str] = (), **settings: str
    ) -> RunningServer: ...


@pytest.fixture
def start_server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StartServer]:
    """Start real servers that end with the test.

    By default each gets a data folder of its own, no demo, and the test's migrated database;
    `database_url=""` lets it start its embedded PostgreSQL.
    """
    servers: list[RunningServer] = []
    by_command = request.node.get_closest_marker("command") is not None

    def start(*, data_dir: Path | None = None, arguments: Sequence[str] = (), **settings: str) -> RunningServer:
        folder = data_dir or tmp_path / f"data-{len(servers)}"
        if "database_url" not in settings:
            settings["database_url"] = request.getfixturevalue("database_url")
        own = {"demo": "false", **settings}
        server = RunningServer(data_dir=folder, settings=own, arguments=arguments, by_command=by_command)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in reversed(servers):
        server.close()


class ShareServer(Protocol):
    """Start a real server for several tests, which leave it as it is and bring people of their own; it ends with the block."""

    def __call__(self, **settings: str) -> AbstractContextManager[RunningServer]: ...


@pytest.fixture(scope="session")
def share_server(
    postgres_url: str,
    migrated_template: str,
    database_names: Iterator[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> ShareServer:
    """Let the tests of a file share a server with settings of its own: to start one takes time."""

    @contextmanager
    def share(**settings: str) -> Iterator[RunningServer]:
        name = next(database_names)
        run_sql(postgres_url, f"CREATE DATABASE {name} TEMPLATE {migrated_template} STRATEGY file_copy")
        own = {"demo": "false", "database_url": with_database(postgres_url, name), **settings}
        server = RunningServer(data_dir=tmp_path_factory.mktemp("shared") / "data", settings=own)
        server.start()
        try:
            yield server
        finally:
            server.close()

    return share


@pytest.fixture(scope="session")
def shared_server(share_server: ShareServer) -> Iterator[RunningServer]:
    """Start one server for all tests that leave it as it is and bring people of their own."""
    with share_server() as server:
        yield server


@pytest.fixture
def server(start_server: StartServer) -> RunningServer:
    """Start one server with default settings and an empty, migrated database."""
    return start_server()
