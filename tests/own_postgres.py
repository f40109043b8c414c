"""A PostgreSQL that a test may stop, freeze, kill and starve without taking it from the others."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil

from persistence.embedded import EmbeddedPostgres
from tests.conftest import TEST_SERVER_SETTINGS


class OwnPostgres:
    """One PostgreSQL of one test."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedPostgres(folder, settings=TEST_SERVER_SETTINGS)
        self.url = self._server.start()

    def start(self) -> None:
        assert self._server.start() == self.url

    def stop(self) -> None:
        """Stop it; open transactions are rolled back."""
        self._server.stop()

    def freeze(self) -> None:
        """Let it neither answer nor end, as a machine does that swaps or loses its disk."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        """Let it go on."""
        for process in self._processes():
            process.resume()

    def kill(self) -> None:
        """End it as a machine does that loses its power."""
        for process in self._processes():
            process.kill()

    @property
    def folder(self) -> Path:
        """Return where its data are."""
        return self._server.cluster

    @property
    def socket(self) -> Path:
        """Return the file at which it listens."""
        return Path(parse_qs(urlsplit(self.url).query)["host"][0]) / ".s.PGSQL.5432"

    def close(self) -> None:
        if self._server.running_url() is not None:
            self.thaw()
        self._server.stop()

    def _processes(self) -> list[psutil.Process]:
        # The postmaster first: it must not start new ones behind our back.
        pid = (self._server.cluster / "postmaster.pid").read_text().split("\n", 1)[0]
        postmaster = psutil.Process(int(pid))
        return [postmaster, *postmaster.children(recursive=True)]
