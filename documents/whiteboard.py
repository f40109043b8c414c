"""Whiteboards: elements of Excalidraw in a Yjs document, written as initial content and read for export.

The ``elements`` root maps an element's id to the element as plain JSON. Anybody with write access may put
anything into the roots, so reading takes what makes sense and leaves out the rest; it never raises.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Map

from documents.kinds import Kind
from documents.reading import read_roots

EXCALIDRAW_FILE_VERSION = 2
BACKGROUND = "#ffffff"
SOURCE = "lectern"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Image:
    """The bytes of an image on a board, to be written into an exported scene."""

    media_type: str
    content: bytes

    def as_data_url(self) -> str:
        """Return the image as a ``data:`` URL (RFC 2397)."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.content).decode('ascii')}"


def put(doc: Doc[Any], elements: Iterable[Mapping[str, Any]]) -> None:
    """Put complete Excalidraw elements on a board."""
    root = doc.get("elements", type=Map)
    for element in elements:
        root[element["id"]] = dict(element)


def scene(updates: Sequence[bytes], *, images: Mapping[str, Image] | None = None) -> Json:
    """Return a board as an Excalidraw file (``.excalidraw``).

    Elements come in the order in which they are painted; deleted ones are left out.

    Args:
        updates: the board's Yjs updates (v1), which together are its whole state.
        images: file id → image, for the files whose bytes are to be in the scene.
    """
    elements = living_elements(read_roots(Kind.WHITEBOARD, updates)["elements"])
    shown = {element["fileId"] for element in elements if isinstance(element.get("fileId"), str)}
    return {
        "type": "excalidraw",
        "version": EXCALIDRAW_FILE_VERSION,
        "source": SOURCE,
        "elements": elements,
        "appState": {"viewBackgroundColor": BACKGROUND},
        "files": {
            file_id: {"id": file_id, "mimeType": image.media_type, "dataURL": image.as_data_url(), "created": 0}
            for file_id, image in sorted((images or {}).items())
            if file_id in shown
        },
    }


def living_elements(elements: Mapping[str, Any]) -> list[Json]:
    """Return what can be drawn of the ``elements`` root, in painting order.

    The order is the one of Excalidraw: by fractional ``index``, equal ones by id; elements without an index,
    which only foreign programs write, are on top. The key in the map, not the element's own word, is its id.
    """
    drawable = [
        {**element, "id": key}
        for key, element in elements.items()
        if isinstance(element, Mapping)
        and isinstance(element.get("type"), str)
        and element.get("isDeleted") is not True
    ]
    return sorted(drawable, key=_painting_order)


def linked_files(updates: Sequence[bytes]) -> dict[str, str]:
    """Return file id → address of the files that a board's living elements show."""
    roots = read_roots(Kind.WHITEBOARD, updates)
    files = roots["files"]
    shown = {
        element["fileId"] for element in living_elements(roots["elements"]) if isinstance(element.get("fileId"), str)
    }
    return {
        file_id: file["url"]
        for file_id, file in files.items()
        if file_id in shown and isinstance(file, Mapping) and isinstance(file.get("url"), str)
    }


def _painting_order(element: Mapping[str, Any]) -> tuple[bool, str, str]:
    index = element.get("index")
    element_id: str = element["id"]
    return (False, index, element_id) if isinstance(index, str) else (True, "", element_id)
