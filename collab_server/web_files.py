"""The built web application: hashed assets that never change, and one page for every address the application knows."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
ASK_FIRST = "no-cache"

_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_NOT_BUILT = "The web application is not built. Run `make run`, which builds it."


class WebFiles(StaticFiles):
    """Serves `folder`; where a request is for a page, index.html. Files compressed at build time are sent as they are."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer requests; there is no WebSocket here."""
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def check_config(self) -> None:
        """Serve without the folder too: each answer says then that the application is not built."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file, the page, or 404."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or not _is_page(path):
                raise
            path = "index.html"
            if not (self._folder / path).is_file():
                return PlainTextResponse(_NOT_BUILT, status_code=503)
            response = await super().get_response(path, scope)
        if isinstance(response, FileResponse):
            response = self._compressed(response, scope)
        response.headers["Cache-Control"] = _caching(path)
        return response

    def _compressed(self, response: FileResponse, scope: Scope) -> FileResponse:
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
        response.headers["Vary"] = "Accept-Encoding"
        if any(name == b"range" for name, _ in scope["headers"]):
            return response
        for encoding, suffix in _ENCODINGS:
            smaller = Path(f"{response.path}{suffix}")
            if encoding in accepted and smaller.is_file():
                return FileResponse(
                    smaller,
                    media_type=response.media_type,
                    headers={"Content-Encoding": encoding, "Vary": "Accept-Encoding"},
                )
        return response


def _is_page(path: str) -> bool:
    # Addresses of the application have no extension; a missing script or picture stays missing. "/" arrives as ".".
    return path == "." or "." not in path.rpartition("/")[2]


def _caching(path: str) -> str:
    if path.startswith("assets/"):
        return FOREVER
    return A_DAY if path.startswith(("excalidraw/", "pdfjs/")) else ASK_FIRST
