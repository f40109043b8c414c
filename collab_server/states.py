"""The state of an open document as its members are sent it: what is missing from what each of them has."""

import asyncio
from time import monotonic

from collab_server.audience import Audience, Member, framed
from collab_server.baseline import Baseline
from collab_server.content import EMPTY_STATE_VECTOR, Content
from collab_server.intake import Intake
from collab_server.protocol import y_websocket

LARGE_BYTES = 1024 * 1024
LARGE_SECONDS = 1.0
"""The state of 16 MiB takes a tenth of a second to encode, in which nobody else is served."""
BASELINE_BYTES = 64 * 1024
"""What is smaller is encoded for each joiner anew, in less than a millisecond."""


class States:
    """Answers the members of one room."""

    def __init__(self, content: Content, intake: Intake, audience: Audience) -> None:
        self._content = content
        self._intake = intake
        self._audience = audience
        self._baseline: Baseline | None = None
        self._waiting: list[tuple[Member, bytes]] = []

    def begin_anew(self, content: Content, intake: Intake) -> None:
        """Go on with a document that was read again, and answer who has asked meanwhile."""
        self._content, self._intake, self._baseline = content, intake, None
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
            self._send_missing(member, state_vector)
            member.tell(member.dialect.asked(self._intake.state_vector()))

    def _answer(self, member: Member) -> None:
        if member in self._audience and member.behind is not None and not member.wire.congested:
            state_vector, member.behind = member.behind, None
            self.send(member, state_vector)

    def _send_missing(self, member: Member, state_vector: bytes) -> None:
        prefix = member.dialect.prefix
        if state_vector == EMPTY_STATE_VECTOR and self._content.size > BASELINE_BYTES:
            if self._baseline is None or self._baseline.outgrown:
                self._baseline = Baseline(self._content)
            member.wire.write(self._baseline.frame(prefix, deflated=member.wire.deflates))
            missing = self._baseline.since()
        else:
            missing = self._content.state_after(state_vector)
        member.wire.write(framed(prefix, [y_websocket.sync_step_2(missing)]))
