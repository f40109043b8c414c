"""Routes that only read know beforehand in which order their dependencies are asked.

FastAPI finds that out anew with each request, and goes through a dependency once for everybody who asks for it: a third of what a
small page costs. What a page that opens no transaction depends on are coroutines without any state of their own, so that each is
asked once and handed on. It also needs nothing that is closed after the answer. All else is left to FastAPI.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, cast

from fastapi import Request
from fastapi._compat import ModelField, Undefined, field_annotation_is_scalar
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.params import Path, Query
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

OK = 200
Answering = Callable[[Request], Coroutine[Any, Any, Response]]
_Single = tuple[ModelField, str, Any]


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
    parameters: Sequence["_Parameters"]

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
        for parameters in self.parameters:
            errors = parameters.read(request, arguments)
            faults.extend(errors)
            wrong = wrong or bool(errors)
        for name in self.request_names:
            arguments[name] = request
        return None if wrong else arguments


@dataclass(frozen=True, slots=True)
class _Parameters:
    """What is read from one place of a request. `singles`: see `_singles`."""

    place: str
    fields: Sequence[ModelField]
    singles: Sequence[_Single] | None

    def read(self, request: Request, arguments: dict[str, Any]) -> Sequence[Any]:
        """Add to the arguments; return what is wrong, which is FastAPI's to say."""
        place = self.place
        received = {} if place == "query_params" and not request.scope["query_string"] else getattr(request, place)
        if self.singles is None or not _read_singles(self.singles, received, arguments):
            found, errors = request_params_to_args(self.fields, received)
            arguments.update(found)
            return errors
        return ()


def _read_singles(singles: Sequence[_Single], received: Mapping[str, Any], arguments: dict[str, Any]) -> bool:
    for field, name, default in singles:
        text = received.get(name)
        if text is not None:
            arguments[field.name], wrong = field.validate(text)
            if wrong:
                return False
        elif default is Undefined:
            return False
        else:
            arguments[field.name] = default
    return True


def _singles(fields: Sequence[ModelField]) -> Sequence[_Single] | None:
    """Return parameters with their names in the request and what stands for a missing one.

    None where one is not a single text, or what stands for it cannot be handed out as it is.
    """
    for field in fields:
        info = field.field_info
        if (
            not isinstance(info, Path | Query)
            or info.validate_default
            or info.validation_alias not in {None, field.alias}
        ):
            return None
        if not field_annotation_is_scalar(info.annotation) or info.default_factory is not None:
            return None
        if not (info.is_required() or isinstance(field.default, str | int | None)):
            return None
    return [(field, field.alias, field.default) for field in fields]


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
                [_Parameters(place, fields, _singles(fields)) for place, fields in parameters if fields],
            ),
        )
        return True

    return list(steps.values()) if add(dependant) else None
