"""Which part of a file a request asks for (RFC 9110, sections 13 and 14). Pure."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.ASCII | re.IGNORECASE)
DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to, not including, `stop`."""

    start: int
    stop: int


class NotSatisfiable(ValueError):
    """The request asks for a part that the file does not have."""


def requested_span(range_header: str | None, if_range: str | None, *, size: int, etag: str) -> Span | None:
    """Return the part that a request asks for, or None when the whole is to be sent.

    Whatever is malformed, asks for several parts or for parts of another file, gets the whole, as the RFC allows.

    Raises:
        NotSatisfiable: the file has no such part.
    """
    if range_header is None or (if_range is not None and if_range.strip() != etag):
        return None
    found = _RANGE.fullmatch(range_header.strip())
    if found is None or any(len(digits) > DIGITS_MAX for digits in found.groups()):
        return None
    first, last = found.groups()
    if first:
        span = Span(int(first), min(int(last) + 1, size) if last else size)
        if last and int(last) < int(first):
            return None
    elif last:
        span = Span(max(size - int(last), 0), size)
    else:
        return None
    if span.start >= span.stop:
        raise NotSatisfiable
    return span


def is_known(if_none_match: str | None, *, etag: str) -> bool:
    """Tell whether the client has the file already."""
    tags = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return etag in tags or "*" in tags
