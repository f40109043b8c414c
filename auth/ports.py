"""What people and sign-ins need from the rest of the house."""

from typing import Protocol
from uuid import UUID

from auth.mail.postbox import Postbox
from auth.passwords import Passwords
from auth.personal.desk import ArchiveDesk
from auth.personal.ports import Household
from auth.pictures.desk import PictureDesk
from auth.settings import AccountSettings
from auth.sign_on.service import SignOn
from auth.throttles import Throttles
from auth.tokens import TokenIssuer
from persistence.database import Database, Transaction


class AccessListener(Protocol):
    """Whoever keeps connections open that a change of access can end."""

    async def access_changed(self, *, user_id: UUID | None = None, document_id: UUID | None = None) -> None:
        """Decide again about the open connections that match (None matches any); in force when it returns."""


class AccountServices(Protocol):
    """What the routes of this package take from ``request.app.state.services``."""

    @property
    def database(self) -> Database:
        """Return the database."""

    @property
    def issuer(self) -> TokenIssuer:
        """Return the issuer of access tokens."""

    @property
    def passwords(self) -> Passwords:
        """Return what hashes and checks passwords."""

    @property
    def throttles(self) -> Throttles:
        """Return the bounds on attempts."""

    @property
    def accounts(self) -> AccountSettings:
        """Return the settings for accounts."""

    @property
    def live(self) -> AccessListener:
        """Return who is told when access has changed."""

    @property
    def postbox(self) -> Postbox:
        """Return what sends mail."""

    @property
    def sign_on(self) -> SignOn:
        """Return the providers with which people sign on."""

    @property
    def pictures(self) -> PictureDesk:
        """Return what lets a few pictures be made at a time."""

    @property
    def household(self) -> Household:
        """Return all parts of the house that keep something about people."""

    @property
    def archives(self) -> ArchiveDesk:
        """Return what lets a few archives of people's data be made at a time."""

    async def person_renamed(self, transaction: Transaction, user_id: UUID) -> None:
        """Show somebody under their new name wherever names are kept beside the account, in the same transaction."""
