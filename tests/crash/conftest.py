"""A PostgreSQL of a module's own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.own_postgres import OwnPostgres


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[OwnPostgres]:
    with tempfile.TemporaryDirectory(prefix="lectern-postgres-") as folder:
        server = OwnPostgres(Path(folder))
        yield server
        server.close()
