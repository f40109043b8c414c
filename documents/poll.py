"""Polls: what their Yjs document holds, and how the server writes it.

Only the server writes a poll's document. `poll` is what is asked and how it stands, `results` what may be seen of the ballots: what is
hidden is not in the document at all, because a stock client reads everything that is.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pycrdt import Doc, Map

from documents.reading import plain

Json = dict[str, Any]

MOVING = frozenset({"counts", "questions"})
"""Results that change bit by bit while people vote: each a Map of its own, so that a ballot writes a few bytes."""


class PollType(StrEnum):
    """What is asked for."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    YES_NO = "yes_no"
    SCALE = "scale"
    RANKING = "ranking"
    OPEN_TEXT = "open_text"
    WORD_CLOUD = "word_cloud"
    Q_AND_A = "q_and_a"
    SCORED = "scored"

    @property
    def takes_text(self) -> bool:
        """Tell whether a ballot is words instead of choices among options."""
        return self in (PollType.OPEN_TEXT, PollType.WORD_CLOUD)


class PollState(StrEnum):
    """How far a poll has come."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class ResultsMode(StrEnum):
    """Whether results are seen while people vote, or once the teacher shows them."""

    LIVE = "live"
    HIDDEN = "hidden"


def show(doc: Doc[Any], *, poll: Mapping[str, Any], results: Mapping[str, Any]) -> None:
    """Make the document say exactly this; write only what differs."""
    _write(doc.get("poll", type=Map), poll)
    _write(doc.get("results", type=Map), results)


def _write(root: Map[Any], wanted: Mapping[str, Any]) -> None:
    for key in [key for key in list(root.keys()) if key not in wanted]:
        del root[key]
    for key, value in wanted.items():
        if key in MOVING:
            _move(root, key, value)
        elif key not in root or plain(root[key]) != value:
            root[key] = value


def _move(root: Map[Any], key: str, wanted: Mapping[str, Any]) -> None:
    inner = root.get(key)
    if not isinstance(inner, Map):
        root[key] = Map(dict(wanted))
        return
    for name in [name for name in list(inner.keys()) if name not in wanted]:
        del inner[name]
    for name, value in wanted.items():
        if name not in inner or plain(inner[name]) != value:
            inner[name] = value
