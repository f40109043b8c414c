"""The bodies of answers about pictures."""

from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer


class OwnPicture(Answer):
    """One's picture."""

    picture: UUID = Field(description="The picture's id: `GET /api/pictures/{id}` has its bytes.")
