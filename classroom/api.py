"""The application that is mounted at ``/api``."""

import functools

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.http.route_table import RouteTable
from classroom.openapi import openapi_document
from classroom.problems import install_problem_handlers
from classroom.routes import PARTS
from classroom.services import Services


class Api(FastAPI):
    """FastAPI with only Starlette's layers around it: each request pays for its telemetry and bounds, which are not in use here."""

    def build_middleware_stack(self) -> ASGIApp:
        """See Starlette."""
        return Starlette.build_middleware_stack(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See Starlette."""
        await Starlette.__call__(self, scope, receive, send)


def create_api(services: Services) -> FastAPI:
    """Put the API together: mount it at ``/api``; whatever it does not know is a problem, too."""
    app = Api(openapi_url=None, docs_url=None, redoc_url=None)
    app.router = table = RouteTable(redirect_slashes=False)
    app.state.services = services
    described = functools.cache(openapi_document)  # it takes longer to make than the rest of the start

    async def openapi(_request: Request) -> Response:
        return JSONResponse(described())

    app.add_route("/openapi.json", openapi, include_in_schema=False)
    table.add(PARTS)
    install_problem_handlers(app)
    return app
