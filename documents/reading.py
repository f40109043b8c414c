"""Read a Yjs document's roots as plain JSON values, whatever its writers put there."""

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any

from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText

from documents.kinds import Kind, RootType

NESTING_MAX = 100
SAFE_INTEGER_MAX = 2**53 - 1  # Number.MAX_SAFE_INTEGER

_TYPES: Mapping[RootType, Any] = {
    RootType.MAP: Map,
    RootType.ARRAY: Array,
    RootType.TEXT: Text,
    RootType.XML_FRAGMENT: XmlFragment,
}


class UnreadableUpdate(ValueError):
    """Bytes that should be a Yjs update (v1) are none."""


def state(kind: Kind, updates: Iterable[bytes]) -> Doc[Any]:
    """Build the document that the updates (v1) make, with the kind's roots declared.

    Raises:
        UnreadableUpdate: an update cannot be applied.
    """
    doc: Doc[Any] = Doc()
    declare(doc, kind)
    with doc.transaction():
        for update in updates:
            try:
                doc.apply_update(update)
            except BaseException as error:
                # A panic in yrs arrives as `pyo3_runtime.PanicException`, which is no Exception and cannot be imported.
                if isinstance(error, ValueError) or type(error).__name__ == "PanicException":
                    raise UnreadableUpdate("an update of this document cannot be applied") from error
                raise
    return doc


def declare(doc: Doc[Any], kind: Kind) -> None:
    """Give the roots of a kind their types."""
    for name, root in kind.roots.items():
        doc.get(name, type=_TYPES[root])


def read_roots(kind: Kind, updates: Iterable[bytes]) -> dict[str, Any]:
    """Return the kind's roots, by name, as values that JSON can carry."""
    doc = state(kind, updates)
    return {name: plain(doc.get(name, type=_TYPES[root])) for name, root in kind.roots.items()}


def plain(value: Any, *, depth: int = 0) -> Any:
    """Return the nearest JSON value of what was found in a Yjs document.

    Yjs has one number type, so whole numbers come back whole. Numbers that JSON does not know become null;
    bytes become base64; rich text becomes its markup; what has no value at all (a subdocument), or is nested deeper
    than ``NESTING_MAX``, becomes null.
    """
    if depth > NESTING_MAX:
        return None
    match value:
        case None | bool() | str():
            return value
        case float():
            if not math.isfinite(value):
                return None
            return int(value) if value.is_integer() and abs(value) <= SAFE_INTEGER_MAX else value
        case bytes() | bytearray():
            return base64.b64encode(value).decode("ascii")
        case Map() | dict():
            return {key: plain(item, depth=depth + 1) for key, item in value.items()}
        case Array() | list():
            return [plain(item, depth=depth + 1) for item in value]
        case Text() | XmlFragment() | XmlElement() | XmlText():
            return str(value)
        case _:
            return None
