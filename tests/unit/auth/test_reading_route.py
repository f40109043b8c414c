"""Routes that only read answer as FastAPI's own do."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.testclient import TestClient

from auth.http.reading_route import ReadingRoute
from auth.http.route_table import RouteTable
from classroom.routes import PARTS

CHANGING = {
    "/polls/{poll_id}/results",
    "/polls/{poll_id}/results.csv",
    "/me/erasure",
    "/admin/users/{user_id}/erasure",
    "/documents/{document_id}/history",
    "/sessions/{session_id}/video",
}
"""What is asked for with GET, and opens a transaction or asks for more than a page does."""
ONE = "01a2235b-67cb-757f-9114-aff5c6a3f2cd"


class Answer(BaseModel):
    id: UUID
    limit: int
    person: str
    asked: int


class Asked:
    """How often somebody was asked for."""

    count = 0


async def person(
    request: Request, token: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]
) -> str:
    Asked.count += 1
    if token is None:
        raise HTTPException(401)
    assert request.url.path.startswith("/")
    return token.credentials


async def page(limit: Annotated[int, Query(ge=1, le=100)] = 50) -> int:
    return limit


async def admin(who: Annotated[str, Depends(person)]) -> str:
    if who != "admin":
        raise HTTPException(403)
    return who


async def transaction() -> AsyncIterator[str]:
    yield "open"


def router(route_class: type[APIRoute]) -> APIRouter:
    made = APIRouter(route_class=route_class)

    @made.get("/things/{thing_id}")
    async def thing(
        thing_id: UUID,
        who: Annotated[str, Depends(person)],
        limit: Annotated[int, Depends(page)],
        _again: Annotated[str, Depends(person)],
        language: Annotated[str | None, Header(alias="Accept-Language")] = None,
    ) -> Answer:
        return Answer(id=thing_id, limit=limit, person=f"{who}/{language}", asked=Asked.count)

    @made.get("/secret", dependencies=[Depends(admin)])
    async def secret(word: str) -> str:
        return word

    @made.get("/table", response_class=Response)
    async def table() -> Response:
        return Response("a;b", media_type="text/csv", headers={"X-Rows": "1"})

    @made.get("/made", status_code=203)
    async def with_status() -> dict[str, int]:
        return {"a": 1}

    @made.get("/changing")
    async def changing(opened: Annotated[str, Depends(transaction)], response: Response) -> str:
        response.headers["X-Transaction"] = opened
        return opened

    @made.get("/wrong")
    async def wrong() -> int:
        return "no number"  # type: ignore[return-value]

    return made


@pytest.fixture(params=[APIRoute, ReadingRoute], ids=["FastAPI's", "ours"])
def client(request: pytest.FixtureRequest) -> TestClient:
    app = FastAPI()
    app.router = table = RouteTable()
    table.add([router(request.param)])
    Asked.count = 0
    return TestClient(app, raise_server_exceptions=False)


def wrong_fields(found: Any) -> list[list[str]]:
    return [each["loc"] for each in found.json()["detail"]]


def test_everybody_is_asked_once(client: TestClient) -> None:
    headers = {"Authorization": "Bearer zoe", "Accept-Language": "de"}
    found = client.get(f"/things/{ONE}?limit=7", headers=headers)
    assert found.json() == {"id": ONE, "limit": 7, "person": "zoe/de", "asked": 1}
    assert found.headers["content-type"] == "application/json"
    assert client.get(f"/things/{ONE}", headers=headers).json()["limit"] == 50


def test_what_is_wrong_is_told_all_at_once_but_first_who_asks(client: TestClient) -> None:
    assert client.get("/things/none?limit=0").status_code == 401
    found = client.get("/things/none?limit=0", headers={"Authorization": "Bearer zoe"})
    assert (found.status_code, wrong_fields(found)) == (422, [["query", "limit"], ["path", "thing_id"]])


def test_who_only_has_to_be_allowed_is_asked_as_well(client: TestClient) -> None:
    assert client.get("/secret?word=x", headers={"Authorization": "Bearer zoe"}).status_code == 403
    assert client.get("/secret?word=x", headers={"Authorization": "Bearer admin"}).json() == "x"
    found = client.get("/secret", headers={"Authorization": "Bearer admin"})
    assert (found.status_code, wrong_fields(found)) == (422, [["query", "word"]])


def test_answers_of_every_kind(client: TestClient) -> None:
    found = client.get("/table")
    assert (found.text, found.headers["x-rows"]) == ("a;b", "1")
    found = client.get("/made")
    assert (found.status_code, found.json()) == (203, {"a": 1})
    assert client.get("/changing").headers["x-transaction"] == "open"
    assert client.get("/wrong").status_code == 500


def test_nearly_all_pages_are_quick() -> None:
    asked = [route for part in PARTS for route in part.routes if isinstance(route, APIRoute)]
    slow = {
        route.path
        for route in asked
        if route.methods == {"GET"} and not (isinstance(route, ReadingRoute) and route.only_reads)
    }
    assert slow == CHANGING


def test_only_what_reads_alone_is_quick() -> None:
    quick = {route.path: route.only_reads for route in router(ReadingRoute).routes if isinstance(route, ReadingRoute)}
    assert {path for path, only_reads in quick.items() if not only_reads} == {"/changing"}
