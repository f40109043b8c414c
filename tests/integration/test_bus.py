"""The bus over a real Redis: what it carries, and what it tells of what it could not."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collab_server.cluster import bus
from collab_server.cluster.bus import RedisBus
from tests.raw_client import eventually
from tests.redis_server import RedisServer
from tests.running_server import free_port


class Heard:
    """Implements bus.BusListener: keeps what it hears."""

    def __init__(self) -> None:
        self.messages: list[tuple[bytes, bytes]] = []
        self.subscriptions: list[bytes] = []
        self.losses = 0
        self.silences = 0

    def message(self, channel: bytes, message: bytes) -> None:
        self.messages.append((channel, message))

    def subscribed(self, channel: bytes) -> None:
        self.subscriptions.append(channel)

    def fell_silent(self) -> None:
        self.silences += 1

    def lost_some(self) -> None:
        self.losses += 1


@asynccontextmanager
async def on_bus(url: str, *channels: bytes) -> AsyncIterator[tuple[RedisBus, Heard]]:
    """Be on a bus, and subscribed."""
    heard, carrier = Heard(), RedisBus(url)
    for channel in channels:
        carrier.subscribe(channel)
    carrier.start(heard)
    try:
        await eventually(lambda: set(heard.subscriptions) == set(channels), "the channels to be heard")
        yield carrier, heard
    finally:
        await carrier.close()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(bus, "LOOK_SECONDS", 0.02)


async def test_17_everybody_on_a_channel_hears_all_of_it_in_order(redis: RedisServer) -> None:
    messages = [bytes([number]) * (1 if number % 9 else 300_000) for number in range(200)]
    async with on_bus(redis.url, b"a") as (one, own), on_bus(redis.url, b"a", b"b") as (other, heard):
        for number, message in enumerate(messages):
            one.publish(b"a", message)
            if number % 50 == 0:
                await asyncio.sleep(0)
        other.publish(b"b", b"only here")
        await eventually(lambda: len(heard.messages) == 201 and len(own.messages) == 200, "the messages")
        assert [message for channel, message in heard.messages if channel == b"a"] == messages
        assert own.messages == [(b"a", message) for message in messages]
        assert (own.losses, heard.losses) == (0, 0)


async def test_17_a_channel_that_was_given_up_is_heard_no_more_until_it_is_wanted_again(redis: RedisServer) -> None:
    async with on_bus(redis.url, b"a", b"end") as (one, heard):
        one.unsubscribe(b"a")
        one.publish(b"a", b"1")
        one.publish(b"end", b"")
        await eventually(lambda: heard.messages, "the end")
        assert heard.messages == [(b"end", b"")]
        one.subscribe(b"a")
        one.unsubscribe(b"a")
        one.subscribe(b"a")
        await eventually(lambda: heard.subscriptions.count(b"a") > 1, "the channel")
        one.publish(b"a", b"2")
        await eventually(lambda: (b"a", b"2") in heard.messages, "what is new")


async def test_17_what_a_killed_redis_did_not_take_is_told_and_all_channels_are_heard_anew(redis: RedisServer) -> None:
    async with on_bus(redis.url, b"a", b"b") as (one, heard):
        await asyncio.to_thread(redis.kill)
        await eventually(lambda: heard.silences == 1, "the silence")
        one.publish(b"a", b"nobody hears it")
        await eventually(lambda: one._lost, "the loss")
        one.subscribe(b"c")
        one.unsubscribe(b"b")
        await asyncio.to_thread(redis.start)
        await eventually(lambda: heard.losses == 1 and heard.subscriptions[2:] == [b"a", b"c"], "the bus to be back")
        one.publish(b"a", b"again")
        await eventually(lambda: heard.messages == [(b"a", b"again")], "what is new")


@pytest.mark.usefixtures("impatient")
async def test_17_a_redis_that_does_not_answer_is_given_up_and_asked_again(redis: RedisServer) -> None:
    async with on_bus(redis.url, b"a") as (one, heard):
        redis.freeze()
        one.publish(b"a", b"lost")
        one.reconnect()
        await eventually(lambda: one._lost, "the bus to give up")
        redis.thaw()
        await eventually(lambda: heard.losses and len(heard.subscriptions) == 2, "the bus to be back")
        redis.freeze()
        one.publish(b"a", b"lost, too")
        await eventually(lambda: one._lost, "the bus to give up")
        redis.thaw()
        await eventually(lambda: heard.losses > 1 and len(heard.subscriptions) > 2, "the bus to be back")


async def test_17_what_waits_for_a_redis_is_bounded(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "WAITING_MAX_BYTES", 1_000_000)
    async with on_bus(redis.url, b"a") as (one, heard):
        redis.freeze()
        for _ in range(100):
            one.publish(b"a", bytes(100_000))
            await asyncio.sleep(0)
        await eventually(lambda: one._lost, "the bus to give up")
        for _ in range(100):
            one.publish(b"a", bytes(100_000))
            assert one._outgoing_bytes <= 1_000_000
        redis.thaw()
        await eventually(lambda: heard.losses, "the loss to be told")


async def test_17_what_is_said_last_still_goes_out(redis: RedisServer) -> None:
    async with on_bus(redis.url, b"a") as (_, heard):
        async with on_bus(redis.url) as (leaving, _):
            await eventually(lambda: leaving._connection, "the connection")
            leaving.publish(b"a", b"good-bye")
        await eventually(lambda: heard.messages == [(b"a", b"good-bye")], "the good-bye")


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[RedisServer]:
    socket = tmp_path / "a socket"
    server = RedisServer(tmp_path, "--unixsocket", str(socket), password="open sesame")
    server.start()
    yield server
    server.close()


async def test_a_redis_with_a_password_is_reached_over_tcp_and_over_a_socket(
    locked: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (
        f"redis://:open%20sesame@127.0.0.1:{locked.port}/0",
        f"unix://default:open%20sesame@{tmp_path}/a%20socket",
    ):
        async with on_bus(place, b"a") as (one, heard):
            one.publish(b"a", b"in")
            await eventually(lambda heard=heard: heard.messages, "the message")  # type: ignore[misc]
    for place, words in (
        (f"redis://127.0.0.1:{locked.port}", "NOAUTH"),
        (f"redis://:wrong@127.0.0.1:{locked.port}", "WRONGPASS"),
    ):
        async with on_bus(place):
            await eventually(partial(_says, capsys, words), words)


def _says(capsys: pytest.CaptureFixture[str], words: str) -> bool:
    said = capsys.readouterr()
    return words in said.out + said.err


async def test_what_is_no_redis_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    port = free_port()
    async with await asyncio.start_server(answer, "127.0.0.1", port), on_bus(f"redis://127.0.0.1:{port}"):
        await eventually(partial(_says, capsys, "what answers is no Redis"), "the words")


async def test_a_redis_behind_tls_must_be_the_one_that_its_address_names(
    redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = _certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", redis.port)
        async with asyncio.TaskGroup() as both:
            both.create_task(_copy(reader, to_writer))
            both.create_task(_copy(to_reader, writer))

    port = free_port()
    server = await asyncio.start_server(relay, "127.0.0.1", port, ssl=context)
    try:
        async with on_bus(f"rediss://localhost:{port}"):
            await eventually(partial(_says, capsys, "certificate verify failed"), "the refusal")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with on_bus(f"rediss://127.0.0.1:{port}"):
            await eventually(partial(_says, capsys, "certificate verify failed"), "the refusal")
        async with on_bus(f"rediss://localhost:{port}", b"a") as (one, heard):
            one.publish(b"a", b"sealed")
            await eventually(lambda: heard.messages, "the message")
    finally:
        server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def _certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file
