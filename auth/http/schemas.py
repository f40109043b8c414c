"""The building blocks of request and response bodies."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

from auth.rules import EMAIL_MAX_CHARS, TEXT_MAX_CHARS, clean_text, normalise_email

Item = TypeVar("Item")


class RequestBody(BaseModel):
    """A body that a client sends: what it does not name is refused, so that no misspelt field is overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """A body that the server sends."""

    model_config = ConfigDict(frozen=True)


class Page(Answer, Generic[Item]):
    """One page of a list; ``next_cursor`` asks for the next one, null ends the list."""

    items: list[Item]
    next_cursor: str | None


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_utc)]
"""A time, shown in UTC (RFC 3339, with a ``Z``)."""

# Whatever is reckoned from a time, in any time zone, stays within what Python and PostgreSQL can say.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


def _reckonable(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("must be between the years 1900 and 2999")
    return moment.astimezone(UTC)


GivenMoment = Annotated[AwareDatetime, AfterValidator(_reckonable)]
"""A time that a client says, with its offset."""


def _searchable(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain control characters")
    return text


SearchText = Annotated[str, AfterValidator(_searchable)]
"""What is looked for, literally: PostgreSQL knows no text with a NUL in it."""

PlainText = Annotated[
    str,
    AfterValidator(clean_text),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": TEXT_MAX_CHARS}),
]
"""A name or title: trimmed, 1 to 200 characters of any script, no control characters."""

EmailAddress = Annotated[
    str,
    AfterValidator(normalise_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": EMAIL_MAX_CHARS}),
]
"""An e-mail address in its normal form."""


class FieldProblem(Answer):
    """What is wrong with one field."""

    field: str = Field(description="The dotted path of the field, for example `email`.")
    message: str


class Problem(Answer):
    """Problem details (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    detail: str
    code: str = Field(description="A stable word for programs, for example `validation_failed`.")
    errors: list[FieldProblem] | None = None
    conflicts: list[dict[str, Any]] | None = Field(
        default=None,
        description="What somebody else has changed meanwhile: `current` is what it is now, `yours` what was sent.",
    )
