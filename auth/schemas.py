"""The bodies of requests and answers about people."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema, field_validator

from auth.http.schemas import Answer, EmailAddress, GivenMoment, Moment, Page, PlainText, RequestBody
from auth.models import AccountStatus, Role
from auth.registration import RegistrationMode
from auth.rules import PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS, normalise_password

INVITATION_DAYS = 14
INVITATION_DAYS_MAX = 90

RegisteringRole = Literal[Role.STUDENT, Role.TEACHER]

NewPassword = Annotated[
    str,
    AfterValidator(normalise_password),
    WithJsonSchema(
        {"type": "string", "format": "password", "minLength": PASSWORD_MIN_CHARS, "maxLength": PASSWORD_MAX_CHARS}
    ),
]


class RegistrationModes(Answer):
    """Who may register, by role."""

    student: RegistrationMode
    teacher: RegistrationMode


class SignOnProvider(Answer):
    """Somebody else's accounts that one can sign on with."""

    id: str
    name: str = Field(description="What stands on the button.")


class SignedOut(Answer):
    """Where to go to be signed out at the provider, too."""

    provider_sign_out: str


class AuthOptions(Answer):
    """What the sign-in pages need to know before anybody is signed in."""

    registration: RegistrationModes
    mail: bool = Field(description="Whether this school sends e-mail: without it, nobody resets a password alone.")
    providers: list[SignOnProvider]
    environment: Literal["development", "production"]


class NewAccount(RequestBody):
    """Who wants to register."""

    email: EmailAddress
    password: NewPassword
    name: PlainText
    role: RegisteringRole
    invitation: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class Registered(Answer):
    """What was asked for; the same for an address that has an account already."""

    email: str
    name: str
    role: RegisteringRole
    status: Literal[AccountStatus.ACTIVE, AccountStatus.PENDING]


class Credentials(RequestBody):
    """An address and a password. Whether they can be right is not told by validation."""

    email: Annotated[str, Field(max_length=1000, json_schema_extra={"format": "email"})]
    password: Annotated[str, Field(max_length=1000, json_schema_extra={"format": "password"})]


class AccessToken(Answer):
    """A short-lived token for the ``Authorization`` header and for documents."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 -- the scheme's name
    expires_in: int = Field(description="Seconds until the token ends.")


class Me(Answer):
    """The person who is signed in."""

    id: UUID
    email: str
    name: str
    role: Role
    color: str = Field(description="The person's colour everywhere, as `#rrggbb`.")
    picture: UUID | None = Field(description="The id of their picture; null: there is none.")
    locale: str | None
    created_at: Moment
    has_password: bool = Field(description="Whether there is one to sign in with; else the person signs on elsewhere.")


class MeChanges(RequestBody):
    """What a person changes about themselves; what is left out stays."""

    name: PlainText | None = None
    locale: (
        Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", examples=["de-AT"])] | None
    ) = None

    @field_validator("name")
    @classmethod
    def _a_name_cannot_be_taken_away(cls, name: str | None) -> str | None:
        if name is None:
            raise ValueError("must not be null")
        return name


class Account(Answer):
    """A person's account, as administrators see it."""

    id: UUID
    email: str
    name: str
    role: Role
    status: AccountStatus
    blocked_reason: str | None
    blocked_until: Moment | None = Field(description="When a block ends by itself; null: not before somebody ends it.")
    color: str
    picture: UUID | None
    created_at: Moment


class AccountPage(Page[Account]):
    """One page of accounts, newest first."""


class Block(RequestBody):
    """Why somebody is blocked, and until when; without an end it lasts until somebody ends it."""

    reason: PlainText
    until: GivenMoment | None = None


class RoleChange(RequestBody):
    """What an account is to be in the house."""

    role: Role


class NewInvitation(RequestBody):
    """Whom to invite."""

    role: RegisteringRole
    expires_in_days: Annotated[int, Field(ge=1, le=INVITATION_DAYS_MAX)] = INVITATION_DAYS


class Invitation(Answer):
    """An invitation. The code is shown only this once."""

    code: str
    url: str
    role: RegisteringRole
    expires_at: Moment
