"""Tell harmless SVG drawings from ones that run scripts or fetch from elsewhere. Pure.

Uploaded drawings are also served with a Content-Security-Policy that allows nothing. This check is for all the
places where somebody opens a copy without it.
"""

import re
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
ELEMENTS_MAX = 100_000
NESTING_MAX = 200

_REFUSED_ELEMENTS = frozenset(
    {"script", "foreignobject", "iframe", "object", "embed", "handler", "listener", "audio", "video", "canvas", "link"}
)
_ANIMATIONS = frozenset({"animate", "set", "animatetransform", "animatemotion"})
_REFERENCES = frozenset({"href", "src", "data", "action", "formaction", "from", "to", "values", "by"})
_EMBEDDED_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
_FOREIGN_STYLE = re.compile(r"@import|expression\s*\(|javascript:|-moz-binding|behavior\s*:|\\", re.IGNORECASE)
_URL = re.compile(r"url\s*\(\s*['\"]?\s*(.)", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*:|\s*//", re.IGNORECASE)


class UnsafeSvg(ValueError):
    """The bytes are no SVG drawing, or one that does more than draw."""


def check_svg(content: bytes) -> None:
    """Accept a drawing that only draws.

    Raises:
        UnsafeSvg: it is not well-formed, has a document type, runs scripts or refers to something outside.
    """
    parser: Any = XMLParser(target=_Reader(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(content)
        parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnsafeSvg(str(error)) from error


class _Reader:
    """Look at each part of a drawing as the parser finds it, and keep nothing but the text of styles."""

    def __init__(self) -> None:
        self._depth = 0
        self._elements = 0
        self._style: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, name = _split(tag)
        self._depth += 1
        self._elements += 1
        if self._elements == 1 and (namespace, name) != (SVG_NAMESPACE, "svg"):
            raise UnsafeSvg("the root is no SVG drawing")
        if self._depth > NESTING_MAX or self._elements > ELEMENTS_MAX:
            raise UnsafeSvg("too many or too deeply nested elements")
        if namespace == XHTML_NAMESPACE or name.lower() in _REFUSED_ELEMENTS:
            raise UnsafeSvg(f"the element {name}")
        for key, value in attributes.items():
            self._check_attribute(name.lower(), _split(key)[1].lower(), value)
        if name.lower() == "style":
            self._style = []

    def end(self, tag: str) -> None:
        self._depth -= 1
        if _split(tag)[1].lower() == "style" and self._style is not None:
            _check_style("".join(self._style))
            self._style = None

    def data(self, text: str) -> None:
        if self._style is not None:
            self._style.append(text)

    def pi(self, target: str, _text: str | None = None) -> None:
        raise UnsafeSvg(f"the processing instruction {target}")

    def close(self) -> None:
        """End the document."""

    def _check_attribute(self, element: str, name: str, value: str) -> None:
        if name.startswith("on"):
            raise UnsafeSvg(f"the event handler {name}")
        if element in _ANIMATIONS and name == "attributename" and _changes_more_than_looks(value):
            raise UnsafeSvg(f"an animation of {value}")
        if name in _REFERENCES and _is_foreign(value, name):
            raise UnsafeSvg(f"a reference in {name}")
        _check_style(value)


def _changes_more_than_looks(attribute: str) -> bool:
    local = attribute.rsplit(":", 1)[-1].strip().lower()
    return local in _REFERENCES or local.startswith("on")


def _is_foreign(value: str, name: str) -> bool:
    stripped = value.strip()
    if name in {"from", "to", "values", "by"}:
        return _SCHEME.match(stripped) is not None
    return not (stripped == "" or stripped.startswith("#") or _EMBEDDED_IMAGE.match(stripped))


def _check_style(text: str) -> None:
    if _FOREIGN_STYLE.search(text) and ("(" in text or "@" in text or ":" in text):
        raise UnsafeSvg("a style that reaches out")
    if any(first != "#" for first in _URL.findall(text)):
        raise UnsafeSvg("a style that refers to something outside")


def _split(tag: str) -> tuple[str, str]:
    if tag.startswith("{"):
        namespace, _, name = tag[1:].partition("}")
        return namespace, name
    return "", tag
