from datetime import timedelta

import pytest

from auth.mail.models import MailKind
from auth.mail.rules import ATTEMPTS_MAX, compose, wait_after


def test_waits_double_up_to_an_hour_and_end() -> None:
    waits = [wait_after(attempts) for attempts in range(1, ATTEMPTS_MAX + 1)]
    assert waits[0] == timedelta(seconds=30)
    assert waits[-2] == timedelta(hours=1)
    assert waits[-1] is None
    assert waits[:-1] == sorted(wait for wait in waits if wait is not None)


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize(
    ("locale", "language"), [("de", "de"), ("DE-ch", "de"), ("en", "en"), ("fr", "en"), (None, "en")]
)
def test_every_mail_is_written_in_the_persons_language(kind: MailKind, locale: str | None, language: str) -> None:
    link = "https://school.example/reset-password#a&b"
    text = compose(kind, locale=locale, name="O'Brien <i>", house="https://school.example", link=link)
    assert text.language == language
    assert f'<html lang="{language}">' in text.html
    for part in (text.subject, text.plain, text.html):
        assert "{" not in part
    assert link in text.plain
    assert "reset-password#a&amp;b" in text.html
    assert "O'Brien <i>" in text.plain
    assert "<i>" not in text.html
    assert link not in compose(kind, locale=locale, name="A", house="h", link=None).plain
