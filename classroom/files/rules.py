"""Rules about files that need nothing but their input. Pure."""

import unicodedata
from collections.abc import Mapping

NAME_MAX_CHARS = 200
NAMELESS = "file"
UNCLAIMED_TYPES = frozenset({"", "application/octet-stream"})
_OTHER_NAMES: Mapping[str, str] = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}


def clean_file_name(name: str) -> str:
    """Return a file's name for showing: without folders and control characters, never empty.

    It is never used as a path; bytes are kept under their hash.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(character for character in last if unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"})
    shown = "".join(character for character in shown if not "\u202a" <= character <= "\u202e")
    return shown.strip(" .")[:NAME_MAX_CHARS].strip() or NAMELESS


def claim_fits(claimed: str, found: str) -> bool:
    """Tell whether the media type that an upload claims is the one that its bytes have."""
    word = claimed.partition(";")[0].strip().lower()
    return word in UNCLAIMED_TYPES or _OTHER_NAMES.get(word, word) == found
