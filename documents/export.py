"""Write a document in a format that other programs read.

``main`` does the same in a process of its own, for documents so large that working on them would
hold up everybody else (the CRDT library never releases Python's lock): the request is pickled on stdin, the
file comes on stdout.
"""

import json
import pickle
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from documents.kinds import Kind
from documents.reading import read_roots, state
from documents.references import names_of_files, shown_files
from documents.whiteboard import Image, linked_files, scene


class ExportFormat(StrEnum):
    """A format to export in."""

    JSON = "json"
    YJS = "yjs"
    EXCALIDRAW = "excalidraw"

    @property
    def media_type(self) -> str:
        """Return the media type of a file in this format."""
        return _MEDIA_TYPES[self]

    @property
    def file_ending(self) -> str:
        """Return what a file's name ends with."""
        return f".{self.value}"

    def fits(self, kind: Kind) -> bool:
        """Tell whether documents of a kind can be written in this format."""
        return self is not ExportFormat.EXCALIDRAW or kind in {Kind.WHITEBOARD, Kind.PAGE}


_MEDIA_TYPES: Mapping[ExportFormat, str] = MappingProxyType(
    {
        ExportFormat.JSON: "application/json",
        ExportFormat.YJS: "application/octet-stream",
        ExportFormat.EXCALIDRAW: "application/vnd.excalidraw+json",
    }
)


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to write: the updates (v1) that make the document, and the images it may show."""

    kind: Kind
    format: ExportFormat
    updates: tuple[bytes, ...]
    images: Mapping[str, Image] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShownFilesRequest:
    """Moments of a document, each one update (v1), and what the addresses of files begin with."""

    kind: Kind
    moments: tuple[bytes, ...]
    prefix: str


def export(request: ExportRequest) -> bytes:
    """Return the document as a file.

    Raises:
        UnreadableUpdate: an update cannot be applied.
    """
    if request.format is ExportFormat.YJS:
        return state(request.kind, request.updates).get_update()
    if request.format is ExportFormat.JSON:
        return _json(read_roots(request.kind, request.updates))
    return _json(scene(request.updates, images=request.images))


def shown(request: ShownFilesRequest) -> tuple[set[UUID], dict[UUID, set[str]]]:
    """Return the files that any of a document's moments shows, and the names of all that they know (see documents.references)."""
    files: set[UUID] = set()
    names: dict[UUID, set[str]] = {}
    for moment in request.moments:
        roots = read_roots(request.kind, [moment])
        files |= shown_files(request.kind, roots, prefix=request.prefix)
        for file_id, words in names_of_files(request.kind, roots, prefix=request.prefix).items():
            names.setdefault(file_id, set()).update(words)
    return files, names


def links(request: ExportRequest) -> dict[str, str]:
    """Return file id → address of the files that the document shows, where the format can carry their bytes."""
    return linked_files(request.updates) if request.format is ExportFormat.EXCALIDRAW else {}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=2).encode()


def main() -> None:
    """Answer one pickled ``(function name, request)`` from stdin. Only our own parent process writes there."""
    name, request = pickle.load(sys.stdin.buffer)  # noqa: S301 -- from our own parent process
    functions: Mapping[str, Callable[[Any], object]] = {"export": export, "links": links, "shown": shown}
    sys.stdout.buffer.write(pickle.dumps(functions[name](request)))
