"""Rule 1 when the log's disk is full: nothing is called saved, the service stays up, and goes on when there is room."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from persistence.embedded import EmbeddedPostgres
from tests.conftest import TEST_SERVER_SETTINGS, StartServer, run_sql
from tests.crash.test_database_away import everyone_waits, in_log
from tests.crash.workload import Crowd, open_place

pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Mount a disk of a few megabytes."""
    with tempfile.TemporaryDirectory(prefix="lectern-disk-") as folder:
        mounted = (
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=8m,mode=0777", "tmpfs", folder],
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
    start_server: StartServer, small_disk: Path
) -> None:
    with tempfile.TemporaryDirectory(prefix="lectern-postgres-") as folder:
        postgres = EmbeddedPostgres(Path(folder), settings=TEST_SERVER_SETTINGS)
        url = await asyncio.to_thread(postgres.start)
        try:
            server = await asyncio.to_thread(lambda: start_server(database_url=url))
            tablespace = small_disk / "log"
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
                ballast = fill(small_disk)
                # The room that pages have left is used up first; then nothing is called saved any more.
                await everyone_waits(crowd)
                await failed_appends(server.output_file)
                told, shown = crowd.saved(), crowd.shown()
                committed = await in_log(url, crowd)
                assert told <= committed
                assert shown <= committed
                answer = await asyncio.to_thread(lambda: httpx.get(f"{server.url}/readyz", trust_env=False))
                assert answer.status_code == 200
                ballast.unlink()
                await crowd.has_saved(told + 100)
                enough.set()
            await crowd.compare()
            await crowd.settle()
            assert crowd.place.token not in server.output
            await asyncio.to_thread(server.close)
        finally:
            await asyncio.to_thread(postgres.stop)


async def failed_appends(output: Path) -> None:
    """Wait until the server has said that the log refuses."""
    async with asyncio.timeout(20):
        while "append failed" not in output.read_text():  # noqa: ASYNC110 -- a file tells nobody
            await asyncio.sleep(0.01)
