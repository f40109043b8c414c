"""Decide what a person may do with a document.

Teachers of the class may always write. For its students the document has one setting, and a setting for one
person goes before it. Nobody else may know that the document exists. What the document's kind leaves to others, to teachers or to
the server alone, nobody may write whatever the settings say. What belongs to another document, a board to the deck over whose slide it
lies, is there for those only who may see that one.

While a document is on the stage of a running session, the class sees it whatever its settings say, and the teacher may lock it: then
of the students only the one who presents writes, on what belongs to it too. The settings stay as they are, and count again afterwards.
"""

from enum import StrEnum

from documents.kinds import Kind, Writers


class Level(StrEnum):
    """How far a person may go with a document: ``NONE < READ < WRITE``."""

    NONE = "none"
    READ = "read"
    WRITE = "write"

    @property
    def rank(self) -> int:
        """Return the level's place in the order, 0 for none."""
        return _ORDER.index(self)

    def __lt__(self, other: str) -> bool:
        return self.rank < Level(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Level(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Level(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Level(other).rank


_ORDER = tuple(Level)


class OnStage(StrEnum):
    """Whether a running session shows a document on its stage, and whether it is locked there for students."""

    OFF = "off"
    SHOWN = "shown"
    LOCKED = "locked"


def decide(
    kind: Kind,
    *,
    role_in_class: str | None,
    students: Level,
    personal: Level | None,
    on_stage: OnStage = OnStage.OFF,
    presents: bool = False,
    locked: bool = False,
    within: Level | None = None,
) -> Level:
    """Return the level of one person for one document.

    Args:
        kind: the document's kind.
        role_in_class: ``"teacher"``, ``"student"``, or None for people who are not in the class.
        students: the document's setting for all students of the class.
        personal: the setting for this very person, if there is one.
        on_stage: whether the document is on the class's stage now.
        presents: whether this very person presents it there, or what it belongs to.
        locked: whether what the document belongs to, a deck with boards over its slides say, is locked there for this person.
        within: this person's level for what the document belongs to; None where it belongs to nothing.
    """
    if within is Level.NONE:
        return Level.NONE
    if role_in_class == "teacher":
        return Level.READ if kind.writers is Writers.SERVER else Level.WRITE
    if role_in_class != "student":
        return Level.NONE
    level = students if personal is None else personal
    if presents:
        level = Level.WRITE
    elif on_stage is OnStage.LOCKED:
        level = Level.READ
    elif on_stage is OnStage.SHOWN:
        level = max(level, Level.READ, key=_rank)
    elif locked:
        level = min(level, Level.READ, key=_rank)
    return level if kind.writers is Writers.MEMBERS else min(level, Level.READ, key=_rank)


def _rank(level: Level) -> int:
    return level.rank
