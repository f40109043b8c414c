"""Rule 1 when the log's disk is full: nothing is called saved, the service stays up, and goes on when there is room."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import httpx
import pytest

from persistence.embedded import EmbeddedPostgres
from tests.conftest import TEST_SERVER_SETTINGS, StartServer, run_sql
from tests.crash.test_database_away import everyone_waits, in_log
from tests.crash.workload import Crowd, open_place
from tests.running_server import RunningServer

pytestmark = pytest.mark.slow


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """Mount a disk of a few megabytes."""
    with tempfile.TemporaryDirectory(prefix="lectern-disk-") as folder:
        mounted = (
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", folder],
                capture_output=True,
                text=True,
                check=False,
            )
            if shutil.which("mount")
            else None
        )
        if mounted is None or mounted.returncode != 0:
            pytest.skip(f"cannot mount a small disk here: {mounted.stderr.strip() if mounted else 'no mount program'}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def postgres() -> Iterator[EmbeddedPostgres]:
    """Give the test a PostgreSQL of its own, not started."""
    with tempfile.TemporaryDirectory(prefix="lectern-postgres-") as folder:
        server = EmbeddedPostgres(Path(folder), settings=TEST_SERVER_SETTINGS)
        yield server
        server.stop()


def fill(disk: Path) -> Path:
    """Leave no room on a disk; returns what fills it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1_000_000, 4096):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


async def test_1_a_full_disk_of_the_log_stops_saving_and_nothing_else(
    start_server: StartServer, postgres: EmbeddedPostgres
) -> None:
    with small_disk(8) as disk:
        url = await asyncio.to_thread(postgres.start)
        server = await asyncio.to_thread(lambda: start_server(database_url=url))
        tablespace = disk / "log"
        tablespace.mkdir()
        owner = postgres.cluster.stat()
        os.chown(tablespace, owner.st_uid, owner.st_gid)
        await asyncio.to_thread(
            run_sql,
            url,
            f"CREATE TABLESPACE small LOCATION '{tablespace}'",
            "ALTER TABLE document_updates SET TABLESPACE small",
            "ALTER INDEX pk_document_updates SET TABLESPACE small",
        )
        crowd = Crowd(await asyncio.to_thread(open_place, server, documents=2))
        async with crowd.at_work() as enough:
            await crowd.has_saved(100)
            ballast = fill(disk)
            # The room that pages have left is used up first; then nothing is called saved any more.
            await everyone_waits(crowd)
            await failed_appends(server.output_file)
            told, shown = crowd.saved(), crowd.shown()
            committed = await in_log(url, crowd)
            assert told <= committed
            assert shown <= committed
            assert await asyncio.to_thread(status, server, "/readyz") == 200
            ballast.unlink()
            await crowd.has_saved(told + 100)
            enough.set()
        await crowd.compare()
        await crowd.settle()
        assert crowd.place.token not in server.output
        await asyncio.to_thread(server.close)
        await asyncio.to_thread(postgres.stop)


async def test_1_a_full_disk_of_the_databases_journal_loses_nothing(
    start_server: StartServer, postgres: EmbeddedPostgres
) -> None:
    with small_disk(64) as disk:
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(postgres.stop)
        move_journal(postgres, disk)
        url = await asyncio.to_thread(postgres.start)
        server = await asyncio.to_thread(lambda: start_server(database_url=url))
        crowd = Crowd(await asyncio.to_thread(open_place, server, documents=2))
        async with crowd.at_work():
            await crowd.has_saved(100)
            ballast = fill(disk)
            # The next entry needs a new file. PostgreSQL panics, and cannot recover as long as there is no room.
            with suppress(OSError, asyncpg.PostgresError):
                await asyncio.to_thread(run_sql, url, "SELECT pg_switch_wal()", "CREATE TABLE one_more_entry ()")
            await failed_appends(server.output_file)
            assert await asyncio.to_thread(status, server, "/healthz") == 200
            assert await asyncio.to_thread(status, server, "/readyz") == 503
            # The block ends when every writer has been sent away, with all its edits.
        assert {code for writer in crowd.writers for code in writer.closes} == {1013}
        assert "No space left on device" in postgres.log_file.read_text()
        told, shown = crowd.saved(), crowd.shown()
        ballast.unlink()
        # As its operator does, once there is room.
        await asyncio.to_thread(postgres.stop)
        assert await asyncio.to_thread(postgres.start) == url
        committed = await in_log(url, crowd)
        assert told <= committed
        assert shown <= committed
        await crowd.compare()
        await crowd.settle()
        assert crowd.place.token not in server.output
        await asyncio.to_thread(server.close)
        await asyncio.to_thread(postgres.stop)


def move_journal(postgres: EmbeddedPostgres, disk: Path) -> None:
    """Put the database's write-ahead log on another disk, as its manual shows."""
    journal, moved = postgres.cluster / "pg_wal", disk / "pg_wal"
    shutil.copytree(journal, moved)
    owner = journal.stat()
    for path in (moved, *moved.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    shutil.rmtree(journal)
    journal.symlink_to(moved)


def status(server: RunningServer, path: str) -> int:
    return httpx.get(f"{server.url}{path}", trust_env=False, timeout=30).status_code


async def failed_appends(output: Path) -> None:
    """Wait until the server has said that the log refuses."""
    async with asyncio.timeout(20):
        while "append failed" not in output.read_text():  # noqa: ASYNC110 -- a file tells nobody
            await asyncio.sleep(0.01)
