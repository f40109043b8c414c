"""`lectern serve`."""

import argparse
import itertools
import os
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import structlog

from collab_server import compiled
from collab_server.commands.house import (
    CommandFailed,
    database_at,
    event_loop,
    migrated,
    own_database,
    passwords_of,
    with_secret_key,
)
from collab_server.data_folder import DataFolder
from collab_server.file_store import file_store_of
from collab_server.listening import listen, listen_for
from collab_server.listening import serve as serve_app
from collab_server.settings import Settings
from collab_server.workers import Line, Workers, WorkersFailed
from persistence.connecting import Address
from persistence.serving import Refused as PlaceRefused

if TYPE_CHECKING:
    from classroom.demo import DemoAccount

_log = structlog.get_logger(__name__)


def serve(settings: Settings, chosen: argparse.Namespace) -> int:
    """Serve the classroom until Ctrl-C or SIGTERM."""
    line = Line.of(os.environ)
    if line is not None:
        url = settings.database_url
        return _serve_here(settings, url=url, sockets=line.sockets, announce=line.serves, crew=line.crew)
    if chosen.workers > 1 and not settings.redis_url:
        raise CommandFailed("--workers needs LECTERN_REDIS_URL: the processes meet there.")
    with DataFolder(settings.data_dir):
        settings = with_secret_key(settings)
        # The port is taken first, because it fails fast: nothing has been started then that had to be stopped.
        if chosen.workers == 1:
            shares = [listen(settings.host, settings.port)]
        else:
            shares = listen_for(chosen.workers, settings.host, settings.port)
        try:
            with own_database(settings) as url:
                with event_loop() as loop:
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

    with event_loop() as loop:
        address = Address(url)
        serving = serving_of(settings, address=address)
        try:
            loop.run(serving.begin())
            _log.info("engine starts", compiled=compiled.in_use())
            app = create_app(settings, address=address, serving=serving, crew=crew)
            started = loop.run(serve_app(app, settings=settings, sockets=sockets, announce=announce))
        except PlaceRefused as error:
            raise CommandFailed(str(error)) from error
        except KeyboardInterrupt:
            return 0
    if not started:
        raise CommandFailed("The server did not start; the lines above say why.")
    return 0


async def _prepare(settings: Settings, *, url: str) -> "Sequence[DemoAccount]":
    """Migrate, and seed the demo class into an empty database."""
    await migrated(url)
    if not settings.demo:
        return ()
    from classroom import demo  # noqa: PLC0415 -- it brings the whole classroom along

    async with database_at(url) as database:
        # The demo's well-known passwords are only for a server that nobody else can reach.
        reachable = settings.production or not settings.local
        file_store = file_store_of(settings)
        return await demo.seed(database, passwords=passwords_of(settings), file_store=file_store, production=reachable)


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
