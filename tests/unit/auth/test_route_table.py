"""The route of a request is found among all of them as if each were tried in turn."""

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from auth.http.route_table import RouteTable


def routes() -> list[APIRouter]:
    first, second = APIRouter(), APIRouter(prefix="/admin")

    @first.post("/classes/join")
    async def join() -> str:
        return "join"

    @first.get("/classes/{class_id}")
    async def get_class(class_id: str) -> str:
        return f"class {class_id}"

    @first.get("/classes/{class_id}/grades")
    async def grades(class_id: str) -> str:
        return f"grades of {class_id}"

    @first.get("/classes/{class_id}/grades.csv")
    async def table(class_id: str) -> str:
        return f"table of {class_id}"

    @first.get("/classes/all/{name}")
    async def every(name: str) -> str:
        return f"every {name}"

    @second.get("/users")
    async def users() -> str:
        return "users"

    return [first, second]


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.router = table = RouteTable(redirect_slashes=False)
    table.add(routes())
    return TestClient(app)


@pytest.mark.parametrize(
    ("method", "path", "status", "answer"),
    [
        ("POST", "/classes/join", 200, "join"),
        ("GET", "/classes/join", 200, "class join"),
        ("GET", "/classes/7b", 200, "class 7b"),
        ("GET", "/classes/7b/grades", 200, "grades of 7b"),
        ("GET", "/classes/7b/grades.csv", 200, "table of 7b"),
        # The one that was there first counts.
        ("GET", "/classes/all/grades", 200, "grades of all"),
        ("GET", "/classes/all/more", 200, "every more"),
        ("GET", "/admin/users", 200, "users"),
        ("GET", "/classes/a%2Fb", 404, {"detail": "Not Found"}),
        ("GET", "/classes/", 404, {"detail": "Not Found"}),
        ("GET", "/classes/7b/", 404, {"detail": "Not Found"}),
        ("GET", "/nothing", 404, {"detail": "Not Found"}),
        ("GET", "/", 404, {"detail": "Not Found"}),
        ("DELETE", "/classes/7b", 405, {"detail": "Method Not Allowed"}),
    ],
)
def test_the_first_that_fits_answers(client: TestClient, method: str, path: str, status: int, answer: Any) -> None:
    found = client.request(method, path)
    assert (found.status_code, found.json()) == (status, answer)


def test_a_path_that_is_there_says_what_can_be_done_with_it(client: TestClient) -> None:
    assert client.delete("/classes/7b").headers["allow"] == "GET"


def test_a_parameter_of_several_segments_is_no_place_in_the_table() -> None:
    router = APIRouter()

    @router.get("/files/{path:path}")
    async def get_file(path: str) -> str:
        return path

    app = FastAPI()
    app.router = table = RouteTable()
    table.add([router])
    with pytest.raises(AssertionError, match="more than one segment"):
        TestClient(app).get("/files/a/b")
