"""Fetch from providers with bounds on time and size."""

from collections.abc import AsyncIterator

import httpx2

ANSWER_MAX_BYTES = 512 * 1024
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0


class AnswerTooLarge(httpx2.TransportError):
    """A provider sent more than one has to say, or packed it."""


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Passes requests on, and reads no answer to its end that is larger than any should be.

    Answers are asked for as they are: what is packed may be small on the way and huge in memory.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2."""
        request.headers["Accept-Encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise AnswerTooLarge("the answer is packed")
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_Bounded(response.stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """See httpx2."""
        await self._inner.aclose()


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > ANSWER_MAX_BYTES:
                raise AnswerTooLarge("the answer is too large")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def patience() -> httpx2.Timeout:
    """Return how long is waited for each part of an answer."""
    return httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
