"""The kinds of documents, the roots of their Yjs documents, and who writes them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class RootType(StrEnum):
    """The Yjs type of a root."""

    MAP = "map"
    ARRAY = "array"
    TEXT = "text"
    XML_FRAGMENT = "xml_fragment"


class Writers(StrEnum):
    """Who, at most, changes documents of a kind from a socket. The server changes all of them."""

    MEMBERS = "members"
    TEACHERS = "teachers"
    SERVER = "server"


class Kind(StrEnum):
    """A kind of document."""

    WHITEBOARD = "whiteboard"
    SLIDES = "slides"
    POLL = "poll"
    PROGRESS = "progress"
    STAGE = "stage"
    PAGE = "page"

    @property
    def roots(self) -> Mapping[str, RootType]:
        """Return the names and types of the roots that a document of this kind declares.

        A root has no type until somebody names it, in Yjs as in yrs, so every reader declares all of them.
        """
        return _ROOTS[self]

    @property
    def writers(self) -> Writers:
        """Return who, at most, writes documents of this kind, whatever their access settings say."""
        return _WRITERS[self]


_BOARD_ROOTS: Mapping[str, RootType] = MappingProxyType(
    {"elements": RootType.MAP, "files": RootType.MAP, "meta": RootType.MAP}
)
_ROOTS: Mapping[Kind, Mapping[str, RootType]] = MappingProxyType(
    {
        Kind.WHITEBOARD: _BOARD_ROOTS,
        Kind.SLIDES: MappingProxyType({"deck": RootType.MAP, "slides": RootType.ARRAY, "position": RootType.MAP}),
        Kind.POLL: MappingProxyType({"poll": RootType.MAP, "results": RootType.MAP}),
        Kind.PROGRESS: MappingProxyType(
            {"columns": RootType.ARRAY, "rows": RootType.MAP, "people": RootType.MAP, "marks": RootType.MAP}
        ),
        Kind.STAGE: MappingProxyType({"stage": RootType.MAP, "hands": RootType.ARRAY, "people": RootType.MAP}),
        # One student's own sheet for a task: a board that nobody else sees but the teachers.
        Kind.PAGE: _BOARD_ROOTS,
    }
)

_WRITERS: Mapping[Kind, Writers] = MappingProxyType(
    {
        Kind.WHITEBOARD: Writers.MEMBERS,
        Kind.SLIDES: Writers.TEACHERS,
        Kind.POLL: Writers.SERVER,
        Kind.PROGRESS: Writers.TEACHERS,
        Kind.STAGE: Writers.SERVER,
        Kind.PAGE: Writers.MEMBERS,
    }
)
