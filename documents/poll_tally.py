"""Count ballots.

A tally is a number of voters and a multiset of *marks*, the smallest things that a ballot says. Adding a ballot and taking it away again
are exact opposites, so a tally kept up to date ballot by ballot always equals a fresh count of all of them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from documents.poll import Json, PollType

SHOWN_ENTRIES_MAX = 200
"""Texts in a document: the most frequent ones. All of them are in the teacher's results."""


@dataclass(slots=True)
class Tally:
    """How often each mark was made, and by how many voters."""

    voters: int = 0
    marks: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Tally":
        """Read a tally as it is kept."""
        return cls(kept.get("voters", 0), Counter(kept.get("marks", {})))

    def kept(self) -> Json:
        """Return the tally as JSON; the order of marks says nothing about the order of ballots."""
        return {"voters": self.voters, "marks": dict(sorted(self.marks.items()))}

    def add(self, kind: PollType, choices: Sequence[str]) -> None:
        """Count a ballot."""
        self.voters += 1
        self.marks.update(marks_of(kind, choices))

    def remove(self, kind: PollType, choices: Sequence[str]) -> None:
        """Take back a ballot that was counted."""
        self.voters -= 1
        self.marks.subtract(marks_of(kind, choices))
        self.marks = +self.marks  # without the zeros


def marks_of(kind: PollType, choices: Sequence[str]) -> list[str]:
    """Return the marks of a ballot: its choices; in a ranking together with their places, first is 1."""
    if kind is PollType.RANKING:
        return [f"{place}:{choice}" for place, choice in enumerate(choices, start=1)]
    return list(choices)


def folded(text: str) -> str:
    """Return what counts as the same text: capitals, and how many spaces, make no difference."""
    return " ".join(text.casefold().split())


def results(
    kind: PollType, tally: Tally, *, option_ids: Sequence[str], hidden: Collection[str] = (), most: int | None = None
) -> Json:
    """Return what is to be seen of a tally.

    `counts` maps an option, a question or a text to a number: of ballots, or in a ranking of points (as many as options for the
    first place, one less for each following one). Every option is in it; questions and texts only when somebody chose them.

    Args:
        kind: the type of poll.
        tally: what was counted.
        option_ids: the poll's options in their order.
        hidden: folded texts that the teacher has hidden.
        most: how many texts at most; the most frequent ones.
    """
    if kind.takes_text:
        return {"voters": tally.voters, "counts": dict(texts(tally, hidden=hidden)[:most])}
    if kind is PollType.Q_AND_A:
        return {"voters": tally.voters, "counts": {each: n for each, n in tally.marks.items() if each not in hidden}}
    if kind is PollType.RANKING:
        return {"voters": tally.voters, **_ranking(tally, option_ids)}
    found: Json = {"voters": tally.voters, "counts": {option: tally.marks[option] for option in option_ids}}
    if kind is PollType.SCALE and tally.voters:
        found["mean"] = round(sum(int(option) * tally.marks[option] for option in option_ids) / tally.voters, 2)
    return found


def texts(tally: Tally, *, hidden: Collection[str] = ()) -> list[tuple[str, int]]:
    """Return the texts and how often each was given, most frequent first; shown as most people wrote them."""
    spellings: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for text, count in tally.marks.items():
        spellings[folded(text)].append((count, text))
    found = [
        (max(forms, key=lambda form: (form[0], form[1]))[1], sum(count for count, _ in forms))
        for key, forms in spellings.items()
        if key not in hidden
    ]
    return sorted(found, key=lambda each: (-each[1], each[0]))


def _ranking(tally: Tally, option_ids: Sequence[str]) -> Json:
    size = len(option_ids)
    places = {option: [tally.marks[f"{place}:{option}"] for place in range(1, size + 1)] for option in option_ids}
    points = {
        option: sum((size - place) * count for place, count in enumerate(counts)) for option, counts in places.items()
    }
    return {"counts": points, "places": places}


def count(kind: PollType, ballots: Iterable[Sequence[str]]) -> Tally:
    """Count ballots from the beginning."""
    tally = Tally()
    for choices in ballots:
        tally.add(kind, choices)
    return tally
