"""Processes that the server starts for one piece of work end with it, whatever the work comes to."""

import asyncio
import sys

import pytest

from classroom.child_process import child_process

ENDLESS = (sys.executable, "-c", "print('here', flush=True); import time; time.sleep(600)")


async def test_a_process_is_gone_when_its_work_is_done() -> None:
    async with child_process(*ENDLESS) as process:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"here\n"
    assert process.returncode == -9


@pytest.mark.parametrize("steps", range(6))
async def test_a_process_is_gone_also_when_its_end_is_not_waited_for(steps: int) -> None:
    started: list[asyncio.subprocess.Process] = []
    leaving = asyncio.Event()

    async def work() -> None:
        async with child_process(*ENDLESS) as process:
            started.append(process)
            leaving.set()

    task = asyncio.create_task(work())
    await leaving.wait()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert started[0].returncode == -9
