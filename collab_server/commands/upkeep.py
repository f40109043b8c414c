"""`lectern migrate` and `lectern check-config`."""

import argparse

from collab_server.commands.house import database_for_command, event_loop, migrated
from collab_server.settings import Settings


def migrate(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Bring the database to this release's schema; raises CommandFailed."""
    with database_for_command(settings) as url, event_loop() as loop:
        loop.run(migrated(url))
    print("The database is up to date.")
    return 0


def check_config(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Show the settings, which have been checked."""
    for name, value in settings.described():
        print(f"{name}={value}")
    return 0
