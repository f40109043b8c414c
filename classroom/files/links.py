"""Links to a file that work without an access token, for what cannot send one: a video player, the browser's own download.

A link says who asked for it, and for which file, and is signed. It is good for one file and one sign-in, and proves nothing but who
one is: whether they may see the file, and whether their sign-in still stands, is decided again at each use.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from auth.actions import Person
from auth.errors import TokenExpired, TokenInvalid
from auth.tokens import Claims
from persistence.base import utc_now

KEY_LABEL = b"lectern file links v1"
LIFETIME = timedelta(hours=12)
"""As long as a school day: a player asks again whenever somebody seeks."""
_SIGNATURE_BYTES = 16
_LENGTH = 16 + 16 + 8 + _SIGNATURE_BYTES


class FileLinks:
    """Sign and check the tokens of links."""

    def __init__(self, secret_key: str, *, now: Callable[[], datetime] = utc_now) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=KEY_LABEL).derive(secret_key.encode())
        self._now = now

    def issue(self, person: Person, file_id: UUID) -> tuple[str, datetime]:
        """Return the token of a link to a file, and when it ends."""
        expires_at = (self._now() + LIFETIME).replace(microsecond=0)
        said = person.id.bytes + person.session_id.bytes + int(expires_at.timestamp()).to_bytes(8, "big")
        return base64.urlsafe_b64encode(said + self._signature(said, file_id)).rstrip(b"=").decode(), expires_at

    def verify(self, token: str, file_id: UUID) -> Claims:
        """Return who asked for a link to this file.

        Raises:
            TokenInvalid: it is none of ours, or one to another file.
            TokenExpired: its time is over.
        """
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError as error:
            raise TokenInvalid from error
        said, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
        if len(data) != _LENGTH or not hmac.compare_digest(signature, self._signature(said, file_id)):
            raise TokenInvalid
        expires_at = datetime.fromtimestamp(int.from_bytes(said[32:], "big"), UTC)
        if expires_at <= self._now():
            raise TokenExpired
        return Claims(
            user_id=UUID(bytes=said[:16]),
            session_id=UUID(bytes=said[16:32]),
            issued_at=expires_at - LIFETIME,
            expires_at=expires_at,
            token_id="",
        )

    def _signature(self, said: bytes, file_id: UUID) -> bytes:
        return hmac.digest(self._key, said + file_id.bytes, hashlib.sha256)[:_SIGNATURE_BYTES]
