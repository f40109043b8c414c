"""Access tokens (JWT, EdDSA), refresh tokens and invitation codes."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auth.errors import TokenExpired, TokenInvalid
from persistence.base import utc_now

ACCESS_TOKEN_SECONDS = 900
TOKEN_MAX_CHARS = 4096
KEY_LABEL = b"lectern jwt v1"
ALGORITHM = "EdDSA"
REQUIRED_CLAIMS = ("iss", "sub", "sid", "iat", "exp", "jti")


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says: who, in which sign-in, until when."""

    user_id: UUID
    session_id: UUID
    issued_at: datetime
    expires_at: datetime
    token_id: str


class TokenIssuer:
    """Issue and check access tokens with a key that is derived from the secret of this installation."""

    def __init__(
        self,
        secret_key: str,
        *,
        issuer: str,
        lifetime_seconds: int = ACCESS_TOKEN_SECONDS,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=KEY_LABEL).derive(secret_key.encode())
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key()
        self._jwk = _public_jwk(self._public.public_bytes(Encoding.Raw, PublicFormat.Raw))
        self._issuer = issuer
        self._now = now
        self.lifetime_seconds = lifetime_seconds

    def issue(self, user_id: UUID, session_id: UUID) -> str:
        """Return a signed access token for a person's sign-in."""
        now = self._now()
        claims = {
            "iss": self._issuer,
            "sub": str(user_id),
            "sid": str(session_id),
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=self.lifetime_seconds)).timestamp()),
            "jti": uuid4().hex,
        }
        return jwt.encode(claims, self._private, algorithm=ALGORITHM, headers={"kid": self._jwk["kid"]})

    def verify(self, token: str) -> Claims:
        """Check a token's signature, issuer and time.

        Whether the sign-in still stands is for the database to say: see ``auth.actions.person_for_token``.

        Raises:
            TokenExpired: it was valid until its time was over.
            TokenInvalid: anything else is wrong.
        """
        if len(token) > TOKEN_MAX_CHARS:
            raise TokenInvalid
        try:
            found: dict[str, Any] = jwt.decode(
                token,
                self._public,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                # The time is checked below, against our own clock, and only once everything else is known to be right.
                options={"require": list(REQUIRED_CLAIMS), "verify_exp": False, "verify_iat": False},
            )
            claims = Claims(
                user_id=UUID(found["sub"]),
                session_id=UUID(found["sid"]),
                issued_at=datetime.fromtimestamp(found["iat"], UTC),
                expires_at=datetime.fromtimestamp(found["exp"], UTC),
                token_id=str(found["jti"]),
            )
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
            raise TokenInvalid from error
        if claims.expires_at <= self._now():
            raise TokenExpired
        return claims

    def jwks(self) -> dict[str, Any]:
        """Return the public key as a JSON Web Key Set (RFC 7517, RFC 8037)."""
        return {"keys": [{**self._jwk, "use": "sig", "alg": ALGORITHM}]}


def new_secret() -> str:
    """Return a new refresh token or invitation code: 256 random bits, safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def new_salt() -> bytes:
    """Return what a refresh token makes its successor with."""
    return secrets.token_bytes(32)


def successor(secret: str, salt: bytes) -> str:
    """Return the refresh token that follows one: always the same, and unknown to who has only one of secret and salt."""
    return _base64url(hmac.digest(secret.encode(), salt, "sha256"))


def secret_hash(secret: str) -> bytes:
    """Return what is kept of such a secret. It is random, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def _public_jwk(public: bytes) -> dict[str, str]:
    members = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public)}
    # RFC 7638: the hash of exactly these members, in this order, without white space.
    thumbprint = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**members, "kid": _base64url(thumbprint)}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
