"""What can go wrong with people and their sign-ins.

AuthError
├── Unauthenticated
│   ├── TokenMissing       no bearer token was sent
│   ├── TokenInvalid       it is none of ours, or damaged
│   ├── TokenExpired       its time is over
│   ├── SessionRevoked     its sign-in was ended
│   └── AccountBlocked     its account is blocked
├── SignInRefused
│   ├── CredentialsInvalid wrong password, or no such account
│   ├── SignInPending      right password, but not approved yet
│   ├── SignInBlocked      right password, but blocked
│   ├── LinkInvalid        the link of a mail is unknown, used or over
│   ├── PasswordWrong      somebody signed in gave a wrong password
│   ├── SignInAgain        somebody without a password must have signed in just now
│   ├── SignOnInvalid      the answer of a provider belongs to nothing that this browser has begun
│   ├── SignOnFailed       the provider does not stand by it, or what it says cannot be trusted
│   ├── EmailUnverified    the provider has not confirmed the address
│   ├── NotWelcome         the provider's people do not all get in
│   ├── NoAccount          no account is connected, and none is made
│   └── RefreshInvalid     the refresh token is unknown, used or over
├── RegistrationRefused
│   ├── RegistrationClosed
│   ├── InvitationRequired
│   └── InvitationInvalid
├── Forbidden              visible, but not allowed
│   └── ForeignOrigin      another site's page sent the request
├── NotFound               does not exist, or not for this person
├── Conflict               does not fit the present state; carries its code
│   └── ChangedMeanwhile   somebody else was first; carries both values
├── FieldInvalid           one field of a request is wrong
├── ContentInvalid         what a request says does not fit what it is about; carries its code
├── TooManyAttempts        slow down
├── Overloaded             try again in a moment
├── ProviderUnavailable    the provider of sign-on does not answer
├── AddressTaken           an account has this e-mail address (only ever told to administrators)
├── PictureRefused         no picture can be made of it
└── BodyTooLarge           the request's body is too large
"""

from collections.abc import Mapping, Sequence
from typing import Any


class AuthError(Exception):
    """Be the base of this package's errors."""


class Unauthenticated(AuthError):
    """The request does not prove who sent it."""


class TokenMissing(Unauthenticated):
    """No bearer token was sent."""


class TokenInvalid(Unauthenticated):
    """The token is none of ours, or damaged."""


class TokenExpired(Unauthenticated):
    """The token's time is over."""


class SessionRevoked(Unauthenticated):
    """The sign-in that the token belongs to was ended."""


class AccountBlocked(Unauthenticated):
    """The account that the token belongs to is blocked."""


class SignInRefused(AuthError):
    """Somebody cannot be signed in."""


class CredentialsInvalid(SignInRefused):
    """The password is wrong, or there is no such account: one answer for both."""


class SignInPending(SignInRefused):
    """The password is right, but the account waits for approval."""


class SignInBlocked(SignInRefused):
    """The password is right, but the account is blocked."""


class RefreshInvalid(SignInRefused):
    """The refresh token is missing, unknown, used or over."""


class LinkInvalid(SignInRefused):
    """The link of a mail is unknown, used or over."""


class PasswordWrong(SignInRefused):
    """Somebody who is signed in gave a password that is not theirs."""


class SignInAgain(SignInRefused):
    """Somebody without a password must have signed in just now."""


class SignOnInvalid(SignInRefused):
    """The answer of a provider belongs to nothing that this browser has begun, or comes a second time."""


class SignOnFailed(SignInRefused):
    """The provider does not stand by what came back, or what it says cannot be trusted."""


class EmailUnverified(SignInRefused):
    """The provider has not confirmed the e-mail address."""


class NotWelcome(SignInRefused):
    """The provider's people do not all get in."""


class NoAccount(SignInRefused):
    """No account is connected, and none is made."""


class RegistrationRefused(AuthError):
    """Nobody may register like this."""


class RegistrationClosed(RegistrationRefused):
    """Nobody may register in this role."""


class InvitationRequired(RegistrationRefused):
    """This role needs an invitation."""


class InvitationInvalid(RegistrationRefused):
    """The invitation is unknown, used, over, or for another role."""


class Forbidden(AuthError):
    """The person may see it, but not do this."""


class ForeignOrigin(Forbidden):
    """A page of another site sent the request."""


class NotFound(AuthError):
    """It does not exist, or this person may not know of it."""


class Conflict(AuthError):
    """The request does not fit the present state."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class ChangedMeanwhile(Conflict):
    """Somebody else has changed meanwhile what the request wants to change.

    conflicts: for each value what it is about, what it is now (`current`) and what was wanted (`yours`), as JSON.
    """

    def __init__(self, detail: str, conflicts: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("changed_meanwhile", detail)
        self.conflicts = conflicts


class FieldInvalid(AuthError):
    """One field of a request is wrong in a way that its schema cannot say."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class ContentInvalid(AuthError):
    """What a request says does not fit what it is about."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class TooManyAttempts(AuthError):
    """There were too many attempts; the next one is possible in ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"try again in {retry_after:.0f} s")
        self.retry_after = retry_after


class Overloaded(AuthError):
    """There is more to do than the server takes on at a time."""


class ProviderUnavailable(AuthError):
    """The provider of sign-on does not answer, or not as one."""


class AddressTaken(AuthError):
    """An account has this e-mail address already."""


class PictureRefused(AuthError):
    """No picture can be made of it: it is no image, damaged, or too large."""


class BodyTooLarge(AuthError):
    """The body of a request is larger than allowed."""
