"""The command `lectern`.

Whatever an operator can put right ends with one clear line on stderr and a code of its own: 2 for bad settings,
1 for everything else. Only our own faults show a traceback.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from collab_server.commands import accounts, backups, classes, serving, upkeep
from collab_server.commands.house import CommandFailed
from collab_server.data_folder import DataFolderError
from collab_server.listening import ListeningError
from collab_server.logs import configure_logging
from collab_server.settings import Settings, SettingsError
from persistence.embedded import EmbeddedPostgresError

WORKERS_MAX = 64


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
    named = {}
    for name, run, text in (
        ("serve", serving.serve, "serve the classroom until Ctrl-C or SIGTERM"),
        ("migrate", upkeep.migrate, "bring the database to this release's schema"),
        (
            "create-admin",
            accounts.create_admin,
            "create an administrator; asks for the password, or reads it from stdin",
        ),
        (
            "rotate-keys",
            accounts.rotate_keys,
            "have access tokens signed with another key; servers that run follow by themselves",
        ),
        ("export", classes.export_class, "save a class, without its people, into one file; servers go on meanwhile"),
        ("import", classes.import_class, "make a new class of such a file; servers go on meanwhile"),
        ("backup", backups.backup, "save everything into one file; servers go on working meanwhile"),
        ("restore", backups.restore, "bring a backup back into an empty database and its store of files"),
        ("check-config", upkeep.check_config, "check the settings, show them, and exit"),
    ):
        named[name] = command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.set_defaults(run=run)
    _add_arguments(named)
    return parser


def _add_arguments(named: dict[str, argparse.ArgumentParser]) -> None:
    named["serve"].add_argument(
        "--workers",
        type=_count,
        default=1,
        metavar="N",
        help="processes to serve with (default: 1); more need Redis",
    )
    named["create-admin"].add_argument("--email", help="address to sign in with; asked for when left out")
    named["create-admin"].add_argument(
        "--name", help="name that others see (default: Administrator)", default="Administrator"
    )
    named["rotate-keys"].add_argument(
        "--now",
        action="store_true",
        help="the old key may have leaked: within seconds its tokens are worth nothing",
    )
    export = named["export"]
    export.epilog = classes.EXPORT_EPILOG
    export.add_argument(
        "class_id", type=UUID, metavar="CLASS_ID", help="the class: what follows /classes/ in its address"
    )
    export.add_argument(
        "--to", type=Path, required=True, metavar="FILE", help="the archive to write, say class.lectern"
    )
    export.add_argument(
        "--document", type=UUID, metavar="ID", help="only this document of the class, and what lies on it"
    )
    named["import"].add_argument("file", type=Path, metavar="FILE", help="the archive")
    named["import"].add_argument(
        "--teacher", required=True, metavar="EMAIL", help="whose the new class is: the address of a teacher's account"
    )
    for name in ("backup", "restore"):
        named[name].add_argument("file", type=Path, metavar="FILE", help="the backup")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= WORKERS_MAX:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {WORKERS_MAX}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
