"""A school on a running server, made through its public interface."""

import itertools
from dataclasses import dataclass
from typing import Any

import httpx

from tests.running_server import http_client

_NUMBERS = itertools.count(1)
PASSWORD = "correct horse battery staple"


@dataclass
class Account:
    """Somebody who can sign in; `api` carries their access token."""

    name: str
    email: str
    id: str
    token: str
    api: httpx.Client


class School:
    """Registers people and opens classes and boards."""

    def __init__(self, url: str) -> None:
        self.url = url

    def register(self, name: str, role: str) -> Account:
        email = f"person{next(_NUMBERS)}@school.example"
        api = http_client(self.url)
        api.post(
            "/api/auth/register", json={"email": email, "password": PASSWORD, "name": name, "role": role}
        ).raise_for_status()
        token = self.sign_in(email, api)
        api.headers["Authorization"] = f"Bearer {token}"
        return Account(name, email, api.get("/api/me").raise_for_status().json()["id"], token, api)

    def sign_in(self, email: str, api: httpx.Client) -> str:
        answer = api.post("/api/auth/login", json={"email": email, "password": PASSWORD})
        return str(answer.raise_for_status().json()["access_token"])

    def open_class(self, teacher: Account, *students: Account, title: str = "Biology 7b") -> dict[str, Any]:
        opened: dict[str, Any] = teacher.api.post("/api/classes", json={"title": title}).raise_for_status().json()
        for student in students:
            student.api.post("/api/classes/join", json={"join_code": opened["join_code"]}).raise_for_status()
        return opened

    def open_board(self, teacher: Account, class_id: str, *, title: str = "The cell") -> dict[str, Any]:
        board: dict[str, Any] = (
            teacher.api.post(f"/api/classes/{class_id}/documents", json={"kind": "whiteboard", "title": title})
            .raise_for_status()
            .json()
        )
        return board
