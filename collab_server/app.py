"""The one place where everything is put together."""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from auth import errors as auth_errors
from auth.actions import Person, people_for_tokens
from auth.keys.ring import KeyRing
from auth.mail.postbox import Postbox
from auth.mail.transport import MailServer
from auth.passwords import Passwords
from auth.settings import AccountSettings
from auth.sign_on.service import SignOn
from auth.throttles import Throttles
from auth.tokens import Claims, TokenIssuer
from classroom.api import create_api
from classroom.documents.access import DocumentAccess, document_accesses
from classroom.file_uses import BYTES_NAMED_BY, FILE_USES
from classroom.files.collecting import FileCollector
from classroom.files.links import FileLinks
from classroom.files.uses import FileDesk
from classroom.past import DocumentsPast
from classroom.personal import household
from classroom.polls.desk import PollDesk
from classroom.progress.doings import record
from classroom.progress.known import KnownProgress
from classroom.services import Services
from classroom.slides.work import SlideWork
from classroom.video.jitsi import Jitsi
from collab_server import api_docs, gateway, health
from collab_server.cluster.bus import RedisBus
from collab_server.cluster.figures import CrewFigures
from collab_server.cluster.node import Node
from collab_server.cluster.rooms import RoomsEverywhere
from collab_server.engine import Engine, EngineLimits
from collab_server.errors import EngineError, NotFound, Unauthenticated
from collab_server.file_limits import file_limits_of
from collab_server.file_store import file_store_of
from collab_server.gathering import Gathering
from collab_server.live import RoomsView
from collab_server.metrics import Metrics
from collab_server.open_rooms import OpenRooms
from collab_server.ports import Admission, Participant, Right
from collab_server.registry import RegistryLimits
from collab_server.retention import Retention
from collab_server.room_host import RoomLimits
from collab_server.security_headers import SecurityHeaders
from collab_server.session import SessionLimits
from collab_server.settings import Settings
from collab_server.web_files import WebFiles
from documents.access import Level
from persistence.connecting import Address
from persistence.database import Database
from persistence.edit_log import PostgresEditLog
from persistence.file_store import FileStore
from persistence.log_retention import PostgresOldRows
from persistence.migrations import is_usable
from persistence.reading import Reader
from persistence.serving import Serving
from persistence.update_log import PostgresUpdateLog

GARBAGE_LOOKED_FOR_AFTER = (10_000, 2, 2)
"""So many more objects than before, and every third time among older ones: all of them as often as Python does by itself, after some 90,000, or
what a thousand closed sockets leave behind would stay for long."""
WEB_APPLICATION = Path(__file__).parent.parent / "web" / "dist"

_REASONS: dict[type[auth_errors.Unauthenticated], str] = {
    auth_errors.TokenMissing: "token_missing",
    auth_errors.TokenExpired: "token_expired",
    auth_errors.TokenInvalid: "token_invalid",
    auth_errors.SessionRevoked: "token_revoked",
    auth_errors.AccountBlocked: "account_blocked",
}


def create_app(
    settings: Settings, *, address: Address, serving: Serving | None = None, crew: tuple[str, int] | None = None
) -> Starlette:
    """Build the whole application. Nothing is connected until its lifespan starts.

    `serving`: this process's place at the database, where it is taken already. `crew`: which crew of workers it is in, and as which.
    """
    database = Database(address)
    # Apart from the requests' connections: neither a class that comes at once nor one that leafs through pages holds up the other.
    doors = Database(address)
    log = PostgresUpdateLog(address, shared=bool(settings.redis_url))
    serving = serving or serving_of(settings, address=address)
    issuer = TokenIssuer(
        settings.secret_key, issuer=settings.public_url, lifetime_seconds=settings.access_token_seconds
    )
    key_ring = KeyRing(database, issuer)
    metrics = Metrics()
    node = _node(settings, serving, log, metrics)
    engine = Engine(
        log,
        ClassroomDoorkeeper(doors.reader, issuer),
        limits=_limits(settings),
        metrics=metrics,
        edit_log=PostgresEditLog(),
        nodes=node,
    )
    # The engine first: what it leaves it leaves on the channels of before.
    address.on_move(engine.database_moved)
    if node is not None:
        address.on_move(node.database_moved)
    accounts = _account_settings(settings)
    video = _video(settings)
    file_store = file_store_of(settings)
    slide_work = SlideWork(database, live=engine, file_store=file_store)
    polls = PollDesk.of(database, engine, secret_key=settings.secret_key)
    postbox = Postbox(database, _mail_server(settings), public_url=settings.public_url)
    sign_on = SignOn(settings.oidc_providers, public_url=settings.public_url)
    known = KnownProgress() if node is None else KnownProgress(tell_nodes=node.tell)
    address.on_move(partial(known.hear, {}))
    services = Services(
        database=database,
        household=household(database, engine, file_store=file_store, progress=known),
        progress=known,
        sign_on=sign_on,
        postbox=postbox,
        issuer=issuer,
        passwords=Passwords.costing(settings.password_hash_bytes, passes=settings.password_hash_passes),
        throttles=Throttles(accounts),
        accounts=accounts,
        live=engine,
        rooms=_rooms(engine, node),
        slides=slide_work,
        polls=polls,
        file_links=FileLinks(settings.secret_key),
        files=FileDesk(FILE_USES, file_limits_of(settings)),
        file_store=file_store,
        video=video,
    )

    collector = FileCollector(
        database,
        file_store,
        uses=FILE_USES,
        named_by=BYTES_NAMED_BY,
        unused_kept=timedelta(days=settings.unused_files_kept_days),
    )
    retention = retention_of(settings, engine, log, database=database, address=address)
    engine.listen(partial(record, services))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        file_store.prepare()
        await serving.begin()
        await log.open()
        if node is not None:
            await node.start(engine, news_listener=known.hear)
        serving.keep(lambda seen: None if node is None else node.counted(seen.processes))
        await key_ring.start()
        for worker in (slide_work, polls.bell, postbox, collector):
            worker.start()
        for each in retention:
            each.start()
        # What the imports made lives as long as the process. Walking it in every full collection stops the loop for 80 ms.
        gc.collect()
        gc.freeze()
        # A page is made of thousands of rows and numbers, none of them in a circle: looking for one among each 700 finds nothing.
        gc.set_threshold(*GARBAGE_LOOKED_FOR_AFTER)
        try:
            yield
        finally:
            for close in (
                *(each.close for each in retention),
                *(collector.close, key_ring.stop, postbox.stop, polls.bell.stop, slide_work.close, sign_on.close),
                *(engine.close, *([] if node is None else [node.close])),
                *(log.close, serving.end, doors.close, database.close),
            ):
                await close()

    return Starlette(
        routes=[
            # One is tried after the other, so what is asked for most stands first.
            *api_docs.routes(),
            Mount("/api", create_api(services)),
            *gateway.routes(engine),
            *health.routes(figures=_figures(metrics, node, crew), check=lambda: _check(database, file_store)),
            Route("/.well-known/jwks.json", partial(_keys, issuer)),
            Mount("/", WebFiles(WEB_APPLICATION)),
        ],
        middleware=[Middleware(SecurityHeaders, video_origin=None if video is None else video.origin)],
        lifespan=lifespan,
    )


async def _keys(issuer: TokenIssuer, _request: Request) -> Response:
    return JSONResponse(issuer.jwks(), headers={"Cache-Control": "public, max-age=300"})


class NotMigrated(Exception):
    """The database's schema is not one that this release can use."""


class ClassroomDoorkeeper:
    """Decides by the people of `auth` and the rights of `classroom`; implements ports.Doorkeeper."""

    def __init__(self, reader: Reader, issuer: TokenIssuer) -> None:
        self._reader = reader
        self._issuer = issuer
        self._comers = Gathering(self._decide)

    async def admit(self, token: str, document_name: str) -> Admission:
        """See ports.Doorkeeper."""
        if not token:
            raise Unauthenticated("token_missing")
        try:
            claims = self._issuer.verify(token)
        except auth_errors.Unauthenticated as error:
            raise Unauthenticated(_REASONS[type(error)]) from None
        document_id = _document_id(document_name)
        decided = await self._comers.ask((claims, document_id))
        if isinstance(decided, EngineError):
            raise decided
        return decided

    async def review(self, admissions: Sequence[Admission]) -> Sequence[Admission | EngineError]:
        """See ports.Doorkeeper."""
        return await self._decide([(_claims(admission), admission.document_id) for admission in admissions])

    async def _decide(self, asked: Sequence[tuple[Claims, UUID | None]]) -> list[Admission | EngineError]:
        """Look people and their rights up: a query for all people, and one for each document."""
        people = await people_for_tokens(self._reader, [claims for claims, _ in asked])
        wanted: dict[UUID, list[UUID]] = {}
        for claims, document_id in asked:
            if document_id is not None and isinstance(people[claims.session_id], Person):
                wanted.setdefault(document_id, []).append(claims.user_id)
        accesses: dict[tuple[UUID, UUID | None], DocumentAccess] = {
            (person, document_id): access
            for document_id, persons in wanted.items()
            for person, access in (await document_accesses(self._reader, persons, document_id)).items()
        }
        return [
            _decision(claims, people[claims.session_id], document_id, accesses.get((claims.user_id, document_id)))
            for claims, document_id in asked
        ]


def _decision(
    claims: Claims,
    person: Person | auth_errors.Unauthenticated,
    document_id: UUID | None,
    access: DocumentAccess | None,
) -> Admission | EngineError:
    if isinstance(person, auth_errors.Unauthenticated):
        return Unauthenticated(_REASONS[type(person)])
    if access is None or document_id is None:
        return NotFound("not_found")
    return Admission(
        document_id=document_id,
        participant=Participant(person.id, person.name, access.role_in_class, person.color, person.picture_id),
        login=claims.session_id,
        right=Right.WRITE if access.level is Level.WRITE else Right.READ,
        expires_at=claims.expires_at,
    )


def _claims(admission: Admission) -> Claims:
    """Return what the token said that somebody was let in with."""
    return Claims(
        user_id=admission.participant.id,
        session_id=admission.login,
        issued_at=admission.expires_at,
        expires_at=admission.expires_at,
        token_id="",
    )


async def _check(database: Database, file_store: FileStore) -> None:
    async with database.engine.connect() as connection:
        if not await is_usable(connection):
            raise NotMigrated
    await file_store.check()


def _document_id(name: str) -> UUID | None:
    """Read a document's name: exactly an id in its usual spelling."""
    try:
        document_id = UUID(name)
    except ValueError:
        return None
    return document_id if str(document_id) == name.lower() else None


def serving_of(settings: Settings, *, address: Address) -> Serving:
    """Return a place among those that serve a database."""
    agreed = f"{settings.secret_key} {settings.public_url}"
    return Serving(address, shared=bool(settings.redis_url), agreed=agreed)


def _node(settings: Settings, serving: Serving, log: PostgresUpdateLog, metrics: Metrics) -> Node | None:
    if not settings.redis_url:
        return None
    return Node(RedisBus(settings.redis_url), serving, log, secret_key=settings.secret_key, metrics=metrics)


def _rooms(engine: Engine, node: Node | None) -> RoomsView:
    rooms = OpenRooms(engine)
    if node is None:
        return rooms
    return RoomsEverywhere(rooms, node)


def _figures(metrics: Metrics, node: Node | None, crew: tuple[str, int] | None) -> Callable[[], Awaitable[bytes]]:
    if node is not None and crew is not None:
        return CrewFigures(metrics, node, crew=crew[0], worker=crew[1]).exposition

    async def exposition() -> bytes:
        return metrics.exposition()

    return exposition


def _limits(settings: Settings) -> EngineLimits:
    return EngineLimits(
        registry=RegistryLimits(
            unload_seconds=settings.room_unload_seconds,
            room=RoomLimits(document_max_bytes=settings.document_max_bytes),
        ),
        session=SessionLimits(
            message_max_bytes=settings.message_max_bytes, first_sync_max_bytes=settings.first_sync_max_bytes
        ),
        outbox_max_bytes=settings.outbox_max_bytes,
        authentication_seconds=settings.auth_deadline_seconds,
        documents_per_socket=settings.documents_per_socket,
        messages_per_second=settings.messages_per_second,
        sockets_per_person=settings.connections_per_user,
        sockets_per_address=settings.connections_per_address,
        loopback_unbounded=not settings.production,
    )


def retention_of(
    settings: Settings, engine: Engine, log: PostgresUpdateLog, *, database: Database, address: Address
) -> Sequence[Retention]:
    """Return who removes old rows of the log: nobody where everything is kept."""
    if settings.history_days is None:
        return ()
    kept = timedelta(days=settings.history_days)
    past = DocumentsPast(database, kept=kept)
    return (Retention(PostgresOldRows(log, address), engine.registry, past, kept=kept, metrics=engine.metrics),)


def _mail_server(settings: Settings) -> MailServer | None:
    return MailServer(settings.smtp_url, settings.mail_from) if settings.smtp_url else None


def _video(settings: Settings) -> Jitsi | None:
    if not settings.jitsi_domain:
        return None
    return Jitsi(settings.jitsi_domain, settings.jitsi_app_id, settings.jitsi_app_secret)


def _account_settings(settings: Settings) -> AccountSettings:
    return AccountSettings(
        public_url=settings.public_url,
        production=settings.production,
        registration=settings.registration,
        refresh_token_days=settings.refresh_token_days,
        login_attempts_per_account=settings.login_attempts_per_account,
        login_attempts_per_address=settings.login_attempts_per_address,
        login_window_seconds=settings.login_window_seconds,
    )
