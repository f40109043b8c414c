"""What can go wrong with a class on its way.

ArchiveError
└── ArchiveDamaged   what is read is not what was written
"""

from classroom.errors import ClassroomError


class ArchiveError(ClassroomError):
    """A class cannot leave, or not come in; the message is one line for the operator."""


class ArchiveDamaged(ArchiveError):
    """The content of an archive is not what was written."""

    def __init__(self, what: str = "its content is not what was written") -> None:
        super().__init__(f"This archive is damaged: {what}.")
