"""What an archive says about itself, and what may be in one. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, ValidationError

from auth.http.schemas import PlainText, RequestBody
from classroom.archives.errors import ArchiveDamaged, ArchiveError

FORMAT: Final = "lectern-class"
VERSION: Final = 1
FIRST = "manifest.json"
ENTRIES_MAX = 100_000
NAME = re.compile(
    r"[a-z_]{1,40}\.json"
    r"|(?P<document>documents)/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(?:yjs|json)"
    r"|(?P<slides>slides)/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json"
    r"|(?P<file>files)/[0-9a-f]{64}"
)
"""Every name that an entry can have; none is ever used as a path."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Bytes = Annotated[int, Field(ge=0, le=2**53)]


class Entry(RequestBody):
    """How many bytes an entry has, unpacked, and their hash."""

    bytes: Bytes
    sha256: Sha256


class ClassNamed(RequestBody):
    """The class that was saved."""

    id: UUID
    title: PlainText


class Manifest(RequestBody):
    """What an archive is: which release made it when, of which class, what is in it, and what was left out.

    missing: files that the store had lost, by their hashes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    format: Literal["lectern-class"] = FORMAT
    version: Literal[1] = VERSION
    release: Annotated[str, Field(max_length=100)]
    made_at: Annotated[str, Field(max_length=40)]
    class_: Annotated[ClassNamed, Field(alias="class")]
    contents: Annotated[dict[str, int], Field(max_length=100)]
    left_out: Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=100)]
    missing: Annotated[list[Sha256], Field(max_length=ENTRIES_MAX)]
    entries: Annotated[dict[str, Entry], Field(max_length=ENTRIES_MAX)]


def read_manifest(data: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        ArchiveError: it is none, or of a format that this release does not know.
    """
    try:
        said: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise ArchiveDamaged("it does not say what it is") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise ArchiveError("This is not an archive of a class.")
    version = said.get("version")
    if version != VERSION:
        raise ArchiveError(
            f"This archive has format {str(version)[:20]}, which this release does not know; use a later one."
        )
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise ArchiveDamaged(first_fault(FIRST, error)) from None
    if not all(NAME.fullmatch(name) and name != FIRST for name in manifest.entries):
        raise ArchiveDamaged("it names an entry that no archive has")
    return manifest


def written_manifest(manifest: Manifest) -> bytes:
    """Return a manifest as it is written."""
    return written(manifest.model_dump(mode="json", by_alias=True))


def written(value: Mapping[str, Any]) -> bytes:
    """Return plain values as people can read them, too."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2).encode()


def first_fault(name: str, error: ValidationError) -> str:
    """Return the first thing that is wrong with an entry, in a few words."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(each)[:40] for each in fault["loc"][:8])
    return f"{name}{f', {place}' if place else ''}: {' '.join(fault['msg'].split())[:200]}"
