"""Who may register, and as what. Pure, and without any of the house: the settings of the process read it, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class RegistrationMode(StrEnum):
    """What somebody needs in order to register in a role."""

    OPEN = "open"
    INVITATION = "invitation"
    APPROVAL = "approval"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RegistrationPolicy:
    """Who may register, by role. Nobody registers as anything else."""

    student: RegistrationMode = RegistrationMode.OPEN
    teacher: RegistrationMode = RegistrationMode.OPEN

    def mode(self, role: str) -> RegistrationMode:
        """Return the mode for a role."""
        modes: Mapping[str, RegistrationMode] = {"student": self.student, "teacher": self.teacher}
        return modes.get(role, RegistrationMode.CLOSED)

    def __str__(self) -> str:
        return f"student={self.student},teacher={self.teacher}"


def read_policy(text: str) -> RegistrationPolicy:
    """Read a policy as the settings write it, for example ``student=open,teacher=approval``.

    A role that is not named may not register: silence never opens a door.

    Raises:
        ValueError: it is none; the message says what one is like.
    """
    modes: dict[str, RegistrationMode] = {}
    for part in text.split(","):
        role, _, mode = (piece.strip() for piece in part.partition("="))
        if role not in ("student", "teacher") or role in modes or mode not in list(RegistrationMode):
            raise ValueError(f"must be like student=open,teacher=approval; each one of {', '.join(RegistrationMode)}")
        modes[role] = RegistrationMode(mode)
    return RegistrationPolicy(
        student=modes.get("student", RegistrationMode.CLOSED), teacher=modes.get("teacher", RegistrationMode.CLOSED)
    )
