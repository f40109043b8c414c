"""Tallies against a naive count of the same ballots."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from documents.poll import PollType
from documents.poll_tally import Tally, count, folded, results, texts

OPTIONS = ("o1", "o2", "o3", "o4")
SCALE = ("1", "2", "3")
WORDS = st.sampled_from(["cell", "Cell", "CELL", "leaf", "leaf  green", "Leaf green", "root"])
UNIQUE = st.lists(st.sampled_from(OPTIONS), unique=True, min_size=1)
BALLOTS = {
    PollType.SINGLE: st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=1),
    PollType.YES_NO: st.lists(st.sampled_from(OPTIONS[:2]), min_size=1, max_size=1),
    PollType.SCALE: st.lists(st.sampled_from(SCALE), min_size=1, max_size=1),
    PollType.MULTIPLE: UNIQUE,
    PollType.SCORED: UNIQUE,
    PollType.RANKING: UNIQUE,
    PollType.Q_AND_A: st.lists(st.sampled_from(OPTIONS), unique=True),
    PollType.OPEN_TEXT: st.lists(WORDS, min_size=1, max_size=1),
    PollType.WORD_CLOUD: st.lists(WORDS, unique_by=folded, min_size=1),
}
POLLS = st.sampled_from(PollType).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.tuples(st.integers(0, 5), BALLOTS[kind]), max_size=30))
)


def options_of(kind: PollType) -> Sequence[str]:
    return SCALE if kind is PollType.SCALE else OPTIONS


@given(poll=POLLS)
def test_a_tally_kept_ballot_by_ballot_equals_a_count_of_what_everybody_said_last(poll):
    kind, cast = poll
    tally, last = Tally(), dict[int, list[str]]()
    for voter, choices in cast:
        if voter in last:
            tally.remove(kind, last[voter])
        tally.add(kind, choices)
        last[voter] = choices
        tally = Tally.of(tally.kept())
    assert tally == count(kind, last.values())


@given(poll=POLLS)
def test_results_equal_a_naive_count(poll):
    kind, cast = poll
    ballots = list(dict(cast).values())
    found = results(kind, count(kind, ballots), option_ids=options_of(kind))
    assert found["voters"] == len(ballots)
    if kind is PollType.RANKING:
        for option in OPTIONS:
            assert found["counts"][option] == sum(len(OPTIONS) - b.index(option) for b in ballots if option in b)
            for place in range(len(OPTIONS)):
                assert found["places"][option][place] == sum(b[place : place + 1] == [option] for b in ballots)
    elif kind.takes_text:
        assert sum(found["counts"].values()) == sum(map(len, ballots))
        for text, number in found["counts"].items():
            assert number == sum(folded(each) == folded(text) for ballot in ballots for each in ballot)
        assert list(found["counts"].values()) == sorted(found["counts"].values(), reverse=True)
    elif kind is PollType.Q_AND_A:
        chosen = {each for ballot in ballots for each in ballot}
        assert found["counts"] == {each: sum(each in ballot for ballot in ballots) for each in chosen}
    else:
        assert found["counts"] == {each: sum(each in ballot for ballot in ballots) for each in options_of(kind)}
    if kind is PollType.SCALE and ballots:
        assert found["mean"] == round(sum(int(ballot[0]) for ballot in ballots) / len(ballots), 2)
    else:
        assert "mean" not in found


def test_texts_are_shown_as_most_people_wrote_them():
    tally = count(PollType.WORD_CLOUD, [["Cell"], ["cell"], ["Cell"], ["root"]])
    assert texts(tally) == [("Cell", 3), ("root", 1)]


def test_hidden_texts_and_questions_are_left_out_and_the_least_frequent_beyond_the_bound():
    words = count(PollType.WORD_CLOUD, [["Rude"], ["rude"], ["leaf"], ["leaf"], ["root"]])
    found = results(PollType.WORD_CLOUD, words, option_ids=(), hidden={"rude"}, most=1)
    assert found == {"voters": 5, "counts": {"leaf": 2}}
    questions = count(PollType.Q_AND_A, [["q1", "q2"]])
    assert results(PollType.Q_AND_A, questions, option_ids=(), hidden={"q1"})["counts"] == {"q2": 1}
