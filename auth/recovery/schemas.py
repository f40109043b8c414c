"""The bodies of requests about passwords and addresses."""

from typing import Annotated

from pydantic import Field

from auth.http.schemas import EmailAddress, RequestBody
from auth.schemas import NewPassword

Secret = Annotated[str, Field(min_length=1, max_length=200, description="What stands behind the `#` of the link.")]
KnownPassword = Annotated[str, Field(max_length=1000, json_schema_extra={"format": "password"})]


class ResetRequest(RequestBody):
    """Whose password is forgotten."""

    email: EmailAddress


class NewPasswordByLink(RequestBody):
    """A link's secret, and the password to have from now on."""

    token: Secret
    password: NewPassword


class EmailChange(RequestBody):
    """The address to have, and the present password to prove who asks."""

    email: EmailAddress
    password: KnownPassword


class EmailByLink(RequestBody):
    """A link's secret."""

    token: Secret
