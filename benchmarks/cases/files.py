"""A large file comes and goes through a server that keeps next to nothing of it in memory."""

import json
import subprocess
import sys
from typing import Any

from benchmarks.cases.base import Case, Figure, Outcome
from benchmarks.machine import memory_mb
from benchmarks.servers.base import HOST, Server
from benchmarks.servers.engine import Lectern

MIB = 1024 * 1024
SIZE_BYTES = 1024 * MIB
QUICK_SIZE_BYTES = 64 * MIB
SAMPLE_SECONDS = 0.05
WARM_BYTES = MIB


class Files(Case):
    """One person uploads a gigabyte, and fetches it again, while the server's memory is looked at."""

    name = "files"
    title = "a 1 GB upload, and the same download"
    reach = "≤ 50 MB of memory on top"
    figures = (
        Figure("memory added", "MB"),
        Figure("upload", "MB/s", less_is_better=False, digits=0),
        Figure("download", "MB/s", less_is_better=False, digits=0),
    )
    only_engine = True

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        assert isinstance(server, Lectern)
        size = QUICK_SIZE_BYTES if quick else SIZE_BYTES
        token = server.token(0)
        # What a server loads for its very first upload belongs to no file.
        _send(server, token, WARM_BYTES)
        before = memory_mb(server.pid)
        found, most = _send(server, token, size)
        if found["problem"]:
            return Outcome(faults=[f"the upload failed: {found['problem']}"])
        megabytes = size / 1_000_000
        return Outcome(
            {
                "memory added": max(0.0, most - before),
                "upload": megabytes / found["sent"],
                "download": megabytes / found["fetched"],
            }
        )


def _send(server: Lectern, token: str, size: int) -> tuple[dict[str, Any], float]:
    """Have another process send and fetch a file; return what it says, and the most memory that the server had meanwhile."""
    command = [sys.executable, "-m", "benchmarks.sending", HOST, str(server.port), token, str(size)]
    most = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sending:
        while True:
            most = max(most, memory_mb(server.pid))
            try:
                told, _ = sending.communicate(timeout=SAMPLE_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            found: dict[str, Any] = json.loads(told)
            return found, most
