"""The command `lectern`.

Whatever an operator can put right ends with one clear line on stderr and a code of its own: 2 for bad settings,
1 for everything else. Only our own faults show a traceback.
"""

import argparse
import asyncio
import getpass
import itertools
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
import uvloop
from sqlalchemy.exc import SQLAlchemyError

from auth.actions import create_admin
from auth.errors import AddressTaken, Conflict
from auth.keys.actions import rotate
from auth.passwords import Passwords
from collab_server.data_folder import DataFolder, DataFolderError
from collab_server.file_store import file_store_of
from collab_server.listening import ListeningError, listen, listen_for, serve
from collab_server.logs import configure_logging
from collab_server.settings import Settings, SettingsError
from collab_server.workers import Line, Workers, WorkersFailed
from persistence.backup.archive import BackupError, fingerprint
from persistence.backup.restoring import restore
from persistence.backup.saving import Source, save
from persistence.database import CONNECT_TIMEOUT_SECONDS, Database
from persistence.embedded import EmbeddedPostgres, EmbeddedPostgresError
from persistence.errors import DatabaseNewerThanCode, FilesAway, StorageFull
from persistence.migrations import migrate
from persistence.serving import Refused as PlaceRefused

if TYPE_CHECKING:
    from classroom.demo import DemoAccount

POSTGRES_MIN_VERSION = 14
WORKERS_MAX = 64


class CommandFailed(Exception):
    """The command cannot go on; the message is one line for the operator."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ)
        configure_logging(as_json=settings.production)
        # SIGTERM ends a command as Ctrl-C does.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        code: int = chosen.run(settings, chosen)
    except SettingsError as error:
        for problem in error.problems:
            print(f"lectern: {problem}", file=sys.stderr)
        return 2
    except (CommandFailed, DataFolderError, EmbeddedPostgresError, ListeningError) as error:
        print(f"lectern: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lectern",
        description="A self-hosted live classroom.",
        epilog="Settings are environment variables named LECTERN_...; `lectern check-config` shows them all.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, run, text in (
        ("serve", _serve, "serve the classroom until Ctrl-C or SIGTERM"),
        ("migrate", _migrate, "bring the database to this release's schema"),
        ("create-admin", _create_admin, "create an administrator; asks for the password, or reads it from stdin"),
        (
            "rotate-keys",
            _rotate_keys,
            "have access tokens signed with another key; servers that run follow by themselves",
        ),
        ("backup", _backup, "save everything into one file; servers go on working meanwhile"),
        ("restore", _restore, "bring a backup back into an empty database and its store of files"),
        ("check-config", _check_config, "check the settings, show them, and exit"),
    ):
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.set_defaults(run=run)
        if name == "serve":
            command.add_argument(
                "--workers",
                type=_count,
                default=1,
                metavar="N",
                help="processes to serve with (default: 1); more need Redis",
            )
        if name == "create-admin":
            command.add_argument("--email", help="address to sign in with; asked for when left out")
            command.add_argument(
                "--name", help="name that others see (default: Administrator)", default="Administrator"
            )
        if name in ("backup", "restore"):
            command.add_argument("file", type=Path, metavar="FILE", help="the backup")
        if name == "rotate-keys":
            command.add_argument(
                "--now",
                action="store_true",
                help="the old key may have leaked: within seconds its tokens are worth nothing",
            )
    return parser


def _serve(settings: Settings, chosen: argparse.Namespace) -> int:
    line = Line.of(os.environ)
    if line is not None:
        url = settings.database_url
        return _serve_here(settings, url=url, sockets=line.sockets, announce=line.serves, crew=line.crew)
    if chosen.workers > 1 and not settings.redis_url:
        raise CommandFailed("--workers needs LECTERN_REDIS_URL: the processes meet there.")
    with DataFolder(settings.data_dir):
        settings = _with_secret_key(settings)
        # The port is taken first, because it fails fast: nothing has been started then that had to be stopped.
        if chosen.workers == 1:
            shares = [listen(settings.host, settings.port)]
        else:
            shares = listen_for(chosen.workers, settings.host, settings.port)
        try:
            with _own_database(settings) as url:
                with _loop() as loop:
                    greeting = _greeting(settings, loop.run(_prepare(settings, url=url)))
                announce = partial(print, greeting, flush=True)
                if len(shares) > 1:
                    passed = {"LECTERN_DATABASE_URL": url, "LECTERN_SECRET_KEY": settings.secret_key}
                    Workers(shares, environment=passed).run(announce)
                    return 0
                return _serve_here(settings, url=url, sockets=shares[0], announce=announce)
        except KeyboardInterrupt:
            return 0
        except WorkersFailed as error:
            raise CommandFailed("The server did not start; the lines above say why.") from error
        finally:
            for listener in itertools.chain(*shares):
                listener.close()


def _serve_here(
    settings: Settings,
    *,
    url: str,
    sockets: list[socket.socket],
    announce: Callable[[], None],
    crew: tuple[str, int] | None = None,
) -> int:
    # The composition root brings the whole house along; the other commands do without it.
    from collab_server.app import create_app, serving_of  # noqa: PLC0415

    with _loop() as loop:
        serving = serving_of(settings, database_url=url)
        try:
            loop.run(serving.begin())
            app = create_app(settings, database_url=url, serving=serving, crew=crew)
            started = loop.run(serve(app, settings=settings, sockets=sockets, announce=announce))
        except PlaceRefused as error:
            raise CommandFailed(str(error)) from error
        except KeyboardInterrupt:
            return 0
    if not started:
        raise CommandFailed("The server did not start; the lines above say why.")
    return 0


def _migrate(settings: Settings, _chosen: argparse.Namespace) -> int:
    with _database_for_command(settings) as url, _loop() as loop:
        loop.run(_migrated(url))
    print("The database is up to date.")
    return 0


def _create_admin(settings: Settings, chosen: argparse.Namespace) -> int:
    email = chosen.email or _answer("E-mail: ")
    password = _new_password()

    async def create(url: str) -> None:
        await _migrated(url)
        async with _database(url) as database, database.transaction() as tx:
            await create_admin(
                tx.session, email=email, password=password, name=chosen.name, passwords=_passwords(settings)
            )

    with _database_for_command(settings) as url, _loop() as loop:
        try:
            loop.run(create(url))
        except AddressTaken as error:
            raise CommandFailed(f"{email} has an account already.") from error
        except ValueError as error:
            raise CommandFailed(str(error)) from error
    print(f"{email} can sign in as administrator.")
    return 0


def _rotate_keys(settings: Settings, chosen: argparse.Namespace) -> int:
    async def replace_key(url: str) -> datetime:
        await _migrated(url)
        async with _database(url) as database, database.transaction() as tx:
            return await rotate(tx.session, at_once=chosen.now, token_seconds=settings.access_token_seconds)

    with _database_for_command(settings) as url, _loop() as loop:
        try:
            signs_from = loop.run(replace_key(url))
        except Conflict as error:
            raise CommandFailed(error.detail) from error
    then = "are refused from then on" if chosen.now else "stay valid until they end by themselves"
    print(f"A new key signs from {signs_from:%H:%M:%S} UTC on; tokens of the old one {then}.")
    return 0


def _backup(settings: Settings, chosen: argparse.Namespace) -> int:
    from classroom.file_uses import BYTES_NAMED_BY  # noqa: PLC0415 - as above

    with _database_for_command(settings) as url, _loop() as loop, _backup_errors_told():
        loop.run(_reached(url))
        source = Source(url, file_store_of(settings), BYTES_NAMED_BY)
        key = _fingerprint(settings)
        done = loop.run(save(source, chosen.file, release=version("lectern"), secret_key=key, report=_report))
    for what, names in (("missing from the store", done.missing), ("damaged in the store", done.damaged)):
        if names:
            _report(f"{len(names)} files are {what}, so they are not in the backup: {', '.join(names[:10])}")
    print(f"Saved {sum(done.rows.values())} rows and {done.files} files to {chosen.file}. The secret key is not in it.")
    return 0


def _restore(settings: Settings, chosen: argparse.Namespace) -> int:
    with _backup_errors_told(), DataFolder(settings.data_dir), _own_database(settings) as url, _loop() as loop:
        loop.run(_reached(url))
        store = file_store_of(settings)
        store.prepare()
        made, done = loop.run(restore(url, store, chosen.file, report=_report))
    if made.secret_key != _fingerprint(settings):
        _report(
            "the secret key is not the one of the backup: people stay signed in, but whoever has voted in an anonymous poll could vote again."
            " Give the server the earlier LECTERN_SECRET_KEY, or secret_key in the data folder, before it starts."
        )
    print(f"Restored {sum(done.rows.values())} rows and {done.files} files, saved {made.made_at} by {made.release}.")
    return 0


def _report(line: str) -> None:
    print(f"lectern: {line}", file=sys.stderr, flush=True)


def _fingerprint(settings: Settings) -> str | None:
    """Return what tells the secret key from others, where there is one."""
    if not settings.secret_key and not (settings.data_dir / "secret_key").exists():
        return None
    return fingerprint(_with_secret_key(settings).secret_key)


@contextmanager
def _backup_errors_told() -> Iterator[None]:
    try:
        yield
    except BackupError as error:
        raise CommandFailed(str(error)) from error
    except FilesAway as error:
        raise CommandFailed("The store of files cannot be reached.") from error
    except StorageFull as error:
        raise CommandFailed("There is no room left for files.") from error
    except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CommandFailed((str(error) or type(error).__name__).splitlines()[0]) from error


def _check_config(settings: Settings, _chosen: argparse.Namespace) -> int:
    for name, value in settings.described():
        print(f"{name}={value}")
    return 0


def _with_secret_key(settings: Settings) -> Settings:
    try:
        return settings.with_secret_key()
    except OSError as error:
        raise CommandFailed(f"The data folder {settings.data_dir} cannot be used: {error.strerror}.") from error


@contextmanager
def _loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner


@contextmanager
def _own_database(settings: Settings) -> Iterator[str]:
    """Give the URL of the configured database; without one, start the embedded PostgreSQL and stop it at the end."""
    if settings.database_url:
        yield settings.database_url
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    try:
        yield embedded.start()
    finally:
        # A second Ctrl-C must not leave PostgreSQL behind: its fast stop takes a moment only.
        for request in (signal.SIGINT, signal.SIGTERM):
            signal.signal(request, signal.SIG_IGN)
        embedded.stop()


@contextmanager
def _database_for_command(settings: Settings) -> Iterator[str]:
    """Like `_own_database`, beside a running server of the same data folder too: then its PostgreSQL is used."""
    if settings.database_url:
        yield settings.database_url
        return
    running = EmbeddedPostgres(settings.data_dir).running_url()
    try:
        with DataFolder(settings.data_dir), _own_database(settings) as url:
            yield url
    except DataFolderError:
        if running is None:
            raise
        yield running


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def _reached(url: str) -> None:
    """Check that the database can be used; raises CommandFailed."""
    place = _shown(url)
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_SECONDS)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error) or "no answer in time"
        raise CommandFailed(f"The database {place} cannot be reached: {reason.splitlines()[0]}") from error
    server = connection.get_server_version().major
    await connection.close()
    if server < POSTGRES_MIN_VERSION:
        raise CommandFailed(
            f"The database {place} is PostgreSQL {server}; Lectern needs {POSTGRES_MIN_VERSION} or later."
        )


async def _migrated(url: str) -> None:
    """Check that the database can be used, and migrate it; raises CommandFailed."""
    await _reached(url)
    place = _shown(url)
    try:
        await migrate(url)
    except DatabaseNewerThanCode as error:
        raise CommandFailed(str(error)) from error
    except (OSError, SQLAlchemyError) as error:
        reason = str(error).splitlines()[0]
        raise CommandFailed(f"The database {place} cannot be migrated: {reason}") from error


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= WORKERS_MAX:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {WORKERS_MAX}")
    return int(text)


def _passwords(settings: Settings) -> Passwords:
    return Passwords.costing(settings.password_hash_bytes, passes=settings.password_hash_passes)


async def _prepare(settings: Settings, *, url: str) -> "Sequence[DemoAccount]":
    """Migrate, and seed the demo class into an empty database."""
    await _migrated(url)
    if not settings.demo:
        return ()
    from classroom import demo  # noqa: PLC0415 - as above

    async with _database(url) as database:
        # The demo's well-known passwords are only for a server that nobody else can reach.
        reachable = settings.production or not settings.local
        file_store = file_store_of(settings)
        return await demo.seed(database, passwords=_passwords(settings), file_store=file_store, production=reachable)


def _greeting(settings: Settings, accounts: "Sequence[DemoAccount]") -> str:
    lines = [f"Lectern serves on {settings.public_url}"]
    if accounts:
        lines += ["", "A demo class is there. Sign in as:"]
        width = max(len(account.email) for account in accounts)
        for account in accounts:
            password = f"password {account.password}" if account.password else "password as told at the first start"
            lines.append(f"  {account.role:<8} {account.email:<{width}}  {password}")
        lines.append("")
    return "\n".join([*lines, "Stop with Ctrl-C."])


def _shown(url: str) -> str:
    """Return where a database is, without who may enter."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2] or "on this machine"
    return f"{parts.path.lstrip('/')} ({place})"


def _answer(question: str) -> str:
    try:
        return input(question if sys.stdin.isatty() else "").strip()
    except EOFError:
        raise CommandFailed("An e-mail address is needed: --email, or the first line of stdin.") from None


def _new_password() -> str:
    """Ask twice at a terminal; else read one line. Arguments would show in the list of processes."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise CommandFailed("The two passwords differ.")
    return password


if __name__ == "__main__":
    sys.exit(main())
