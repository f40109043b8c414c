"""Every error is told as problem details, and the API describes itself truly."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import text

from classroom.openapi import openapi_document
from classroom.problems import BODY_MAX_BYTES, CONSTRAINTS, PROBLEMS
from persistence.base import Base
from persistence.database import Database
from persistence.errors import ConstraintViolated
from tests.integration.conftest import Api

IsProblem = Callable[..., None]
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("path", ["/", "/nothing", "/classes/", "/auth", "/%2e%2e/etc/passwd", "/%00"])
async def test_unknown_addresses_are_problems(api: Api, path: str, is_problem: IsProblem) -> None:
    is_problem(await api.client().get(path), 404, "not_found")


async def test_a_wrong_method_is_a_problem_that_names_the_right_ones(api: Api, is_problem: IsProblem) -> None:
    response = await api.client().delete("/me")
    is_problem(response, 405, "method_not_allowed")
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", JSON, 422, "validation_failed"),
        (b"", JSON, 422, "validation_failed"),
        (b"[]", JSON, 422, "validation_failed"),
        (b"null", JSON, 422, "validation_failed"),
        (b'"text"', JSON, 422, "validation_failed"),
        (b"\xff\xfe", JSON, 422, "validation_failed"),
        (b'{"title":"\xe9"}', JSON, 400, "malformed_request"),
        (b"[" * 100_000, JSON, 400, "malformed_request"),
        (b"title=7b", {"Content-Type": "application/x-www-form-urlencoded"}, 422, "validation_failed"),
        (b'{"title":"7b"}', {"Content-Type": "text/plain"}, 422, "validation_failed"),
        (b'{"title":"7b"}', {}, 422, "validation_failed"),
        (b'{"title":NaN}', JSON, 422, "validation_failed"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(
    *, api: Api, content: bytes, headers: dict[str, str], status: int, code: str, is_problem: IsProblem
) -> None:
    teacher = await api.teacher()
    is_problem(await teacher.request("POST", "/classes", content=content, headers=headers), status, code)


async def test_a_large_body_is_refused_when_it_is_announced(api: Api, is_problem: IsProblem) -> None:
    content = b'{"title":"' + b"x" * BODY_MAX_BYTES + b'"}'
    is_problem(await api.client().request("POST", "/auth/login", content=content, headers=JSON), 413, "body_too_large")


async def test_a_large_body_is_refused_while_it_arrives(api: Api, is_problem: IsProblem) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 50 * BODY_MAX_BYTES:
            sent += 100_000
            yield b" " * 100_000

    response = await api.client().request("POST", "/auth/login", content=endless(), headers=JSON)
    is_problem(response, 413, "body_too_large")
    assert sent <= BODY_MAX_BYTES + 200_000


async def test_a_constraint_that_was_violated_meanwhile_is_told_as_what_it_means(
    api: Api, monkeypatch: pytest.MonkeyPatch, is_problem: IsProblem
) -> None:
    async def violated(*_: object, **__: object) -> None:
        raise ConstraintViolated(constraint)

    teacher = await api.teacher()
    monkeypatch.setattr("classroom.classes.actions.create_class", violated)
    constraint = "fk_memberships_class_id"
    is_problem(await teacher.post("/classes", {"title": "7b"}), 404, "not_found")
    constraint = "ck_users_role"
    is_problem(await teacher.post("/classes", {"title": "7b"}), 500, "internal_error")


async def test_the_database_names_the_constraint_that_it_enforces(database: Database) -> None:
    insert = "insert into classes (id, title, join_code) values (gen_random_uuid(), 'a', 'SAME')"

    async def insert_twice() -> None:
        async with database.transaction() as transaction:
            for _ in range(2):
                await transaction.session.execute(text(insert))

    with pytest.raises(ConstraintViolated) as violated:
        await insert_twice()
    assert violated.value.constraint == "uq_classes_join_code"


def test_every_translated_constraint_exists_and_every_translation_can_be_told() -> None:
    tables = Base.metadata.tables.values()
    names = {str(constraint.name) for table in tables for constraint in table.constraints}
    names |= {str(index.name) for table in tables for index in table.indexes}
    assert set(CONSTRAINTS) <= names
    assert set(CONSTRAINTS.values()) <= set(PROBLEMS)


async def test_after_a_commit_everybody_is_told_even_when_one_cannot_be(database: Database) -> None:
    told: list[str] = []

    async def broken() -> None:
        raise RuntimeError("unreachable")

    async def change() -> None:
        async with database.transaction() as transaction:
            transaction.after_commit(broken)
            transaction.after_commit(lambda: told.append("second"))

    with pytest.raises(ExceptionGroup):
        await change()
    assert told == ["second"]


async def test_after_a_rollback_nobody_is_told(database: Database) -> None:
    told: list[str] = []

    async def fail() -> None:
        async with database.transaction() as transaction:
            transaction.after_commit(lambda: told.append("never"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert told == []


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in openapi_document()["paths"].items()
        for method, operation in methods.items()
    ]


def test_operations_have_names_that_read_well_in_typescript() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    assert {"createClass", "joinClass", "listDocuments", "uploadFile", "login", "getMe"} <= set(names)
    assert all(name.isidentifier() and name[0].islower() for name in names)


def test_every_error_is_described_as_problem_details() -> None:
    for method, path, operation in operations():
        for status, response in operation["responses"].items():
            # Players ask for parts of files, and read only the header of this answer.
            if int(status) >= 400 and status != "416":
                assert list(response["content"]) == ["application/problem+json"], (method, path, status)


def test_whoever_needs_a_token_says_so() -> None:
    public = {operation["operationId"] for _, _, operation in operations() if "security" not in operation}
    with_a_link = {"requestPasswordReset", "resetPassword", "confirmEmail", "getLinkedFile"}
    assert public == {"getAuthOptions", "register", "login", "refresh", "beginSignOn", "previewClass"} | with_a_link


def test_the_description_can_be_printed_without_a_server_and_is_always_the_same() -> None:
    runs = [
        subprocess.run([sys.executable, "-m", "classroom.openapi"], check=True, capture_output=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert json.loads(runs[0]) == json.loads(json.dumps(openapi_document()))


async def test_the_api_serves_its_description(api: Api) -> None:
    served = await api.client().get("/openapi.json")
    assert served.json()["paths"].keys() == openapi_document()["paths"].keys()
