"""What most tests start in place of the command does as the command does."""

import signal
import socket
from pathlib import Path

import pytest

from tests import preloaded
from tests.running_server import clean_environment, lectern, run_command

pytestmark = pytest.mark.skipif(not preloaded.POSSIBLE, reason="only Linux tells the end of a process at a socket")


@pytest.mark.parametrize("settings", [{"port": "8123"}, {"port": "x", "prt": "1"}])
def test_a_fork_has_the_settings_the_words_and_the_code_of_the_command(settings: dict[str, str]) -> None:
    forked, done = (run("check-config", settings=settings) for run in (lectern, run_command))
    assert (forked.returncode, forked.stdout, forked.stderr) == (done.returncode, done.stdout, done.stderr)


def test_a_signal_ends_a_fork_as_it_ends_a_command(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, (tmp_path / "output").open("w+") as file:
        settings = {"database_url": f"postgresql://ada@127.0.0.1:{silent.getsockname()[1]}/nothing"}
        forked = preloaded.start(["migrate"], environment=clean_environment(settings), streams=[file] * 3)
        with silent.accept()[0]:
            assert forked.poll() is None
            forked.kill()
            assert forked.wait(timeout=60) == forked.poll() == -signal.SIGKILL
