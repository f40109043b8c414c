"""Archives of classes, and how much an import could leave behind."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from classroom.archives.arriving import House, bring_class
from classroom.archives.errors import ArchiveError
from classroom.archives.leaving import save_class
from classroom.archives.manifest import Entry, Manifest, read_manifest, written_manifest
from classroom.classes.models import ClassRow
from classroom.courses.models import CourseRow
from classroom.documents.models import DocumentRow
from classroom.file_uses import BYTES_NAMED_BY
from classroom.files.limits import FileLimits
from classroom.files.models import FileRow
from classroom.portable import ARRIVING, LEAVING
from collab_server.seeding import seeded
from persistence.log_tables import DocumentUpdate
from tests.integration.conftest import Api, Client

TEACHER = "teacher@lectern.example"
Entries = dict[str, bytes]


def quiet(_line: str) -> None:
    """Say nothing."""


def house(api: Api, **changes: Any) -> House:
    values: dict[str, Any] = {
        "database": api.services.database,
        "store": api.services.file_store,
        "limits": FileLimits(),
        "document_max_bytes": 1_000_000,
        "seeds": seeded,
        "named_by": BYTES_NAMED_BY,
    }
    return House(**(values | changes))


async def saved(api: Api, class_id: str, **options: Any) -> bytes:
    file = io.BytesIO()
    await save_class(
        api.services.database,
        api.services.file_store,
        file,
        parts=LEAVING,
        class_id=UUID(class_id),
        release="1.0",
        report=quiet,
        **options,
    )
    return file.getvalue()


async def brought(api: Api, data: bytes, folder: Path, *, teacher: str = TEACHER, into: House | None = None) -> UUID:
    path = folder / "class.lectern"
    path.write_bytes(data)
    class_id, _ = await bring_class(into or house(api), path, parts=ARRIVING, teacher=teacher, report=quiet)
    return class_id


def entries_of(data: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(entries: Mapping[str, bytes]) -> bytes:
    """Return an archive with these entries, whose manifest fits them."""
    there = {name: data for name, data in entries.items() if name != "manifest.json"}
    before = read_manifest(entries["manifest.json"])
    manifest = Manifest(
        **before.model_dump(exclude={"entries"}),
        entries={name: Entry(bytes=len(data), sha256=hashlib.sha256(data).hexdigest()) for name, data in there.items()},
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in there.items():
            archive.writestr(zipfile.ZipInfo(name), data)
        archive.writestr("manifest.json", written_manifest(manifest))
    return file.getvalue()


@dataclass
class Extent:
    """How much there is of what an import could leave behind."""

    rows: dict[str, int]
    files: set[str]

    @classmethod
    async def of(cls, api: Api, folder: Path) -> "Extent":
        rows = {}
        async with api.services.database.transaction() as tx:
            for table in (ClassRow, CourseRow, DocumentRow, DocumentUpdate, FileRow):
                rows[table.__tablename__] = await tx.session.scalar(select(func.count()).select_from(table)) or 0
        return cls(rows, {path.name for path in (folder / "files").rglob("*") if path.is_file()})


@dataclass
class Demo:
    """The demo class with a file shared in it."""

    api: Api
    class_id: str
    teacher: Client
    archive: bytes

    @property
    def entries(self) -> Entries:
        return entries_of(self.archive)


async def refused(demo: Demo, data: bytes, folder: Path, **options: Any) -> str:
    before = await Extent.of(demo.api, folder)
    with pytest.raises(ArchiveError) as refusal:
        await brought(demo.api, data, folder, **options)
    assert await Extent.of(demo.api, folder) == before
    assert "\n" not in str(refusal.value)
    return str(refusal.value)
