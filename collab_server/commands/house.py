"""What commands share: the database they work on, and how what an operator can put right is told.

`CommandFailed` ends a command with its one line on stderr.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

import asyncpg
import uvloop
from sqlalchemy.exc import SQLAlchemyError

from auth.passwords import Passwords
from collab_server.data_folder import DataFolder, DataFolderError
from collab_server.settings import Settings
from persistence.appearing import NameTaken
from persistence.connecting import Address
from persistence.database import Database
from persistence.embedded import EmbeddedPostgres
from persistence.errors import DatabaseNewerThanCode, FilesAway, StorageFull
from persistence.migrations import migrate

POSTGRES_MIN_VERSION = 14


class CommandFailed(Exception):
    """The command cannot go on; the message is one line for the operator."""


@contextmanager
def event_loop() -> Iterator[asyncio.Runner]:
    """Give an event loop as the server has one."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner


@contextmanager
def own_database(settings: Settings) -> Iterator[str]:
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
def database_for_command(settings: Settings) -> Iterator[str]:
    """Like `own_database`, beside a running server of the same data folder too: then its PostgreSQL is used."""
    if settings.database_url:
        yield settings.database_url
        return
    running = EmbeddedPostgres(settings.data_dir).running_url()
    try:
        with DataFolder(settings.data_dir), own_database(settings) as url:
            yield url
    except DataFolderError:
        if running is None:
            raise
        yield running


@asynccontextmanager
async def database_at(url: str) -> AsyncIterator[Database]:
    """Give a pool of connections."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def reached(url: str) -> None:
    """Check that the database can be used; raises CommandFailed."""
    place = shown(url)
    try:
        connection = await Address(url).connect()
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error) or "no answer in time"
        raise CommandFailed(f"The database {place} cannot be reached: {reason.splitlines()[0]}") from error
    server = connection.get_server_version().major
    await connection.close()
    if server < POSTGRES_MIN_VERSION:
        raise CommandFailed(
            f"The database {place} is PostgreSQL {server}; Lectern needs {POSTGRES_MIN_VERSION} or later."
        )


async def migrated(url: str) -> None:
    """Check that the database can be used, and migrate it; raises CommandFailed."""
    await reached(url)
    place = shown(url)
    try:
        await migrate(url)
    except DatabaseNewerThanCode as error:
        raise CommandFailed(str(error)) from error
    except (OSError, SQLAlchemyError) as error:
        reason = str(error).splitlines()[0]
        raise CommandFailed(f"The database {place} cannot be migrated: {reason}") from error


@contextmanager
def errors_told(*own: type[Exception]) -> Iterator[None]:
    """Tell in one line what stands between a command and its files and rows; raises CommandFailed. `own`: whose message is that line."""
    said: tuple[type[Exception], ...] = (NameTaken, *own)
    try:
        yield
    except said as error:
        raise CommandFailed(str(error)) from error
    except FilesAway as error:
        raise CommandFailed("The store of files cannot be reached.") from error
    except StorageFull as error:
        raise CommandFailed("There is no room left for files.") from error
    except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CommandFailed((str(error) or type(error).__name__).splitlines()[0]) from error


def report(line: str) -> None:
    """Tell how far a command is."""
    print(f"lectern: {line}", file=sys.stderr, flush=True)


def with_secret_key(settings: Settings) -> Settings:
    """Return the settings with the key that is kept in the data folder; raises CommandFailed."""
    try:
        return settings.with_secret_key()
    except OSError as error:
        raise CommandFailed(f"The data folder {settings.data_dir} cannot be used: {error.strerror}.") from error


def passwords_of(settings: Settings) -> Passwords:
    """Return how passwords are hashed here."""
    return Passwords.costing(settings.password_hash_bytes, passes=settings.password_hash_passes)


def shown(url: str) -> str:
    """Return where a database is, without who may enter."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2] or "on this machine"
    return f"{parts.path.lstrip('/')} ({place})"
