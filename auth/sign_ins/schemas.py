"""The bodies of requests and answers about sign-ins."""

from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer, Moment, Page, RequestBody
from auth.recovery.schemas import KnownPassword
from auth.schemas import NewPassword


class SignIn(Answer):
    """One device on which a person is signed in."""

    id: UUID
    created_at: Moment = Field(description="When they signed in there.")
    last_used_at: Moment = Field(description="When it was used last, to a quarter of an hour.")
    user_agent: str = Field(description="How the program there calls itself.")
    current: bool = Field(description="Whether it is the one that asks.")


class SignInPage(Page[SignIn]):
    """One page of sign-ins, newest first."""


class PasswordChange(RequestBody):
    """The present password, and the one to have from now on."""

    password: KnownPassword
    new_password: NewPassword
