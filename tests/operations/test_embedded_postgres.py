import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from persistence.embedded import EmbeddedPostgres, EmbeddedPostgresError
from persistence.unprivileged import Account, account_for, open_the_way

pytestmark = pytest.mark.postgres
FAST = {"fsync": "off", "shared_buffers": "16MB"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one data folder with a stopped server; tests copy it, because initdb takes longest."""
    folder = tmp_path_factory.mktemp("made")
    server = EmbeddedPostgres(folder, settings=FAST)
    server.start()
    server.stop()
    return folder


@pytest.fixture
def data_dir(made_once: Path, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "with a space" / 'and a "quote", comma'
    shutil.copytree(made_once, folder)
    cluster = made_once / "postgres"
    if os.geteuid() == 0:
        for path in [folder / "postgres", *(folder / "postgres").rglob("*")]:
            shutil.chown(path, cluster.stat().st_uid, cluster.stat().st_gid)
    yield folder
    EmbeddedPostgres(folder).stop()


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def pid_of(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


async def test_a_first_start_makes_the_database_and_a_stop_ends_every_process(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "new", settings=FAST)
    url = server.start()
    pid = pid_of(tmp_path / "new")
    assert await ask(url, "select current_database()") == "lectern"
    server.stop()
    assert not psutil.pid_exists(pid)
    assert not list((tmp_path / "new").glob("postgres.unfinished-*"))


async def test_names_of_every_script_are_lowered_and_commits_are_durable(data_dir: Path) -> None:
    url = EmbeddedPostgres(data_dir).start()
    assert await ask(url, "select lower('ÄÉ ΣΩ ЖД İ')") == "äé σω жд i"
    assert await ask(url, "select current_setting('fsync') || current_setting('synchronous_commit')") == "onon"
    assert await ask(url, "select current_setting('server_encoding')") == "UTF8"


async def test_it_listens_on_a_private_socket_and_not_on_tcp(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, settings=FAST)
    server.start()
    connections = psutil.Process(pid_of(data_dir)).net_connections(kind="inet")
    assert connections == []
    assert stat.S_IMODE((data_dir / "postgres").stat().st_mode) == 0o700


async def test_a_server_that_outlived_us_is_taken_over_with_its_data(data_dir: Path) -> None:
    script = (
        "import sys, os, signal, pathlib; from persistence.embedded import EmbeddedPostgres;"
        "EmbeddedPostgres(pathlib.Path(sys.argv[1])).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(data_dir)], check=False)
    assert killed.returncode == -signal.SIGKILL
    survivor = pid_of(data_dir)

    next_one = EmbeddedPostgres(data_dir)
    assert await ask(next_one.start(), "select 1") == 1
    assert pid_of(data_dir) == survivor
    next_one.stop()
    assert not psutil.pid_exists(survivor) or psutil.Process(survivor).status() == psutil.STATUS_ZOMBIE


async def test_a_killed_server_recovers_what_it_had_committed(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    url = server.start()
    await ask(url, "create table kept as select 7 as number")
    family = [psutil.Process(pid_of(data_dir)), *psutil.Process(pid_of(data_dir)).children(recursive=True)]
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=10)
    assert await ask(EmbeddedPostgres(data_dir).start(), "select number from kept") == 7


async def test_a_pid_file_that_names_another_program_is_stale(data_dir: Path) -> None:
    lines = [str(os.getpid()), str(data_dir / "postgres"), "0", "5432", "", "", "0 0", "ready"]
    (data_dir / "postgres" / "postmaster.pid").write_text("\n".join(lines))
    server = EmbeddedPostgres(data_dir, settings=FAST)
    assert server.running_url() is None
    assert await ask(server.start(), "select 1") == 1
    assert pid_of(data_dir) != os.getpid()


async def test_a_half_made_data_folder_is_thrown_away(tmp_path: Path) -> None:
    half = tmp_path / "postgres.unfinished-left"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(tmp_path, settings=FAST)
    assert await ask(server.start(), "select 1") == 1
    server.stop()
    assert not half.exists()


async def test_a_path_too_long_for_a_socket_gets_a_private_short_one(made_once: Path, tmp_path: Path) -> None:
    folder = tmp_path / ("long-" * 20) / ("longer-" * 10)
    shutil.copytree(made_once, folder)
    if os.geteuid() == 0:
        owner = (made_once / "postgres").stat()
        for path in [folder / "postgres", *(folder / "postgres").rglob("*")]:
            shutil.chown(path, owner.st_uid, owner.st_gid)
    server = EmbeddedPostgres(folder, settings=FAST)
    url = server.start()
    socket_dir = Path((folder / "postgres" / "postmaster.pid").read_text().splitlines()[4])
    assert socket_dir != folder / "postgres"
    assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
    assert await ask(url, "select 1") == 1
    server.stop()
    assert not socket_dir.exists()


def test_stopping_a_server_that_does_not_run_does_nothing(data_dir: Path) -> None:
    EmbeddedPostgres(data_dir).stop()
    EmbeddedPostgres(data_dir.parent / "nowhere").stop()


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda folder: (folder / "PG_VERSION").write_text("15\n"), "was made by PostgreSQL 15"),
        (lambda folder: (folder / "PG_VERSION").unlink(), "is not a PostgreSQL data folder"),
        (lambda folder: (folder / "global" / "pg_control").unlink(), "did not start"),
    ],
)
def test_a_data_folder_that_cannot_be_used_is_refused_in_one_line(data_dir: Path, spoil, complaint: str) -> None:
    spoil(data_dir / "postgres")
    with pytest.raises(EmbeddedPostgresError, match=complaint) as refusal:
        EmbeddedPostgres(data_dir).start()
    assert "\n" not in str(refusal.value)


def test_a_file_in_place_of_the_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedPostgresError) as refusal:
        EmbeddedPostgres(tmp_path / "file").start()
    assert "\n" not in str(refusal.value)


async def test_what_people_write_does_not_reach_the_log(data_dir: Path) -> None:
    url = EmbeddedPostgres(data_dir).start()
    await ask(url, "create table people (email text constraint one_each unique)")
    await ask(url, "insert into people values ('zoe@school.example')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await ask(url, "insert into people values ('zoe@school.example')")
    log = (data_dir / "postgres.log").read_text()
    assert "one_each" in log
    assert "zoe@" not in log


@as_root
async def test_root_runs_it_under_an_unprivileged_account_below_a_closed_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "data", settings=FAST)
    url = server.start()
    assert psutil.Process(pid_of(closed / "data")).uids().real != 0
    assert await ask(url, "select 1") == 1
    server.stop()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701


@as_root
def test_an_existing_data_folder_keeps_its_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 4321, 4322)
    assert account_for(tmp_path) == Account(uid=4321, gid=4322)


@as_root
def test_an_ordinary_user_can_run_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 65534, 65534)
    open_the_way(home / "data", Account(uid=65534, gid=65534))
    # Forked, not executed: this Python may lie where an ordinary user cannot enter.
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            server = EmbeddedPostgres(home / "data", settings=FAST)
            server.start()
            server.stop()
        except BaseException:  # noqa: BLE001 - whatever it is, the child must not go on as a second pytest
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (home / "data" / "postgres").stat().st_uid == 65534


def test_only_folders_that_deny_the_way_are_opened(tmp_path: Path) -> None:
    account = Account(uid=os.geteuid() + 1, gid=os.getegid() + 1)
    (tmp_path / "closed" / "open").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    (tmp_path / "closed" / "open").chmod(0o755)
    changed = open_the_way(tmp_path / "closed" / "open" / "target", account)
    assert tmp_path / "closed" in changed
    assert tmp_path / "closed" / "open" not in changed
    assert stat.S_IMODE((tmp_path / "closed").stat().st_mode) == 0o701


def test_a_socket_at_the_limit_can_be_bound(tmp_path: Path) -> None:
    from persistence.embedded import SOCKET_PATH_MAX_BYTES

    name = "/tmp/" + "x" * (SOCKET_PATH_MAX_BYTES - 5)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.bind(name)
    Path(name).unlink()
