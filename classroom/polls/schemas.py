"""The bodies of requests and answers about polls."""

import functools
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema

from auth.http.schemas import Answer, Moment, Page, RequestBody
from auth.rules import clean_text
from classroom.polls.models import PollRow
from classroom.polls.rules import (
    OPTION_MAX_CHARS,
    OPTIONS_MAX,
    POINTS_MAX,
    QUESTION_MAX_CHARS,
    ROUNDS_MAX,
    SCALE_HIGHEST,
    SCALE_LOWEST,
    SECRET_MAX_CHARS,
    SECRET_MIN_CHARS,
    TIMER_MAX_SECONDS,
    TIMER_MIN_SECONDS,
    UPVOTES_MAX,
    Ask,
    ask,
)
from documents.poll import PollState, PollType, ResultsMode

LABEL_MAX_CHARS = 60
ANYTHING_MAX_CHARS = 2000

QuestionText = Annotated[
    str,
    AfterValidator(functools.partial(clean_text, max_chars=QUESTION_MAX_CHARS)),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": QUESTION_MAX_CHARS}),
]
OptionText = Annotated[
    str,
    AfterValidator(functools.partial(clean_text, max_chars=OPTION_MAX_CHARS)),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": OPTION_MAX_CHARS}),
]
Words = Annotated[str, Field(max_length=ANYTHING_MAX_CHARS)]
Label = Annotated[str, Field(max_length=LABEL_MAX_CHARS)]
Seconds = Annotated[int, Field(ge=TIMER_MIN_SECONDS, le=TIMER_MAX_SECONDS)]


class NewPoll(RequestBody):
    """A poll to prepare."""

    question: QuestionText
    type: PollType
    options: list[OptionText] = Field(default=[], max_length=OPTIONS_MAX, description="The options' texts.")
    correct: list[int] = Field(
        default=[], max_length=OPTIONS_MAX, description="Of a scored question: positions of the right options from 0."
    )
    max_choices: int | None = Field(default=None, description="The most choices of one ballot.")
    low: int = Field(default=1, ge=SCALE_LOWEST, le=SCALE_HIGHEST, description="The lowest number of a scale.")
    high: int = Field(default=5, ge=SCALE_LOWEST, le=SCALE_HIGHEST, description="The highest number of a scale.")
    low_label: Label = ""
    high_label: Label = ""
    points: int = Field(default=1, ge=1, le=POINTS_MAX)
    anonymous: bool = False
    results: ResultsMode = ResultsMode.LIVE
    seconds: Seconds | None = Field(default=None, description="How long it stays open once it is opened.")

    def asked(self) -> Ask:
        """Return what it asks; raises PollInvalid."""
        return ask(
            question=self.question,
            kind=self.type,
            texts=self.options,
            correct=set(self.correct),
            max_choices=self.max_choices,
            scale=(self.low, self.high),
            low_label=self.low_label,
            high_label=self.high_label,
            points=self.points,
        )


class PollChanges(RequestBody):
    """What to change about a poll that has not been opened; what is left out stays."""

    question: QuestionText | None = None
    type: PollType | None = None
    options: list[OptionText] | None = Field(default=None, max_length=OPTIONS_MAX)
    correct: list[int] | None = Field(default=None, max_length=OPTIONS_MAX)
    max_choices: int | None = None
    low: int | None = Field(default=None, ge=SCALE_LOWEST, le=SCALE_HIGHEST)
    high: int | None = Field(default=None, ge=SCALE_LOWEST, le=SCALE_HIGHEST)
    low_label: Label | None = None
    high_label: Label | None = None
    points: int | None = Field(default=None, ge=1, le=POINTS_MAX)
    anonymous: bool | None = None
    results: ResultsMode | None = None
    seconds: Seconds | None = None

    def over(self, row: PollRow, now: Ask) -> NewPoll:
        """Return the poll with these changes. `max_choices` and `seconds` can be taken away with null, and go with the type."""
        scale = now.type is PollType.SCALE
        same = self.type is None or self.type is now.type
        before = {
            "question": now.question,
            "type": now.type,
            "anonymous": row.anonymous,
            "results": row.results,
            "seconds": row.seconds,
            "points": now.points,
            "low_label": now.low_label,
            "high_label": now.high_label,
        }
        if same:
            before |= {
                "max_choices": now.max_choices,
                "correct": [n for n, each in enumerate(now.options) if each.correct],
            }
        if same and scale:
            before |= {"low": int(now.options[0].id), "high": int(now.options[-1].id)}
        if same and not scale:
            before["options"] = [each.text for each in now.options if each.text]
        removable = {"max_choices", "seconds"}
        changes = {
            name: value
            for name in self.model_fields_set
            if (value := getattr(self, name)) is not None or name in removable
        }
        return NewPoll.model_validate(before | changes)


class PollOption(Answer):
    """Something to choose. `correct` is told to teachers, and to everybody with the results of a closed poll."""

    id: str
    text: str
    correct: bool | None


class Poll(Answer):
    """A poll, as one person sees it. `shown`: everybody sees the results."""

    id: UUID
    document_id: UUID
    class_id: UUID
    question: str
    type: PollType
    options: list[PollOption]
    max_choices: int
    low_label: str
    high_label: str
    points: int
    anonymous: bool
    results: ResultsMode
    shown: bool
    state: PollState
    round: int
    seconds: int | None
    closes_at: Moment | None
    created_at: Moment


class PollPage(Page[Poll]):
    """One page of polls, newest first."""


class PollTime(RequestBody):
    """How long a poll is to be open from now; null: until somebody closes it, or as prepared."""

    seconds: Seconds | None = None


class PollRound(PollTime):
    """How long the next round is open, and which one it follows."""

    after: int | None = Field(
        default=None,
        ge=1,
        le=ROUNDS_MAX,
        description="Nothing changes if this round is over already: who asks twice, or beside somebody else, asks once.",
    )


class PollCopy(RequestBody):
    """Where the copy is to be; null: the same class."""

    class_id: UUID | None = None


class CastBallot(RequestBody):
    """A ballot. It replaces the earlier one."""

    choices: list[Words | int] = Field(
        max_length=UPVOTES_MAX,
        description="Ids or exact texts of options, in a ranking best first; numbers of a scale; the words of a text; in a Q&A "
        "the ids of all questions voted for.",
    )
    secret: str | None = Field(
        default=None,
        min_length=SECRET_MIN_CHARS,
        max_length=SECRET_MAX_CHARS,
        pattern=r"^[\x21-\x7e]+$",
        description="For anonymous polls: a long random word that the voter's program keeps; only with it a ballot can be replaced.",
    )
    round: int | None = Field(default=None, ge=1, description="The round it is meant for; null: whichever is running.")


class CountedBallot(Answer):
    """A ballot that counts. `secret`: made for whoever sent none to an anonymous poll."""

    counted: bool = True
    round: int
    choices: list[str]
    secret: str | None


class OwnBallot(Answer):
    """Whether one has voted in the present round; what, only where it is not anonymous."""

    round: int
    voted: bool
    choices: list[str] | None
    score: float | None


class HideText(RequestBody):
    """Words to take out of what everybody sees, or to put back."""

    text: Annotated[str, Field(min_length=1, max_length=ANYTHING_MAX_CHARS)]
    hidden: bool = True


class NewQuestion(RequestBody):
    """A question for a Q&A."""

    text: Words


class QuestionChanges(RequestBody):
    """What a teacher says of a question."""

    answered: bool | None = None
    hidden: bool | None = None


class Question(Answer):
    """A question of a Q&A. `author`: for teachers, where it is not anonymous."""

    id: UUID
    text: str
    answered: bool
    hidden: bool
    votes: int
    author: str | None


class RoundResults(Answer):
    """What was voted in one round. `counts` by option, text or question; of a ranking points, and `places` how often each place."""

    round: int
    voters: int
    counts: dict[str, int] | None
    mean: float | None
    places: dict[str, list[int]] | None


class TextCount(Answer):
    """Words, and how often they were given."""

    text: str
    count: int
    hidden: bool


class BallotLine(Answer):
    """Somebody's ballot, for teachers."""

    round: int
    user_id: UUID | None
    name: str
    choices: list[str]
    score: float | None
    cast_at: Moment


class PollResults(Answer):
    """The results of the present round, and of all rounds. `sealed`: not even the teacher may see them yet."""

    poll_id: UUID
    state: PollState
    round: int
    shown: bool
    sealed: bool
    voters: int
    counts: dict[str, int] | None
    mean: float | None
    places: dict[str, list[int]] | None
    rounds: list[RoundResults]
    texts: list[TextCount]
    questions: list[Question]
    ballots: list[BallotLine]
    correct: list[str] | None
