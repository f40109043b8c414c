"""When a mail is tried again, and what it says. Pure."""

import html
from dataclasses import dataclass
from datetime import timedelta

from auth.mail.models import MailKind

ATTEMPTS_MAX = 10
FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 3600


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after this many failed attempts, or None to give up: about three hours in all."""
    if attempts >= ATTEMPTS_MAX:
        return None
    return timedelta(seconds=min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (attempts - 1)))


@dataclass(frozen=True, slots=True)
class Words:
    """A mail's subject and paragraphs, in one language; `button` names its link, where it has one."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str = ""


_ENGLISH = {
    MailKind.PASSWORD_RESET: Words(
        "Choose a new password",
        (
            "Hello {name},",
            "somebody, probably you, wants to choose a new password for your account at {house}. The link works once, for one hour.",
            "If it was not you, you need not do anything: your password stays as it is.",
        ),
        "Choose a new password",
    ),
    MailKind.PASSWORD_CHANGED: Words(
        "Your password was changed",
        (
            "Hello {name},",
            "the password of your account at {house} was changed, and all other devices were signed out.",
            "If it was not you, choose a new password at once with “Forgot your password?” on the sign-in page, and tell your school.",
        ),
    ),
    MailKind.EMAIL_CHANGE: Words(
        "Confirm your new e-mail address",
        (
            "Hello {name},",
            "this is to be the new e-mail address of your account at {house}. The link works once, for one hour.",
            "If you do not know what this is about, you need not do anything.",
        ),
        "Confirm this address",
    ),
    MailKind.EMAIL_CHANGED: Words(
        "Your e-mail address was changed",
        (
            "Hello {name},",
            "your account at {house} has another e-mail address from now on. You no longer sign in with this one.",
            "If it was not you, tell your school at once.",
        ),
    ),
}
_GERMAN = {
    MailKind.PASSWORD_RESET: Words(
        "Neues Passwort wählen",
        (
            "Hallo {name},",
            "jemand, vermutlich du, möchte ein neues Passwort für dein Konto bei {house} wählen. Der Link gilt einmal, eine Stunde lang.",
            "Wenn du das nicht warst, musst du nichts tun: Dein Passwort bleibt, wie es ist.",
        ),
        "Neues Passwort wählen",
    ),
    MailKind.PASSWORD_CHANGED: Words(
        "Dein Passwort wurde geändert",
        (
            "Hallo {name},",
            "das Passwort deines Kontos bei {house} wurde geändert, und alle anderen Geräte wurden abgemeldet.",
            "Wenn du das nicht warst, wähle sofort ein neues Passwort mit „Passwort vergessen?“ auf der Anmeldeseite, und sag deiner Schule Bescheid.",
        ),
    ),
    MailKind.EMAIL_CHANGE: Words(
        "Bestätige deine neue E-Mail-Adresse",
        (
            "Hallo {name},",
            "das soll die neue E-Mail-Adresse deines Kontos bei {house} werden. Der Link gilt einmal, eine Stunde lang.",
            "Wenn du nicht weißt, worum es geht, musst du nichts tun.",
        ),
        "Diese Adresse bestätigen",
    ),
    MailKind.EMAIL_CHANGED: Words(
        "Deine E-Mail-Adresse wurde geändert",
        (
            "Hallo {name},",
            "dein Konto bei {house} hat ab jetzt eine andere E-Mail-Adresse. Mit dieser meldest du dich nicht mehr an.",
            "Wenn du das nicht warst, sag sofort deiner Schule Bescheid.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A mail as it is sent."""

    language: str
    subject: str
    plain: str
    html: str


def language_of(locale: str | None) -> str:
    """Return the language that is written to somebody: `de` or `en`."""
    return "de" if (locale or "").lower().split("-")[0] == "de" else "en"


def compose(kind: MailKind, *, locale: str | None, name: str, house: str, link: str | None) -> Text:
    """Write a mail in a person's language, as plain text and as HTML; `house` is the address of the web app."""
    language = language_of(locale)
    words = (_GERMAN if language == "de" else _ENGLISH)[kind]
    paragraphs = [paragraph.format(name=name, house=house) for paragraph in words.paragraphs]
    # The link follows what it is for, before what to do if it was somebody else.
    plain = [*paragraphs[:2], *([link] if link is not None else []), *paragraphs[2:]]
    rich = [f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs]
    if link is not None:
        address = html.escape(link)
        rich.insert(2, f'<p><a href="{address}">{html.escape(words.button)}</a><br><small>{address}</small></p>')
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{html.escape(words.subject)}</title>'
        f'</head><body style="font-family: sans-serif; line-height: 1.5; max-width: 36em">{"".join(rich)}</body></html>'
    )
    return Text(language, words.subject, "\n\n".join(plain) + "\n", page)
