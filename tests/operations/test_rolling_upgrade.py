"""Nodes of two releases serve one database together while a cluster is upgraded, one node after the other."""

import asyncio
import io
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from persistence.migrations import declared, usable_from
from tests.conftest import in_own_loop
from tests.crash.log_check import replayed
from tests.crash.workload import Crowd, held_by_server, keys_of, open_place
from tests.redis_server import RedisServer
from tests.running_server import RunningServer, lectern

ROOT = Path(__file__).parents[2]
PACKAGES = ("auth", "classroom", "collab_server", "documents", "persistence")
STEPS = "persistence/migrations/versions"
SECRET = "the same for all nodes of a test"
STEP = """
from alembic import op

revision = "next"
down_revision = "{head}"
branch_labels = None
depends_on = None
usable_from = "{usable_from}"  # for a test


def upgrade() -> None:
    op.execute("alter table users add column shoe_size integer not null default 38")
"""


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    server = RedisServer(tmp_path)
    server.start()
    yield server.url
    server.close()


@pytest.fixture
def node(empty_database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Callable[[Path], RunningServer]]:
    """Make nodes of one cluster, each with the code of some folder."""
    nodes: list[RunningServer] = []

    def make(code: Path) -> RunningServer:
        settings = {
            "demo": "false",
            "database_url": empty_database_url,
            "redis_url": redis_url,
            "secret_key": SECRET,
            "public_url": "https://lectern.school.example",
        }
        nodes.append(RunningServer(data_dir=tmp_path / f"node-{len(nodes)}", settings=settings, code=code))
        return nodes[-1]

    yield make
    for each in nodes:
        each.close()


def next_release(folder: Path, *, usable_from: str | None = None) -> Path:
    """Return a folder with this code and one more step of the schema, which code of this revision can use unless told otherwise."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    head = list(declared())[-1]
    (folder / STEPS / "next.py").write_text(STEP.format(head=head, usable_from=usable_from or head))
    return folder


def release_before(folder: Path) -> Path:
    """Return a folder with the code of before the schema last changed, or of the last commit, where only that can use the schema."""
    steps = declared()
    oldest = usable_from(list(steps)[-1], steps)
    changed = git("log", "-1", "--format=%H", "--", STEPS).decode().strip()
    for commit in (f"{changed}~1", "HEAD~1"):
        if f"{STEPS}/{oldest}_" in git("ls-tree", "--name-only", commit, f"{STEPS}/").decode():
            with tarfile.open(fileobj=io.BytesIO(git("archive", "--format=tar", commit, *PACKAGES))) as tar:
                tar.extractall(folder, filter="data")
            return folder
    pytest.skip("the last commit has changed the schema so that no earlier code can use it")


def git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no git history here, so there is no earlier release to try this one with")
    return done.stdout


def readiness(server: RunningServer) -> int:
    return httpx.get(f"{server.url}/readyz", timeout=30, trust_env=False).status_code


@pytest.mark.slow
@pytest.mark.parametrize("pair", ["this and the next", "the one before and this"])
async def test_people_write_through_nodes_of_both_releases_and_nothing_is_lost(
    pair: str, node: Callable[[Path], RunningServer], empty_database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "release"
    if pair == "this and the next":
        older, newer = node(ROOT), node(await asyncio.to_thread(next_release, folder))
    else:
        older, newer = node(await asyncio.to_thread(release_before, folder)), node(ROOT)
    await asyncio.to_thread(older.start)
    made = await asyncio.to_thread(open_place, older, documents=2)
    place = type(made)(made.url, made.token, made.documents, (newer.websocket_url,))
    await asyncio.to_thread(newer.start)
    assert await asyncio.to_thread(readiness, older) == 200
    crowd = Crowd(place)
    async with crowd.at_work(returning=True) as enough:
        await crowd.has_saved(200)
        # An older node may also come back: its machine was restarted, or the upgrade is taken back.
        assert await asyncio.to_thread(older.stop) == 0
        await asyncio.to_thread(older.start)
        await crowd.has_saved(crowd.saved() + 200)
        enough.set()
    await crowd.settle()
    assert [readiness(each) for each in (older, newer)] == [200, 200]
    for document in place.documents:
        log = keys_of(await replayed(empty_database_url, document))
        for url in (older.websocket_url, newer.websocket_url):
            assert keys_of(await held_by_server(type(made)(url, made.token, made.documents, ()), document)) == log
    for each in (older, newer):
        assert "Traceback" not in each.output


@pytest.mark.slow
def test_a_schema_that_older_code_cannot_use_makes_its_nodes_unready_and_refuses_their_start(
    node: Callable[[Path], RunningServer], empty_database_url: str, tmp_path: Path
) -> None:
    older = node(ROOT)
    older.start()
    newer = node(next_release(tmp_path / "release", usable_from="next"))
    newer.start()
    assert (readiness(older), readiness(newer)) == (503, 200)
    older.stop()
    done = lectern("serve", settings=older.settings)
    assert done.returncode == 1
    assert "later release" in done.stderr.splitlines()[-1]

    async def said() -> None:
        connection = await asyncpg.connect(empty_database_url)
        assert await connection.fetchval("select version_num from alembic_version") == "next"
        await connection.close()

    in_own_loop(said)
