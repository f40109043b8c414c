"""Routes that only read know beforehand in which order their dependencies are asked.

FastAPI finds that out anew with each request, and goes through a dependency once for everybody who asks for it: a third of what a
small page costs. What a page that opens no transaction depends on are coroutines without any state of their own, so that each is
asked once and handed on. It also needs nothing that is closed after the answer. All else is left to FastAPI.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, cast

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

OK = 200
Answering = Callable[[Request], Coroutine[Any, Any, Response]]


class ReadingRoute(APIRoute):
    """A route that is quick where it only reads; `only_reads` says whether it does."""

    only_reads: bool

    def __init__(self, path: str, endpoint: Callable[..., Any], **described: Any) -> None:
        super().__init__(path, endpoint, **described)
        answering = self._answering()
        self.only_reads = answering is not None
        # FastAPI closes the files of a form after the answer, and has that with the application instead of with the routes.
        self.app = AsyncExitStackMiddleware(self.app) if answering is None else partial(_answer, answering)

    def _answering(self) -> Answering | None:
        steps = _steps(self.dependant)
        if self.body_field is not None or steps is None or self.methods != {"GET"}:
            return None
        field, status = self.response_field, self.status_code or OK

        async def answer(request: Request) -> Response:
            values: dict[Callable[..., Any], Any] = {}
            faults: list[Any] = []
            for step in steps:
                arguments = step.arguments(request, values, faults)
                if arguments is not None:
                    values[step.call] = await step.call(**arguments)
            if faults:
                raise RequestValidationError(faults)
            answered = values[steps[-1].call]
            if isinstance(answered, Response):
                return answered
            assert field is not None, "what a route returns is described"
            checked, wrong = field.validate(answered, {}, loc=("response",))
            if wrong:
                raise ResponseValidationError(errors=wrong, body=answered)
            return Response(field.serialize_json(checked), status, media_type="application/json")

        return answer


async def _answer(answering: Answering, scope: Scope, receive: Receive, send: Send) -> None:
    # What is raised is told by those around all routes.
    response = await answering(Request(scope, receive, send))
    await response(scope, receive, send)


@dataclass(frozen=True, slots=True)
class _Step:
    """One coroutine, and where its arguments come from: those that were asked before it, and the request."""

    call: Callable[..., Any]
    others: Sequence[tuple[str | None, Callable[..., Any]]]
    request_names: Sequence[str]
    parameters: Sequence[tuple[str, Sequence[Any]]]

    def arguments(
        self, request: Request, values: dict[Callable[..., Any], Any], faults: list[Any]
    ) -> dict[str, Any] | None:
        """Return what it is asked with; None where something is wrong with that, which is added to the faults."""
        arguments: dict[str, Any] = {}
        wrong = False
        for name, call in self.others:
            if call not in values:
                wrong = True
            elif name is not None:
                arguments[name] = values[call]
        for place, fields in self.parameters:
            found, errors = request_params_to_args(fields, getattr(request, place))
            arguments.update(found)
            faults.extend(errors)
            wrong = wrong or bool(errors)
        for name in self.request_names:
            arguments[name] = request
        return None if wrong else arguments


def _steps(dependant: Dependant) -> list[_Step] | None:
    """Return all that is asked, each after what it needs; None where there is more to it than coroutines and parameters."""
    steps: dict[Callable[..., Any], _Step] = {}

    def add(one: Dependant) -> bool:
        call = one.call
        if call is None or not one.use_cache or one.concurrency is not None:
            return False
        if not (iscoroutinefunction(call) or isinstance(call, HTTPBearer)):
            return False
        special = (
            one.body_params,
            one.response_param_name,
            one.background_tasks_param_name,
            one.security_scopes_param_name,
            one.websocket_param_name,
            one.own_oauth_scopes,
        )
        if any(special) or not all(add(other) for other in one.dependencies):
            return False
        parameters = (
            ("path_params", one.path_params),
            ("query_params", one.query_params),
            ("headers", one.header_params),
            ("cookies", one.cookie_params),
        )
        steps.setdefault(
            call,
            _Step(
                call,
                [(other.name, cast(Callable[..., Any], other.call)) for other in one.dependencies],
                [name for name in (one.request_param_name, one.http_connection_param_name) if name is not None],
                [(place, fields) for place, fields in parameters if fields],
            ),
        )
        return True

    return list(steps.values()) if add(dependant) else None
