"""One client's session in one document, as a pure state machine: events in, effects out.

    AwaitingToken ──Token──▶ Deciding ──admitted──▶ Joined ──▶ Ended
                                 └──refused──▶ Ended

The shell (connection.py) performs the effects and feeds back what came of them. Messages that arrive before the decision wait
in a bounded backlog, because stock clients do not wait for an answer before they go on.

A long update is walked elsewhere. What its sender sends meanwhile waits behind it, so nothing overtakes; that it leaves does, too.

In a document that was restored, the updates of a client that does not say from which epoch its copy is wait as well, until it
has said what it holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from collab_server.errors import EngineError, Malformed, NotAllowed, Overloaded, StaleEpoch, TooBig, TooMany
from collab_server.ports import Admission, Right
from collab_server.protocol.awareness import PresenceEntry
from collab_server.protocol.coverage import read_state_vector
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
from collab_server.protocol.update import Summary, walk

MAX_BACKLOG_MESSAGES = 64
"""What a client may send before it says who it is."""
MAX_WAITING_MESSAGES = 5_000
"""What may wait for us: for a decision, or behind an update that is being walked."""
MAX_RESYNCS = 16
"""How many answers in a row may leave out what they build on."""
MAX_EARLY = 1_000
"""How many updates may build on edits that the server does not have, before the client answers: what it draws while it connects."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Bounds of one session, in bytes. Updates above `walk_here_max_bytes` are walked in another process."""

    message_max_bytes: int
    first_sync_max_bytes: int
    walk_here_max_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class Admit:
    """Check this token and decide; answer with `admitted` or `fail`."""

    token: str


@dataclass(frozen=True, slots=True)
class Renew:
    """Check this fresh token; answer with `reviewed` or `fail`."""

    token: str


@dataclass(frozen=True, slots=True)
class Join:
    """Enter the room and greet the client."""

    admission: Admission


@dataclass(frozen=True, slots=True)
class ChangeRight:
    """Tell the client what it may do from now on."""

    admission: Admission


@dataclass(frozen=True, slots=True)
class SendState:
    """Send what is missing from this state vector; it names these client ids."""

    state_vector: bytes
    clients: Sequence[int]


@dataclass(frozen=True, slots=True)
class Walk:
    """Walk over a long update elsewhere; answer with `walked` or `fail`."""

    update: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """Offer an update to the room; answer with `offered`.

    `early`: for an answer to what the server asked, the updates that came before what they build on; None: it is no answer.
    """

    update: bytes
    summary: Summary
    early: tuple[Summary, ...] | None = None


@dataclass(frozen=True, slots=True)
class Announce:
    """Pass presence states to the room."""

    entries: tuple[PresenceEntry, ...]


@dataclass(frozen=True, slots=True)
class SendPresence:
    """Send everyone's presence."""


@dataclass(frozen=True, slots=True)
class Resync:
    """Ask the client for what the server lacks."""


@dataclass(frozen=True, slots=True)
class End:
    """Leave the room and, with an error, tell the client why."""

    error: EngineError | None


Effect = Admit | Renew | Join | ChangeRight | SendState | Walk | Offer | Announce | SendPresence | Resync | End


class Outcome(Enum):
    """What a room made of an offered update."""

    ACCEPTED = auto()
    MISSING_EDITS = auto()
    STALE_EPOCH = auto()
    ENTANGLED = auto()
    ANOTHER_AUTHOR = auto()
    TOO_MANY_CLIENTS = auto()
    TOO_MANY_DELETIONS = auto()
    READ_ONLY = auto()
    DOCUMENT_FULL = auto()
    OVERLOADED = auto()
    TOO_LATE = auto()


@dataclass(slots=True)
class Backlog:
    """Messages that wait for something."""

    messages: list[Message] = field(default_factory=list)
    size: int = 0


@dataclass(slots=True)
class AwaitingToken:
    """Nobody has said who they are."""

    backlog: Backlog


@dataclass(slots=True)
class Deciding:
    """A token is being checked; `copy_epoch`: from which epoch the client's copy is, where it says so."""

    backlog: Backlog
    copy_epoch: int | None


@dataclass(slots=True)
class Walking:
    """An update is being walked elsewhere; `tells`: it says what the client holds; `behind`: what came after it."""

    update: bytes
    tells: bool
    behind: Backlog = field(default_factory=Backlog)


@dataclass(slots=True)
class Joined:
    """The client takes part; `held`: its updates, as long as its copy may be from an earlier epoch.

    early: updates that build on edits which the server does not have, and has asked for; resyncs: answers in a row that left something out.
    """

    admission: Admission
    held: Backlog | None = None
    walking: Walking | None = None
    early: list[Summary] = field(default_factory=list)
    resyncs: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more is heard."""


class Session:
    """See the module. `state` is one of the four state classes."""

    __slots__ = ("_limits", "state")

    def __init__(self, limits: SessionLimits) -> None:
        self._limits = limits
        self.state: AwaitingToken | Deciding | Joined | Ended = AwaitingToken(Backlog())

    def receive(self, message: Message) -> Iterable[Effect]:
        """Take one message from the client; raises EngineError where it must end the session."""
        match self.state:
            case Joined(walking=Walking(behind=behind)):
                return self._wait_behind(message, behind)
            case Joined():
                return self._converse(message)
            case AwaitingToken(backlog) if isinstance(message, Token):
                token, copy_epoch = message.split()
                self.state = Deciding(backlog, copy_epoch)
                return (Admit(token),)
            case AwaitingToken(backlog):
                return self._wait(message, backlog)
            case Deciding(backlog):
                return self.fail(None) if isinstance(message, Leave) else self._wait_for_us(message, backlog)
            case Ended():  # pragma: no branch -- the cases are all there are
                return ()

    def admitted(self, admission: Admission, *, epoch: int = 1) -> Iterable[Effect]:
        """Go on after a positive decision: join, then hear what has waited. `epoch`: the document's."""
        if not isinstance(self.state, Deciding):
            return
        waiting, copy_epoch = self.state.backlog.messages, self.state.copy_epoch
        if copy_epoch not in (None, epoch):
            raise StaleEpoch
        self.state = Joined(admission, held=Backlog() if copy_epoch is None and epoch > 1 else None)
        yield Join(admission)
        for message in waiting:
            yield from self.receive(message)

    def walked(self, summary: Summary) -> Iterable[Effect]:
        """Go on with the update that was walked, then with what waits behind it."""
        if not isinstance(self.state, Joined) or self.state.walking is None:
            return
        walking, self.state.walking = self.state.walking, None
        yield from self._told(walking.update, summary) if walking.tells else (Offer(walking.update, summary),)
        for message in walking.behind.messages:
            yield from self.receive(message)

    def reviewed(self, admission: Admission) -> Iterable[Effect]:
        """Go on after access was decided again, or a token renewed."""
        if not isinstance(self.state, Joined):
            return ()
        before = self.state.admission
        self.state.admission = admission
        if (before.right, before.participant) == (admission.right, admission.participant):
            return ()
        return (ChangeRight(admission),)

    def offered(self, offer: Offer, outcome: Outcome) -> Iterable[Effect]:
        """Hear what became of an offered update; raises EngineError where it is final."""
        match outcome:
            case Outcome.ACCEPTED:
                if isinstance(self.state, Joined) and offer.early is not None:
                    self.state.early, self.state.resyncs = [], 0
                return ()
            case Outcome.MISSING_EDITS:
                return self._missing(offer)
            case Outcome.TOO_LATE:
                return ()
            case Outcome.READ_ONLY:
                raise NotAllowed("write_refused")
            case Outcome.STALE_EPOCH:
                raise StaleEpoch
            case Outcome.ENTANGLED:
                raise Malformed("update_depends_on_itself")
            case Outcome.ANOTHER_AUTHOR:
                raise NotAllowed("client_id_of_another_person")
            case Outcome.TOO_MANY_CLIENTS:
                raise TooBig("too_many_client_ids")
            case Outcome.TOO_MANY_DELETIONS:
                raise TooBig("too_many_deletions")
            case Outcome.DOCUMENT_FULL:
                raise TooBig("document_full")
            case Outcome.OVERLOADED:  # pragma: no branch -- the cases are all there are
                raise Overloaded("try_again_later")

    def leave(self) -> Iterable[Effect]:
        """Hear that the client has gone; what it sent before is heard first."""
        if isinstance(self.state, Joined) and self.state.walking is not None:
            self.state.walking.behind.messages.append(Leave())
            return ()
        return self.fail(None)

    def fail(self, error: EngineError | None) -> Iterable[Effect]:
        """End the session, for the reason given, unless it has ended."""
        if isinstance(self.state, Ended):
            return ()
        self.state = Ended()
        return (End(error),)

    def may_write(self) -> bool:
        """Say whether the client may write now."""
        return isinstance(self.state, Joined) and self.state.admission.right is Right.WRITE

    def _wait(self, message: Message, backlog: Backlog) -> Iterable[Effect]:
        if isinstance(message, Leave):
            return self.fail(None)
        backlog.size += _size(message)
        if backlog.size > self._limits.message_max_bytes:
            raise TooBig("message_too_big")
        if len(backlog.messages) >= MAX_BACKLOG_MESSAGES:
            raise TooMany("too_many_messages_before_authentication")
        backlog.messages.append(message)
        return ()

    def _wait_for_us(self, message: Message, backlog: Backlog) -> Iterable[Effect]:
        """Keep what comes while it is decided whether the client may, or until it has said what it holds: it may be drawing."""
        if _size(message) > self._limits.message_max_bytes:
            raise TooBig("message_too_big")
        backlog.size += _size(message)
        if backlog.size > self._limits.message_max_bytes or len(backlog.messages) >= MAX_WAITING_MESSAGES:
            # Not the client's fault: it keeps what is not acknowledged and brings it again.
            raise Overloaded("try_again_later")
        backlog.messages.append(message)
        return ()

    def _wait_behind(self, message: Message, behind: Backlog) -> Iterable[Effect]:
        behind.size += _size(message)
        if behind.size > self._limits.first_sync_max_bytes or len(behind.messages) >= MAX_WAITING_MESSAGES:
            # Not the client's fault: it keeps what is not acknowledged and brings it again.
            raise Overloaded("try_again_later")
        behind.messages.append(message)
        return ()

    def _converse(self, message: Message) -> Iterable[Effect]:
        match message:
            case Update(update):
                if isinstance(self.state, Joined) and self.state.held is not None:
                    return self._wait_for_us(message, self.state.held)
                return self._offer(update, self._limits.message_max_bytes, tells=False)
            case SyncStep2(update):
                return self._offer(update, self._limits.first_sync_max_bytes, tells=True)
            case Presence(entries):
                return (Announce(entries),)
            case SyncStep1(state_vector):
                if len(state_vector) > self._limits.message_max_bytes:
                    raise TooBig("message_too_big")
                clocks = read_state_vector(state_vector)
                return self._let_go((SendState(state_vector, tuple(clocks)),))
            case QueryPresence():
                return (SendPresence(),)
            case Token():
                return (Renew(message.split()[0]),)
            case Leave():
                return self.fail(None)
            case Stateless() | Pong():  # pragma: no branch -- the cases are all there are
                return ()

    def _offer(self, update: bytes, bound: int, *, tells: bool) -> Iterable[Effect]:
        if len(update) > bound:
            raise TooBig("message_too_big")
        if len(update) > self._limits.walk_here_max_bytes and isinstance(self.state, Joined):
            self.state.walking = Walking(update, tells)
            return (Walk(update),)
        summary = walk(update)
        return self._told(update, summary) if tells else (Offer(update, summary),)

    def _told(self, update: bytes, summary: Summary) -> Iterable[Effect]:
        early = tuple(self.state.early) if isinstance(self.state, Joined) else ()
        return self._let_go((Offer(update, summary, early),))

    def _let_go(self, effects: Iterable[Effect]) -> Iterable[Effect]:
        """Hear what the client holds; if it is still here after that, its copy is of this epoch."""
        yield from effects
        if isinstance(self.state, Joined) and self.state.held is not None:
            held, self.state.held = self.state.held.messages, None
            for message in held:
                yield from self.receive(message)

    def _missing(self, offer: Offer) -> Iterable[Effect]:
        """Ask once for what is missing: the answer holds what comes until then, too."""
        if not isinstance(self.state, Joined):
            return ()
        if offer.early is not None:
            self.state.resyncs += 1
        else:
            self.state.early.append(offer.summary)
        if self.state.resyncs > MAX_RESYNCS or len(self.state.early) > MAX_EARLY:
            raise Malformed("update_depends_on_unknown_edits")
        return (Resync(),) if offer.early is not None or len(self.state.early) == 1 else ()


def _size(message: Message) -> int:
    match message:
        case Update(payload) | SyncStep2(payload) | SyncStep1(payload):
            return len(payload)
        case Stateless(text) | Token(text):
            return len(text)
        case Presence(_, size):
            return size
        case QueryPresence() | Leave() | Pong():  # pragma: no branch -- the cases are all there are
            return 0
