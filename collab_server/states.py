"""The state of an open document as its members are sent it: what is missing from what each of them has."""

import asyncio
from time import monotonic

from collab_server.audience import Audience, Member, framed
from collab_server.content import EMPTY_STATE_VECTOR, Content
from collab_server.intake import Intake
from collab_server.protocol import y_websocket

LARGE_BYTES = 1024 * 1024
LARGE_SECONDS = 1.0
"""The state of 16 MiB takes a tenth of a second to encode, in which nobody else is served."""


class States:
    """Answers the members of one room. The whole document is framed once per version and shared by all."""

    def __init__(self, content: Content, intake: Intake, audience: Audience) -> None:
        self._content = content
        self._intake = intake
        self._audience = audience
        self._framed: tuple[bytes, dict[bytes, bytes]] | None = None
        self._waiting: list[tuple[Member, bytes]] = []

    def begin_anew(self, content: Content, intake: Intake) -> None:
        """Go on with a document that was read again, and answer who has asked meanwhile."""
        self._content, self._intake = content, intake
        waiting, self._waiting = self._waiting, []
        for member, state_vector in waiting:
            if member in self._audience:
                self.send(member, state_vector)

    def send(self, member: Member, state_vector: bytes) -> None:
        """Send what is missing from a state vector (validated by the session)."""
        if not self._intake.readable:
            self._waiting.append((member, state_vector))
        elif member.wire.congested:
            # Whoever asks and does not read gets one answer, when it has read.
            member.behind = state_vector
        elif self._content.size > LARGE_BYTES and (wait := member.answered_at + LARGE_SECONDS - monotonic()) > 0:
            # Whoever asks again and again for what takes long to encode gets one answer a second, from the first question on.
            if member.behind is None:
                member.behind = state_vector
                asyncio.get_running_loop().call_later(wait, self._answer, member)
        else:
            member.answered_at = monotonic()
            member.wire.write(self._missing_from(state_vector, prefix=member.dialect.prefix))
            member.tell(member.dialect.asked(self._intake.state_vector()))

    def _answer(self, member: Member) -> None:
        if member in self._audience and member.behind is not None and not member.wire.congested:
            state_vector, member.behind = member.behind, None
            self.send(member, state_vector)

    def _missing_from(self, state_vector: bytes, *, prefix: bytes) -> bytes:
        state = self._content.state_after(state_vector)
        if state_vector != EMPTY_STATE_VECTOR:
            return framed(prefix, [y_websocket.sync_step_2(state)])
        if self._framed is None or self._framed[0] is not state:
            self._framed = (state, {})
        known = self._framed[1]
        if prefix not in known:
            known[prefix] = framed(prefix, [y_websocket.sync_step_2(state)])
        return known[prefix]
