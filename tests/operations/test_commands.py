"""The commands that need no running server, as an operator calls them."""

import os
import socket
import subprocess
from pathlib import Path

import asyncpg
import pytest

from collab_server.data_folder import DataFolder
from persistence.embedded import EmbeddedPostgres
from tests.conftest import run_sql
from tests.running_server import free_port, run_command

NOWHERE = "postgresql://lectern:hunter2@127.0.0.1:1/lectern"
ADMIN = ("create-admin", "--email", "root@school.example", "--name", "Root")


def refused(done: subprocess.CompletedProcess[str], *, code: int = 1) -> str:
    """Return the one line with which a command refused."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    return line


def settings_in(tmp_path: Path, **settings: str) -> dict[str, str]:
    return {"data_dir": str(tmp_path / "data"), "port": str(free_port()), **settings}


def test_help_names_the_commands_that_exist() -> None:
    done = run_command("--help", settings={})
    assert done.returncode == 0
    for command in (
        "serve",
        "migrate",
        "create-admin",
        "rotate-keys",
        "export",
        "import",
        "backup",
        "restore",
        "check-config",
    ):
        assert command in done.stdout


def test_check_config_shows_every_setting_and_no_secret() -> None:
    done = run_command("check-config", settings={"secret_key": "k" * 40, "port": "8123"})
    assert done.returncode == 0
    assert "LECTERN_PORT=8123" in done.stdout.splitlines()
    assert "LECTERN_SECRET_KEY=(set)" in done.stdout.splitlines()
    assert "k" * 40 not in done.stdout


@pytest.mark.parametrize("command", ["serve", "migrate", "check-config"])
def test_bad_settings_are_all_listed_and_nothing_is_started(command: str, tmp_path: Path) -> None:
    done = run_command(command, settings=settings_in(tmp_path, port="x", prt="1", env="production"))
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("lectern: LECTERN_") for line in lines)
    assert not (tmp_path / "data").exists()


def test_a_second_server_on_the_same_data_folder_is_refused(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "data"):
        line = refused(run_command("serve", settings=settings_in(tmp_path)))
    assert line == f"lectern: Another Lectern uses the data folder {tmp_path / 'data'}."


def test_a_taken_port_is_refused_before_postgresql_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        line = refused(run_command("serve", settings=settings_in(tmp_path, port=port)))
    assert line == f"lectern: Port {port} on 127.0.0.1 is taken by another program; stop it or set LECTERN_PORT."
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert "cannot be used" in refused(run_command("serve", settings=settings_in(tmp_path)))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_data_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    assert "Permission denied" in refused(run_command("serve", settings=settings_in(tmp_path)))


@pytest.mark.parametrize("command", [("serve",), ("migrate",), ("backup", "x"), ADMIN])
def test_an_unreachable_database_is_one_line_without_the_password(command: tuple[str, ...], tmp_path: Path) -> None:
    done = run_command(*command, settings=settings_in(tmp_path, database_url=NOWHERE), text="a long password\n")
    line = refused(done)
    assert line.startswith("lectern: The database lectern (127.0.0.1:1) cannot be reached:")
    assert "hunter2" not in line


def test_a_database_of_a_later_release_is_refused(empty_database_url: str, tmp_path: Path) -> None:
    settings = settings_in(tmp_path, database_url=empty_database_url)
    assert run_command("migrate", settings=settings).returncode == 0

    run_sql(empty_database_url, "update alembic_version set version_num = 'from_the_future'")
    assert "later release" in refused(run_command("migrate", settings=settings))


def test_a_database_that_refuses_to_be_migrated_is_one_line(
    postgres_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    run_sql(postgres_url, "drop role if exists guest", "create role guest login")
    settings = settings_in(tmp_path, database_url=empty_database_url.replace("lectern@", "guest@"))
    line = refused(run_command("migrate", settings=settings))
    assert "cannot be migrated" in line
    assert "permission denied" in line


async def test_migrating_twice_changes_nothing(empty_database_url: str, tmp_path: Path) -> None:
    for _ in range(2):
        done = run_command("migrate", settings=settings_in(tmp_path, database_url=empty_database_url))
        assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")
    connection = await asyncpg.connect(empty_database_url)
    assert await connection.fetchval("select count(*) from users") == 0
    await connection.close()


async def test_an_administrator_is_created_with_a_password_from_stdin(database_url: str, tmp_path: Path) -> None:
    settings = settings_in(tmp_path, database_url=database_url)
    done = run_command(*ADMIN, settings=settings, text="correct horse battery\n")
    assert (done.returncode, done.stderr) == (0, "")
    connection = await asyncpg.connect(database_url)
    (row,) = await connection.fetch("select email, name, role, status, password_hash from users")
    await connection.close()
    assert tuple(row)[:4] == ("root@school.example", "Root", "admin", "active")
    assert row["password_hash"].startswith("$argon2id$")


def test_an_administrator_is_not_created_twice(database_url: str, tmp_path: Path) -> None:
    settings = settings_in(tmp_path, database_url=database_url)
    assert run_command(*ADMIN, settings=settings, text="correct horse battery\n").returncode == 0
    done = run_command(*ADMIN, settings=settings, text="correct horse battery\n")
    assert refused(done) == "lectern: root@school.example has an account already."


def test_an_administrator_needs_an_acceptable_password(database_url: str, tmp_path: Path) -> None:
    done = run_command(*ADMIN, settings=settings_in(tmp_path, database_url=database_url), text="short\n")
    assert "password" in refused(done)


def test_a_command_uses_the_postgresql_of_a_server_that_runs(tmp_path: Path) -> None:
    embedded = EmbeddedPostgres(tmp_path / "data", settings={"fsync": "off"})
    with DataFolder(tmp_path / "data"):
        embedded.start()
        done = run_command(*ADMIN, settings=settings_in(tmp_path), text="correct horse battery\n")
        assert done.returncode == 0, done.stderr
        assert embedded.running_url() is not None, "the command must leave the server's PostgreSQL alone"
        embedded.stop()


def test_a_command_without_a_server_starts_postgresql_and_stops_it(tmp_path: Path) -> None:
    assert run_command("migrate", settings=settings_in(tmp_path)).returncode == 0
    assert (tmp_path / "data" / "postgres").is_dir()
    assert EmbeddedPostgres(tmp_path / "data").running_url() is None
