"""`lectern create-admin` and `lectern rotate-keys`."""

import argparse
import getpass
import sys
from datetime import datetime

from auth.actions import create_admin as add_admin
from auth.errors import AddressTaken, Conflict
from auth.keys.actions import rotate
from collab_server.commands.house import (
    CommandFailed,
    database_at,
    database_for_command,
    event_loop,
    migrated,
    passwords_of,
)
from collab_server.settings import Settings


def create_admin(settings: Settings, chosen: argparse.Namespace) -> int:
    """Create an administrator; raises CommandFailed."""
    email = chosen.email or _answer("E-mail: ")
    password = _new_password()

    async def create(url: str) -> None:
        await migrated(url)
        async with database_at(url) as database, database.transaction() as tx:
            await add_admin(
                tx.session, email=email, password=password, name=chosen.name, passwords=passwords_of(settings)
            )

    with database_for_command(settings) as url, event_loop() as loop:
        try:
            loop.run(create(url))
        except AddressTaken as error:
            raise CommandFailed(f"{email} has an account already.") from error
        except ValueError as error:
            raise CommandFailed(str(error)) from error
    print(f"{email} can sign in as administrator.")
    return 0


def rotate_keys(settings: Settings, chosen: argparse.Namespace) -> int:
    """Have access tokens signed with another key; raises CommandFailed."""

    async def replace_key(url: str) -> datetime:
        await migrated(url)
        async with database_at(url) as database, database.transaction() as tx:
            return await rotate(tx.session, at_once=chosen.now, token_seconds=settings.access_token_seconds)

    with database_for_command(settings) as url, event_loop() as loop:
        try:
            signs_from = loop.run(replace_key(url))
        except Conflict as error:
            raise CommandFailed(error.detail) from error
    then = "are refused from then on" if chosen.now else "stay valid until they end by themselves"
    print(f"A new key signs from {signs_from:%H:%M:%S} UTC on; tokens of the old one {then}.")
    return 0


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
