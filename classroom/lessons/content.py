"""What a lesson may say: the schema of its rich text, as ProseMirror's JSON has it. Pure.

A text is built anew from what the schema knows, node by node, so nothing else gets into the database: no HTML, no scripts, no attributes
that nobody has thought of. The web app's editor has the same schema (`web/src/features/lessons/editor/schema.ts`).
"""

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

BYTES_MAX = 200_000
NODES_MAX = 10_000
DEPTH_MAX = 20
REFERENCES_MAX = 50
ADDRESS_MAX_CHARS = 2_000
CAPTION_MAX_CHARS = 300
LANGUAGE_MAX_CHARS = 40

Node = dict[str, Any]
Attributes = Callable[[Mapping[str, Any]], dict[str, Any]]

EMPTY: Mapping[str, Any] = MappingProxyType({"type": "doc", "content": [{"type": "paragraph"}]})


class ContentFault(Exception):
    """A text is none that a lesson may have; the message says what is wrong."""


class ContentTooLong(ContentFault):
    """A text is longer, deeper or more strewn with files than a lesson may be."""


@dataclass(frozen=True, slots=True)
class References:
    """What a text shows besides its words."""

    documents: frozenset[UUID]
    files: frozenset[UUID]


def _text(value: Any, what: str, *, max_chars: int, lines: bool = False) -> str:
    if not isinstance(value, str):
        raise ContentFault(f"{what} must be text")
    if len(value) > max_chars:
        raise ContentFault(f"{what} must have at most {max_chars} characters")
    # JSON can write characters that no database keeps as text.
    if any(unicodedata.category(each) in ("Cc", "Cs") and not (lines and each in "\n\t") for each in value):
        raise ContentFault(f"{what} must not contain control characters")
    return value


def _id(value: Any, what: str) -> str:
    try:
        return str(UUID(value if isinstance(value, str) else ""))
    except ValueError:
        raise ContentFault(f"{what} must be an id") from None


def web_address(value: Any, *, schemes: tuple[str, ...]) -> str:
    """Return an address that may stand in a text.

    Raises:
        ContentFault: it is none, or of another scheme.
    """
    address = _text(value, "an address", max_chars=ADDRESS_MAX_CHARS).strip()
    try:
        parts = urlsplit(address)
        named = parts.hostname if parts.scheme != "mailto" else parts.path
    except ValueError:
        raise ContentFault("an address cannot be read") from None
    if parts.scheme not in schemes or not named or any(each.isspace() or each in '<>"\\' for each in address):
        raise ContentFault(f"an address must begin with {' or '.join(f'{scheme}:' for scheme in schemes)}")
    return address


def _none(_given: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def _heading(given: Mapping[str, Any]) -> dict[str, Any]:
    level = given.get("level")
    if type(level) is not int or level not in (1, 2, 3):
        raise ContentFault("a heading's level must be 1, 2 or 3")
    return {"level": level}


def _ordered(given: Mapping[str, Any]) -> dict[str, Any]:
    start = given.get("start", 1)
    if type(start) is not int or not 0 <= start <= 100_000:
        raise ContentFault("a list must start with a number")
    return {"start": start}


def _code(given: Mapping[str, Any]) -> dict[str, Any]:
    language = given.get("language")
    return {
        "language": None if language is None else _text(language, "a language", max_chars=LANGUAGE_MAX_CHARS),
    }


def _document(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"document_id": _id(given.get("document_id"), "a document")}


def _file(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"file_id": _id(given.get("file_id"), "a file")}


def _image(given: Mapping[str, Any]) -> dict[str, Any]:
    return {**_file(given), "alt": _text(given.get("alt") or "", "a description", max_chars=CAPTION_MAX_CHARS)}


def _video(given: Mapping[str, Any]) -> dict[str, Any]:
    title = _text(given.get("title") or "", "a title", max_chars=CAPTION_MAX_CHARS)
    if given.get("file_id") is not None:
        return {"file_id": _id(given.get("file_id"), "a file"), "url": None, "title": title}
    return {"file_id": None, "url": web_address(given.get("url"), schemes=("http", "https")), "title": title}


def _link(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"href": web_address(given.get("href"), schemes=("http", "https", "mailto"))}


_BLOCKS = frozenset(
    {
        "paragraph",
        "heading",
        "bulletList",
        "orderedList",
        "blockquote",
        "codeBlock",
        "horizontalRule",
        "image",
        "attachment",
        "video",
        "embed",
    }
)
_INLINE = frozenset({"text", "hardBreak"})
_ITEMS = frozenset({"listItem"})
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of node: what may be in it, whether something must be, and how its attributes are read."""

    children: frozenset[str]
    needs_children: bool = False
    attributes: Attributes = _none
    marks: bool = True


_KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "doc": _Kind(_BLOCKS, needs_children=True),
        "paragraph": _Kind(_INLINE),
        "heading": _Kind(_INLINE, attributes=_heading),
        "bulletList": _Kind(_ITEMS, needs_children=True),
        "orderedList": _Kind(_ITEMS, needs_children=True, attributes=_ordered),
        "listItem": _Kind(_BLOCKS, needs_children=True),
        "blockquote": _Kind(_BLOCKS, needs_children=True),
        "codeBlock": _Kind(frozenset({"text"}), attributes=_code, marks=False),
        "horizontalRule": _Kind(_NOTHING),
        "image": _Kind(_NOTHING, attributes=_image),
        "attachment": _Kind(_NOTHING, attributes=_file),
        "video": _Kind(_NOTHING, attributes=_video),
        "embed": _Kind(_NOTHING, attributes=_document),
        "hardBreak": _Kind(_NOTHING),
    }
)
_MARKS: Mapping[str, Attributes] = MappingProxyType(
    {
        "bold": _none,
        "italic": _none,
        "underline": _none,
        "strike": _none,
        "code": _none,
        "link": _link,
    }
)


def checked(content: Any) -> Node:
    """Return a text as it is kept: only what the schema knows.

    Raises:
        ContentFault: it has something that the schema does not know.
        ContentTooLong: it is longer, deeper or has more files and documents than a lesson may have.
    """
    count = iter(range(NODES_MAX))
    node = _node(content, frozenset({"doc"}), depth=0, count=count, marks=True)
    if len(json.dumps(node, ensure_ascii=False).encode()) > BYTES_MAX:
        raise ContentTooLong(f"a lesson may have {BYTES_MAX // 1000} kB of text")
    found = references(node)
    if len(found.documents) + len(found.files) > REFERENCES_MAX:
        raise ContentTooLong(f"a lesson may show {REFERENCES_MAX} files and documents")
    return node


def references(node: Node) -> References:
    """Return which documents and files a checked text shows."""
    documents, files = set(), set()
    for each in _walk(node):
        attributes = each.get("attrs", {})
        if each["type"] == "embed":
            documents.add(UUID(attributes["document_id"]))
        elif attributes.get("file_id") is not None:
            files.add(UUID(attributes["file_id"]))
    return References(frozenset(documents), frozenset(files))


def pointing_to(node: Node, new_id: Callable[[UUID], UUID]) -> Node:
    """Return a checked text that shows other documents and files, instead of each that it shows."""
    copy = dict(node)
    if "attrs" in node:
        copy["attrs"] = {
            name: str(new_id(UUID(value))) if name in ("document_id", "file_id") and value is not None else value
            for name, value in node["attrs"].items()
        }
    if "content" in node:
        copy["content"] = [pointing_to(child, new_id) for child in node["content"]]
    return copy


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("content", ()):
        yield from _walk(child)


def _node(given: Any, allowed: frozenset[str], *, depth: int, count: Iterator[int], marks: bool) -> Node:
    if depth > DEPTH_MAX or next(count, None) is None:
        raise ContentTooLong("a lesson may have 10,000 parts, 20 deep")
    name = given.get("type") if isinstance(given, dict) else None
    if not isinstance(name, str):
        raise ContentFault("must be a node")
    if name not in allowed:
        raise ContentFault(f"{name!r:.60} has no place here")
    if name == "text":
        return _words(given, marks=marks)
    kind = _KINDS[name]
    node: Node = {"type": name}
    attributes = kind.attributes(_mapping(given.get("attrs")))
    if attributes:
        node["attrs"] = attributes
    children = given.get("content") or []
    if not isinstance(children, list):
        raise ContentFault("content must be a list")
    if kind.needs_children and not children:
        raise ContentFault(f"{name} must not be empty")
    if children:
        node["content"] = [
            _node(child, kind.children, depth=depth + 1, count=count, marks=kind.marks) for child in children
        ]
    if name == "listItem" and node["content"][0]["type"] != "paragraph":
        raise ContentFault("an item of a list must begin with a paragraph")
    return node


def _words(given: Mapping[str, Any], *, marks: bool) -> Node:
    words = given.get("text")
    if isinstance(words, str) and len(words) > BYTES_MAX:
        raise ContentTooLong(f"a lesson may have {BYTES_MAX // 1000} kB of text")
    words = _text(words, "text", max_chars=BYTES_MAX, lines=True)
    if not words:
        raise ContentFault("text must not be empty")
    node: Node = {"type": "text", "text": words}
    given_marks = given.get("marks") or []
    if not isinstance(given_marks, list) or len(given_marks) > len(_MARKS):
        raise ContentFault("marks must be a short list")
    if given_marks and not marks:
        raise ContentFault("code has no marks")
    kept: dict[str, Node] = {}
    for mark in given_marks:
        name = mark.get("type") if isinstance(mark, dict) else None
        if not isinstance(name, str) or name not in _MARKS:
            raise ContentFault("a mark is unknown")
        attributes = _MARKS[name](_mapping(mark.get("attrs")))
        kept[name] = {"type": name, "attrs": attributes} if attributes else {"type": name}
    if kept:
        node["marks"] = list(kept.values())
    return node


def _mapping(given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise ContentFault("attributes must be an object")
    return given
