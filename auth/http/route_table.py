"""Find the route of a request among some hundreds without trying one after the other."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_ANYTHING = ""
"""Stands where a path has a parameter; no segment of a path that matches a parameter is empty."""


class RouteTable(APIRouter):
    """Routes by the words of their paths. Which of several it is, they decide themselves, in their order, as everywhere.

    A parameter is one whole segment of a path. What is in the table is looked up at the first request.
    """

    _places: dict[tuple[str, ...], list[int]] | None = None
    _forms: dict[int, list[tuple[bool, ...]]]

    def add(self, routers: Iterable[APIRouter]) -> None:
        """Take in the routes of other routers as they are."""
        for each in routers:
            self.routes.extend(each.routes)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let the route do it."""
        if scope["type"] != "http":
            await super().app(scope, receive, send)
            return
        scope.setdefault("router", self)
        other: tuple[BaseRoute, Scope] | None = None
        for route in self._candidates(get_route_path(scope)):
            match, found = route.matches(scope)
            if match is Match.NONE:
                continue
            if match is Match.PARTIAL:
                other = other or (route, found)
                continue
            scope.update(found)
            await route.handle(scope, receive, send)
            return
        if other is None:
            await self.default(scope, receive, send)
            return
        route, found = other
        scope.update(found)
        await route.handle(scope, receive, send)

    def _candidates(self, path: str) -> list[BaseRoute]:
        if self._places is None:
            self._places, self._forms = _table(self.routes)
        segments = path.split("/")
        found: list[int] = []
        for form in self._forms.get(len(segments), ()):
            key = tuple([_ANYTHING if free else segment for segment, free in zip(segments, form, strict=True)])
            found.extend(self._places.get(key, ()))
        return [self.routes[number] for number in sorted(found)]


def _table(routes: list[BaseRoute]) -> tuple[dict[tuple[str, ...], list[int]], dict[int, list[tuple[bool, ...]]]]:
    """Return the numbers of routes by their paths, and which forms paths of each length have: where parameters are."""
    places: dict[tuple[str, ...], list[int]] = {}
    forms: dict[int, list[tuple[bool, ...]]] = {}
    for number, route in enumerate(routes):
        path: Any = getattr(route, "path", None)
        assert isinstance(path, str), f"{route} has no path"
        assert ":path}" not in path, f"a parameter of {path} is more than one segment"
        segments = path.split("/")
        form = tuple("{" in segment for segment in segments)
        key = tuple(_ANYTHING if free else segment for segment, free in zip(segments, form, strict=True))
        places.setdefault(key, []).append(number)
        if form not in forms.setdefault(len(segments), []):
            forms[len(segments)].append(form)
    return places, forms
