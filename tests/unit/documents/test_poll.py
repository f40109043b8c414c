"""A poll's document: the server makes it say what is to be seen, and writes no more than what differs."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Map

from documents.kinds import Kind
from documents.poll import PollType, show
from documents.reading import declare, plain
from documents.writing import initial_content

COUNTS = st.dictionaries(st.text(min_size=1, max_size=5), st.integers(0, 500), max_size=5)
RESULTS = st.fixed_dictionaries(
    {"voters": st.integers(0, 500)},
    optional={
        "counts": COUNTS,
        "mean": st.floats(0, 10, width=16),
        "questions": st.dictionaries(st.sampled_from("ab"), st.fixed_dictionaries({"text": st.text(max_size=5)})),
    },
)
POLLS = st.fixed_dictionaries({"state": st.sampled_from(["draft", "open"])}, optional={"question": st.text()})


def document() -> Doc[Any]:
    doc: Doc[Any] = Doc()
    declare(doc, Kind.POLL)
    return doc


def content(doc: Doc[Any]) -> tuple[Any, Any]:
    return plain(doc.get("poll", type=Map)), plain(doc.get("results", type=Map))


@given(steps=st.lists(st.tuples(POLLS, RESULTS), min_size=1, max_size=5))
def test_a_document_says_exactly_what_it_was_made_to_say_last(steps):
    doc = document()
    for poll, results in steps:
        with doc.transaction():
            show(doc, poll=poll, results=results)
        assert content(doc) == (poll, results)
        state = doc.get_state()
        with doc.transaction():
            show(doc, poll=poll, results=results)
        assert doc.get_state() == state, "nothing differs, so nothing is written"


def test_one_more_ballot_writes_one_more_number():
    doc = document()
    counts = {f"o{number}": 0 for number in range(20)}
    show(doc, poll={}, results={"voters": 0, "counts": counts})
    updates: list[bytes] = []
    subscription = doc.observe(lambda event: updates.append(event.update))
    with doc.transaction():
        show(doc, poll={}, results={"voters": 1, "counts": counts | {"o7": 1}})
    doc.unobserve(subscription)
    assert len(updates) == 1
    assert len(updates[0]) < 60


def test_what_is_hidden_again_is_gone_for_whoever_comes_later():
    doc = document()
    show(doc, poll={}, results={"voters": 1, "counts": {"secret-option": 1}})
    show(doc, poll={}, results={"voters": 1})
    assert b"secret-option" not in doc.get_update()


def test_initial_content_is_a_poll_that_is_not_open():
    poll = {"id": "x", "state": "draft"}
    doc = document()
    doc.apply_update(initial_content(Kind.POLL, lambda new: show(new, poll=poll, results={})))
    assert content(doc) == (poll, {})


def test_a_moving_root_that_is_no_map_is_made_one():
    doc = document()
    doc.get("results", type=Map)["counts"] = 3
    show(doc, poll={}, results={"counts": {"a": 1}})
    assert content(doc)[1] == {"counts": {"a": 1}}


def test_words_are_asked_for_by_open_texts_and_word_clouds():
    assert [kind for kind in PollType if kind.takes_text] == [PollType.OPEN_TEXT, PollType.WORD_CLOUD]
