"""Access tokens (JWT, EdDSA), refresh tokens and invitation codes."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
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
from auth.keys.rules import FIRST, Generation, in_order, signing, trusted
from persistence.base import utc_now

ACCESS_TOKEN_SECONDS = 900
TOKEN_MAX_CHARS = 4096
KNOWN_TOKENS_MAX = 2_000
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


class _Key:
    """One key, made of the secret of this installation and a salt."""

    def __init__(self, secret_key: str, salt: bytes) -> None:
        seed = HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=KEY_LABEL).derive(secret_key.encode())
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self.private.public_key()
        self.jwk = _public_jwk(self.public.public_bytes(Encoding.Raw, PublicFormat.Raw))


class TokenIssuer:
    """Issue and check access tokens with keys that are derived from the secret of this installation.

    There is one key until ``use`` tells of others, which replace it one after the other: see ``auth.keys.rules``.
    """

    def __init__(
        self,
        secret_key: str,
        *,
        issuer: str,
        lifetime_seconds: int = ACCESS_TOKEN_SECONDS,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._secret_key = secret_key
        self._generations: Sequence[Generation] = [FIRST]
        self._keys = {FIRST.salt: _Key(secret_key, FIRST.salt)}
        self._issuer = issuer
        self._now = now
        self._known: dict[str, tuple[bytes, Claims]] = {}
        self.lifetime_seconds = lifetime_seconds

    def use(self, later: Sequence[Generation]) -> None:
        """Take these keys after the first one, instead of those that were told before."""
        self._generations = in_order(later)
        self._keys = {
            each.salt: self._keys.get(each.salt) or _Key(self._secret_key, each.salt) for each in self._generations
        }

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
        key = self._keys[signing(self._generations, at=now).salt]
        return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.jwk["kid"]})

    def verify(self, token: str) -> Claims:
        """Check a token's signature, issuer and time.

        Whether the sign-in still stands is for the database to say: see ``auth.actions.person_for_token``.

        Raises:
            TokenExpired: it was valid until its time was over.
            TokenInvalid: anything else is wrong.
        """
        claims = self._claims(token)
        if claims.expires_at <= self._now():
            raise TokenExpired
        return claims

    def _claims(self, token: str) -> Claims:
        """Return what a signed token says, however old it is. Raises TokenInvalid.

        A page asks with the same token again and again: that its signature holds need not be worked out each time, only that
        its key is still trusted.
        """
        known = self._known.get(token)
        if known is not None and any(each.salt == known[0] for each in self._trusted()):
            return known[1]
        if len(token) > TOKEN_MAX_CHARS:
            raise TokenInvalid
        salt = self._salt_of(token)
        try:
            found: dict[str, Any] = jwt.decode(
                token,
                self._keys[salt].public,
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
        while len(self._known) >= KNOWN_TOKENS_MAX:
            del self._known[next(iter(self._known))]
        self._known[token] = (salt, claims)
        return claims

    def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JSON Web Key Set (RFC 7517, RFC 8037), the one that signs first.

        Those that wait for their time are among them: whoever keeps the set knows them before the first token that they sign.
        """
        now = self._now()
        first = signing(self._generations, at=now)
        keys = sorted(self._trusted(), key=lambda each: each is not first)
        return {"keys": [{**self._keys[each.salt].jwk, "use": "sig", "alg": ALGORITHM} for each in keys]}

    def _trusted(self) -> list[Generation]:
        return trusted(self._generations, at=self._now(), token_seconds=self.lifetime_seconds)

    def _salt_of(self, token: str) -> bytes:
        """Return the salt of the key that a token names, if tokens of that key are good. Raises TokenInvalid."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError as error:
            raise TokenInvalid from error
        for each in self._trusted():
            if self._keys[each.salt].jwk["kid"] == kid:
                return each.salt
        raise TokenInvalid


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
