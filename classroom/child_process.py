"""A process of one's own for one piece of work, which ends with the work."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def child_process(*command: str, stdin: int = DEVNULL) -> AsyncIterator[Process]:
    """Start a command whose output is read; whoever leaves, it is gone before they have left.

    Its death is a matter of milliseconds, so who is cancelled meanwhile is cancelled after it.
    """
    process = await asyncio.create_subprocess_exec(*command, stdin=stdin, stdout=PIPE, stderr=DEVNULL)
    try:
        yield process
    finally:
        given_up = None
        if process.returncode is None:
            process.kill()
        while process.returncode is None:
            try:
                await process.wait()
            except asyncio.CancelledError as error:
                given_up = error
        if given_up is not None:
            raise given_up
