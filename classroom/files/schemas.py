"""The bodies of answers about files, besides the file itself."""

from pydantic import Field

from auth.http.schemas import Answer, Moment


class FileLink(Answer):
    """A link to a file, for one's own player or download."""

    url: str
    expires_at: Moment


class FileRoom(Answer):
    """How much one may upload."""

    file_max_bytes: int = Field(description="So large one file may be.")
    used_bytes: int = Field(description="So much all one's files take together.")
    max_bytes: int = Field(description="So much they may take.")
