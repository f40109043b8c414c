"""The bodies of requests and answers about signing on with an account elsewhere."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer, Moment, RequestBody
from auth.schemas import AccessToken
from auth.sign_on.rules import NEXT_MAX_CHARS

SECRET_MAX_CHARS = 200
CODE_MAX_CHARS = 4000


class SignOnStart(RequestBody):
    """Where to go after signing on: a page of ours."""

    next: Annotated[str, Field(max_length=NEXT_MAX_CHARS)] | None = None


class SignOnAddress(Answer):
    """Where to send the browser."""

    address: str


class SignOnAnswer(RequestBody):
    """What the provider has sent back in the address."""

    state: Annotated[str, Field(min_length=1, max_length=SECRET_MAX_CHARS)]
    code: Annotated[str, Field(min_length=1, max_length=CODE_MAX_CHARS)]
    iss: Annotated[str, Field(max_length=SECRET_MAX_CHARS * 5)] | None = None


class SignOnResult(Answer):
    """What has become of it."""

    token: AccessToken | None = Field(description="The new sign-in; null where an account was connected.")
    next: str | None = Field(description="The page to go to, as the start of it has named it.")


class SignOnAccount(Answer):
    """An account elsewhere that leads into one's own."""

    id: UUID
    provider: str | None = Field(description="The provider's id; null where the school no longer has it.")
    name: str = Field(description="What the provider is called.")
    email: str | None
    connected_at: Moment


class SignOnAccounts(Answer):
    """All of them: one per provider at most."""

    items: list[SignOnAccount]
