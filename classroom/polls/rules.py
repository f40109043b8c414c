"""What may be asked, what is a valid ballot, and what may be seen of the ballots."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from auth.errors import ContentInvalid
from documents.poll import Json, PollState, PollType, ResultsMode
from documents.poll_tally import SHOWN_ENTRIES_MAX, Tally, folded, results

QUESTION_MAX_CHARS = 500
OPTION_MAX_CHARS = 200
OPTIONS_MAX = 20
RANKED_OPTIONS_MAX = 10
TEXT_MAX_CHARS = 280
WORD_MAX_CHARS = 40
WORDS_MAX = 3
UPVOTES_MAX = 200
QUESTIONS_MAX = 200
QUESTIONS_PER_PERSON = 10
SCALE_LOWEST = 0
SCALE_HIGHEST = 10
POINTS_MAX = 1000
ROUNDS_MAX = 9
TIMER_MIN_SECONDS = 5
TIMER_MAX_SECONDS = 24 * 3600
SECRET_MIN_CHARS = 16
SECRET_MAX_CHARS = 200

FIRST_CODES = frozenset("=+-@\t\r")
"""A cell that begins with one of these is a formula to a spreadsheet."""


class BallotInvalid(ContentInvalid):
    """A ballot that does not fit its poll."""


class PollInvalid(ValueError):
    """A poll that cannot be asked; `field` names what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    id: str
    text: str
    correct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a poll asks."""

    question: str
    type: PollType
    options: tuple[Option, ...] = ()
    max_choices: int | None = None
    low_label: str = ""
    high_label: str = ""
    points: int = 1

    @property
    def option_ids(self) -> list[str]:
        """Return the ids of the options, in their order."""
        return [option.id for option in self.options]

    @property
    def correct(self) -> list[str]:
        """Return the ids of the right options."""
        return [option.id for option in self.options if option.correct]

    @property
    def several(self) -> int:
        """Return how many choices a ballot may have."""
        match self.type:
            case PollType.SINGLE | PollType.YES_NO | PollType.SCALE | PollType.OPEN_TEXT:
                return 1
            case PollType.Q_AND_A:
                return UPVOTES_MAX
            case PollType.WORD_CLOUD:
                return self.max_choices or WORDS_MAX
            case _:
                return self.max_choices or len(self.options)

    def kept(self) -> Json:
        """Return what is kept as the poll's settings, besides its question and type."""
        return {
            "options": [{"id": each.id, "text": each.text, "correct": each.correct} for each in self.options],
            "max_choices": self.max_choices,
            "low_label": self.low_label,
            "high_label": self.high_label,
            "points": self.points,
        }

    @classmethod
    def of(cls, question: str, kind: PollType, kept: Mapping[str, Any]) -> "Ask":
        """Read what `kept` has returned."""
        options = tuple(Option(each["id"], each["text"], each["correct"]) for each in kept["options"])
        rest = {key: value for key, value in kept.items() if key != "options"}
        return cls(question=question, type=kind, options=options, **rest)


def ask(
    *,
    question: str,
    kind: PollType,
    texts: Sequence[str] = (),
    correct: Collection[int] = (),
    max_choices: int | None = None,
    scale: tuple[int, int] = (1, 5),
    low_label: str = "",
    high_label: str = "",
    points: int = 1,
) -> Ask:
    """Put together what a poll asks, with ids for its options.

    Args:
        question: in clean text.
        kind: the type of poll.
        texts: the options' texts; of yes/no the words for yes and no, if others than these.
        correct: positions in `texts`, for scored questions.
        max_choices: the most choices of a ballot, where there can be several.
        scale: the lowest and the highest number, for scales.
        low_label: what the lowest number means.
        high_label: what the highest number means.
        points: of a scored question.

    Raises:
        PollInvalid: it cannot be asked like this.
    """
    options = _options(kind, texts, correct, scale)
    if max_choices is not None:
        bound = WORDS_MAX if kind is PollType.WORD_CLOUD else len(options)
        if kind not in (PollType.MULTIPLE, PollType.RANKING, PollType.SCORED, PollType.WORD_CLOUD):
            raise PollInvalid("max_choices", "this type of poll has no such bound")
        if not 1 <= max_choices <= bound:
            raise PollInvalid("max_choices", f"must be from 1 to {bound}")
    return Ask(
        question=question,
        type=kind,
        options=options,
        max_choices=max_choices,
        low_label=low_label,
        high_label=high_label,
        points=points,
    )


def _options(
    kind: PollType, texts: Sequence[str], correct: Collection[int], scale: tuple[int, int]
) -> tuple[Option, ...]:
    if correct and kind is not PollType.SCORED:
        raise PollInvalid("correct", "only scored questions have right answers")
    match kind:
        case PollType.YES_NO:
            if len(texts) not in (0, 2):
                raise PollInvalid("options", "must be two, or none for yes and no")
            yes, no = texts or ("", "")
            return Option("yes", yes), Option("no", no)
        case PollType.SCALE:
            if texts:
                raise PollInvalid("options", "a scale has numbers instead")
            low, high = scale
            if not SCALE_LOWEST <= low < high <= SCALE_HIGHEST:
                raise PollInvalid("scale", f"must go up, from {SCALE_LOWEST} to {SCALE_HIGHEST} at most")
            return tuple(Option(str(number), str(number)) for number in range(low, high + 1))
        case PollType.OPEN_TEXT | PollType.WORD_CLOUD | PollType.Q_AND_A:
            if texts:
                raise PollInvalid("options", "this type of poll has none")
            return ()
        case _:
            return _listed(kind, texts, correct)


def _listed(kind: PollType, texts: Sequence[str], correct: Collection[int]) -> tuple[Option, ...]:
    most = RANKED_OPTIONS_MAX if kind is PollType.RANKING else OPTIONS_MAX
    if not 2 <= len(texts) <= most:
        raise PollInvalid("options", f"must be 2 to {most}")
    if len({folded(text) for text in texts}) < len(texts):
        raise PollInvalid("options", "must differ from each other")
    if kind is PollType.SCORED and not correct:
        raise PollInvalid("correct", "must name at least one right answer")
    if any(not 0 <= position < len(texts) for position in correct):
        raise PollInvalid("correct", "must be positions of options, the first is 0")
    return tuple(Option(f"o{number + 1}", text, number in correct) for number, text in enumerate(texts))


def read_choices(asked: Ask, given: Sequence[str | int], *, questions: Collection[str] = ()) -> list[str]:
    """Return a ballot's choices in the form that is counted.

    An option is named by its id, or by its exact text; a place on a scale also by its number.

    Args:
        asked: the poll.
        given: what the voter sent.
        questions: ids of the questions that can be voted for, in a Q&A.

    Raises:
        BallotInvalid: it is no ballot of this poll.
    """
    if len(given) > asked.several:
        raise BallotInvalid("too_many_choices", f"At most {asked.several} can be chosen.")
    if not given and asked.type is not PollType.Q_AND_A:
        raise BallotInvalid("empty_ballot", "Nothing was chosen.")
    if asked.type.takes_text:
        return _texts(asked.type, given)
    known = {str(each): str(each) for each in questions} if asked.type is PollType.Q_AND_A else _names(asked)
    chosen = []
    for each in given:
        if isinstance(each, bool) or str(each) not in known:
            raise BallotInvalid("unknown_option", "The poll has no such option.")
        chosen.append(known[str(each)])
    if len(set(chosen)) < len(chosen):
        raise BallotInvalid("repeated_choice", "Each option can be chosen once.")
    return chosen if asked.type is PollType.RANKING else sorted(chosen)


def _names(asked: Ask) -> dict[str, str]:
    names = {option.text: option.id for option in asked.options if option.text}
    return names | {option.id: option.id for option in asked.options}


def _texts(kind: PollType, given: Sequence[str | int]) -> list[str]:
    most = WORD_MAX_CHARS if kind is PollType.WORD_CLOUD else TEXT_MAX_CHARS
    found = [clean(each, max_chars=most) for each in given]
    if len({folded(each) for each in found}) < len(found):
        raise BallotInvalid("repeated_choice", "Each text counts once.")
    return sorted(found)


def clean(text: object, *, max_chars: int) -> str:
    """Return somebody's own words as they are shown: NFC, on one line, without what controls or cannot be read.

    Raises:
        BallotInvalid: nothing is left, or too much.
    """
    if not isinstance(text, str):
        raise BallotInvalid("not_text", "The answer must be text.")
    kept = "".join(
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn") or letter == "\u200d"
    )
    found = " ".join(kept.split())
    if not found.replace("\u200d", ""):
        raise BallotInvalid("empty_ballot", "Nothing was written.")
    if len(found) > max_chars:
        raise BallotInvalid("text_too_long", f"At most {max_chars} characters.")
    return found


def takes_ballots(state: PollState, *, closes_at: datetime | None, at: datetime) -> bool:
    """Tell whether a ballot that reached the server at this moment counts.

    A closed poll has the moment of its closing: what came before and was still on its way to be counted is not too late.
    """
    if closes_at is None:
        return state is PollState.OPEN
    return state is not PollState.DRAFT and at < closes_at


def score(asked: Ask, choices: Sequence[str]) -> float:
    """Return the points of a scored ballot.

    One right answer: all or nothing. Several: the share of right ones, each wrong one takes one of them back, never below zero.
    """
    right, chosen = set(asked.correct), set(choices)
    share = (len(chosen & right) - len(chosen - right)) / len(right)
    return round(max(0.0, share) * asked.points, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a poll stands, for what is shown of it."""

    id: UUID
    asked: Ask
    anonymous: bool
    mode: ResultsMode
    state: PollState
    published: bool
    round: int
    closes_at: datetime | None
    hidden: frozenset[str] = frozenset()

    @property
    def shown(self) -> bool:
        """Tell whether everybody may see the results."""
        return self.state is not PollState.DRAFT and (self.published or self.mode is ResultsMode.LIVE)

    @property
    def sealed(self) -> bool:
        """Tell whether not even the teacher may see results yet.

        Who watches an anonymous tally move can tell who has just pressed the button: hidden results stay hidden until the end.
        """
        return self.anonymous and not self.shown and self.state is PollState.OPEN

    @property
    def tells_answers(self) -> bool:
        """Tell whether everybody may know what is right, and with it their own score."""
        return self.asked.type is PollType.SCORED and self.shown and self.state is PollState.CLOSED


def document_poll(standing: Standing) -> Json:
    """Return the root `poll` of the document. Before it is opened nobody can read there what will be asked."""
    if standing.state is PollState.DRAFT:
        return {"id": str(standing.id), "state": PollState.DRAFT.value}
    asked = standing.asked
    return {
        "id": str(standing.id),
        "question": asked.question,
        "type": asked.type.value,
        "options": [{"id": option.id, "text": option.text} for option in asked.options],
        "max_choices": asked.several,
        "low_label": asked.low_label,
        "high_label": asked.high_label,
        "state": standing.state.value,
        "anonymous": standing.anonymous,
        "results": standing.mode.value,
        "published": standing.shown,
        "round": standing.round,
        "closes_at": None if standing.closes_at is None else moment(standing.closes_at),
    }


def moment(at: datetime) -> str:
    """Write a time in UTC as RFC 3339 has it."""
    return at.isoformat().replace("+00:00", "Z")


def document_results(
    standing: Standing, tally: Tally, *, earlier: Mapping[int, Tally], questions: Sequence[Mapping[str, Any]] = ()
) -> Json:
    """Return the root `results` of the document: what everybody may see at this moment, and nothing else.

    Args:
        standing: the poll.
        tally: of the present round.
        earlier: the rounds before, by their numbers.
        questions: of a Q&A: `{id, text, answered, hidden}`.
    """
    if standing.state is PollState.DRAFT:
        return {}
    found: Json = {"round": standing.round, "voters": tally.voters}
    if standing.asked.type is PollType.Q_AND_A:
        visible = [each for each in questions if not each["hidden"]]
        found["questions"] = {each["id"]: {"text": each["text"], "answered": each["answered"]} for each in visible}
    if not standing.shown:
        return found
    found |= _seen(standing, tally, questions)
    if earlier:
        found["rounds"] = {str(number): _seen(standing, each, questions) for number, each in sorted(earlier.items())}
    if standing.asked.type is PollType.SCORED and standing.state is PollState.CLOSED:
        found["correct"] = standing.asked.correct
    return found


def _seen(standing: Standing, tally: Tally, questions: Sequence[Mapping[str, Any]]) -> Json:
    return results(
        standing.asked.type,
        tally,
        option_ids=standing.asked.option_ids,
        hidden=standing.hidden | {each["id"] for each in questions if each["hidden"]},
        most=SHOWN_ENTRIES_MAX,
    )


def cell(value: object) -> str:
    """Return a cell of a table that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in FIRST_CODES else text
