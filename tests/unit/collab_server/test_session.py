"""One session as a state machine."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from collab_server.errors import EngineError, Malformed, NotAllowed, NotFound, Overloaded, StaleEpoch, TooBig, TooMany
from collab_server.ports import Admission, Participant, Right
from collab_server.protocol.awareness import PresenceEntry
from collab_server.protocol.messages import (
    Leave,
    Message,
    Pong,
    Presence,
    QueryPresence,
    Stateless,
    SyncStep1,
    SyncStep2,
    Token,
    Update,
)
from collab_server.protocol.update import walk
from collab_server.session import (
    MAX_BACKLOG_MESSAGES,
    MAX_EARLY,
    MAX_RESYNCS,
    MAX_WAITING_MESSAGES,
    Admit,
    Announce,
    AwaitingToken,
    ChangeRight,
    Deciding,
    Effect,
    End,
    Ended,
    Join,
    Offer,
    Outcome,
    Renew,
    Resync,
    SendPresence,
    SendState,
    Session,
    SessionLimits,
    Walk,
)
from tests.unit.collab_server.golden import UPDATES

ANN = Participant(UUID(int=1), "Ann", "student", "#000000")
ADMISSION = Admission(UUID(int=2), ANN, UUID(int=3), Right.WRITE, datetime(2030, 1, 1, tzinfo=UTC))
UPDATE: bytes = UPDATES[0]["update"]
OFFER = Offer(UPDATE, walk(UPDATE))
ANSWER = Offer(UPDATE, walk(UPDATE), ())
EMPTY = b"\x00\x00"
ENTRIES = (PresenceEntry(5, 1, {}),)


def session() -> Session:
    return Session(SessionLimits(message_max_bytes=100, first_sync_max_bytes=200))


def joined(right: Right = Right.WRITE) -> Session:
    made = session()
    assert effects(made.receive(Token("t"))) == [Admit("t")]
    assert effects(made.admitted(replace(ADMISSION, right=right))) == [Join(replace(ADMISSION, right=right))]
    return made


def effects(what: Iterable[Effect]) -> list[Effect]:
    return list(what)


def test_what_comes_before_the_decision_is_heard_after_it_in_order() -> None:
    made = session()
    assert effects(made.receive(SyncStep1(b"\x00"))) == []
    assert isinstance(made.state, AwaitingToken)
    assert not made.may_write()
    assert effects(made.receive(Token("t"))) == [Admit("t")]
    assert isinstance(made.state, Deciding)
    for message in (Presence(ENTRIES, size=3), QueryPresence(), Stateless("s"), Pong(), Token("u"), Update(UPDATE)):
        assert effects(made.receive(message)) == []
    assert effects(made.admitted(ADMISSION)) == [
        Join(ADMISSION),
        SendState(b"\x00", ()),
        Announce(ENTRIES),
        SendPresence(),
        Renew("u"),
        OFFER,
    ]
    assert made.may_write()


def test_a_decision_that_comes_after_the_end_changes_nothing() -> None:
    made = session()
    effects(made.receive(Token("t")))
    assert effects(made.receive(Leave())) == [End(None)]
    assert effects(made.admitted(ADMISSION)) == []
    assert effects(made.receive(Update(UPDATE))) == []
    assert effects(made.reviewed(ADMISSION)) == []
    assert effects(made.fail(NotFound("not_found"))) == []
    assert effects(made.offered(OFFER, Outcome.ACCEPTED)) == []
    assert effects(made.offered(OFFER, Outcome.MISSING_EDITS)) == []


def test_11_what_waits_is_bounded_in_number() -> None:
    made = session()
    for _ in range(MAX_BACKLOG_MESSAGES):
        effects(made.receive(QueryPresence()))
    with pytest.raises(TooMany):
        made.receive(QueryPresence())


@pytest.mark.parametrize(
    "message",
    [Update(bytes(60)), SyncStep2(bytes(60)), SyncStep1(bytes(60)), Presence(ENTRIES, size=60), Stateless("x" * 60)],
)
def test_11_what_waits_is_bounded_in_bytes_whatever_it_is(message: Message) -> None:
    made = session()
    effects(made.receive(message))
    with pytest.raises(TooBig):
        made.receive(message)


def test_who_leaves_before_saying_who_they_are_is_gone() -> None:
    made = session()
    assert effects(made.receive(Leave())) == [End(None)]
    assert effects(made.receive(Token("t"))) == []


def test_11_tokens_that_wait_are_bounded_in_bytes() -> None:
    made = session()
    effects(made.receive(Token("t")))
    effects(made.receive(Token("x" * 60)))
    with pytest.raises(Overloaded):
        made.receive(Token("x" * 60))


def test_11_messages_are_bounded_by_their_kind() -> None:
    made = joined()
    for message in (Update(bytes(101)), SyncStep2(bytes(201)), SyncStep1(bytes(101))):
        with pytest.raises(TooBig):
            made.receive(message)


@pytest.mark.parametrize("message", [Update(b"\x01"), SyncStep2(b"\x01"), SyncStep1(b"\x01")])
def test_4_malformed_content_is_refused(message: Message) -> None:
    with pytest.raises(Malformed):
        joined().receive(message)


def test_each_message_has_its_effect_in_an_open_session() -> None:
    made = joined()
    assert effects(made.receive(Update(UPDATE))) == [OFFER]
    assert effects(made.receive(SyncStep2(EMPTY))) == [Offer(EMPTY, walk(EMPTY), ())]
    assert effects(made.receive(SyncStep1(b"\x00"))) == [SendState(b"\x00", ())]
    assert effects(made.receive(Presence(ENTRIES, size=3))) == [Announce(ENTRIES)]
    assert effects(made.receive(QueryPresence())) == [SendPresence()]
    assert effects(made.receive(Token("u"))) == [Renew("u")]
    assert effects(made.receive(Stateless("s"))) == effects(made.receive(Pong())) == []
    assert effects(made.receive(Leave())) == [End(None)]
    assert isinstance(made.state, Ended)


def test_8_a_changed_right_or_identity_is_told_and_an_unchanged_one_is_not() -> None:
    made = joined()
    assert effects(made.reviewed(replace(ADMISSION, expires_at=datetime(2031, 1, 1, tzinfo=UTC)))) == []
    reading = replace(ADMISSION, right=Right.READ)
    assert effects(made.reviewed(reading)) == [ChangeRight(reading)]
    assert not made.may_write()
    renamed = replace(reading, participant=replace(ANN, name="Anne"))
    assert effects(made.reviewed(renamed)) == [ChangeRight(renamed)]
    assert effects(made.reviewed(ADMISSION)) == [ChangeRight(ADMISSION)]
    assert made.may_write()


@pytest.mark.parametrize(
    ("outcome", "error"),
    [(Outcome.READ_ONLY, NotAllowed), (Outcome.DOCUMENT_FULL, TooBig), (Outcome.OVERLOADED, Overloaded)],
)
def test_7_a_refused_update_ends_the_session(outcome: Outcome, error: type[EngineError]) -> None:
    with pytest.raises(error):
        joined().offered(OFFER, outcome)


def test_1_an_update_that_comes_too_late_is_neither_refused_nor_asked_for() -> None:
    assert effects(joined().offered(OFFER, Outcome.TOO_LATE)) == []


def test_6_missing_edits_are_asked_for_once_until_the_client_answers() -> None:
    made = joined()
    assert effects(made.offered(OFFER, Outcome.MISSING_EDITS)) == [Resync()]
    for _ in range(MAX_EARLY - 1):
        assert effects(made.offered(OFFER, Outcome.MISSING_EDITS)) == []
    # What else is accepted is no answer.
    assert effects(made.offered(OFFER, Outcome.ACCEPTED)) == []
    (answer,) = effects(made.receive(SyncStep2(EMPTY)))
    assert answer == Offer(EMPTY, walk(EMPTY), (OFFER.summary,) * MAX_EARLY)
    assert effects(made.offered(answer, Outcome.ACCEPTED)) == []
    assert effects(made.receive(SyncStep2(EMPTY))) == [Offer(EMPTY, walk(EMPTY), ())]
    for _ in range(MAX_EARLY):
        effects(made.offered(OFFER, Outcome.MISSING_EDITS))
    with pytest.raises(Malformed):
        made.offered(OFFER, Outcome.MISSING_EDITS)


def test_6_answers_that_leave_something_out_are_asked_for_again_a_bounded_number_of_times() -> None:
    made = joined()
    for _ in range(2):
        for _ in range(MAX_RESYNCS):
            assert effects(made.offered(ANSWER, Outcome.MISSING_EDITS)) == [Resync()]
        assert effects(made.offered(ANSWER, Outcome.ACCEPTED)) == []
    for _ in range(MAX_RESYNCS):
        effects(made.offered(ANSWER, Outcome.MISSING_EDITS))
    with pytest.raises(Malformed):
        made.offered(ANSWER, Outcome.MISSING_EDITS)


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (Outcome.ANOTHER_AUTHOR, NotAllowed("client_id_of_another_person")),
        (Outcome.TOO_MANY_CLIENTS, TooBig("too_many_client_ids")),
        (Outcome.TOO_MANY_DELETIONS, TooBig("too_many_deletions")),
        (Outcome.ENTANGLED, Malformed("update_depends_on_itself")),
    ],
)
def test_5_what_forges_or_floods_or_waits_for_itself_is_refused_for_good(outcome: Outcome, error: EngineError) -> None:
    with pytest.raises(type(error)) as raised:
        joined().offered(OFFER, outcome)
    assert raised.value.reason == error.reason


def entering(token: str, *, epoch: int, before: Iterable[Message] = ()) -> tuple[Session, Iterable[Effect]]:
    made = session()
    assert effects(made.receive(Token(token))) == [Admit("t")]
    for message in before:
        assert effects(made.receive(message)) == []
    return made, made.admitted(ADMISSION, epoch=epoch)


def test_13_a_copy_of_another_epoch_is_refused_before_it_hears_anything() -> None:
    for epoch in (1, 3):
        _, entered = entering("t;epoch=2", epoch=epoch)
        with pytest.raises(StaleEpoch):
            effects(entered)
    with pytest.raises(StaleEpoch):
        joined().offered(OFFER, Outcome.STALE_EPOCH)


def test_13_a_copy_that_says_its_epoch_is_heard_at_once() -> None:
    made, entered = entering("t;epoch=2", epoch=2)
    assert effects(entered) == [Join(ADMISSION)]
    assert effects(made.receive(Update(UPDATE))) == [OFFER]
    assert effects(made.receive(Token("u;epoch=2"))) == [Renew("u")]


@pytest.mark.parametrize(
    ("told", "effect"), [(SyncStep1(b"\x01\x05\x02"), SendState(b"\x01\x05\x02", (5,))), (SyncStep2(UPDATE), ANSWER)]
)
def test_13_without_a_word_on_its_epoch_edits_wait_until_the_copy_has_said_what_it_holds(
    told: Message, effect: Effect
) -> None:
    made, entered = entering("t", epoch=2, before=[Update(UPDATE)])
    assert effects(entered) == [Join(ADMISSION)]
    assert effects(made.receive(Update(EMPTY))) == []
    assert effects(made.receive(told)) == [effect, OFFER, Offer(EMPTY, walk(EMPTY))]
    assert effects(made.receive(Update(UPDATE))) == [OFFER]


def test_13_the_edits_of_a_copy_that_proves_stale_are_never_heard() -> None:
    made, entered = entering("t", epoch=2)
    effects(entered)
    effects(made.receive(Update(UPDATE)))
    told = iter(made.receive(SyncStep1(b"\x00")))
    assert next(told) == SendState(b"\x00", ())
    effects(made.fail(StaleEpoch()))
    assert list(told) == []


def test_11_edits_that_wait_for_the_epoch_are_bounded() -> None:
    made, entered = entering("t", epoch=2)
    effects(entered)
    for _ in range(MAX_WAITING_MESSAGES):
        effects(made.receive(Update(b"")))
    with pytest.raises(Overloaded):
        made.receive(Update(b""))


def test_11_what_waits_for_a_decision_is_bounded_and_its_end_is_not_the_clients_fault() -> None:
    # Whoever draws while the server is busy letting a class in sends more than a few messages.
    made = session()
    effects(made.receive(Token("t")))
    for _ in range(MAX_WAITING_MESSAGES):
        assert effects(made.receive(QueryPresence())) == []
    with pytest.raises(Overloaded):
        made.receive(QueryPresence())
    made = session()
    effects(made.receive(Token("t")))
    effects(made.receive(Update(bytes(60))))
    with pytest.raises(Overloaded):
        made.receive(Update(bytes(60)))
    with pytest.raises(TooBig):
        made.receive(Update(bytes(101)))
    assert effects(made.receive(Leave())) == [End(None)]


LONG = SyncStep2(UPDATE)


def walking() -> Session:
    """Return a session for which every update is long, and that has just sent one."""
    made = Session(SessionLimits(message_max_bytes=100, first_sync_max_bytes=200, walk_here_max_bytes=2))
    effects(made.receive(Token("t")))
    effects(made.admitted(ADMISSION))
    assert effects(made.receive(LONG)) == [Walk(UPDATE)]
    return made


def test_16_nothing_overtakes_an_update_that_is_walked_elsewhere() -> None:
    made = walking()
    for message in (
        Presence(ENTRIES, size=3),
        Update(EMPTY),
        SyncStep1(b"\x00"),
        Update(UPDATE),
        QueryPresence(),
        LONG,
    ):
        assert effects(made.receive(message)) == []
    first = [Announce(ENTRIES), Offer(EMPTY, walk(EMPTY)), SendState(b"\x00", ()), Walk(UPDATE)]
    assert effects(made.walked(walk(UPDATE))) == [ANSWER, *first]
    # What was behind the second long one waits on.
    assert effects(made.receive(Token("u"))) == []
    assert effects(made.walked(walk(UPDATE))) == [OFFER, SendPresence(), Walk(UPDATE)]
    assert effects(made.walked(walk(UPDATE))) == [ANSWER, Renew("u")]
    assert effects(made.walked(walk(UPDATE))) == []
    assert effects(made.receive(Update(EMPTY))) == [Offer(EMPTY, walk(EMPTY))]


def test_16_a_long_update_is_bounded_like_any_other_before_anybody_walks_it() -> None:
    made = Session(SessionLimits(message_max_bytes=100, first_sync_max_bytes=200, walk_here_max_bytes=2))
    effects(made.receive(Token("t")))
    effects(made.admitted(ADMISSION))
    for message in (Update(bytes(101)), SyncStep2(bytes(201))):
        with pytest.raises(TooBig):
            made.receive(message)


def test_16_a_client_that_goes_is_heard_to_its_last_word_first() -> None:
    for goes in (lambda made: made.receive(Leave()), lambda made: made.leave()):
        made = walking()
        effects(made.receive(Update(EMPTY)))
        assert effects(goes(made)) == []
        assert effects(made.walked(walk(UPDATE))) == [ANSWER, Offer(EMPTY, walk(EMPTY)), End(None)]
        assert effects(made.leave()) == []
    made = joined()
    assert effects(made.leave()) == [End(None)]


def test_7_16_a_session_that_ends_meanwhile_takes_its_long_update_with_it() -> None:
    made = walking()
    effects(made.receive(Update(EMPTY)))
    refused = NotAllowed("ended_by_administrator")
    assert effects(made.fail(refused)) == [End(refused)]
    assert effects(made.walked(walk(UPDATE))) == []


def test_8_16_the_right_to_write_counts_when_the_update_has_been_walked() -> None:
    made = walking()
    reading = replace(ADMISSION, right=Right.READ)
    assert effects(made.reviewed(reading)) == [ChangeRight(reading)]
    offered = iter(made.walked(walk(UPDATE)))
    assert next(offered) == ANSWER
    assert not made.may_write()
    with pytest.raises(NotAllowed):
        made.offered(OFFER, Outcome.READ_ONLY)


def test_11_16_what_waits_behind_a_long_update_is_bounded() -> None:
    made = walking()
    effects(made.receive(Update(bytes(200))))
    with pytest.raises(Overloaded):
        made.receive(Update(bytes(1)))
    made = walking()
    for _ in range(MAX_WAITING_MESSAGES):
        effects(made.receive(QueryPresence()))
    with pytest.raises(Overloaded):
        made.receive(QueryPresence())


def test_13_16_what_a_copy_holds_may_be_long_and_so_may_be_the_edits_that_wait_for_it() -> None:
    made = Session(SessionLimits(message_max_bytes=100, first_sync_max_bytes=200, walk_here_max_bytes=2))
    effects(made.receive(Token("t")))
    effects(made.admitted(ADMISSION, epoch=2))
    for message in (Update(EMPTY), Update(UPDATE), Update(EMPTY)):
        assert effects(made.receive(message)) == []
    assert effects(made.receive(LONG)) == [Walk(UPDATE)]
    assert effects(made.receive(QueryPresence())) == []
    assert effects(made.walked(walk(UPDATE))) == [ANSWER, Offer(EMPTY, walk(EMPTY)), Walk(UPDATE)]
    assert effects(made.walked(walk(UPDATE))) == [OFFER, Offer(EMPTY, walk(EMPTY)), SendPresence()]
