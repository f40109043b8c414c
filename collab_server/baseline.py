"""A large document as it was at some moment, ready-made for everybody who comes with nothing.

A class that opens a board gets the same bytes: encoded, framed and deflated once, though somebody draws all the while. What has changed
since the moment goes behind them, as the answer that completes the state.
"""

import asyncio

from collab_server.content import Content
from collab_server.merging import NOTHING
from collab_server.protocol import websocket, y_websocket

OUTGROWN_SHARE = 4
"""A baseline is made anew when what came since is more than a quarter of it."""


class Baseline:
    """Of a content as it is now."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._state = content.state()
        self._state_vector = content.state_vector()
        self._plain: dict[bytes, bytes] = {}
        self._deflated: dict[bytes, asyncio.Future[bytes]] = {}
        self._asked = False
        self._since = (content.changes, NOTHING)
        # Every update from here on names all that was ever deleted.
        self._largest_since = len(content.state_after(self._state_vector)) + len(self._state) // OUTGROWN_SHARE

    @property
    def outgrown(self) -> bool:
        """Say whether to begin anew."""
        return len(self.since()) > self._largest_since

    def frame(self, prefix: bytes, *, deflated: bool) -> bytes:
        """Return the update as a frame; deflated from some time after the second member on who can read it so."""
        parts = (prefix, y_websocket.update_head(len(self._state)), self._state)
        if deflated and self._asked:
            # One member alone is served before it is deflated; and nobody waits for that.
            if prefix not in self._deflated:
                self._deflated[prefix] = asyncio.get_running_loop().run_in_executor(None, websocket.deflated, parts)
            done = self._deflated[prefix]
            if done.done():
                # Whoever still needs the other pays with a copy.
                self._plain.pop(prefix, None)
                return done.result()
        self._asked = True
        if prefix not in self._plain:
            self._plain[prefix] = websocket.binary_of(parts)
        return self._plain[prefix]

    def since(self) -> bytes:
        """Return what the content has now and had not then, as an update: worked out once per version."""
        changes, since = self._since
        if changes != self._content.changes:
            since = self._content.state_after(self._state_vector)
            self._since = (self._content.changes, since)
        return since
