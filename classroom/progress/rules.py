"""The rules of progress: how a state follows from another, what a board tells in figures, and as a table. Pure."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from documents.progress import STUCK, State

NOT_BEGUN = "none"
SHOWN_STATES = (NOT_BEGUN, *State, STUCK)
# Spreadsheets take what begins like this for a formula (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"


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

    @property
    def shown(self) -> str:
        """Return the word for it: stuck goes before the state."""
        return STUCK if self.stuck else self.state or NOT_BEGUN


UNTOUCHED = Standing()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFigures:
    """How a class stands with one activity: students by state, and the mean of the scores there are."""

    states: Mapping[str, int]
    mean_score: float | None
    overdue: int


def figures(standings: Sequence[Standing], *, due_at: datetime | None, now: datetime) -> ActivityFigures:
    """Count how students stand with an activity. Overdue is who has not handed in when it was due."""
    counted = Counter(standing.shown for standing in standings)
    scores = [standing.score for standing in standings if standing.score is not None]
    late = due_at is not None and due_at < now
    return ActivityFigures(
        states={state: counted[state] for state in map(str, SHOWN_STATES)},
        mean_score=sum(scores) / len(scores) if scores else None,
        overdue=sum(not is_done(standing) for standing in standings) if late else 0,
    )


def is_done(standing: Standing) -> bool:
    """Tell whether nothing is left for the student to do."""
    return standing.state is not None and standing.state.rank >= State.HANDED_IN.rank


def table(
    columns: Sequence[tuple[UUID, str]],
    people: Iterable[tuple[UUID, str]],
    *,
    standings: Mapping[UUID, Mapping[UUID, Standing]],
    remarks: Mapping[UUID, Mapping[UUID, str]],
) -> str:
    """Return a board as CSV (RFC 4180): a row per student; state, score and remark per activity.

    It begins with a byte order mark, without which spreadsheets read names in the wrong script.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    titles = [text for _, title in columns for text in (title, f"{title} (score)", f"{title} (remark)")]
    writer.writerow(["Student", *map(harmless, titles)])
    for user_id, name in people:
        row = [harmless(name)]
        own, said = standings.get(user_id, {}), remarks.get(user_id, {})
        for column_id, _ in columns:
            standing, remark = own.get(column_id, UNTOUCHED), said.get(column_id)
            score = "" if standing.score is None else f"{standing.score:g}"
            row += [standing.shown, score, harmless(remark) if remark else ""]
        writer.writerow(row)
    return BYTE_ORDER_MARK + written.getvalue()


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
