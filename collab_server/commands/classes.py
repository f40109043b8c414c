"""`lectern export` and `lectern import`: one class in one file."""

import argparse
from importlib.metadata import version

from classroom.archives.errors import ArchiveError
from classroom.archives.left_out import LEFT_OUT
from collab_server.commands.house import (
    database_at,
    database_for_command,
    errors_told,
    event_loop,
    migrated,
    report,
)
from collab_server.file_store import file_store_of
from collab_server.seeding import seeded
from collab_server.settings import Settings
from persistence.appearing import appearing

EXPORT_EPILOG = f"""
The archive holds the course, lessons, boards, decks, shared files, assignments with their rubrics, how the
gradebook is put together, and what polls ask. The text of documents stays as it is, names in it as well.
Left out: {"; ".join(LEFT_OUT)}.
"""


def export_class(settings: Settings, chosen: argparse.Namespace) -> int:
    """Save a class into one file; raises CommandFailed."""
    from classroom.archives.leaving import save_class  # noqa: PLC0415 -- it brings the whole classroom along
    from classroom.portable import LEAVING  # noqa: PLC0415

    async def save(url: str) -> None:
        await migrated(url)
        async with database_at(url) as database:
            with appearing(chosen.to) as file:
                manifest = await save_class(
                    database,
                    file_store_of(settings),
                    file,
                    parts=LEAVING,
                    class_id=chosen.class_id,
                    document_id=chosen.document,
                    release=version("lectern"),
                    report=report,
                )
        contents = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in manifest.contents.items())
        print(f"Saved {manifest.class_.title!r} to {chosen.to}: {contents or 'nothing but its title'}.")
        print("What belongs to people is not in it: members, submissions, grades and votes.")

    with database_for_command(settings) as url, event_loop() as loop, errors_told(ArchiveError):
        loop.run(save(url))
    return 0


def import_class(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make a class of an archive; raises CommandFailed."""
    from classroom.archives.arriving import House, bring_class  # noqa: PLC0415 -- it brings the whole classroom along
    from classroom.file_uses import BYTES_NAMED_BY  # noqa: PLC0415
    from classroom.portable import ARRIVING  # noqa: PLC0415
    from collab_server.file_limits import file_limits_of  # noqa: PLC0415

    async def bring(url: str) -> None:
        await migrated(url)
        async with database_at(url) as database:
            store = file_store_of(settings)
            house = House(
                database=database,
                store=store,
                limits=file_limits_of(settings),
                document_max_bytes=settings.document_max_bytes,
                seeds=seeded,
                named_by=BYTES_NAMED_BY,
            )
            class_id, manifest = await bring_class(
                house, chosen.file, parts=ARRIVING, teacher=chosen.teacher, report=report
            )
        print(f"Made the class {manifest.class_.title!r} of {chosen.teacher}: {settings.public_url}/classes/{class_id}")

    with database_for_command(settings) as url, event_loop() as loop, errors_told(ArchiveError):
        loop.run(bring(url))
    return 0
