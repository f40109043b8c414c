"""A provider that says whatever a test wants it to say, in this very process."""

import base64
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.sign_on.providers import Provider

RSA_BITS = 2048
_KEY = generate_private_key(65537, RSA_BITS)
OTHER_KEY = generate_private_key(65537, RSA_BITS)


def published(key: RSAPrivateKey, kid: str) -> dict[str, Any]:
    return {
        **jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True),
        "kid": kid,
        "use": "sig",
        "alg": "RS256",
    }


@dataclass
class Forger:
    """One provider; a test changes what it says. `asked`: the paths that were asked for; `spent`: the codes that came."""

    issuer: str = "https://id.example"
    client_id: str = "lectern"
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=lambda: [published(_KEY, "first")])
    sign: Callable[[dict[str, Any]], str] | None = None
    answer: Callable[[Request], Response] | None = None
    asked: list[str] = field(default_factory=list)
    spent: list[dict[str, str]] = field(default_factory=list)
    nonces: dict[str, str] = field(default_factory=dict)

    def provider(self, **more: Any) -> Provider:
        values: dict[str, Any] = {"id": "school", "name": "School account", "client_secret": "secret", **more}
        return Provider(issuer=self.issuer, client_id=self.client_id, **values)

    def sent_to(self, address: str) -> dict[str, str]:
        """Take a browser that was sent here; return what its address said."""
        query = dict(parse_qsl(urlsplit(address).query))
        self.nonces[query["code_challenge"]] = query["nonce"]
        return query

    def token(self, key: RSAPrivateKey = _KEY, *, kid: str | None = "first", **claims: Any) -> str:
        headers = {} if kid is None else {"kid": kid}
        return jwt.encode(claims, key, algorithm="RS256", headers=headers)

    def app(self) -> Starlette:
        paths = {
            "/.well-known/openid-configuration": self._metadata,
            "/keys": lambda _request: JSONResponse({"keys": self.keys}),
            "/token": self._token,
            "/userinfo": lambda _request: JSONResponse(self.userinfo or {}, status_code=200 if self.userinfo else 404),
        }

        async def respond(request: Request) -> Response:
            self.asked.append(request.url.path)
            if self.answer is not None:
                return self.answer(request)
            if request.url.path == "/token":
                spent = dict(parse_qsl((await request.body()).decode()))
                digest = hashlib.sha256(spent["code_verifier"].encode()).digest()
                spent["nonce"] = self.nonces[base64.urlsafe_b64encode(digest).rstrip(b"=").decode()]
                self.spent.append(spent)
            return paths[request.url.path](request)

        return Starlette(routes=[Route(path, respond, methods=["GET", "POST"]) for path in paths])

    def _metadata(self, _request: Request) -> Response:
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/sign-out",
        }
        return JSONResponse({**found, **self.metadata})

    def _token(self, _request: Request) -> Response:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": "zoe-there",
            "iat": now,
            "exp": now + 300,
            "nonce": self.spent[-1]["nonce"],
            "email": "zoe@school.example",
            "email_verified": True,
            "name": "Zoë Brandt",
            **self.claims,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        token = self.sign(said) if self.sign is not None else self.token(**said)
        return JSONResponse({"access_token": "there", "token_type": "Bearer", "expires_in": 300, "id_token": token})
