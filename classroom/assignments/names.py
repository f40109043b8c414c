"""Names of files in an archive, made from what people call themselves and their files, in every script. Pure.

An archive is opened on every system: no name is a path, a device of Windows, hidden, too long, or the same as another one there where
upper and lower case are the same.
"""

import unicodedata

NAME_MAX_BYTES = 120
"""What is left of a file system's 255 for folders that people put around it, and encodings that need more."""

_FORBIDDEN = frozenset('/\\:*?"<>|')
# Marks that reorder the text around them could make `gpj.exe` look like `exe.jpg`.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


def safe_name(text: str, *, otherwise: str = "file") -> str:
    """Return a name that is one on every system; an ending such as ``.pdf`` is kept where the name is too long."""
    cleaned = "".join(
        "_" if character in _FORBIDDEN else character
        for character in unicodedata.normalize("NFC", text)
        if unicodedata.category(character)[0] != "C" and character not in _REORDERING
    )
    cleaned = " ".join(cleaned.split()).strip(". ")
    if not any(unicodedata.category(character)[0] in "LNSP" for character in cleaned):
        cleaned = otherwise
    if cleaned.split(".")[0].strip().casefold() in _DEVICES:
        cleaned = f"_{cleaned}"
    return _shortened(cleaned, NAME_MAX_BYTES)


class Names:
    """Gives each name once: one that comes again gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, text: str, *, otherwise: str = "file") -> str:
        """Return a safe name that nobody has yet."""
        name = safe_name(text, otherwise=otherwise)
        stem, ending = _split(name)
        number = 1
        while _key(name) in self._taken:
            number += 1
            mark = f" ({number})"
            name = _shortened(stem, NAME_MAX_BYTES - len((mark + ending).encode())) + mark + ending
        self._taken.add(_key(name))
        return name


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _split(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 10:
        return name, ""
    return stem, dot + ending


def _shortened(name: str, max_bytes: int) -> str:
    if len(name.encode()) <= max_bytes:
        return name
    stem, ending = _split(name)
    # Cut between characters; what is left of one that is cut is dropped.
    cut = stem.encode()[: max_bytes - len(ending.encode())].decode("utf-8", "ignore").rstrip(". ")
    return cut + ending
