"""A real mail server on this machine, which keeps what it is sent."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

LINK = re.compile(r"https?://\S+#\S+")


@dataclass
class Mailbox:
    """Where mail arrives. `answer`: what the server says to each recipient."""

    url: str = ""
    answer: str = "250 OK"
    arrived: list[EmailMessage] = field(default_factory=list)
    signed_in: list[tuple[str, str]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 -- the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.arrived.append(message)
        return "250 taken"

    def signs_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        login, password = getattr(data, "login", b""), getattr(data, "password", b"")
        self.signed_in.append((login.decode(), password.decode()))
        return AuthResult(success=password == b"right")

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.arrived if message["To"] == address]


def plain(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def rich(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def link_in(message: EmailMessage) -> str:
    found = LINK.search(plain(message))
    assert found is not None, plain(message)
    return found[0]


def secret_in(message: EmailMessage) -> str:
    return link_in(message).partition("#")[2]


@asynccontextmanager
async def mailbox(
    *, port: int = 0, asks_for_password: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Mailbox]:
    """Run the server, in this loop; with `tls` it offers STARTTLS."""
    box = Mailbox()

    def protocol() -> SMTP:
        authenticator: Callable[..., AuthResult] | None = box.signs_in if asks_for_password else None
        return SMTP(
            box,
            hostname="mail.school.example",
            enable_SMTPUTF8=True,
            authenticator=authenticator,
            auth_required=asks_for_password,
            auth_require_tls=tls is not None,
            tls_context=tls,
        )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", port)
    box.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield box
    finally:
        server.close()
