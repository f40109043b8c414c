"""`lectern backup` and `lectern restore`, on real servers, while people write and when something goes wrong."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from persistence.backup import catalogue
from persistence.database import Database
from persistence.kept_files import COLLECTING_LOCK
from persistence.migrations import upgrade
from tests.conftest import StartServer, in_own_loop, run_sql, with_database
from tests.crash.log_check import replayed
from tests.crash.workload import Crowd, held_by_server, keys_of, open_place
from tests.running_server import RunningServer, clean_environment, free_port, http_client, lectern
from tests.s3_server import BUCKET, s3_server
from tests.school import School

KEY = "k" * 40
PICTURE = bytes.fromhex("89504e470d0a1a0a") + b"not quite a picture" * 20_000


@pytest.fixture
def new_database(postgres_url: str, database_names: Iterator[str]) -> Iterator[str]:
    """Make a second empty database for one test."""
    name = next(database_names)
    run_sql(postgres_url, f"CREATE DATABASE {name}")
    yield with_database(postgres_url, name)
    run_sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


def settings_of(server: RunningServer) -> dict[str, str]:
    return dict(server.settings) | {"secret_key": KEY}


def settings_for(folder: Path, url: str) -> dict[str, str]:
    return {"data_dir": str(folder), "database_url": url, "port": str(free_port()), "secret_key": KEY}


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of a command that has refused, after whatever it told of its progress."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert all(line.startswith("lectern: ") for line in done.stderr.splitlines())
    return done.stderr.splitlines()[-1]


def content_of(url: str) -> dict[str, object]:
    """Return what tells every table's rows, in any order, and its schema."""
    found: dict[str, object] = {}

    async def look() -> None:
        connection = await asyncpg.connect(url)
        try:
            for name in [*await catalogue.tables(connection), "alembic_version"]:
                rows = await connection.fetch(f'select md5(t::text) from "{name}" t order by 1')
                found[name] = [row[0] for row in rows]
            found["constraints"] = [
                tuple(row)
                for row in await connection.fetch(
                    "select conname, convalidated, pg_get_constraintdef(oid) from pg_constraint order by 1, 3"
                )
            ]
            found["triggers"] = [
                tuple(row)
                for row in await connection.fetch(
                    "select tgname, tgenabled, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal"
                )
            ]
        finally:
            await connection.close()

    in_own_loop(look)
    return found


def is_empty(url: str) -> bool:
    answers: list[bool] = []

    async def look() -> None:
        connection = await asyncpg.connect(url)
        answers.append(await catalogue.revision(connection) is None and not await catalogue.tables(connection))
        await connection.close()

    in_own_loop(look)
    return answers[0]


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "files").rglob("*") if path.is_file()}


def school_with_work(server: RunningServer) -> tuple[str, str]:
    """Make a class with a board and an uploaded file; returns the teacher's address and the file's."""
    school = School(server.url)
    teacher = school.register("Ms. Okafor", "teacher")
    opened = school.open_class(teacher, school.register("Zoë", "student"))
    school.open_board(teacher, opened["id"])
    made = teacher.api.post("/api/files", files={"file": ("film.bin", PICTURE)}).raise_for_status().json()
    teacher.api.post(f"/api/classes/{opened['id']}/files", json={"file_id": made["id"]}).raise_for_status()
    return teacher.email, made["url"]


async def test_a_backup_beside_people_who_write_is_one_moment_and_all_of_it_comes_back(
    start_server: StartServer, new_database: str, tmp_path: Path
) -> None:
    # Tokens are for one address.
    address_of_both = "http://lectern.example"
    server = await asyncio.to_thread(lambda: start_server(secret_key=KEY, public_url=address_of_both))
    email, address = await asyncio.to_thread(school_with_work, server)
    place = await asyncio.to_thread(open_place, server, documents=3)
    crowd = Crowd(place)
    file, folder = tmp_path / "school.backup", tmp_path / "restored"
    async with crowd.at_work() as enough:
        await crowd.has_saved(200)
        before = {document: saved_in(crowd, document) for document in place.documents}
        done = await asyncio.to_thread(lectern, "backup", str(file), settings=settings_of(server))
        enough.set()
    assert "The secret key is not in it" in succeeded(done)
    assert file.stat().st_mode & 0o777 == 0o600

    settings = settings_for(folder, new_database)
    restored = succeeded(await asyncio.to_thread(lectern, "restore", str(file), settings=settings))
    assert restored.startswith("Restored ")
    assert files_in(folder) == files_in(server.data_dir) != {}
    again = await asyncio.to_thread(
        lambda: start_server(data_dir=folder, database_url=new_database, secret_key=KEY, public_url=address_of_both)
    )
    for document in place.documents:
        log = keys_of(await replayed(new_database, document))
        written = set().union(*(writer.edits for writer in crowd.writers if writer.document == document))
        assert before[document] <= log.keys() <= written
        assert keys_of(await held_by_server(with_url(place, again), document)) == log

    def everybody_goes_on() -> None:
        with http_client(again.url) as api:
            api.headers["Authorization"] = f"Bearer {School(again.url).sign_in(email, api)}"
            assert api.get(address).content == PICTURE
            assert api.post("/api/classes", json={"title": "Next term"}).status_code == 201

    await asyncio.to_thread(everybody_goes_on)


def saved_in(crowd: Crowd, document: str) -> set[str]:
    return set().union(*(writer.saved for writer in crowd.writers if writer.document == document))


def with_url(place, server: RunningServer):
    return replace(place, url=server.websocket_url)


def test_what_comes_back_is_equal_row_by_row_and_so_is_the_schema(
    start_server: StartServer, new_database: str, tmp_path: Path
) -> None:
    server = start_server(demo="true", secret_key=KEY)
    school_with_work(server)
    server.stop()
    # The log holds what could not be applied, too.
    run_sql(
        server.settings["database_url"],
        "update document_updates set encoding = 'quarantined' where ctid = (select max(ctid) from document_updates)",
    )
    file, folder = tmp_path / "school.backup", tmp_path / "restored"
    succeeded(lectern("backup", str(file), settings=settings_of(server)))
    before = content_of(server.settings["database_url"])
    succeeded(lectern("migrate", settings=settings_for(folder, new_database)))
    succeeded(lectern("restore", str(file), settings=settings_for(folder, new_database)))
    assert content_of(new_database) == before
    assert files_in(folder) == files_in(server.data_dir)
    line = refusal(lectern("restore", str(file), settings=settings_for(folder, new_database)))
    assert line == "lectern: The database is not empty: bring a backup back into a new one."
    assert content_of(new_database) == before


def test_a_backup_moves_from_the_embedded_database_and_a_bucket_to_ones_own_and_a_folder(
    start_server: StartServer, new_database: str, tmp_path: Path
) -> None:
    with s3_server() as s3:
        server = start_server(
            database_url="",
            files_s3_bucket=BUCKET,
            files_s3_endpoint=s3.url,
            files_s3_access_key_id="lectern",
            files_s3_secret_access_key="a secret",
        )
        school_with_work(server)
        file, folder = tmp_path / "school.backup", tmp_path / "restored"
        settings = dict(server.settings)
        succeeded(lectern("backup", str(file), settings=settings))
        server.stop()
        succeeded(lectern("backup", str(tmp_path / "at-rest.backup"), settings=settings))
    done = lectern("restore", str(tmp_path / "at-rest.backup"), settings=settings_for(folder, new_database))
    assert PICTURE in files_in(folder).values()
    # This one was made under the key of the data folder.
    assert "the secret key is not the one of the backup" in done.stderr
    embedded = settings_for(tmp_path / "embedded", "")
    succeeded(lectern("restore", str(file), settings=embedded))
    succeeded(lectern("backup", str(tmp_path / "once-more"), settings=embedded))


def test_nothing_is_restored_while_a_server_serves(start_server: StartServer, tmp_path: Path) -> None:
    file = tmp_path / "school.backup"
    embedded = start_server(database_url="")
    succeeded(lectern("backup", str(file), settings=embedded.settings))
    assert "Another Lectern uses" in refusal(lectern("restore", str(file), settings=embedded.settings))
    server = start_server()
    url = server.settings["database_url"]
    line = refusal(lectern("restore", str(file), settings=settings_for(tmp_path / "other", url)))
    assert line == "lectern: The database is in use: stop every server and program that is connected to it."


def test_what_is_torn_changed_or_foreign_leaves_nothing_behind(
    start_server: StartServer, new_database: str, tmp_path: Path
) -> None:
    server = start_server()
    school_with_work(server)
    file = tmp_path / "school.backup"
    succeeded(lectern("backup", str(file), settings=settings_of(server)))
    whole = file.read_bytes()
    middle = len(whole) // 2
    bad = {
        whole[:-2000]: "not complete",
        whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]: "damaged",
    }
    for number, (content, reason) in enumerate(bad.items()):
        (tmp_path / f"bad-{number}").write_bytes(content)
        folder = tmp_path / f"folder-{number}"
        done = lectern("restore", str(tmp_path / f"bad-{number}"), settings=settings_for(folder, new_database))
        assert reason in refusal(done)
        assert is_empty(new_database)
        assert files_in(folder) == {}
    assert "No such file" in refusal(
        lectern("restore", str(tmp_path / "nowhere"), settings=settings_for(tmp_path / "f", new_database))
    )


def test_a_backup_of_an_earlier_release_is_migrated_and_one_of_a_later_is_refused(
    empty_database_url: str, new_database: str, tmp_path: Path
) -> None:
    async def earlier() -> None:
        database = Database(empty_database_url)
        async with database.engine.begin() as connection:
            await upgrade(connection, target="0013")
        await database.close()

    in_own_loop(earlier)
    run_sql(
        empty_database_url,
        "insert into users (id, email, name, role, password_hash, status, color)"
        " values (gen_random_uuid(), 'ada@school.example', 'Ada', 'teacher', 'x', 'active', '#123456')",
    )
    source = settings_for(tmp_path / "data", empty_database_url)
    succeeded(lectern("backup", str(tmp_path / "earlier"), settings=source))
    succeeded(lectern("restore", str(tmp_path / "earlier"), settings=settings_for(tmp_path / "new", new_database)))
    assert lectern("migrate", settings=settings_for(tmp_path / "new", new_database)).returncode == 0
    with_current = content_of(new_database)
    assert "signing_keys" in with_current
    assert len(with_current["users"]) == 1  # type: ignore[arg-type]

    run_sql(empty_database_url, "update alembic_version set version_num = 'from_the_future'")
    assert "later release" in refusal(lectern("backup", str(tmp_path / "later"), settings=source))
    assert not (tmp_path / "later").exists()


def test_an_existing_file_is_never_replaced_and_an_empty_database_not_saved(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "precious"
    file.write_text("the last good backup")
    settings = settings_for(tmp_path / "data", database_url)
    assert "is there already" in refusal(lectern("backup", str(file), settings=settings))
    assert file.read_text() == "the last good backup"
    settings = settings_for(tmp_path / "data", empty_database_url)
    assert "nothing to save" in refusal(lectern("backup", str(tmp_path / "new"), settings=settings))
    assert "No such file" in refusal(lectern("backup", str(tmp_path / "no" / "folder"), settings=settings))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["precious"]


def test_files_that_the_store_has_lost_or_spoiled_are_named_and_the_rest_is_saved(
    start_server: StartServer, new_database: str, tmp_path: Path
) -> None:
    server = start_server()
    api = School(server.url).register("Ms. Okafor", "teacher").api
    for content in (b"lost", b"spoiled", b"fine"):
        api.post("/api/files", files={"file": ("a.txt", content)}).raise_for_status()
    for path in (server.data_dir / "files").rglob("*"):
        if path.is_file() and path.read_bytes() == b"lost":
            path.unlink()
        elif path.is_file() and path.read_bytes() == b"spoiled":
            path.chmod(0o640)
            path.write_bytes(b"rotten")
    file, folder = tmp_path / "school.backup", tmp_path / "restored"
    done = lectern("backup", str(file), settings=settings_of(server))
    succeeded(done)
    assert "1 files are missing from the store" in done.stderr
    assert "1 files are damaged in the store" in done.stderr
    succeeded(lectern("restore", str(file), settings=settings_for(folder, new_database)))
    assert list(files_in(folder).values()) == [b"fine"]


class Command:
    """A command that can be stopped in the middle."""

    def __init__(self, *arguments: str, settings: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "collab_server.cli", *arguments],
            env=clean_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def says(self, words: str) -> None:
        """Wait until it has said this."""
        assert self.process.stderr is not None
        said = []
        for line in self.process.stderr:
            said.append(line)
            if words in line:
                return
        raise AssertionError(f"it never said {words!r}, but {said}")

    def ended_by(self, request: signal.Signals) -> int:
        """Send the signal, and return with what it has ended."""
        assert self.process.stderr is not None
        self.process.send_signal(request)
        self.process.stderr.close()
        return self.process.wait(timeout=30)


def test_a_backup_that_is_stopped_in_the_middle_is_not_there_and_nobody_collects_files_meanwhile(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    school_with_work(server)
    (kept,) = (path for path in (server.data_dir / "files").rglob("*") if path.is_file())
    kept.rename(tmp_path / "kept")
    os.mkfifo(kept)  # nobody ever writes into it: whoever reads it waits
    folder = tmp_path / "backups"
    folder.mkdir()
    command = Command("backup", str(folder / "school"), settings=settings_of(server))
    command.says("files follow")
    run_sql(server.settings["database_url"], f"do $$ begin assert not pg_try_advisory_lock({COLLECTING_LOCK}); end $$")
    assert command.ended_by(signal.SIGTERM) == 130
    assert list(folder.iterdir()) == []
    command = Command("backup", str(folder / "school"), settings=settings_of(server))
    command.says("files follow")
    assert command.ended_by(signal.SIGKILL) == -signal.SIGKILL
    assert not (folder / "school").exists()
    kept.unlink()
    (tmp_path / "kept").rename(kept)
    succeeded(lectern("backup", str(folder / "school"), settings=settings_of(server)))
    assert [path.name for path in folder.iterdir()] == ["school"], "what was left over is cleared away"


def test_a_restore_that_is_killed_leaves_an_empty_database_and_can_be_repeated(
    start_server: StartServer, new_database: str, tmp_path: Path
) -> None:
    server = start_server()
    school_with_work(server)
    server.stop()
    file, folder = tmp_path / "school.backup", tmp_path / "restored"
    succeeded(lectern("backup", str(file), settings=settings_of(server)))
    settings = settings_for(folder, new_database)
    for words in ("table documents", "table users", "checking that everything fits"):
        command = Command("restore", str(file), settings=settings)
        command.says(words)
        assert command.ended_by(signal.SIGKILL) == -signal.SIGKILL
        assert is_empty(new_database)
    succeeded(lectern("restore", str(file), settings=settings))
    assert content_of(new_database) == content_of(server.settings["database_url"])
