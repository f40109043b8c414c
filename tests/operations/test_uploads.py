"""Uploads to the real server: onto a real S3 store, and from clients that break off."""

import hashlib
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import StartServer
from tests.running_server import RunningServer
from tests.s3_server import BUCKET, s3_server
from tests.school import School

CONTENT = hashlib.sha256(b"seed").digest() * (6 * 1024 * 1024 // 32)
LIMIT_SECONDS = 20.0


def arriving(folder: Path) -> list[Path]:
    return [path for path in (folder / "files" / "incoming").iterdir() if path.is_file()]


def ready(server: RunningServer) -> int:
    return httpx.get(f"{server.url}/readyz", timeout=60, trust_env=False).status_code


def test_files_are_in_the_bucket_and_the_server_says_when_it_is_away(start_server: StartServer) -> None:
    with s3_server() as s3:
        server = start_server(
            files_s3_bucket=BUCKET,
            files_s3_endpoint=s3.url,
            files_s3_prefix="school",
            files_s3_access_key_id="lectern",
            files_s3_secret_access_key="a secret",
        )
        api = School(server.url).register("Ms. Okafor", "teacher").api
        made = api.post("/api/files", files={"file": ("film.mp4", CONTENT)}, timeout=60).raise_for_status().json()
        part = api.get(made["url"], headers={"Range": "bytes=6000000-6000009"})
        assert (part.status_code, part.content) == (206, CONTENT[6_000_000:6_000_010])
        assert api.get(made["url"]).content == CONTENT
        assert [path for path in (server.data_dir / "files").rglob("*") if path.is_file()] == []
        assert ready(server) == 200
    assert ready(server) == 503
    for answer in (api.get(made["url"], timeout=60), api.post("/api/files", files={"file": b"more"}, timeout=60)):
        assert (answer.status_code, answer.json()["code"]) == (503, "files_unavailable")
    assert api.get("/api/me").status_code == 200
    assert arriving(server.data_dir) == []
    assert "a secret" not in server.output


@pytest.mark.parametrize("announced", [10_000_000, 3_000_000])
def test_an_upload_that_breaks_off_leaves_nothing(start_server: StartServer, announced: int) -> None:
    server = start_server()
    person = School(server.url).register("Zoë", "student")
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(
            f"POST /api/files HTTP/1.1\r\nHost: lectern\r\nAuthorization: Bearer {person.token}\r\n"
            f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {announced}\r\n\r\n".encode()
        )
        connection.sendall(head + b"x" * 2_000_000)
        wait_for(lambda: len(arriving(server.data_dir)) == 1)
    wait_for(lambda: arriving(server.data_dir) == [])
    assert person.api.get("/api/me/files").json()["used_bytes"] == 0


def wait_for(condition) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
