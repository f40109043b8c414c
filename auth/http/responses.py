"""The errors that a route may answer with, for the API's description."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from auth.http.schemas import Problem

_MEANINGS: Mapping[int, str] = MappingProxyType(
    {
        400: "The body cannot be read: it is not in the form, or the encoding, that it claims to be in.",
        401: "The access token is missing or does not hold.",
        403: "Visible, but not allowed.",
        404: "It does not exist, or not for this person.",
        408: "The request took too long to arrive.",
        409: "It does not fit the present state.",
        410: "It was there, and is kept no longer.",
        413: "It is too large.",
        415: "This kind of content is not accepted.",
        422: "Something in the request is wrong; `errors` says where.",
        429: "Too many attempts; `Retry-After` says how long to wait.",
        503: "Too much to do at the moment; `Retry-After` says how long to wait.",
        507: "There is no room for it.",
    }
)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of these errors, for a route's ``responses``."""
    return {status: {"model": Problem, "description": _MEANINGS[status]} for status in statuses}


def a_file(description: str, media_types: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is a file of one of these types."""
    return {
        200: {
            "description": description,
            "content": {
                each: {"schema": {"type": "object"} if "json" in each else {"type": "string", "format": "binary"}}
                for each in media_types
            },
        }
    }
