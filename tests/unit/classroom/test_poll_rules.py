"""What may be asked, what is a ballot, and what may be seen."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.polls.rules import (
    Ask,
    BallotInvalid,
    PollInvalid,
    Standing,
    ask,
    cell,
    clean,
    document_poll,
    document_results,
    moment,
    read_choices,
    score,
    takes_ballots,
)
from documents.poll import PollState, PollType, ResultsMode
from documents.poll_tally import count

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLL_ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
TEXTS = ("Mitochondrion", "Nucleus", "Ribosome")


def asked(kind: PollType = PollType.SINGLE, **more: Any) -> Ask:
    listed = kind in (PollType.SINGLE, PollType.MULTIPLE, PollType.RANKING, PollType.SCORED)
    if kind is PollType.SCORED:
        more.setdefault("correct", {0})
    return ask(question="Where?", kind=kind, texts=TEXTS if listed else (), **more)


def refused(poll: Ask, choices: list[Any], **more: Any) -> str:
    with pytest.raises(BallotInvalid) as caught:
        read_choices(poll, choices, **more)
    assert caught.value.detail
    return caught.value.code


def standing(poll: Ask | None = None, **more: Any) -> Standing:
    values: dict[str, Any] = {
        "id": POLL_ID,
        "asked": poll or asked(),
        "anonymous": False,
        "mode": ResultsMode.LIVE,
        "state": PollState.OPEN,
        "published": False,
        "round": 1,
        "closes_at": None,
    }
    return Standing(**(values | more))


@pytest.mark.parametrize("kind", PollType)
def test_what_is_kept_of_a_poll_is_read_back(kind):
    poll = asked(kind)
    assert Ask.of(poll.question, poll.type, poll.kept()) == poll


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("options", {"kind": PollType.SINGLE, "texts": ["one"]}),
        ("options", {"kind": PollType.RANKING, "texts": [str(number) for number in range(11)]}),
        ("options", {"kind": PollType.SINGLE, "texts": ["Same", "same "]}),
        ("options", {"kind": PollType.YES_NO, "texts": ["yes", "no", "maybe"]}),
        ("options", {"kind": PollType.SCALE, "texts": ["one"]}),
        ("options", {"kind": PollType.OPEN_TEXT, "texts": ["one", "two"]}),
        ("scale", {"kind": PollType.SCALE, "scale": (5, 1)}),
        ("scale", {"kind": PollType.SCALE, "scale": (0, 11)}),
        ("correct", {"kind": PollType.SINGLE, "texts": TEXTS, "correct": {0}}),
        ("correct", {"kind": PollType.SCORED, "texts": TEXTS}),
        ("correct", {"kind": PollType.SCORED, "texts": TEXTS, "correct": {3}}),
        ("max_choices", {"kind": PollType.SINGLE, "texts": TEXTS, "max_choices": 1}),
        ("max_choices", {"kind": PollType.MULTIPLE, "texts": TEXTS, "max_choices": 4}),
        ("max_choices", {"kind": PollType.WORD_CLOUD, "max_choices": 4}),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(field, wrong):
    with pytest.raises(PollInvalid) as caught:
        ask(question="?", **wrong)
    assert caught.value.field == field
    assert caught.value.message


def test_options_are_named_by_id_or_text_and_an_id_goes_before_a_text():
    poll = ask(question="?", kind=PollType.MULTIPLE, texts=["o2", "other"])
    assert read_choices(poll, ["o2"]) == ["o2"]
    assert read_choices(poll, ["other", "o1"]) == ["o1", "o2"]


def test_each_type_takes_its_ballots():
    assert read_choices(asked(PollType.SINGLE), ["Nucleus"]) == ["o2"]
    assert read_choices(asked(PollType.YES_NO), ["yes"]) == ["yes"]
    assert read_choices(asked(PollType.SCALE), [4]) == ["4"]
    assert read_choices(asked(PollType.RANKING), ["o3", "o1"]) == ["o3", "o1"], "a ranking keeps its order"
    assert read_choices(asked(PollType.OPEN_TEXT), ["  In the\ncell "]) == ["In the cell"]
    assert read_choices(asked(PollType.WORD_CLOUD), ["leaf", "Cell"]) == ["Cell", "leaf"]
    assert read_choices(asked(PollType.Q_AND_A), ["q1"], questions=["q1"]) == ["q1"]
    assert read_choices(asked(PollType.Q_AND_A), []) == [], "the last vote can be taken back"


def test_what_is_no_ballot_is_refused_with_a_code():
    single, words = asked(), asked(PollType.WORD_CLOUD)
    assert refused(single, ["o9"]) == "unknown_option"
    assert refused(single, [1]) == "unknown_option"
    assert refused(asked(PollType.SCALE), [True]) == "unknown_option"
    assert refused(asked(PollType.Q_AND_A), ["q2"], questions=["q1"]) == "unknown_option"
    assert refused(single, ["o1", "o2"]) == "too_many_choices"
    assert refused(asked(PollType.MULTIPLE, max_choices=2), ["o1", "o2", "o3"]) == "too_many_choices"
    assert refused(asked(PollType.RANKING), ["o1", "o1"]) == "repeated_choice"
    assert refused(words, ["Leaf", "leaf"]) == "repeated_choice"
    assert refused(words, ["x" * 41]) == "text_too_long"
    assert refused(words, [" \u200b "]) == "empty_ballot"
    assert refused(words, [3]) == "not_text"
    assert refused(single, []) == "empty_ballot"


@given(text=st.text(max_size=300))
def test_words_that_are_taken_are_on_one_line_and_bounded(text):
    try:
        found = clean(text, max_chars=280)
    except BallotInvalid:
        return
    assert found == clean(found, max_chars=280)
    assert 0 < len(found) <= 280
    assert not any(letter in found for letter in "\n\t\0\u202e")


def test_emoji_of_several_parts_stay_whole():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert clean(family, max_chars=40) == family


@pytest.mark.parametrize(
    ("state", "closes_at", "takes"),
    [
        (PollState.OPEN, None, True),
        (PollState.OPEN, NOON + timedelta(seconds=1), True),
        (PollState.OPEN, NOON, False),
        (PollState.DRAFT, None, False),
        (PollState.CLOSED, NOON, False),
        (PollState.CLOSED, NOON + timedelta(milliseconds=1), True),
        (PollState.DRAFT, NOON + timedelta(hours=1), False),
    ],
)
def test_ballots_count_while_the_poll_is_open_by_the_servers_clock(state, closes_at, takes):
    assert takes_ballots(state, closes_at=closes_at, at=NOON) is takes


def test_scores():
    one, two = asked(PollType.SCORED, points=2), asked(PollType.SCORED, correct={0, 1}, points=2)
    assert [score(one, each) for each in (["o1"], ["o2"], ["o1", "o2"])] == [2, 0, 0]
    assert [score(two, each) for each in (["o1", "o2"], ["o1"], ["o1", "o3"], ["o3"])] == [2, 1, 0, 0]


def test_nobody_can_read_in_the_document_what_will_be_asked():
    draft = standing(state=PollState.DRAFT)
    assert document_poll(draft) == {"id": str(POLL_ID), "state": "draft"}
    assert document_results(draft, count(PollType.SINGLE, []), earlier={}) == {}
    assert not draft.shown


def test_an_open_poll_says_what_is_asked_and_not_what_is_right():
    poll = document_poll(standing(asked(PollType.SCORED), closes_at=NOON))
    assert poll["options"][0] == {"id": "o1", "text": "Mitochondrion"}
    assert poll["closes_at"] == "2026-03-02T12:00:00Z" == moment(NOON)
    assert "correct" not in str(poll)
    assert document_poll(standing())["closes_at"] is None


def test_hidden_results_are_not_in_the_document_until_they_are_shown():
    tally = count(PollType.SINGLE, [["o1"], ["o2"], ["o1"]])
    hidden = standing(mode=ResultsMode.HIDDEN, round=2)
    assert document_results(hidden, tally, earlier={1: tally}) == {"round": 2, "voters": 3}
    shown = standing(mode=ResultsMode.HIDDEN, published=True, round=2)
    found = document_results(shown, tally, earlier={1: count(PollType.SINGLE, [["o3"]])})
    assert found["counts"] == {"o1": 2, "o2": 1, "o3": 0}
    assert found["rounds"] == {"1": {"voters": 1, "counts": {"o1": 0, "o2": 0, "o3": 1}}}


def test_right_answers_are_told_when_nobody_can_use_them_any_more():
    poll, tally = asked(PollType.SCORED), count(PollType.SCORED, [["o1"]])
    assert "correct" not in document_results(standing(poll), tally, earlier={})
    assert document_results(standing(poll, state=PollState.CLOSED), tally, earlier={})["correct"] == ["o1"]


def test_questions_are_seen_and_their_votes_when_results_are_shown():
    questions = [
        {"id": "q1", "text": "Why?", "answered": True, "hidden": False},
        {"id": "q2", "text": "Rude!", "answered": False, "hidden": True},
    ]
    tally = count(PollType.Q_AND_A, [["q1", "q2"]])
    hidden = document_results(
        standing(asked(PollType.Q_AND_A), mode=ResultsMode.HIDDEN), tally, earlier={}, questions=questions
    )
    assert hidden["questions"] == {"q1": {"text": "Why?", "answered": True}}
    assert "counts" not in hidden
    live = document_results(standing(asked(PollType.Q_AND_A)), tally, earlier={}, questions=questions)
    assert live["counts"] == {"q1": 1}


def test_what_is_right_is_told_of_a_scored_poll_once_it_is_closed_and_shown():
    right = ask(question="Q?", kind=PollType.SCORED, texts=("a", "b"), correct=(0,))
    told: dict[str, Any] = {"asked": right, "state": PollState.CLOSED, "published": True}
    assert standing(**told).tells_answers
    for other in ({"asked": ask(question="Q?", kind=PollType.SINGLE, texts=("a", "b"))}, {"state": PollState.OPEN}):
        assert not standing(**{**told, **other}).tells_answers
    assert not standing(**{**told, "published": False, "mode": ResultsMode.HIDDEN}).tells_answers


def test_hidden_results_of_an_anonymous_poll_are_sealed_until_it_is_closed():
    hidden: dict[str, Any] = {"anonymous": True, "mode": ResultsMode.HIDDEN}
    assert standing(**hidden).sealed
    assert not standing(**hidden, published=True).sealed
    assert not standing(**hidden, state=PollState.CLOSED).sealed
    assert not standing(mode=ResultsMode.HIDDEN).sealed
    assert not standing(anonymous=True).sealed


def test_no_cell_is_a_formula():
    assert [cell(each) for each in ("=1+1", "-2", "@x", "leaf", 3, "")] == ["'=1+1", "'-2", "'@x", "leaf", "3", ""]
