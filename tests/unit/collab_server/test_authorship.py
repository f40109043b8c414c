"""Whose each client id of a document is."""

from uuid import UUID

from collab_server.authorship import Authorship
from collab_server.protocol.update import Summary

ANN, BOB = UUID(int=1), UUID(int=2)


def adding(*runs: tuple[int, int, int]) -> Summary:
    return Summary(runs, (), {}, has_gap=False)


def test_5_an_id_belongs_to_whoever_brought_it() -> None:
    authorship = Authorship({ANN: [1, 2], BOB: (3,)})
    clocks = {1: 5, 2: 5, 3: 5}
    assert authorship.introduced(adding((1, 5, 6), (2, 4, 7)), ANN, clocks=clocks) == ()
    assert authorship.introduced(adding((1, 5, 6)), BOB, clocks=clocks) is None
    assert authorship.introduced(adding((3, 5, 6), (1, 5, 6)), BOB, clocks=clocks) is None
    assert (authorship.owner(1), authorship.owner(9)) == (ANN, None)
    # The person counts, not the object that stands for them.
    assert authorship.introduced(adding((1, 5, 6)), UUID(int=1), clocks=clocks) == ()


def test_5_a_new_id_is_free_until_it_is_claimed() -> None:
    authorship = Authorship({})
    assert authorship.introduced(adding((7, 0, 3), (8, 0, 1)), ANN, clocks={}) == [7, 8]
    assert authorship.introduced(adding((7, 0, 3)), BOB, clocks={}) == [7]
    authorship.claim([7, 8], ANN)
    assert authorship.introduced(adding((7, 0, 3)), ANN, clocks={}) == ()
    assert authorship.introduced(adding((8, 0, 3)), BOB, clocks={}) is None


def test_5_what_the_document_holds_may_be_sent_again_by_anybody() -> None:
    authorship = Authorship({ANN: [1]})
    assert authorship.introduced(adding((1, 0, 5), (9, 0, 2)), BOB, clocks={1: 5, 9: 2}) == ()
    assert authorship.introduced(adding((1, 0, 5), (4, 0, 1)), BOB, clocks={1: 5}) == [4]
    assert authorship.introduced(adding((1, 0, 6)), BOB, clocks={1: 5}) is None


def test_5_what_nobody_brought_nobody_continues() -> None:
    assert Authorship({}).introduced(adding((9, 2, 3)), ANN, clocks={9: 2}) is None


def test_13_whoever_mentions_an_id_of_an_earlier_epoch_has_a_stale_copy() -> None:
    authorship = Authorship({ANN: [1]}, retired=[7])
    assert authorship.is_stale(adding((1, 0, 1), (7, 0, 1)))
    assert authorship.is_stale(Summary((), ((7, 0, 1),), {}, has_gap=False))
    assert authorship.is_stale(Summary(((2, 0, 1),), (), {7: 3}, has_gap=False))
    assert not authorship.is_stale(Summary(((2, 0, 1),), ((1, 0, 1),), {1: 3}, has_gap=False))
    assert not Authorship({}).is_stale(adding((7, 0, 1)))
    assert authorship.are_stale([1, 7]) and not authorship.are_stale([1])
    assert list(authorship.clients()) == [1, 7]
    assert authorship.unowned([1, 2]) == [2]
