"""What a document points to in the house: a board's pictures, a slide's page, board and question.

They are ids of the house that people's programs wrote there, so reading takes what makes sense. A document that is copied to another
class must point to what was copied with it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from pycrdt import Array, Doc, Map

from documents.kinds import Kind
from documents.reading import plain
from documents.whiteboard import living_elements
from documents.writing import Change

NewId = Callable[[UUID], UUID]
_OF_SLIDES = ("file_id", "board_id", "poll_id")


def shown_files(kind: Kind, roots: Mapping[str, Any], *, prefix: str) -> set[UUID]:
    """Return the files that a document shows, given its roots as plain values. `prefix`: of the addresses of files."""
    if kind is Kind.SLIDES:
        return {found for _, item in slides_in(roots) if (found := read_id(item.get("file_id"))) is not None}
    files = roots["files"]
    shown = (element.get("fileId") for element in living_elements(roots["elements"]))
    keys = {key for key in shown if isinstance(key, str)}
    addresses = (files[key].get("url") for key in keys if isinstance(files.get(key), Mapping))
    return {found for address in addresses if (found := _id_in(address, prefix)) is not None}


def names_of_files(kind: Kind, roots: Mapping[str, Any], *, prefix: str) -> dict[UUID, set[str]]:
    """Return the files that a document knows, whether it shows them or not, each with the words by which it could show it again."""
    known = {each: {str(each)} for each in shown_files(kind, roots, prefix=prefix)}
    # A board's entry for a picture stays when the picture goes, and an element that comes back says the entry's key only.
    for key, file in roots.get("files", {}).items():
        found = _id_in(file.get("url"), prefix) if isinstance(file, Mapping) else None
        if found is not None:
            known.setdefault(found, {str(found)}).add(key)
    return known


def slides_in(roots: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the id of each slide of a deck, and what is said of it."""
    for item in roots["slides"]:
        if isinstance(item, Mapping) and isinstance(item.get("id"), str):
            yield item["id"], item


def pointing_to(kind: Kind, new_id: NewId, *, prefix: str) -> Change:
    """Return the change that makes a document point to other things, instead of each that it points to."""

    def change(doc: Doc[Any]) -> None:
        if kind is Kind.SLIDES:
            _point_slides(doc.get("slides", type=Array), new_id)
        else:
            _point_files(doc.get("files", type=Map), new_id, prefix)

    return change


def _point_slides(root: Array[Any], new_id: NewId) -> None:
    for index, item in enumerate(list(root)):
        if not isinstance(item, Map | dict):
            continue
        changes = {
            name: str(new_id(found)) for name in _OF_SLIDES if (found := read_id(plain(item.get(name)))) is not None
        }
        if isinstance(item, Map):
            for name, value in changes.items():
                item[name] = value
        elif changes:
            root[index] = {**item, **changes}


def _point_files(root: Map[Any], new_id: NewId, prefix: str) -> None:
    for key in list(root.keys()):
        file = plain(root[key])
        found = _id_in(file.get("url"), prefix) if isinstance(file, dict) else None
        if found is not None:
            root[key] = {**file, "url": f"{prefix}{new_id(found)}"}


def _id_in(address: object, prefix: str) -> UUID | None:
    return read_id(address.removeprefix(prefix)) if isinstance(address, str) and address.startswith(prefix) else None


def read_id(value: object) -> UUID | None:
    """Return the id that a value is, in the form in which the house writes them."""
    try:
        found = UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and str(found) == value else None
