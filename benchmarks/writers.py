"""Real Yjs updates: each writer moves an element of its own, and every move is one update of one clock."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from pycrdt import Doc, Map

ROOT = "elements"
_SYLLABLES = (
    "an",
    "be",
    "cla",
    "den",
    "er",
    "fo",
    "gri",
    "ho",
    "ing",
    "ka",
    "li",
    "mon",
    "ne",
    "or",
    "pu",
    "re",
    "sta",
    "ti",
)


@dataclass(slots=True)
class Writer:
    """One Yjs client. Update number n has clock n: a check needs no more than this to name a lost one."""

    client_id: int
    updates: list[bytes] = field(default_factory=list)
    _doc: Doc[Any] = field(init=False)
    _keep: object = field(init=False)

    def __post_init__(self) -> None:
        self._doc = Doc(client_id=self.client_id)
        self._doc.get(ROOT, type=Map)
        self._keep = self._doc.observe(lambda event: self.updates.append(bytes(event.update)))

    @property
    def key(self) -> str:
        """Return the element that is this writer's."""
        return f"element-{self.client_id}"

    def move(self, times: int) -> None:
        """Make so many updates."""
        elements = self._doc.get(ROOT, type=Map)
        for _ in range(times):
            number = len(self.updates)
            elements[self.key] = {"id": self.key, "x": number, "y": 2 * number}

    def content(self) -> dict[str, Any]:
        """Return what the writer's own copy holds."""
        found: dict[str, Any] = self._doc.get(ROOT, type=Map).to_py() or {}
        return found


def content_of(*updates: bytes) -> dict[str, Any]:
    """Return what a client that got these updates sees."""
    doc: Doc[Any] = Doc()
    elements = doc.get(ROOT, type=Map)
    with doc.transaction():
        for update in updates:
            doc.apply_update(update)
    return elements.to_py() or {}


def large_document(size: int) -> bytes:
    """Return a document of about `size` bytes: many elements with text, as a well-used board has.

    No two texts are alike, and their words are as unevenly frequent as a language's: it deflates to less than two fifths.
    """
    random = Random(2)
    words = ["".join(random.choices(_SYLLABLES, k=random.randint(1, 4))) for _ in range(3_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    doc: Doc[Any] = Doc(client_id=77)
    elements = doc.get(ROOT, type=Map)
    written = 0
    with doc.transaction():
        while written < size:
            key, text = f"text-{random.getrandbits(64):016x}", " ".join(random.choices(words, weights, k=140))
            elements[key] = {"id": key, "x": random.uniform(0, 2_000), "text": text}
            written += len(text) + 90
    return bytes(doc.get_update())


def history(length: int, *, elements: int = 5_000) -> tuple[list[bytes], dict[str, Any]]:
    """Return the updates of a long lesson, one author moving many elements about, and the content that they make."""
    random = Random(3)
    doc: Doc[Any] = Doc(client_id=78)
    board = doc.get(ROOT, type=Map)
    updates: list[bytes] = []
    keep = doc.observe(lambda event: updates.append(bytes(event.update)))
    for number in range(length):
        key = f"element-{random.randrange(elements)}"
        board[key] = {"id": key, "x": number, "y": 2 * number}
    doc.unobserve(keep)
    return updates, board.to_py() or {}
