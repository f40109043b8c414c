"""The rules about people that need nothing but their input. Pure."""

import hashlib
import ipaddress
import re
import unicodedata
from datetime import datetime, timedelta
from enum import Enum, auto
from urllib.parse import urlsplit
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from auth.models import AccountStatus
from auth.registration import RegistrationMode

EMAIL_MAX_CHARS = 254
TEXT_MAX_CHARS = 200
PASSWORD_MIN_CHARS = 8
PASSWORD_MAX_CHARS = 200
REPEAT_LIMIT = timedelta(seconds=30)
"""How long an exchange of a refresh token can be repeated: a reload takes a second, and a request that got no answer is given up after this."""

# Twelve colours that people with any kind of colour blindness can tell apart (Martin Krzywinski, Genome Sciences
# Centre, "Color palettes for color blindness", the 12-colour palette).
COLORS = (
    "#9f0162",
    "#009f81",
    "#ff5aaf",
    "#00fccf",
    "#8400cd",
    "#008df9",
    "#00c2f9",
    "#ffb2fd",
    "#a40122",
    "#e20134",
    "#ff6e3a",
    "#ffc33b",
)

# Embeddings, overrides and isolates reorder the text around a name; the plain marks (U+200E, U+200F) do not.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ACCENTS = re.compile("[\u0300-\u036f]")
# Letters that Unicode does not take apart.
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def status_after_registration(mode: RegistrationMode, *, invited: bool) -> AccountStatus:
    """Return the status of a new account: only approval without an invitation leaves it waiting."""
    return AccountStatus.PENDING if mode is RegistrationMode.APPROVAL and not invited else AccountStatus.ACTIVE


def standing(status: AccountStatus, *, blocked_until: datetime | None, at: datetime) -> AccountStatus:
    """Return an account's status at a moment: a block whose time is over is none."""
    over = status is AccountStatus.BLOCKED and blocked_until is not None and blocked_until <= at
    return AccountStatus.ACTIVE if over else status


def normalise_email(text: str) -> str:
    """Return the one form of an e-mail address that is kept and compared: NFC, all in lower case.

    Whether the domain exists is not asked: that would need the network.

    Raises:
        ValueError: it is no e-mail address; the message says why.
    """
    if len(text) > EMAIL_MAX_CHARS:
        raise ValueError(f"an e-mail address has at most {EMAIL_MAX_CHARS} characters")
    try:
        address = validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError("is not a valid e-mail address") from error
    return unicodedata.normalize("NFC", address.lower())


def clean_text(text: str, *, max_chars: int = TEXT_MAX_CHARS) -> str:
    """Return a name or title as it is kept: NFC, trimmed. Every script is welcome.

    Raises:
        ValueError: empty, too long, or with characters that control instead of being read.
    """
    cleaned = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(character) in _REFUSED_CATEGORIES for character in cleaned):
        raise ValueError("must not contain control characters")
    if not _REORDERING.isdisjoint(cleaned):
        raise ValueError("must not contain characters that reorder text")
    if not any(unicodedata.category(character)[0] not in "CZ" for character in cleaned):
        raise ValueError("must not be empty")
    if len(cleaned) > max_chars:
        raise ValueError(f"must have at most {max_chars} characters")
    return cleaned


def sort_name(text: str) -> str:
    """Return a name without what tells only the accents and the case of its letters; the database does the same (``UserRow.sort_name``).

    People are ordered by it as a reader expects it (Ärger before Bach), and found by who types what their keyboard has.
    """
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).lower()
    return plain.translate(_LETTERS)


def normalise_password(text: str) -> str:
    """Return a password in the form that is hashed (NFKC, as NIST SP 800-63B advises), not trimmed.

    Raises:
        ValueError: too short or too long.
    """
    if not PASSWORD_MIN_CHARS <= len(text) <= PASSWORD_MAX_CHARS:
        raise ValueError(f"must have {PASSWORD_MIN_CHARS} to {PASSWORD_MAX_CHARS} characters")
    if any(unicodedata.category(character) == "Cs" for character in text):
        raise ValueError("must be valid Unicode text")
    return unicodedata.normalize("NFKC", text)


def password_or_none(text: str) -> str | None:
    """Return the form in which a typed password is compared, or None where it can be nobody's."""
    try:
        return normalise_password(text)
    except ValueError:
        return None


def color_for(user_id: UUID) -> str:
    """Return a person's colour, drawn once from the random part of the id."""
    return COLORS[int.from_bytes(hashlib.sha256(user_id.bytes).digest()[:4], "big") % len(COLORS)]


def throttle_address(host: str | None) -> str:
    """Return whom a network address stands for in a throttle: IPv6 hosts choose freely within their /64."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def is_loopback(host: str | None) -> bool:
    """Tell whether a network address is this very machine."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def is_own_origin(origin: str, *, public_url: str, host: str | None) -> bool:
    """Tell whether an ``Origin`` header names our own pages: the public address, or the host that was asked."""
    if origin == "null":
        return False
    asked = urlsplit(origin)
    public = urlsplit(public_url)
    return (asked.scheme, asked.netloc) == (public.scheme, public.netloc) or (bool(host) and asked.netloc == host)


def like_pattern(text: str) -> str:
    """Return the SQL ``LIKE`` pattern that finds a text anywhere, its wildcards taken literally (escape: backslash)."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


class Comeback(Enum):
    """What it means that a used refresh token comes back."""

    REPEAT = auto()
    """The answer was lost on the way, and nobody has used what was in it."""

    OVERTAKEN = auto()
    """The request was there before the token was used, and another one was faster."""

    COPY = auto()
    """Somebody has a copy of it."""


def comeback(*, used_at: datetime, arrived_at: datetime, followed: bool) -> Comeback:
    """Tell what it means that a refresh token, which was used, comes back.

    Args:
        used_at: when it was exchanged.
        arrived_at: when it came back.
        followed: whether the token that it was exchanged for has been used, too.
    """
    if not followed and arrived_at - used_at <= REPEAT_LIMIT:
        return Comeback.REPEAT
    return Comeback.COPY if arrived_at > used_at else Comeback.OVERTAKEN
