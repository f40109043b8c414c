"""A real OpenID Connect provider (the Node package oidc-provider) in a process of its own, as tests see it."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from scripts import node
from tests.running_server import free_port
from tests.yjs_peers import FOLDER

CLIENT_ID = "lectern"
CLIENT_SECRET = "the secret of the client"
SECRET = "their secret there"


@dataclass(frozen=True)
class Elsewhere:
    """Somebody's account at the provider."""

    subject: str
    email: str
    name: str
    verified: bool = True
    groups: Sequence[str] = field(default=())

    def described(self) -> dict[str, Any]:
        claims = {"email": self.email, "email_verified": self.verified, "name": self.name, "groups": list(self.groups)}
        return {"subject": self.subject, "password": SECRET, "claims": claims}


def setting(issuer: str, **more: Any) -> str:
    """Return LECTERN_OIDC_PROVIDERS for one provider."""
    values = {"id": "school", "name": "School account", "issuer": issuer}
    return json.dumps([{**values, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **more}])


@dataclass(frozen=True)
class RunningProvider:
    """Where it is, and how people get through its pages."""

    issuer: str

    def sign_in(self, address: str, subject: str) -> dict[str, str]:
        """Go through the provider's pages as a browser would; return what stands in the address that it leads back to."""
        with httpx.Client(trust_env=False) as browser:
            answer = browser.get(address)
            while not answer.headers.get("location", "").startswith("http://lectern.example"):
                if answer.is_redirect:
                    assert answer.next_request is not None
                    answer = browser.send(answer.next_request)
                else:
                    assert answer.status_code == 200, answer.text
                    answer = browser.post(answer.url, data={"subject": subject, "password": SECRET, "go": "in"})
            return dict(httpx.URL(answer.headers["location"]).params)


@contextmanager
def oidc_provider(
    redirect_uris: Sequence[str], accounts: Sequence[Elsewhere], *, after: str, port: int | None = None
) -> Iterator[RunningProvider]:
    """Run the provider until the block ends. after: where it leads to from its sign-out."""
    port = port or free_port()
    process = subprocess.Popen(
        [node.wheel() / "bin" / "node", "oidc-provider.mjs", str(port)],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdin is not None and process.stdout is not None
        client = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": list(redirect_uris),
            "post_logout_redirect_uris": [after],
        }
        process.stdin.write(
            json.dumps({"clients": [client], "accounts": [each.described() for each in accounts]}).encode()
        )
        process.stdin.close()
        assert process.stdout.readline() == b"ready\n", "the provider did not start"
        yield RunningProvider(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout is not None:
            process.stdout.close()
