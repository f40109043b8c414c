"""Hand a mail to the school's mail server."""

import asyncio
import ipaddress
import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

from auth.mail.rules import Text

TIMEOUT_SECONDS = 20.0
PORTS = {"smtp": 587, "smtps": 465}


class MailRefused(Exception):
    """The server will never take this mail; trying again is no use."""


class MailServerAway(Exception):
    """The server cannot be reached, or asks to try again later."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and whom it is from: `smtp://` with STARTTLS where the server has it, or `smtps://`."""

    url: str = field(repr=False)
    sender: str = ""

    async def send(self, address: str, text: Text) -> None:
        """Hand in one mail.

        Raises:
            MailRefused: the server does not take it, for good.
            MailServerAway: not now.
        """
        await asyncio.to_thread(self._send, self._message(address, text))

    def _message(self, address: str, text: Text) -> EmailMessage:
        name, sender = parseaddr(self.sender)
        message = EmailMessage()
        message["Subject"] = text.subject
        message["From"] = Address(display_name=name, addr_spec=sender)
        message["To"] = Address(addr_spec=address)
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
        # RFC 3834: out-of-office programs do not answer it.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text.plain)
        message.add_alternative(text.html, subtype="html")
        # Set last: what describes the content would move into its first part.
        message["Content-Language"] = text.language
        return message

    def _send(self, message: EmailMessage) -> None:
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise (MailRefused if all(code >= 500 for code in codes) else MailServerAway)(
                f"recipient: {codes}"
            ) from error
        except smtplib.SMTPResponseException as error:
            # A wrong password of ours is repaired by the administrator; the mail is not at fault.
            lasting = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
            raise (MailRefused if lasting else MailServerAway)(f"answer {error.smtp_code}") from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused("address not supported") from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise MailServerAway(type(error).__name__) from error

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        context = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
            secured = True
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
            server.ehlo()
            secured = server.has_extn("starttls")
            if secured:
                server.starttls(context=context)
        if parts.username:
            if not secured and not _is_this_machine(host):
                server.close()
                raise MailServerAway("no TLS: the password is not sent in the clear")
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
