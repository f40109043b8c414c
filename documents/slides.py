"""Decks of slides: read whatever their writers put there, edited from the server's side, repaired.

``slides`` is an array of maps ``{id, title, file_id, page, board_id, poll_id}``. With ``file_id`` and ``page`` (from 1) a slide
shows a page of a PDF, with ``poll_id`` a question, with neither an empty page. ``board_id`` names the whiteboard document that
holds what was drawn over it. Teachers write all of it with any Yjs client, so reading takes what makes sense.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pycrdt import Array, Doc, Map

from documents.access import Level
from documents.reading import plain
from documents.writing import Change

PAGE_WIDTH_UNITS = 1280
"""The width of every slide in the coordinates of its annotation board; its upper left corner is their origin."""
SLIDES_MAX = 1000
TITLE_MAX_CHARS = 200


class Pace(StrEnum):
    """Who turns the pages: the teacher for all, or everybody for themselves."""

    TEACHER = "teacher"
    STUDENT = "student"


class NoSuchSlide(LookupError):
    """The deck has no slide with this id."""


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide, as far as it can be made sense of."""

    id: str
    title: str = ""
    file_id: str | None = None
    page: int | None = None
    board_id: str | None = None
    poll_id: str | None = None

    def as_map(self) -> Map[Any]:
        """Return the slide as it stands in a deck: what it does not have is left out."""
        found = ((name, getattr(self, name)) for name in _FIELDS)
        return Map({name: value for name, value in found if value is not None})


_FIELDS = ("id", "title", "file_id", "page", "board_id", "poll_id")


def blank_deck(title: str) -> Change:
    """Return the change that makes an empty document a deck without slides."""

    def change(doc: Doc[Any]) -> None:
        doc.get("deck", type=Map)["title"] = title
        doc.get("position", type=Map)["pace"] = Pace.TEACHER.value

    return change


def deck_of(title: str, slides: Sequence[Slide]) -> Change:
    """Return the change that makes an empty document a deck of these slides, at its first one."""

    def change(doc: Doc[Any]) -> None:
        blank_deck(title)(doc)
        append(doc, slides)

    return change


def rename(title: str) -> Change:
    """Return the change that gives a deck its title."""

    def change(doc: Doc[Any]) -> None:
        _put(doc.get("deck", type=Map), "title", title)

    return change


def tell_annotations(level: Level) -> Change:
    """Return the change that tells everybody what students may do on the boards over the slides; the boards' access decides."""

    def change(doc: Doc[Any]) -> None:
        _put(doc.get("deck", type=Map), "annotations", level.value)

    return change


def read(doc: Doc[Any]) -> list[Slide]:
    """Return the slides that can be shown; where an id stands twice, the first one counts."""
    found: dict[str, Slide] = {}
    for item in _slides(doc):
        slide = _slide(plain(item))
        if slide is not None:
            found.setdefault(slide.id, slide)
    return list(found.values())


def append(doc: Doc[Any], slides: Iterable[Slide]) -> None:
    """Put slides at the end of a deck. A deck that nobody has opened at a slide is then open at its first one."""
    root = _slides(doc)
    for slide in slides:
        root.append(slide.as_map())
    position = doc.get("position", type=Map)
    shown = read(doc)
    if shown and not isinstance(position.get("slide_id"), str):
        position["slide_id"] = shown[0].id


def remove_file(doc: Doc[Any], file_id: str) -> None:
    """Take all slides that show pages of a file out of a deck."""
    _keep(_slides(doc), lambda item: _field(item, "file_id") != file_id)
    _settle_position(doc)


def turn_to(slide_id: str) -> Change:
    """Return the change that brings a deck to one of its slides; a slide that it does not have leaves it where it is."""

    def change(doc: Doc[Any]) -> None:
        if any(slide.id == slide_id for slide in read(doc)):
            _put(doc.get("position", type=Map), "slide_id", slide_id)

    return change


def name_board(doc: Doc[Any], slide_id: str, board_id: str) -> None:
    """Tell a slide which board holds its annotations.

    Raises:
        NoSuchSlide: the deck has no such slide.
    """
    for item in _slides(doc):
        if isinstance(item, Map) and item.get("id") == slide_id:
            _put(item, "board_id", board_id)
            return
    raise NoSuchSlide(slide_id)


def repair(new_id: Callable[[], str]) -> Change:
    """Return the change that brings a deck into the form that this module describes, and keeps all that has one.

    What is no slide at all goes; a slide that stands twice stays once; fields of the wrong kind go; a slide without an
    id gets one from `new_id`; the position is at a slide.
    """

    def change(doc: Doc[Any]) -> None:
        deck, position = doc.get("deck", type=Map), doc.get("position", type=Map)
        title = deck.get("title")
        _put(deck, "title", title[:TITLE_MAX_CHARS] if isinstance(title, str) else "")
        root = _slides(doc)
        _keep(root, lambda item: isinstance(item, Map | dict))
        for index, item in enumerate(list(root)):
            if isinstance(item, dict):
                root[index] = Map(item)
        known: set[str] = set()
        twice: list[int] = []
        for index, item in enumerate(root):
            _repair_fields(item)
            slide_id = item.get("id")
            if slide_id in known:
                twice.append(index)
            elif slide_id is None:
                item["id"] = slide_id = new_id()
            known.add(slide_id)
        for index in reversed(twice):
            del root[index]
        while len(root) > SLIDES_MAX:
            del root[len(root) - 1]
        if position.get("pace") not in list(Pace):
            position["pace"] = Pace.TEACHER.value
        _settle_position(doc)

    return change


def _settle_position(doc: Doc[Any]) -> None:
    """Let a deck stand at a slide that it has."""
    position = doc.get("position", type=Map)
    shown = [slide.id for slide in read(doc)]
    if position.get("slide_id") in shown:
        return
    if shown:
        position["slide_id"] = shown[0]
    elif "slide_id" in position:
        del position["slide_id"]


def _repair_fields(item: Map[Any]) -> None:
    slide = _slide({**plain(item), "id": ""})
    sound = {} if slide is None else {name: getattr(slide, name) for name in _FIELDS[1:]}
    if not isinstance(item.get("id"), str) and "id" in item:
        del item["id"]
    for name, value in sound.items():
        if value is None and name in item:
            del item[name]
        elif value is not None:
            _put(item, name, value)


def _slide(value: Any) -> Slide | None:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return None
    title, page = value.get("title"), value.get("page")
    return Slide(
        id=value["id"],
        title=title[:TITLE_MAX_CHARS] if isinstance(title, str) else "",
        file_id=_text(value.get("file_id")),
        page=page if isinstance(page, int) and not isinstance(page, bool) and page > 0 else None,
        board_id=_text(value.get("board_id")),
        poll_id=_text(value.get("poll_id")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _field(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, Map | dict) else None


def _slides(doc: Doc[Any]) -> Array[Any]:
    root: Array[Any] = doc.get("slides", type=Array)
    return root


def _put(target: Map[Any], name: str, value: object) -> None:
    """Write only what differs, so that updates stay small and nobody's newer word is overwritten for nothing."""
    if target.get(name) != value:
        target[name] = value


def _keep(root: Array[Any], wanted: Callable[[Any], bool]) -> None:
    for index in reversed(list(_where(root, lambda item: not wanted(item)))):
        del root[index]


def _where(root: Array[Any], found: Callable[[Any], bool]) -> Iterator[int]:
    return (index for index, item in enumerate(list(root)) if found(item))
