"""The providers that a school lets its people sign on with. Pure, and without any of the house: the settings read it, too."""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlsplit

PROVIDERS_MAX = 10
TEXT_MAX_CHARS = 500

NewRole = Literal["student", "teacher"]
_ROLES: Mapping[str, NewRole] = MappingProxyType({"student": "student", "teacher": "teacher"})
_EXAMPLE = '[{"id": "school", "name": "School account", "issuer": "https://id.school.example", "client_id": "…", "client_secret": "…"}]'


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider of OpenID Connect.

    id: its name in our addresses. name: what stands on the button. scopes: what is asked for.
    new_accounts: whether somebody who has no account gets one; otherwise only accounts that were connected before get in.
    role: what new accounts are; role_claim, roles: unless the claim, a text or a list of texts, holds one of these words; a dot in
    role_claim leads into an object.
    email_domains: if there are any, only addresses in these domains get in. trusts_email: whether the provider's addresses count
    as confirmed although it does not say `email_verified`. signs_out: whether signing out here leads to its own sign-out.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    new_accounts: bool = True
    role: NewRole = "student"
    role_claim: str = ""
    roles: Mapping[str, NewRole] = field(default_factory=dict)
    email_domains: tuple[str, ...] = ()
    trusts_email: bool = False
    signs_out: bool = True


def read_providers(text: str) -> tuple[Provider, ...]:
    """Read the providers as the settings write them: a JSON list of objects.

    Raises:
        ValueError: they are none; the message says which field of which provider, and never a secret.
    """
    try:
        entries = json.loads(text)
    except ValueError:
        raise ValueError(f"must be a JSON list like {_EXAMPLE}") from None
    if not isinstance(entries, list) or not 0 < len(entries) <= PROVIDERS_MAX:
        raise ValueError(f"must be a JSON list of 1 to {PROVIDERS_MAX} providers")
    if not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("must be a JSON list of objects")
    providers = tuple(_provider(entry, f"provider {place}") for place, entry in enumerate(entries, 1))
    for what in ("id", "issuer"):
        if len({getattr(each, what) for each in providers}) < len(providers):
            raise ValueError(f"names the same {what} twice")
    return providers


def _provider(entry: Mapping[str, Any], where: str) -> Provider:
    readers: Mapping[str, Callable[[Any], Any]] = {
        "id": _id,
        "name": _text,
        "issuer": _issuer,
        "client_id": _text,
        "client_secret": _text,
        "scopes": _scopes,
        "new_accounts": _flag,
        "role": _role,
        "role_claim": _text,
        "roles": _roles,
        "email_domains": _domains,
        "trusts_email": _flag,
        "signs_out": _flag,
    }
    values: dict[str, Any] = {}
    for name, value in entry.items():
        if name not in readers:
            raise ValueError(f"{where} has an unknown field {name!r}; known are {', '.join(readers)}")
        try:
            values[name] = readers[name](value)
        except ValueError as error:
            raise ValueError(f"{where}: {name} {error}") from None
    missing = [name for name in ("id", "name", "issuer", "client_id") if name not in values]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    if bool(values.get("roles")) != bool(values.get("role_claim")):
        raise ValueError(f"{where}: role_claim and roles need each other")
    return Provider(**values)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > TEXT_MAX_CHARS:
        raise ValueError(f"must be a text of 1 to {TEXT_MAX_CHARS} characters")
    return value.strip()


def _id(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9](-?[a-z0-9])*", value) or len(value) > 30:
        raise ValueError("must be a word of a-z, 0-9 and hyphens")
    return value


def _issuer(value: Any) -> str:
    text = _text(value)
    parts = urlsplit(text)
    if not parts.hostname or parts.query or parts.fragment or not is_safe_address(text):
        raise ValueError("must begin with https:// (or http:// on this very machine), without query and fragment")
    return text


def is_safe_address(address: str, *, local: bool = True) -> bool:
    """Tell whether something may be fetched from there: over TLS, or, where that is allowed, from this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (local and parts.scheme == "http" and _is_this_machine(parts.hostname or ""))


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _scopes(value: Any) -> tuple[str, ...]:
    words = _words(value)
    if "openid" not in words:
        raise ValueError("must hold openid")
    return words


def _words(value: Any) -> tuple[str, ...]:
    if (
        not isinstance(value, list)
        or not value
        or not all(isinstance(each, str) and each.split() == [each] for each in value)
    ):
        raise ValueError("must be a list of words")
    return tuple(value)


def _domains(value: Any) -> tuple[str, ...]:
    domains = tuple(each.lower() for each in _words(value))
    if any("@" in each or "." not in each for each in domains):
        raise ValueError("must be domains like school.example")
    return domains


def _flag(value: Any) -> bool:
    if value is not True and value is not False:
        raise ValueError("must be true or false")
    return bool(value)


def _role(value: Any) -> NewRole:
    if not isinstance(value, str) or value not in _ROLES:
        raise ValueError("must be student or teacher")
    return _ROLES[value]


def _roles(value: Any) -> Mapping[str, NewRole]:
    if not isinstance(value, dict) or not value:
        raise ValueError('must be like {"staff": "teacher"}')
    return {_text(word): _role(role) for word, role in value.items()}
