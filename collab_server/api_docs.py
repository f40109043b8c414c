"""`/api/docs`: the API as a page to browse and try, with Swagger UI from our own address."""

from pathlib import Path

import fastapi_offline
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Lectern API</title>
    <link rel="stylesheet" href="/api/docs/assets/swagger-ui.css" />
  </head>
  <body>
    <main id="swagger-ui"></main>
    <script src="/api/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
"""

# A file of its own, because the content security policy forbids scripts inside the page.
_START = """SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#swagger-ui', deepLinking: true, persistAuthorization: false })
"""


def routes() -> list[BaseRoute]:
    """Return the page, its script and Swagger UI's files."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(_PAGE)

    async def start(_request: Request) -> Response:
        return Response(_START, media_type="text/javascript")

    assets = Path(fastapi_offline.__file__).parent / "static"
    return [
        Route("/api/docs", page),
        Route("/api/docs/start.js", start),
        Mount("/api/docs/assets", StaticFiles(directory=assets)),
    ]
