"""`lectern backup` and `lectern restore`."""

import argparse
from importlib.metadata import version

from collab_server.commands.house import (
    database_for_command,
    errors_told,
    event_loop,
    own_database,
    reached,
    report,
    with_secret_key,
)
from collab_server.data_folder import DataFolder
from collab_server.file_store import file_store_of
from collab_server.settings import Settings
from persistence.backup.archive import BackupError, fingerprint
from persistence.backup.restoring import restore as bring_back
from persistence.backup.saving import Source, save


def backup(settings: Settings, chosen: argparse.Namespace) -> int:
    """Save everything into one file; raises CommandFailed."""
    from classroom.file_uses import BYTES_NAMED_BY  # noqa: PLC0415 -- it brings the whole classroom along

    with database_for_command(settings) as url, event_loop() as loop, errors_told(BackupError):
        loop.run(reached(url))
        source = Source(url, file_store_of(settings), BYTES_NAMED_BY)
        key = _fingerprint(settings)
        done = loop.run(save(source, chosen.file, release=version("lectern"), secret_key=key, report=report))
    for what, names in (("missing from the store", done.missing), ("damaged in the store", done.damaged)):
        if names:
            report(f"{len(names)} files are {what}, so they are not in the backup: {', '.join(names[:10])}")
    print(f"Saved {sum(done.rows.values())} rows and {done.files} files to {chosen.file}. The secret key is not in it.")
    return 0


def restore(settings: Settings, chosen: argparse.Namespace) -> int:
    """Bring a backup back into an empty database and its store of files; raises CommandFailed."""
    with errors_told(BackupError), DataFolder(settings.data_dir), own_database(settings) as url, event_loop() as loop:
        loop.run(reached(url))
        store = file_store_of(settings)
        store.prepare()
        made, done = loop.run(bring_back(url, store, chosen.file, report=report))
    if made.secret_key != _fingerprint(settings):
        report(
            "the secret key is not the one of the backup: people stay signed in, but whoever has voted in an anonymous poll could vote again."
            " Give the server the earlier LECTERN_SECRET_KEY, or secret_key in the data folder, before it starts."
        )
    print(f"Restored {sum(done.rows.values())} rows and {done.files} files, saved {made.made_at} by {made.release}.")
    return 0


def _fingerprint(settings: Settings) -> str | None:
    """Return what tells the secret key from others, where there is one."""
    if not settings.secret_key and not (settings.data_dir / "secret_key").exists():
        return None
    return fingerprint(with_secret_key(settings).secret_key)
