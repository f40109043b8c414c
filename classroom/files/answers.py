"""How answers tell of a file; other features' answers hold it, too."""

from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer
from classroom.files.models import FileRow

FILE_URL_PREFIX = "/api/files/"


class File(Answer):
    """An uploaded file."""

    id: UUID
    url: str
    media_type: str
    size: int = Field(description="Bytes.")
    sha256: str = Field(description="The hash of the content, in hexadecimal.")
    name: str


def described(row: FileRow) -> File:
    """Return how answers tell of a file."""
    return File(
        id=row.id,
        url=f"{FILE_URL_PREFIX}{row.id}",
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256.hex(),
        name=row.name,
    )
