"""Mail goes through TLS where the server has it, and nowhere when the server cannot prove who it is."""

import ipaddress
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from auth.mail.models import MailKind
from auth.mail.rules import compose
from auth.mail.transport import MailServer, MailServerAway
from persistence.base import utc_now
from tests.mailbox import mailbox

TEXT = compose(MailKind.PASSWORD_CHANGED, locale="en", name="Zoë", house="https://school.example", link=None)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine that its own key has signed, with the key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.school.example")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "mail.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process trust the certificate, as an administrator would by adding it to the system's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def server(url: str) -> MailServer:
    return MailServer(url.replace("://", "://lectern:right@"), "lectern@school.example")


@pytest.mark.usefixtures("trusted")
async def test_the_password_goes_through_tls(tls: ssl.SSLContext) -> None:
    async with mailbox(asks_for_password=True, tls=tls) as box:
        await server(box.url).send("zoe@school.example", TEXT)
        assert box.signed_in == [("lectern", "right")]
        assert len(box.arrived) == 1


async def test_a_server_that_cannot_prove_who_it_is_gets_neither_password_nor_mail(tls: ssl.SSLContext) -> None:
    async with mailbox(asks_for_password=True, tls=tls) as box:
        with pytest.raises(MailServerAway, match="SSLCertVerificationError"):
            await server(box.url).send("zoe@school.example", TEXT)
        assert box.signed_in == []
        assert box.arrived == []
