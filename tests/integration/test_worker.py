"""Rules 15 and 16: the process that does long work, by itself."""

import asyncio
import os
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from collab_server import worker
from collab_server.errors import Malformed, Overloaded
from collab_server.metrics import Metrics
from collab_server.worker import NICENESS, Worker
from tests.integration.test_engine_long_work import BROKEN, frozen
from tests.raw_client import eventually


async def test_15_16_an_idle_worker_ends_and_the_next_job_gets_another() -> None:
    idle = Worker(Metrics())
    with patch.object(worker, "IDLE_SECONDS", 0.0):
        for _ in range(2):
            await idle.walk(b"\x00\x00")
            await eventually(lambda: idle.pid is None, "the worker to end")
    await idle.close()
    with pytest.raises(Overloaded):
        await idle.walk(b"\x00\x00")


async def test_16_a_job_that_takes_too_long_is_given_up() -> None:
    slow = Worker(Metrics())
    await slow.walk(b"\x00\x00")
    with frozen(slow.pid), patch.object(worker, "JOB_SECONDS", 0.0), pytest.raises(Overloaded):
        await slow.walk(b"\x00\x00")
    with pytest.raises(Malformed):
        await slow.walk(BROKEN)
    await slow.close()


async def test_16_the_worker_knows_no_secrets() -> None:
    with patch.dict(os.environ, {"LECTERN_SECRET_KEY": "never told"}):
        discreet = Worker(Metrics())
        await discreet.walk(b"\x00\x00")
        assert b"never told" not in Path(f"/proc/{discreet.pid}/environ").read_bytes()
        await discreet.close()


async def test_16_the_worker_goes_behind_the_server_on_the_same_processor() -> None:
    modest = Worker(Metrics())
    job = asyncio.create_task(modest.walk(b"\x00\x00"))
    await eventually(lambda: modest.pid is not None, "the worker to start")
    assert modest.pid is not None
    # So while it still imports what it needs, which is work, too.
    assert not job.done()
    assert os.getpriority(os.PRIO_PROCESS, modest.pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
    # How nice it is counts only beside what is of its session; a signal from the terminal goes to its group.
    assert os.getsid(modest.pid) == os.getsid(0)
    assert os.getpgid(modest.pid) != os.getpgid(0)
    await job
    await modest.close()


_SERVER = """
import asyncio
from collab_server.metrics import Metrics
from collab_server.worker import Worker

async def main():
    worker = Worker(Metrics())
    await worker.walk(bytes(2))
    print(worker.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def runs(pid: int) -> bool:
    """Say whether a process runs; one that nobody has asked about since it ended does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


async def test_16_the_worker_of_a_killed_server_ends_by_itself() -> None:
    root = str(Path(worker.__file__).parents[1])
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SERVER, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": root}
    )
    assert server.stdout is not None
    pid = int(await server.stdout.readline())
    assert runs(pid)
    server.kill()
    await server.wait()
    await eventually(lambda: not runs(pid), "the worker to end")
