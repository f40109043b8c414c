"""One session at work: performs what the pure session decides, and feeds back what came of it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog

from collab_server.audience import Member, framed
from collab_server.dialect import Dialect
from collab_server.engine import Engine
from collab_server.errors import EngineError, Overloaded, Unauthenticated
from collab_server.ports import Admission
from collab_server.protocol.messages import Message
from collab_server.room import Room
from collab_server.session import (
    Admit,
    Announce,
    AwaitingToken,
    ChangeRight,
    Deciding,
    Effect,
    End,
    Join,
    Joined,
    Offer,
    Renew,
    Resync,
    SendPresence,
    SendState,
    Session,
    Walk,
)
from collab_server.wire import Wire

_log = structlog.get_logger(__name__)

RENEW_BEFORE_SECONDS = 60
"""How long before the token ends the client is asked for a fresh one."""


class Connection:
    """A client's session in one document, on one socket."""

    def __init__(
        self,
        engine: Engine,
        document_name: str,
        *,
        socket_id: UUID,
        dialect: Dialect,
        wire: Wire,
        on_join: Callable[[UUID], None],
        on_end: Callable[[], None],
    ) -> None:
        self.admission: Admission | None = None
        self.joined_at: datetime | None = None
        self._engine = engine
        self._document_name = document_name
        self._socket_id = socket_id
        self._dialect = dialect
        self._wire = wire
        self._on_join = on_join
        self._on_end = on_end
        self._session = Session(engine.limits.session)
        self._room: Room | None = None
        self._member: Member | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._expiry: asyncio.TimerHandle | None = None
        self._fresh_token: str | None = None
        # A session that never says who it is goes silently, with what it has sent so far.
        self._silence = asyncio.get_running_loop().call_later(engine.limits.authentication_seconds, self._forget)

    @property
    def deciding(self) -> bool:
        """Say whether a token is being checked."""
        return isinstance(self._session.state, Deciding)

    @property
    def dialect_name(self) -> str:
        """Return what people call the client's dialect."""
        return self._dialect.name

    @property
    def congested(self) -> bool:
        """Say whether the client reads more slowly than it is sent."""
        return self._wire.congested

    @property
    def description(self) -> dict[str, str | None]:
        """Return which document and who, for a log line."""
        return {
            "document": self._document_name[:64],
            "user": None if self.admission is None else str(self.admission.participant.id),
        }

    def receive(self, message: Message) -> None:
        """Take one message from the client."""
        # As `_do`, which would cost every message a closure more.
        try:
            self._perform(self._session.receive(message))
        except EngineError as error:
            self._perform(self._session.fail(error))

    def end(self, error: EngineError | None) -> None:
        """End the session: for a reason, or because the client or its socket has gone."""
        self._perform(self._session.leave() if error is None else self._session.fail(error))

    def drained(self) -> None:
        """Hear that a congested peer has read."""
        if self._room is not None and self._member is not None:
            self._room.audience.catch_up(self._member)

    async def decided(self, decision: Admission | Exception, *, version: int) -> None:
        """Hear what this person may do here, as decided when the engine's `access_version` was this."""
        while version != self._engine.access_version and isinstance(decision, Admission):
            # Decided on what may just have changed, and perhaps later than whoever decided on the change.
            version = self._engine.access_version
            decision = await self._reviewed(decision)
        if not isinstance(decision, Admission):
            self.end(self._as_engine_error(decision))
        elif self.admission is not None and decision.participant.id != self.admission.participant.id:
            self.end(Unauthenticated("token_of_another_person"))
        elif isinstance(self._session.state, Joined):
            self._accept(decision)
            self._do(lambda: self._session.reviewed(decision))

    async def _reviewed(self, admission: Admission) -> Admission | Exception:
        try:
            (decision,) = await self._engine.doorkeeper.review([admission])
        except Exception as error:  # noqa: BLE001 -- a right that cannot be confirmed is none
            return error
        return decision

    def _do(self, step: Callable[[], Iterable[Effect]]) -> None:
        try:
            self._perform(step())
        except EngineError as error:
            self._perform(self._session.fail(error))

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                # What comes a thousand times a second is asked for first.
                case Offer():
                    room, member = self._joined()
                    outcome = room.offer(member, effect, may_write=self._session.may_write())
                    self._perform(self._session.offered(effect, outcome))
                case Announce(entries):
                    room, member = self._joined()
                    room.audience.announce(member, entries)
                case Admit(token):
                    self._start(self._admit(token))
                case Renew(token):
                    self._renew(token)
                case Join(admission):
                    self._join(admission)
                case ChangeRight(admission):
                    self._change_right(admission)
                case Walk(update):
                    self._start(self._walk(update))
                case SendState(state_vector, clients):
                    room, member = self._joined()
                    room.refuse_stale(clients)
                    room.send_state(member, state_vector)
                case SendPresence():
                    room, member = self._joined()
                    room.audience.send_presence(member)
                case Resync():
                    room, member = self._joined()
                    room.ask_again(member)
                case End(error):
                    self._leave(error)

    def _joined(self) -> tuple[Room, Member]:
        assert self._room is not None and self._member is not None
        return self._room, self._member

    async def _admit(self, token: str) -> None:
        version = self._engine.access_version
        try:
            admission = await self._engine.doorkeeper.admit(token, self._document_name)
            self._room = room = await self._engine.registry.open(admission.document_id)
            self._do(lambda: self._session.admitted(admission, epoch=room.epoch))
        except Exception as error:  # noqa: BLE001 -- whatever fails, the client must hear of it
            self.end(self._as_engine_error(error))
            return
        if self._member is None:
            # The client left before it was let in.
            self._room.release()
        elif version != self._engine.access_version:
            # Somebody's access changed while this was decided; it may have been this person's.
            await self.decided(admission, version=version)

    async def _walk(self, update: bytes) -> None:
        try:
            summary = await self._engine.registry.worker.walk(update)
        except EngineError as error:
            # Also when nobody could walk it: it is never taken unchecked.
            self.end(error)
        else:
            self._do(lambda: self._session.walked(summary))

    def _join(self, admission: Admission) -> None:
        assert self._room is not None
        self._on_join(admission.participant.id)
        self._member = Member(
            session_id=self._socket_id,
            participant=admission.participant,
            dialect=self._dialect,
            wire=self._wire,
            end=self.end,
        )
        self.joined_at = datetime.now(UTC)
        self._accept(admission)
        self._engine.entered(self)
        self._member.tell([*self._dialect.opened(admission.right), *self._dialect.epoch(self._room.epoch)])
        self._room.join(self._member)

    def _accept(self, admission: Admission) -> None:
        self.admission = admission
        if self._expiry is not None:
            self._expiry.cancel()
        remaining = (admission.expires_at - datetime.now(UTC)).total_seconds()
        loop = asyncio.get_running_loop()
        self._expiry = loop.call_later(
            max(remaining - RENEW_BEFORE_SECONDS, remaining / 2), self._ask_for_token, remaining
        )

    def _ask_for_token(self, remaining: float) -> None:
        _, member = self._joined()
        member.tell(self._dialect.token_wanted())
        self._expiry = asyncio.get_running_loop().call_later(
            min(RENEW_BEFORE_SECONDS, remaining / 2),
            self.end,
            Unauthenticated("token_expired"),
        )

    def _renew(self, token: str) -> None:
        """Check the token, one at a time: of those that come meanwhile only the last counts."""
        checking = self._fresh_token is not None
        self._fresh_token = token
        if not checking:
            self._start(self._renew_all())

    async def _renew_all(self) -> None:
        checked = None
        while self._fresh_token is not None and self._fresh_token != checked:
            checked = self._fresh_token
            version = self._engine.access_version
            decision: Admission | Exception
            try:
                decision = await self._engine.doorkeeper.admit(checked, self._document_name)
            except Exception as error:  # noqa: BLE001 -- a right that cannot be confirmed is none
                decision = error
            await self.decided(decision, version=version)
        self._fresh_token = None

    def _change_right(self, admission: Admission) -> None:
        room, member = self._joined()
        member.tell(self._dialect.opened(admission.right))
        room.audience.introduce(member, admission.participant)

    def _leave(self, error: EngineError | None) -> None:
        joined = self._member is not None
        self._silence.cancel()
        if self._expiry is not None:
            self._expiry.cancel()
        if self._room is not None and self._member is not None:
            self._room.leave(self._member)
            self._engine.left(self)
        if error is not None:
            self._refuse(error, joined=joined)
        self._on_end()

    def _forget(self) -> None:
        if isinstance(self._session.state, AwaitingToken):
            self.end(None)

    def _as_engine_error(self, error: Exception) -> EngineError:
        if isinstance(error, EngineError):
            return error
        _log.error("access not decided", socket=str(self._socket_id), error=type(error).__name__, exc_info=error)
        return Overloaded("try_again_later")

    def _refuse(self, error: EngineError, *, joined: bool) -> None:
        self._wire.write(framed(self._dialect.prefix, self._dialect.refused(error, joined=joined)))
        if self._dialect.ends_socket(error):
            # The socket counts it, once, whoever of its sessions was the cause.
            self._wire.end(error)
            return
        self._engine.metrics.refusals.labels(code=error.code, reason=error.reason).inc()
        _log.info(
            "session refused", socket=str(self._socket_id), code=error.code, reason=error.reason, **self.description
        )

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
