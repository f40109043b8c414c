"""The bodies of answers about files."""

from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer


class File(Answer):
    """An uploaded file."""

    id: UUID
    url: str
    media_type: str
    size: int = Field(description="Bytes.")
    sha256: str = Field(description="The hash of the content, in hexadecimal.")
    name: str
