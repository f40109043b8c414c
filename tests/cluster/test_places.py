"""Rule 17: who may serve a database, and several processes on one machine."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep, time

import asyncpg
import httpx
import psutil
import pytest

from persistence import serving
from persistence.serving import Refused, Seen, Serving
from tests.conftest import StartServer
from tests.redis_server import RedisServer
from tests.running_server import READY_LIMIT_SECONDS, RunningServer, lectern

SECRET = "the same for all processes of this test"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.close()


def until(condition: object, what: str) -> None:
    deadline = monotonic() + READY_LIMIT_SECONDS
    while not condition():  # type: ignore[operator]
        assert monotonic() < deadline, f"waited in vain for {what}"
        sleep(0.05)


@pytest.mark.slow
def test_17_several_workers_are_one_server_and_one_that_dies_comes_back(
    start_server: StartServer, redis: RedisServer
) -> None:
    server = start_server(arguments=("--workers", "2"), redis_url=redis.url, secret_key=SECRET)
    parent = psutil.Process(server.process.pid)

    def workers() -> list[psutil.Process]:
        found = []
        for child in parent.children():
            with suppress(psutil.NoSuchProcess):
                if "serve" in child.cmdline():
                    found.append(child)
        return found

    until(lambda: len(workers()) == 2, "two workers")
    until(lambda: server.output.count("redis carries messages") == 2, "both to hear Redis")
    victim = workers()[0]
    victim.kill()
    # Whoever comes while it is away waits at its door, or is served by the other one.
    until(lambda: len(workers()) == 2 and victim.pid not in {each.pid for each in workers()}, "another worker")
    until(lambda: server.output.count("redis carries messages") == 3, "it to hear Redis")
    for _ in range(10):
        assert httpx.get(f"{server.url}/readyz", trust_env=False, timeout=10).status_code == 200
    # Whichever of them is asked, the figures are those of both.
    figures = httpx.get(f"{server.url}/metrics", trust_env=False, timeout=10).text
    assert {f'lectern_sockets{{worker="{n}"}} 0.0' for n in (1, 2)} <= set(figures.splitlines())
    assert figures.count("# TYPE lectern_sockets gauge") == 1
    before = workers()
    assert server.stop() == 0
    assert not [each for each in before if each.is_running()]


@pytest.mark.slow
def test_17_workers_end_with_the_process_that_started_them(start_server: StartServer, redis: RedisServer) -> None:
    server = start_server(arguments=("--workers", "2"), redis_url=redis.url, secret_key=SECRET)
    children = psutil.Process(server.process.pid).children()
    server.kill()
    psutil.wait_procs(children, timeout=READY_LIMIT_SECONDS)
    assert not [each for each in children if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def test_17_several_workers_need_redis(tmp_path: Path, database_url: str) -> None:
    said = lectern("serve", "--workers", "2", settings={"data_dir": str(tmp_path), "database_url": database_url})
    assert said.returncode == 1
    assert said.stderr == "lectern: --workers needs LECTERN_REDIS_URL: the processes meet there.\n"


@pytest.mark.slow
def test_17_a_second_process_without_redis_is_refused_in_one_line(
    start_server: StartServer, tmp_path: Path, database_url: str
) -> None:
    first = start_server()
    second = RunningServer(
        data_dir=tmp_path / "second", settings={"demo": "false", "database_url": first.settings["database_url"]}
    )
    with pytest.raises(AssertionError, match="ended with 1"):
        second.start()
    (line,) = [line for line in second.output.splitlines() if line.startswith("lectern:")]
    assert line.startswith("lectern: Another process serves this database. Several may, if all have the same")
    assert "Traceback" not in second.output
    # The first has not noticed, and when it is killed nothing stands in the way of the next.
    assert httpx.get(f"{first.url}/readyz", trust_env=False).status_code == 200
    first.kill()
    second.start()
    second.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(serving, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(serving, "LOOK_SECONDS", 0.02)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("first", "second", "refusal"),
    [
        (("alone", "a"), ("alone", "a"), "Several may, if all have the same LECTERN_REDIS_URL"),
        (("alone", "a"), ("shared", "a"), "without Redis"),
        (("shared", "a"), ("alone", "a"), "Several may"),
        (("shared", "a"), ("shared", "b"), "another LECTERN_SECRET_KEY or LECTERN_PUBLIC_URL"),
        (("shared", "a"), ("shared", "a"), ""),
    ],
)
async def test_17_who_does_not_belong_together_is_refused(
    database_url: str, first: tuple[str, str], second: tuple[str, str], refusal: str
) -> None:
    one, other = (Serving(database_url, shared=kind == "shared", agreed=agreed) for kind, agreed in (first, second))
    await one.begin()
    await one.begin()
    if refusal:
        with pytest.raises(Refused, match=refusal):
            await other.begin()
    else:
        await other.begin()
        assert one.cluster == other.cluster
    await one.end()
    with suppress(Refused):
        await other.begin()
    await other.end()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("seconds", "words"), [(300, "behind"), (-300, "ahead of")])
async def test_17_a_machine_whose_clock_is_wrong_is_refused(
    database_url: str, monkeypatch: pytest.MonkeyPatch, seconds: int, words: str
) -> None:
    real = time
    monkeypatch.setattr(serving, "time", lambda: real() - seconds)
    with pytest.raises(Refused, match=f"300 seconds {words} the database"):
        await Serving(database_url, shared=True, agreed="a").begin()
    alone = Serving(database_url, shared=False, agreed="a")
    await alone.begin()
    # Where it serves, the database's time is known all the same.
    assert abs(alone.now() - real()) < 5
    await alone.end()


@pytest.mark.usefixtures("impatient")
async def test_17_a_place_is_taken_again_when_the_database_has_dropped_it(database_url: str) -> None:
    place = Serving(database_url, shared=True, agreed="a")
    await place.begin()
    seen: list[Seen] = []
    place.keep(seen.append)
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = $1"
        " and database = (select oid from pg_database where datname = current_database())",
        serving.HOUSE,
    )
    seen.clear()
    async with asyncio.timeout(20):
        while not seen:  # noqa: ASYNC110 -- it tells when it likes
            await asyncio.sleep(0.01)
    assert seen[-1].processes == 1
    await connection.close()
    await place.end()
