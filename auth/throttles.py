"""Which attempts are bounded, and by what key."""

import time
from collections.abc import Callable
from uuid import UUID

from auth.errors import TooManyAttempts
from auth.rules import is_loopback, throttle_address
from auth.settings import AccountSettings
from auth.throttle import Throttle

# Somebody who guesses one account's password from many addresses meets this multiple of the bound per address, so
# that nobody can lock a person out by guessing wrong from elsewhere without great effort.
ACCOUNT_OVERALL_FACTOR = 10
MAILS_PER_MAILBOX = 5
MAILBOX_WINDOW_SECONDS = 3600
# What costs the server a moment's work, and a person needs now and then.
PICTURES_PER_PERSON = 30
ARCHIVES_PER_PERSON = 10
PERSON_WINDOW_SECONDS = 3600


class Throttles:
    """Bound sign-ins, registrations and guesses of join codes, in the memory of this process."""

    def __init__(self, settings: AccountSettings, *, clock: Callable[[], float] = time.monotonic) -> None:
        window = settings.login_window_seconds
        per_account, per_address = settings.login_attempts_per_account, settings.login_attempts_per_address
        self._production = settings.production
        self._account_from_address = Throttle(per_account, window_seconds=window, clock=clock)
        self._account = Throttle(per_account * ACCOUNT_OVERALL_FACTOR, window_seconds=window, clock=clock)
        self._address = Throttle(per_address, window_seconds=window, clock=clock)
        self._registrations = Throttle(per_address, window_seconds=window, clock=clock)
        self._mails = Throttle(per_address, window_seconds=window, clock=clock)
        self._mailboxes = Throttle(MAILS_PER_MAILBOX, window_seconds=MAILBOX_WINDOW_SECONDS, clock=clock)
        self._sign_ons = Throttle(per_address, window_seconds=window, clock=clock)
        self._pictures = Throttle(PICTURES_PER_PERSON, window_seconds=PERSON_WINDOW_SECONDS, clock=clock)
        self._archives = Throttle(ARCHIVES_PER_PERSON, window_seconds=PERSON_WINDOW_SECONDS, clock=clock)
        self._codes = Throttle(per_address, window_seconds=window, clock=clock)

    def begin_sign_in(self, email: str, *, host: str | None) -> None:
        """Count an attempt to sign in; ``sign_in_succeeded`` takes it back.

        Raises:
            TooManyAttempts: for this account, or from this network address.
        """
        address = throttle_address(host)
        pair = f"{email} {address}"
        waits = [self._account_from_address.wait(pair), self._account.wait(email)]
        if not self._exempt(host):
            waits.append(self._address.wait(address))
        if max(waits) > 0:
            raise TooManyAttempts(max(waits))
        self._account_from_address.take(pair)
        self._account.take(email)
        self._address.take(address)

    def sign_in_succeeded(self, email: str, *, host: str | None) -> None:
        """Forget the attempts before a right password: a class behind one address is no attack."""
        address = throttle_address(host)
        self._account_from_address.forget(f"{email} {address}")
        self._account.give_back(email)
        self._address.give_back(address)

    def begin_registration(self, *, host: str | None) -> None:
        """Count a registration.

        Raises:
            TooManyAttempts: from this network address.
        """
        self._take(self._registrations, host)

    def begin_sign_on(self, *, host: str | None) -> None:
        """Count a sign-on that begins.

        Raises:
            TooManyAttempts: from this network address.
        """
        self._take(self._sign_ons, host)

    def begin_mail(self, email: str, *, host: str | None) -> None:
        """Count a mail that somebody wants sent: nobody's mailbox is flooded, whoever asks.

        Raises:
            TooManyAttempts: to this address, or from this network address.
        """
        self._take(self._mails, host)
        seconds = self._mailboxes.take(email)
        if seconds > 0:
            raise TooManyAttempts(seconds)

    def begin_picture(self, user_id: UUID) -> None:
        """Count a picture that is made.

        Raises:
            TooManyAttempts: for this person.
        """
        _take_own(self._pictures, user_id)

    def begin_archive(self, user_id: UUID) -> None:
        """Count an archive of somebody's data.

        Raises:
            TooManyAttempts: for this person.
        """
        _take_own(self._archives, user_id)

    def check_code_guesses(self, *, host: str | None) -> None:
        """Refuse whoever has guessed too many wrong join codes.

        Raises:
            TooManyAttempts: from this network address.
        """
        seconds = 0.0 if self._exempt(host) else self._codes.wait(throttle_address(host))
        if seconds > 0:
            raise TooManyAttempts(seconds)

    def wrong_code(self, *, host: str | None) -> None:
        """Count a join code that does not exist."""
        self._codes.take(throttle_address(host))

    def _take(self, throttle: Throttle, host: str | None) -> None:
        seconds = 0.0 if self._exempt(host) else throttle.take(throttle_address(host))
        if seconds > 0:
            raise TooManyAttempts(seconds)

    def _exempt(self, host: str | None) -> bool:
        return not self._production and is_loopback(host)


def _take_own(throttle: Throttle, user_id: UUID) -> None:
    seconds = throttle.take(str(user_id))
    if seconds > 0:
        raise TooManyAttempts(seconds)
