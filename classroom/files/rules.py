"""Rules about files that need nothing but their input. Pure."""

from collections.abc import Mapping

UNCLAIMED_TYPES = frozenset({"", "application/octet-stream"})
_OTHER_NAMES: Mapping[str, str] = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}


def claim_fits(claimed: str, found: str) -> bool:
    """Tell whether the media type that an upload claims is the one that its bytes have."""
    word = claimed.partition(";")[0].strip().lower()
    return word in UNCLAIMED_TYPES or _OTHER_NAMES.get(word, word) == found
