"""Answers for machines: is the process alive, can it serve, what does it measure."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def routes(*, figures: Callable[[], Awaitable[bytes]], check: Callable[[], Awaitable[object]]) -> list[Route]:
    """Return `/healthz`, `/readyz` and `/metrics`; `check` raises when the process cannot serve."""

    async def alive(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_request: Request) -> Response:
        try:
            await check()
        except Exception as error:  # noqa: BLE001 -- whatever is wrong, the answer is "not ready"
            return JSONResponse({"status": "not ready", "reason": type(error).__name__}, status_code=503)
        return JSONResponse({"status": "ready"})

    async def measured(_request: Request) -> Response:
        return Response(await figures(), media_type=PROMETHEUS_TEXT)

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", measured)]
