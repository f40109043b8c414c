"""Bound the bodies of requests while they arrive."""

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Refuse bodies above a bound: at once when their length is announced, else when the bound is passed.

    Starlette's own limit answers in plain text where the length is announced; this one answers with problem
    details, always.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, streamed_paths: re.Pattern[str], refusal: Response) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._streamed_paths = streamed_paths
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body bounded."""
        if scope["type"] != "http" or self._streamed_paths.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced) > self._max_bytes:
            await self._refusal(scope, receive, send)
            return
        received = 0

        async def bounded_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise HTTPException(413)
            return message

        await self._app(scope, bounded_receive, send)
