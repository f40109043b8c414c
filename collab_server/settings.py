"""Settings: read once from the environment, validated together, never changed afterwards.

Each field of `Settings` is the environment variable `LECTERN_` + its name in capitals. Units are part of the names. A field that is left out of the repr is a
secret: it is never shown.
"""

import difflib
import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args
from urllib.parse import unquote, urlsplit

from auth.registration import RegistrationMode, RegistrationPolicy, read_policy
from auth.sign_on.providers import Provider, read_providers
from persistence.addresses import servers_of

PREFIX = "LECTERN_"
# The test suite's own variables; the server takes no notice of them.
TEST_PREFIX = "LECTERN_TEST_"
SECRET_KEY_MIN_LENGTH = 32
KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
TIB = 1024 * GIB
# The least that OWASP's Password Storage Cheat Sheet asks of argon2id in one lane.
PASSWORD_HASH_MIN_BYTES = 19 * MIB
PASSWORD_HASH_MIN_PASSES = 2


class Environment(StrEnum):
    """Where the server runs; it decides how strict the defaults are."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsError(ValueError):
    """The environment holds bad settings; `problems` lists every one of them, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _text(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must not contain control characters")
    return value


def _host(value: str) -> str:
    if not value or any(character.isspace() or character == "/" for character in value):
        raise ValueError("must be a host name or an address")
    return value


def _path(value: str) -> Path:
    if not value:
        raise ValueError("must name a folder")
    return Path(value)


def _flag(value: str) -> bool:
    match value.lower():
        case "1" | "true" | "yes" | "on":
            return True
        case "0" | "false" | "no" | "off":
            return False
    raise ValueError("must be true or false")


def _whole(minimum: int, maximum: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        # int() also takes "1_000", " 5" and other scripts' digits; a setting has one spelling.
        if not (value.isascii() and value.isdigit()) or not minimum <= int(value) <= maximum:
            raise ValueError(f"must be a whole number from {minimum} to {maximum}")
        return int(value)

    return read


def _url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value and (urlsplit(value).scheme not in schemes or not value.isprintable()):
            raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return value

    return read


def _database_url(value: str) -> str:
    if value:
        servers_of(value)
    return value


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if value and not (parts.scheme in ("http", "https") and parts.hostname and bare):
        raise ValueError("must be like https://lectern.school.example, without a path")
    return value.rstrip("/")


def _smtp_url(value: str) -> str:
    if value and not _names_a_mail_server(value):
        raise ValueError("must be like smtp://user:password@mail.school.example:587, or smtps://…")
    return value


def _names_a_mail_server(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    bare = not (parts.path.strip("/") or parts.query or parts.fragment)
    # The last: what SMTP's sign-in can carry, as the standard library speaks it.
    return (
        parts.scheme in ("smtp", "smtps")
        and bool(parts.hostname)
        and port != 0
        and bare
        and value.isprintable()
        and unquote(f"{parts.username}{parts.password}").isascii()
    )


def _sender(value: str) -> str:
    _, address = parseaddr(value)
    if value and (not value.isprintable() or not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", address)):
        raise ValueError("must be like Lectern <lectern@school.example>")
    return value


def _domain(value: str) -> str:
    # What stands in a page's Content-Security-Policy and in its scripts' addresses: a host name and a port, nothing else.
    if value and not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", value.lower()):
        raise ValueError("must be a host name like meet.school.example, without https:// and path")
    return value.lower()


def _bucket(value: str) -> str:
    if value and not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value):
        raise ValueError("must be the name of a bucket: small letters, digits, dots and hyphens, 3 to 63 of them")
    return value


def _origin(value: str) -> str:
    parts = urlsplit(value)
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if value and not (parts.scheme in ("http", "https") and parts.hostname and bare):
        raise ValueError("must be like https://s3.school.example, without the bucket")
    return value.rstrip("/")


def _region(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", value):
        raise ValueError("must be like eu-central-1")
    return value


def _prefix(value: str) -> str:
    if not re.fullmatch(r"([A-Za-z0-9_-][A-Za-z0-9._-]*/?)*", value) or len(value) > 200:
        raise ValueError("must be folder names with slashes between them")
    return value.strip("/")


def _environment(value: str) -> Environment:
    try:
        return Environment(value)
    except ValueError:
        raise ValueError("must be development or production") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one server. Defaults are those of development; `from_environment` knows production's."""

    host: Annotated[str, _host] = "127.0.0.1"
    port: Annotated[int, _whole(1, 65535)] = 8000
    public_url: Annotated[str, _public_url] = ""
    data_dir: Annotated[Path, _path] = Path(".data")
    database_url: Annotated[str, _database_url] = field(default="", repr=False)
    redis_url: Annotated[str, _url("redis", "rediss", "unix")] = field(default="", repr=False)
    secret_key: Annotated[str, _text] = field(default="", repr=False)
    env: Annotated[Environment, _environment] = Environment.DEVELOPMENT
    demo: Annotated[bool, _flag] = True
    registration: Annotated[RegistrationPolicy, read_policy] = field(default_factory=RegistrationPolicy)
    trusted_proxies: Annotated[str, _text] = "127.0.0.1"

    jitsi_domain: Annotated[str, _domain] = ""
    jitsi_app_id: Annotated[str, _text] = ""
    jitsi_app_secret: Annotated[str, _text] = field(default="", repr=False)

    oidc_providers: Annotated[tuple[Provider, ...], read_providers] = field(default=(), repr=False)

    smtp_url: Annotated[str, _smtp_url] = field(default="", repr=False)
    mail_from: Annotated[str, _sender] = ""

    file_max_bytes: Annotated[int, _whole(1, 64 * GIB)] = 256 * MIB
    person_files_max_bytes: Annotated[int, _whole(1, 1024 * TIB)] = 5 * GIB
    class_files_max_bytes: Annotated[int, _whole(1, 1024 * TIB)] = 50 * GIB
    house_files_max_bytes: Annotated[int, _whole(1, 1024 * TIB)] = 500 * GIB
    unused_files_kept_days: Annotated[int, _whole(1, 3650)] = 7
    files_s3_bucket: Annotated[str, _bucket] = ""
    files_s3_endpoint: Annotated[str, _origin] = ""
    files_s3_region: Annotated[str, _region] = "us-east-1"
    files_s3_prefix: Annotated[str, _prefix] = ""
    files_s3_access_key_id: Annotated[str, _text] = ""
    files_s3_secret_access_key: Annotated[str, _text] = field(default="", repr=False)

    message_max_bytes: Annotated[int, _whole(KIB, 64 * MIB)] = MIB
    first_sync_max_bytes: Annotated[int, _whole(KIB, 256 * MIB)] = 16 * MIB
    document_max_bytes: Annotated[int, _whole(KIB, 1024 * MIB)] = 32 * MIB
    outbox_max_bytes: Annotated[int, _whole(64 * KIB, 1024 * MIB)] = 8 * MIB
    documents_per_socket: Annotated[int, _whole(1, 10_000)] = 64
    messages_per_second: Annotated[int, _whole(1, 100_000)] = 1000
    connections_per_user: Annotated[int, _whole(1, 100_000)] = 50
    connections_per_address: Annotated[int, _whole(1, 1_000_000)] = 3000
    auth_deadline_seconds: Annotated[int, _whole(1, 600)] = 10
    room_unload_seconds: Annotated[int, _whole(0, 86_400)] = 30
    history_days: Annotated[int | None, _whole(1, 36_500)] = None

    access_token_seconds: Annotated[int, _whole(30, 86_400)] = 900
    refresh_token_days: Annotated[int, _whole(1, 366)] = 30
    login_attempts_per_account: Annotated[int, _whole(1, 100_000)] = 10
    login_attempts_per_address: Annotated[int, _whole(1, 1_000_000)] = 300
    login_window_seconds: Annotated[int, _whole(1, 86_400)] = 900
    password_hash_bytes: Annotated[int, _whole(8 * KIB, 1024 * MIB)] = 64 * MIB
    password_hash_passes: Annotated[int, _whole(1, 100)] = 3

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read and validate all settings; an empty variable counts as not set. Raises SettingsError."""
        known = {PREFIX + each.name.upper(): each for each in fields(cls)}
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name, text in sorted(environ.items()):
            if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX):
                continue
            if name not in known:
                problems.append(_unknown(name, known=list(known)))
            elif text.strip():
                try:
                    values[known[name].name] = _reader(known[name])(text.strip())
                except ValueError as error:
                    shown = "" if not known[name].repr else f", not {text.strip()!r}"
                    problems.append(f"{name} {error}{shown}")
        production = values.get("env") is Environment.PRODUCTION
        if production:
            values.setdefault("demo", False)
            values.setdefault("registration", RegistrationPolicy(teacher=RegistrationMode.APPROVAL))
        settings = cls(**values)
        problems.extend(_contradictions(settings, production=production))
        if problems:
            raise SettingsError(problems)
        return settings if settings.public_url else replace(settings, public_url=_local_url(settings))

    @property
    def production(self) -> bool:
        """Tell whether the strict rules of production are in force."""
        return self.env is Environment.PRODUCTION

    @property
    def local(self) -> bool:
        """Tell whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def described(self) -> list[tuple[str, str]]:
        """Return each variable's name and value for people to read; secrets are only said to be set."""
        lines = []
        for each in fields(self):
            value = getattr(self, each.name)
            shown = ("" if value is None else str(value)) if each.repr else ("(set)" if value else "(empty)")
            lines.append((PREFIX + each.name.upper(), shown))
        return lines

    def with_secret_key(self) -> "Settings":
        """Return settings with a secret key: the given one, else the data folder's, made on first use.

        Raises OSError when the folder cannot be used, SettingsError when the stored key is damaged.
        """
        if self.secret_key:
            return self
        return replace(self, secret_key=_stored_secret_key(self.data_dir / "secret_key"))


def _reader(setting: Field[Any]) -> Callable[[str], Any]:
    """Return the function that reads a setting's text; it stands beside its type."""
    read: Callable[[str], Any] = get_args(setting.type)[1]
    return read


def _unknown(name: str, *, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"{name} is not a setting" + (f"; did you mean {close[0]}?" if close else "")


def _contradictions(settings: Settings, *, production: bool) -> list[str]:
    problems = []
    if production and not settings.secret_key:
        problems.append("LECTERN_SECRET_KEY must be set when LECTERN_ENV=production")
    if settings.secret_key and len(settings.secret_key) < SECRET_KEY_MIN_LENGTH:
        problems.append(f"LECTERN_SECRET_KEY must have at least {SECRET_KEY_MIN_LENGTH} characters")
    if production:
        for name, least in (("bytes", PASSWORD_HASH_MIN_BYTES), ("passes", PASSWORD_HASH_MIN_PASSES)):
            if getattr(settings, f"password_hash_{name}") < least:
                problems.append(
                    f"LECTERN_PASSWORD_HASH_{name.upper()} must be at least {least} when LECTERN_ENV=production"
                )
    jitsi = {
        "LECTERN_JITSI_DOMAIN": settings.jitsi_domain,
        "LECTERN_JITSI_APP_ID": settings.jitsi_app_id,
        "LECTERN_JITSI_APP_SECRET": settings.jitsi_app_secret,
    }
    if any(jitsi.values()):
        problems.extend(f"{name} must be set too: Jitsi needs all three" for name, value in jitsi.items() if not value)
    if bool(settings.smtp_url) != bool(settings.mail_from):
        missing = "LECTERN_MAIL_FROM" if settings.smtp_url else "LECTERN_SMTP_URL"
        problems.append(f"{missing} must be set too: mail needs a server and a sender")
    s3 = {
        "LECTERN_FILES_S3_BUCKET": settings.files_s3_bucket,
        "LECTERN_FILES_S3_ACCESS_KEY_ID": settings.files_s3_access_key_id,
        "LECTERN_FILES_S3_SECRET_ACCESS_KEY": settings.files_s3_secret_access_key,
    }
    if any(s3.values()) or settings.files_s3_endpoint or settings.files_s3_prefix:
        problems.extend(f"{name} must be set too: an S3 store needs it" for name, value in s3.items() if not value)
    if settings.message_max_bytes > settings.first_sync_max_bytes:
        problems.append("LECTERN_FIRST_SYNC_MAX_BYTES must not be less than LECTERN_MESSAGE_MAX_BYTES")
    if settings.first_sync_max_bytes > settings.document_max_bytes:
        problems.append("LECTERN_DOCUMENT_MAX_BYTES must not be less than LECTERN_FIRST_SYNC_MAX_BYTES")
    return problems


def _local_url(settings: Settings) -> str:
    """Return the address that a browser on this machine uses."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "*") else settings.host  # noqa: S104 - compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _stored_secret_key(path: Path) -> str:
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if len(key) < SECRET_KEY_MIN_LENGTH or not key.isascii():
        raise SettingsError([f"{path} is damaged; restore it, or remove it to sign everybody out"])
    return key


def _write_once(path: Path, text: str) -> None:
    """Write a private file whole or not at all; where another process was faster, its file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file with mode 0600.
    handle, name = tempfile.mkstemp(prefix=".secret_key-", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            # Unlike a rename, a link never replaces a file that is there already.
            os.link(unfinished, path)
        except FileExistsError:
            return
    finally:
        unfinished.unlink()
