"""Speak with one provider: find out where it does what, send people there, and check what it says of them."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import httpx2
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from auth.errors import ProviderUnavailable, SignOnFailed
from auth.sign_on.providers import Provider, is_safe_address
from auth.sign_on.rules import Profile, profile_of
from auth.sign_on.transport import BoundedTransport, patience

METADATA_SECONDS = 3600.0
# How long a provider that did not answer is left alone, and how often its keys are fetched because of a key that nobody knows.
AGAIN_SECONDS = 5.0
KEYS_AGAIN_SECONDS = 30.0
TALK_SECONDS = 20.0
CLOCK_LEEWAY_SECONDS = 60
# Signatures that only the provider can make: none of those that a client's secret, or nobody, could.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a provider has published, and when it was read."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: float


class ProviderDesk:
    """One provider. Nothing is fetched before somebody wants to sign on, and then kept for an hour."""

    def __init__(
        self,
        provider: Provider,
        *,
        redirect_uri: str,
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.provider = provider
        self.redirect_uri = redirect_uri
        self._transport = transport
        self._clock = clock
        self._now = now
        self._known: _Known | None = None
        self._failed_at = -AGAIN_SECONDS
        self._fetching = asyncio.Lock()
        self._made: AsyncOAuth2Client | None = None

    async def address(self, *, state: str, nonce: str, code_verifier: str) -> str:
        """Return where to send a browser.

        Raises:
            ProviderUnavailable: the provider does not answer, or not as one.
        """
        metadata = (await self._published()).metadata
        address, _ = self._client.create_authorization_url(
            metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=code_verifier
        )
        return cast(str, address)

    async def profile(self, *, code: str, nonce: str, code_verifier: str, issuer: str | None) -> Profile:
        """Exchange a code for what the provider says of somebody, and check every word of it.

        issuer: the `iss` that came back with the code (RFC 9207).

        Raises:
            ProviderUnavailable: the provider does not answer.
            SignOnFailed: it does not take the code, or what it says cannot be trusted.
        """
        known = await self._published()
        required = known.metadata.get("authorization_response_iss_parameter_supported") is True
        if (issuer is None and required) or issuer not in (None, self.provider.issuer):
            raise self._refused("the answer comes from another issuer")
        try:
            async with asyncio.timeout(TALK_SECONDS):
                token = await self._exchange(known, code=code, code_verifier=code_verifier)
                claims = await self._checked(known, token, nonce=nonce)
                more = await self._more(known, token, claims)
        except (httpx2.HTTPError, TimeoutError, ValueError, TypeError) as error:
            log.warning("the provider does not answer", provider=self.provider.id, error=type(error).__name__)
            raise ProviderUnavailable from error
        try:
            return profile_of(self.provider, {**more, **claims})
        except ValueError as error:
            raise self._refused(str(error)) from error

    async def sign_out_address(self, *, back: str) -> str | None:
        """Return where a browser is signed out at the provider, if it has such a page and the school wants that."""
        if not self.provider.signs_out:
            return None
        try:
            page = (await self._published()).metadata.get("end_session_endpoint")
        except ProviderUnavailable:
            return None
        if not isinstance(page, str) or not self._safe(page):
            return None
        query = urlencode({"client_id": self.provider.client_id, "post_logout_redirect_uri": back})
        return f"{page}{'&' if '?' in page else '?'}{query}"

    async def close(self) -> None:
        """Close the connections to the provider."""
        if self._made is not None:
            await self._made.aclose()

    @property
    def _client(self) -> AsyncOAuth2Client:
        # Made at the first use: reading the certificates of the world takes a moment, and most processes never need them.
        if self._made is None:
            self._made = AsyncOAuth2Client(
                self.provider.client_id,
                self.provider.client_secret or None,
                scope=" ".join(self.provider.scopes),
                redirect_uri=self.redirect_uri,
                code_challenge_method="S256",
                transport=BoundedTransport(self._transport or httpx2.AsyncHTTPTransport()),
                timeout=patience(),
                follow_redirects=False,
            )
        return self._made

    async def _published(self) -> _Known:
        known = self._known
        if known is not None and self._clock() - known.at < METADATA_SECONDS:
            return known
        async with self._fetching:
            if self._known is not known and self._known is not None:
                return self._known
            if self._clock() - self._failed_at < AGAIN_SECONDS:
                raise ProviderUnavailable
            try:
                async with asyncio.timeout(TALK_SECONDS):
                    metadata = self._usable(
                        await self._json(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
                    )
                    keys = KeySet.import_key_set(cast(Any, await self._json(metadata["jwks_uri"])))
            except (
                httpx2.HTTPError,
                httpx2.InvalidURL,
                JoseError,
                TimeoutError,
                ValueError,
                TypeError,
                KeyError,
            ) as error:
                self._failed_at = self._clock()
                log.warning(
                    "a provider cannot be used",
                    provider=self.provider.id,
                    error=f"{type(error).__name__}: {error}"[:300],
                )
                raise ProviderUnavailable from error
            self._known = _Known(metadata, keys, self._clock())
            return self._known

    def _usable(self, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        """Check what discovery says. Raises ValueError."""
        if metadata.get("issuer") != self.provider.issuer:
            raise ValueError("it calls itself by another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(metadata.get(name), str) or not self._safe(metadata[name]):
                raise ValueError(f"no usable {name}")
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if not self.provider.client_secret:
            self._client.token_endpoint_auth_method = "none"  # noqa: S105 -- a public client has none
        elif "client_secret_basic" not in methods and "client_secret_post" in methods:
            self._client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105 -- the name of a method
        return metadata

    def _safe(self, address: str) -> bool:
        return is_safe_address(address, local=self.provider.issuer.startswith("http://"))

    async def _json(self, address: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        response = await self._client.request("GET", address, withhold_token=True, headers=dict(headers or {}))
        response.raise_for_status()
        found = response.json()
        if not isinstance(found, dict):
            raise TypeError("it is no JSON object")
        return found

    async def _exchange(self, known: _Known, *, code: str, code_verifier: str) -> Mapping[str, Any]:
        try:
            token: Mapping[str, Any] = await self._client.fetch_token(
                known.metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=code_verifier,
            )
        except OAuthError as error:
            raise self._refused(f"the code is refused: {error.error}") from error
        return token

    async def _checked(self, known: _Known, token: Mapping[str, Any], *, nonce: str) -> Mapping[str, Any]:
        """Check the ID token (OpenID Connect Core 1.0, section 3.1.3.7)."""
        text = token.get("id_token")
        if not isinstance(text, str):
            raise self._refused("there is no ID token")
        try:
            try:
                found = jwt.decode(text, known.keys, algorithms=ALGORITHMS)
            except InvalidKeyIdError:
                found = jwt.decode(text, (await self._newer_keys(known)).keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                found.claims,
                found.header,
                {
                    "iss": {"essential": True, "value": self.provider.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                },
                {"nonce": nonce, "client_id": self.provider.client_id, "access_token": token.get("access_token")},
            )
            claims.validate(now=int(self._now()), leeway=CLOCK_LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, OverflowError) as error:
            raise self._refused(f"the ID token: {type(error).__name__} {error}") from error
        # Authlib asks for the authorised party only; who trusts several audiences trusts what each of them passes on.
        if found.claims.get("azp", self.provider.client_id) != self.provider.client_id:
            raise self._refused("the ID token is for another party")
        return found.claims

    async def _newer_keys(self, known: _Known) -> _Known:
        """Fetch the keys again, because one is named that is not among them; not for every forger."""
        async with self._fetching:
            present = self._known or known
            if self._clock() - present.at < KEYS_AGAIN_SECONDS and present is known:
                return present
            if present is known:
                keys = KeySet.import_key_set(cast(Any, await self._json(known.metadata["jwks_uri"])))
                self._known = present = _Known(known.metadata, keys, self._clock())
            return present

    async def _more(self, known: _Known, token: Mapping[str, Any], claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask the userinfo endpoint for what the ID token does not say; about the same subject only."""
        address = known.metadata.get("userinfo_endpoint")
        said = "email" in claims and (not self.provider.role_claim or self.provider.role_claim.split(".")[0] in claims)
        if said or not isinstance(address, str) or not self._safe(address):
            return {}
        found = await self._json(address, {"Authorization": f"Bearer {token.get('access_token')}"})
        if found.get("sub") != claims["sub"]:
            raise self._refused("userinfo is about somebody else")
        return found

    def _refused(self, reason: str) -> SignOnFailed:
        log.warning("a sign-on was refused", provider=self.provider.id, reason=reason[:300])
        return SignOnFailed()
