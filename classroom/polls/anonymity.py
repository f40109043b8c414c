"""Who has voted in an anonymous poll, and what is in its urn, without anything that ties the one to the other.

Both are kept in one row as a whole and sorted by numbers without meaning, so that no order, id, time or transaction of the database says
which ballot came with which voter. See ``docs/decisions/0030-anonymous-ballots.md``.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_LABEL = b"lectern ballots v1"
MARK_BYTES = 16


class BallotKey:
    """Makes the marks that say who has voted, from this installation's secret: the database alone cannot read them."""

    def __init__(self, secret_key: str) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=KEY_LABEL).derive(secret_key.encode())

    def mark(self, poll_id: UUID, number: int, user_id: UUID) -> bytes:
        """Return the mark of a person in one round of a poll."""
        return self._digest(poll_id.bytes + number.to_bytes(2, "big") + user_id.bytes)

    def key_mark(self, poll_id: UUID) -> bytes:
        """Return what tells, later, whether the key is still the same."""
        return self._digest(poll_id.bytes)

    def _digest(self, message: bytes) -> bytes:
        return hmac.digest(self._key, message, "sha256")[:MARK_BYTES]


class Urn:
    """The marks and the ballots of one round."""

    def __init__(self, marks: bytes, ballots: Iterable[Sequence[Any]]) -> None:
        self._marks = {marks[start : start + MARK_BYTES] for start in range(0, len(marks), MARK_BYTES)}
        self._ballots: dict[str, list[str]] = {digest: list(choices) for digest, choices in ballots}

    def voted(self, mark: bytes) -> bool:
        """Tell whether somebody has voted."""
        return mark in self._marks

    def ballot(self, secret: str) -> list[str] | None:
        """Return the ballot that was cast with a secret."""
        return self._ballots.get(_hash(secret))

    def put(self, mark: bytes, secret: str, choices: Sequence[str]) -> None:
        """Put a ballot in, or in the place of the one with the same secret."""
        self._marks.add(mark)
        self._ballots[_hash(secret)] = list(choices)

    def ballots(self) -> list[list[str]]:
        """Return what is in the urn, in no order that means anything."""
        return [self._ballots[digest] for digest in sorted(self._ballots)]

    def kept_marks(self) -> bytes:
        """Return the marks as they are kept."""
        return b"".join(sorted(self._marks))

    def kept_ballots(self) -> list[Any]:
        """Return the ballots as they are kept."""
        return [[digest, self._ballots[digest]] for digest in sorted(self._ballots)]


def _hash(secret: str) -> str:
    # The secret is random and long, so a fast hash is enough.
    return hashlib.sha256(secret.encode()).hexdigest()
