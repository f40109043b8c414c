"""Names of files: for showing and saving, never as paths; bytes are kept under their hash. Pure."""

import unicodedata
from urllib.parse import quote

NAME_MAX_CHARS = 200
NAMELESS = "file"


def clean_file_name(name: str) -> str:
    """Return a file's name for showing: without folders and control characters, never empty.

    It is never used as a path; bytes are kept under their hash.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(character for character in last if unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"})
    shown = "".join(character for character in shown if not _turns_text(character))
    return shown.strip(" .")[:NAME_MAX_CHARS].strip() or NAMELESS


def content_disposition(name: str, *, shown: bool) -> str:
    """Return the header that says under which name a file is saved: for old programs in ASCII, for all others as RFC 8187 writes it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(character for character in plain if character.isprintable() and character not in '"\\%;')
    return f"{'inline' if shown else 'attachment'}; filename=\"{plain.strip() or NAMELESS}\"; filename*=UTF-8''{quote(name, safe='')}"


def _turns_text(character: str) -> bool:
    """Tell whether a character only changes the direction of others, with which an ending can be disguised."""
    return "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
