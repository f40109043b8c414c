"""Rules about courses that need nothing but their input. Pure."""

import unicodedata
from enum import StrEnum

DESCRIPTION_MAX_CHARS = 5_000
CATEGORY_MAX_CHARS = 60
SEARCH_WORDS_MAX = 8
SEATS_MAX = 10_000
CLASSES_MAX = 100


class Refusal(StrEnum):
    """Why somebody does not get into a class."""

    CLOSED = "enrolment_closed"
    FULL = "class_full"


def folded(text: str) -> str:
    """Return text as it is compared in a search: without case, accents, width and line breaks, in any script."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(each for each in letters if unicodedata.category(each) != "Mn").split())


def searchable(title: str, category: str, description: str) -> str:
    """Return what a search looks at: a line for each part, so that no match runs from one into the next."""
    return "\n".join(map(folded, (title, category, description)))


def search_words(text: str) -> list[str]:
    """Return the words that a course has to contain, each anywhere: scripts without spaces have no words of their own."""
    return folded(text).split()[:SEARCH_WORDS_MAX]


def refusal(*, published: bool, closed: bool, seats: int | None, students: int) -> Refusal | None:
    """Tell why a class takes nobody from the catalogue at the moment, or None when it does."""
    if not published or closed:
        return Refusal.CLOSED
    if seats is not None and students >= seats:
        return Refusal.FULL
    return None


def clean_description(text: str) -> str:
    """Return a description as it is kept: NFC, lines kept, trimmed; it may be empty.

    Raises:
        ValueError: too long, or with characters that control instead of being read.
    """
    cleaned = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t" for each in cleaned):
        raise ValueError("must not contain control characters")
    if len(cleaned) > DESCRIPTION_MAX_CHARS:
        raise ValueError(f"must have at most {DESCRIPTION_MAX_CHARS} characters")
    return cleaned
