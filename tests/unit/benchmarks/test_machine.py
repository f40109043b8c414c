"""A server and its load do not share a core where there are two."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks.machine import cores, launch


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux lets a process choose its core")
def test_a_server_stays_off_the_core_that_the_load_has_gone_to(tmp_path: Path) -> None:
    everywhere = os.sched_getaffinity(0)
    cores.cache_clear()
    servers, load = cores()
    output = tmp_path / "output"
    try:
        os.sched_setaffinity(0, load)
        launch([sys.executable, "-c", "import os; print(*os.sched_getaffinity(0))"], output=output).wait()
        assert {int(core) for core in output.read_text().split()} == servers
        assert os.sched_getaffinity(0) == load
        assert len(everywhere) == 1 or servers != load
    finally:
        os.sched_setaffinity(0, everywhere)
        cores.cache_clear()
