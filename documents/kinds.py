"""The kinds of documents and the roots of their Yjs documents."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class RootType(StrEnum):
    """The Yjs type of a root."""

    MAP = "map"
    ARRAY = "array"
    TEXT = "text"
    XML_FRAGMENT = "xml_fragment"


class Kind(StrEnum):
    """A kind of document."""

    WHITEBOARD = "whiteboard"

    @property
    def roots(self) -> Mapping[str, RootType]:
        """Return the names and types of the roots that a document of this kind declares.

        A root has no type until somebody names it, in Yjs as in yrs, so every reader declares all of them.
        """
        return _ROOTS[self]


_ROOTS: Mapping[Kind, Mapping[str, RootType]] = MappingProxyType(
    {
        Kind.WHITEBOARD: MappingProxyType({"elements": RootType.MAP, "files": RootType.MAP, "meta": RootType.MAP}),
    }
)
