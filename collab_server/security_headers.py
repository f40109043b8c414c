"""Headers that every answer carries: what a page may load, and who may show it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CAPTURES = ("camera", "microphone", "display-capture")


def content_security_policy(*, video_origin: str | None) -> str:
    """Return what a page may load: what is ours, and of the school's video its script and its frame."""
    video = "" if video_origin is None else f" {video_origin}"
    # Excalidraw subsets fonts in a WebAssembly worker and names a CDN as its second source of fonts: the first is ours, and
    # connect-src and font-src keep it so. Mantine and Excalidraw set styles from scripts.
    directives = [
        "default-src 'self'",
        f"script-src 'self' 'wasm-unsafe-eval'{video}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    if video_origin is not None:
        directives.append(f"frame-src 'self' {video_origin}")
    return "; ".join(directives)


def permissions_policy(*, video_origin: str | None) -> str:
    """Return what a page may use: camera, microphone and screen, itself and in the frame of the school's video."""
    allowed = "self" if video_origin is None else f'self "{video_origin}"'
    return ", ".join([*(f"{name}=({allowed})" for name in CAPTURES), "geolocation=()"])


class SecurityHeaders:
    """ASGI middleware: adds the headers where the answer does not set its own.

    video_origin: where the school's video comes from, if it has any.
    """

    def __init__(self, app: ASGIApp, *, video_origin: str | None = None) -> None:
        self._app = app
        headers = {
            "Content-Security-Policy": content_security_policy(video_origin=video_origin),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": permissions_policy(video_origin=video_origin),
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                names = {name for name, _ in own}
                message["headers"] = own + [header for header in self._headers if header[0] not in names]
            await send(message)

        await self._app(scope, receive, send_with_headers)
