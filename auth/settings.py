"""The part of the settings that people and sign-ins depend on."""

from dataclasses import dataclass, field
from typing import Literal

from auth.registration import RegistrationPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """Decide who may register, how long a sign-in lasts and how often one may be tried.

    public_url: the address of the web app, without a slash at its end; it begins links and says whether cookies
        are only for https.
    production: network addresses are throttled without exception; in development this machine itself is not.
    """

    public_url: str
    production: bool = False
    registration: RegistrationPolicy = field(default_factory=RegistrationPolicy)
    refresh_token_days: int = 30
    login_attempts_per_account: int = 10
    login_attempts_per_address: int = 300
    login_window_seconds: int = 900

    @property
    def environment(self) -> Literal["development", "production"]:
        """Return the word that the public options show."""
        return "production" if self.production else "development"

    @property
    def secure_cookies(self) -> bool:
        """Tell whether the refresh cookie is only sent over https."""
        return self.public_url.startswith("https://")
