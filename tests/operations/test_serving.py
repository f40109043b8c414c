"""The real server as a process: how it starts, stops, dies and comes back."""

import re
import signal
import subprocess
from pathlib import Path
from time import monotonic

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from persistence.embedded import EmbeddedPostgres
from tests.conftest import StartServer
from tests.running_server import RunningServer, free_port, run_command

pytestmark = pytest.mark.command

TEACHER = {"email": "ada@school.example", "password": "correct horse battery", "name": "Ada", "role": "teacher"}


def sign_in(server: RunningServer, *, email: str, password: str) -> httpx.Response:
    return httpx.post(
        f"{server.url}/api/auth/login", json={"email": email, "password": password}, timeout=10.0, trust_env=False
    )


def register(server: RunningServer) -> None:
    answer = httpx.post(f"{server.url}/api/auth/register", json=TEACHER, timeout=10.0, trust_env=False)
    assert answer.status_code == 201, answer.text


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("request_to_stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_quick_and_clean_and_takes_postgresql_along(
    start_server: StartServer, request_to_stop: signal.Signals
) -> None:
    server = start_server(database_url="")
    database = postmaster(server.data_dir)
    started = monotonic()
    assert server.stop(request=request_to_stop) == 0
    assert monotonic() - started < 3
    assert not runs(database)
    assert "Traceback" not in server.output


def test_after_a_crash_the_next_start_takes_over_the_database(start_server: StartServer) -> None:
    server = start_server(database_url="")
    register(server)
    database = postmaster(server.data_dir)
    server.kill()
    assert runs(database)

    server.start()
    assert postmaster(server.data_dir) == database
    assert sign_in(server, email=TEACHER["email"], password=TEACHER["password"]).status_code == 200
    assert server.stop() == 0
    assert not runs(database)


def test_a_second_server_is_refused_on_the_same_folder_and_on_the_same_port(
    server: RunningServer, tmp_path: Path
) -> None:
    for changed, complaint in (
        ({"port": str(server.port + 1)}, f"Another Lectern uses the data folder {server.data_dir}."),
        ({"data_dir": str(tmp_path / "other")}, f"Port {server.port} on 127.0.0.1 is taken by another program"),
    ):
        second = run_command("serve", settings={**server.settings, **changed})
        assert second.returncode == 1
        assert second.stderr.startswith(f"lectern: {complaint}")
    assert httpx.get(f"{server.url}/healthz", trust_env=False).status_code == 200


def test_a_stop_tells_open_connections_to_come_back(server: RunningServer) -> None:
    with connect(f"{server.websocket_url}/hocuspocus", open_timeout=10, proxy=None) as socket:
        started = monotonic()
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
    assert server.process.wait(timeout=10) == 0
    assert monotonic() - started < 5
    assert "Traceback" not in server.output


def test_the_first_start_seeds_a_demo_class_whose_printed_accounts_work(start_server: StartServer) -> None:
    server = start_server(demo="true")
    assert f"Lectern serves on {server.url}" in server.output
    accounts = re.findall(r"(teacher|student)\s+(\S+@\S+)\s+password (\S+)", server.output)
    assert [role for role, _, _ in accounts] == ["teacher", "student", "student", "student"]
    for _, email, password in accounts:
        assert sign_in(server, email=email, password=password).status_code == 200


def test_the_demo_is_not_seeded_into_a_database_with_people(start_server: StartServer) -> None:
    server = start_server()
    register(server)
    server.stop()
    server.settings["demo"] = "true"
    server.start()
    assert "password" not in server.output
    assert sign_in(server, email=TEACHER["email"], password=TEACHER["password"]).status_code == 200


def test_no_token_and_no_password_reaches_the_log(server: RunningServer) -> None:
    register(server)
    token = sign_in(server, email=TEACHER["email"], password=TEACHER["password"]).json()["access_token"]
    document = "01920000-0000-7000-8000-000000000000"
    for address in (f"/collab/{document}?token={token}", f"/collab/{document}?token=opaque-secret", "/nowhere?token=x"):
        try:
            with connect(server.websocket_url + address, open_timeout=10, proxy=None) as socket:
                socket.recv(timeout=10)
        except (WebSocketException, TimeoutError):
            continue
    httpx.get(f"{server.url}/api/me?token={token}", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    assert server.stop() == 0
    for secret in (token, token.rpartition(".")[2], "opaque-secret", TEACHER["password"]):
        assert secret not in server.output


def test_the_secret_key_of_development_survives_a_restart(server: RunningServer) -> None:
    register(server)
    token = sign_in(server, email=TEACHER["email"], password=TEACHER["password"]).json()["access_token"]
    server.stop()
    server.start()
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{server.url}/api/me", headers=headers, trust_env=False).status_code == 200


@pytest.fixture
def initialised(tmp_path: Path) -> RunningServer:
    """Give a server whose embedded database exists already and does not run."""
    embedded = EmbeddedPostgres(tmp_path / "data", settings={"fsync": "off"})
    embedded.start()
    embedded.stop()
    return RunningServer(data_dir=tmp_path / "data", settings={"demo": "false"}, by_command=True)


def test_a_start_that_is_interrupted_leaves_no_postgresql_behind(initialised: RunningServer) -> None:
    initialised.launch()
    pid_file = initialised.data_dir / "postgres" / "postmaster.pid"
    while not (pid_file.exists() and pid_file.read_text()):
        with pytest.raises(subprocess.TimeoutExpired):
            initialised.process.wait(timeout=0.01)
    database = postmaster(initialised.data_dir)
    assert initialised.stop() == 0
    assert not runs(database)


def test_asking_twice_to_stop_leaves_no_postgresql_behind(initialised: RunningServer) -> None:
    initialised.start()
    database = postmaster(initialised.data_dir)
    initialised.process.send_signal(signal.SIGTERM)
    assert initialised.stop() == 0
    assert not runs(database)


def test_a_redis_that_cannot_be_reached_is_named_and_the_server_serves(start_server: StartServer) -> None:
    server = start_server(redis_url=f"redis://127.0.0.1:{free_port()}")
    assert "redis is not heard" in server.output
    register(server)
