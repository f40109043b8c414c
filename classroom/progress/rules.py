"""The rules of progress: how a state follows from another, and what a board tells in figures. Pure."""

from dataclasses import dataclass, replace

from documents.progress import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far somebody has come with an activity. Without a state they have not begun; `stuck`: they cannot go on."""

    state: State | None = None
    stuck: bool = False
    score: float | None = None

    @property
    def says_something(self) -> bool:
        """Tell whether there is anything to show."""
        return self.stuck or self.state is not None


def moved(before: Standing, to: State, *, score: float | None = None) -> Standing:
    """Return how somebody stands after something happened.

    Nobody falls back by what happens: work on something that is handed in leaves it handed in. To come further ends being stuck. A
    grade can be given again, with another score.
    """
    reached = 0 if before.state is None else before.state.rank
    score = score if to is State.GRADED else None
    if to.rank > reached:
        return Standing(state=to, score=score)
    if to is State.GRADED and score is not None and score != before.score:
        return replace(before, score=score)
    return before


def put(before: Standing, state: State | None, *, score: float | None = None) -> Standing:
    """Return how somebody stands after a teacher has set it by hand: any state, or none for not begun.

    Raises:
        ValueError: a score belongs to a grade.
    """
    if score is not None and state is not State.GRADED:
        raise ValueError("only belongs to graded work")
    if (state, score) == (before.state, before.score):
        return before
    return Standing(state=state, score=score)


def flagged(before: Standing, *, stuck: bool) -> Standing:
    """Return how somebody stands after they, or a teacher, have said whether they can go on."""
    return replace(before, stuck=stuck)
