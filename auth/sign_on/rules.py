"""What is made of the words of a provider. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth.rules import clean_text, normalise_email
from auth.sign_on.providers import NewRole, Provider

SUBJECT_MAX_CHARS = 255
NEXT_MAX_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Profile:
    """Whom a provider says that somebody is. `email`: in its normal form, None where there is none that can be one."""

    subject: str
    email: str | None
    email_verified: bool
    name: str
    role: NewRole


def profile_of(provider: Provider, claims: Mapping[str, Any]) -> Profile:
    """Read the claims of an ID token, or of one and the answer of the userinfo endpoint together.

    Raises:
        ValueError: there is no subject that can be one.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_MAX_CHARS:
        raise ValueError("no subject")
    email = _email(claims.get("email"))
    # Some providers write the word instead of the value.
    said = claims.get("email_verified")
    confirmed = said is True or said == "true"
    return Profile(
        subject=subject,
        email=email,
        email_verified=email is not None and (confirmed or (provider.trusts_email and "email_verified" not in claims)),
        name=_name(claims, email),
        role=role_for(provider, claims),
    )


def role_for(provider: Provider, claims: Mapping[str, Any]) -> NewRole:
    """Return what a new account is: by the first of the provider's words that the claim holds, else the provider's default."""
    found: Any = claims
    for step in provider.role_claim.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    held = found if isinstance(found, list) else [found]
    return next((role for word, role in provider.roles.items() if word in held), provider.role)


def is_welcome(provider: Provider, profile: Profile) -> bool:
    """Tell whether the provider's e-mail domains let somebody in. An address that is not confirmed is in none."""
    if not provider.email_domains:
        return True
    domain = (profile.email or "").rpartition("@")[2]
    return profile.email_verified and domain in provider.email_domains


def own_page(address: str | None) -> str | None:
    """Return where to go after signing on, if it is a page of ours: a path, and nothing that a browser reads as another site."""
    if address is None or len(address) > NEXT_MAX_CHARS or not address.isprintable():
        return None
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else None


def _email(value: Any) -> str | None:
    try:
        return normalise_email(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _name(claims: Mapping[str, Any], email: str | None) -> str:
    parts = [claims.get(name) for name in ("given_name", "family_name")]
    together = " ".join(part for part in parts if isinstance(part, str))
    for name in (claims.get("name"), together, claims.get("preferred_username"), (email or "").partition("@")[0]):
        try:
            return clean_text(name if isinstance(name, str) else "")
        except ValueError:
            continue
    return "?"
