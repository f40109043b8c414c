"""What a running session shows its class: what is on stage, who presents, whose hands are up.

The document is written by the server only, from the session's rows. Each value is written only where it differs, so that a raised hand
travels as a few bytes however full the stage is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pycrdt import Array, Doc, Map

from documents.kinds import Kind
from documents.reading import plain
from documents.writing import Change

STAGE = "stage"
HANDS = "hands"
PEOPLE = "people"

STAGEABLE = frozenset({Kind.WHITEBOARD, Kind.SLIDES, Kind.POLL})
"""The kinds that a whole class may be shown. A progress board is not: it holds what others of the class may not see."""


class ActivityKind(StrEnum):
    """What is on stage."""

    NONE = "none"
    DOCUMENT = "document"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class PersonOnStage:
    """Somebody named on the stage."""

    user_id: UUID
    name: str

    def as_value(self) -> dict[str, Any]:
        """Return the person as the document holds them."""
        return {"user_id": str(self.user_id), "name": self.name}


@dataclass(frozen=True, slots=True)
class Activity:
    """What is on stage; `title` and `document_kind` are those of the document when it was put there."""

    kind: ActivityKind = ActivityKind.NONE
    document_id: UUID | None = None
    document_kind: Kind | None = None
    title: str | None = None
    slide_id: str | None = None

    def as_value(self) -> dict[str, Any]:
        """Return the activity as the document holds it; what does not apply is left out."""
        value = {
            "kind": str(self.kind),
            "document_id": None if self.document_id is None else str(self.document_id),
            "document_kind": None if self.document_kind is None else str(self.document_kind),
            "title": self.title,
            "slide_id": self.slide_id,
        }
        return {key: item for key, item in value.items() if item is not None}


@dataclass(frozen=True, slots=True)
class Hand:
    """A raised hand."""

    person: PersonOnStage
    raised_at: datetime

    def as_value(self) -> dict[str, Any]:
        """Return the hand as the document holds it."""
        return {**self.person.as_value(), "raised_at": moment(self.raised_at)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """All that a stage shows. `roam`: students may look at other things than what is on stage."""

    running: bool
    started_at: datetime
    activity: Activity = field(default_factory=Activity)
    put_by: PersonOnStage | None = None
    presenter: PersonOnStage | None = None
    locked: bool = False
    roam: bool = False
    timer_ends_at: datetime | None = None

    def as_values(self) -> dict[str, Any]:
        """Return the keys of the document's root `stage`."""
        presenter = None if self.presenter is None else self.presenter.as_value()
        return {
            "state": "running" if self.running else "ended",
            "started_at": moment(self.started_at),
            "activity": self.activity.as_value(),
            "put_by": None if self.put_by is None else self.put_by.as_value(),
            "presenter": presenter,
            "presenter_id": None if presenter is None else presenter["user_id"],
            "locked": self.locked,
            "roam": self.roam,
            "timer": None if self.timer_ends_at is None else {"ends_at": moment(self.timer_ends_at)},
        }


def moment(time: datetime) -> str:
    """Return a time as documents hold it: RFC 3339 in UTC, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(stage: Stage, hands: Sequence[Hand]) -> Change:
    """Return the change that makes a stage document show this stage and these hands, in this order."""

    def change(doc: Doc[Any]) -> None:
        write_map(doc.get(STAGE, type=Map), stage.as_values())
        write_array(doc.get(HANDS, type=Array), [hand.as_value() for hand in hands])

    return change


def attended(people: Mapping[UUID, Mapping[str, Any]]) -> Change:
    """Return the change that leaves in the document who was there, by user id."""

    def change(doc: Doc[Any]) -> None:
        write_map(doc.get(PEOPLE, type=Map), {str(user_id): dict(person) for user_id, person in people.items()})

    return change


def write_map(root: Map[Any], values: Mapping[str, Any]) -> None:
    """Make a map hold these values; those that it holds already are not written again."""
    before = plain(root)
    for key, value in values.items():
        if key not in before or before[key] != value:
            root[key] = value


def write_array(root: Array[Any], values: Sequence[Any]) -> None:
    """Make an array hold these values in this order, changing only what lies between what stays at both ends."""
    before: list[Any] = plain(root)
    first = 0
    while first < min(len(before), len(values)) and before[first] == values[first]:
        first += 1
    last = 0
    while last < min(len(before), len(values)) - first and before[-1 - last] == values[-1 - last]:
        last += 1
    if len(before) - last > first:
        del root[first : len(before) - last]
    for position in range(first, len(values) - last):
        root.insert(position, values[position])
