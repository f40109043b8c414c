"""Sessions of classes, what their stages show, raised hands, attendance and video."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.errors import Conflict
from auth.http.once import OncePerKey
from auth.http.pagination import WantedPage
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from classroom.classes.actions import access_class
from classroom.services import Parts, Services
from classroom.sessions import actions, rules, showings, stage
from classroom.sessions.actions import SessionAccess, access_running, access_session
from classroom.sessions.rules import SessionState
from classroom.sessions.schemas import (
    AttendancePage,
    Attendee,
    NewSession,
    RaisedHand,
    Session,
    SessionChanges,
    SessionPage,
    StageActivity,
    StageAnswer,
    StagePerson,
    StageRequest,
    StageShowing,
    StageShowingPage,
    StartedClass,
    Video,
)
from classroom.sessions.stage import KEEP, StageChanges, StageView, ToShow
from classroom.video.ports import VideoPerson
from documents.stage import PersonOnStage
from persistence.base import utc_now

router = APIRouter(tags=["sessions"], route_class=ReadingRoute)


@router.post("/sessions", status_code=201, responses=problems(401, 403, 404, 413, 422))
async def create_session(
    body: NewSession, person: CurrentPerson, transaction: RequestTransaction, services: Parts, once: OncePerKey
) -> Session:
    """Plan a session of a class; for its teachers."""

    async def create() -> Session:
        access = await access_class(transaction.session, person, body.class_id)
        planned = await actions.plan_session(
            transaction.session, person, access, title=body.title, starts_at=body.starts_at, ends_at=body.ends_at
        )
        return _session(planned, services)

    return await once.create(body, Session, create)


@router.get("/sessions", responses=problems(401, 404, 422))
async def list_sessions(
    *,
    person: CurrentPerson,
    reader: RequestReader,
    services: Parts,
    page: WantedPage,
    class_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[SessionState | None, Query()] = None,
) -> SessionPage:
    """List the sessions of one's classes, or of one class; newest first."""
    if class_id is not None:
        await access_class(reader, person, class_id)
    found, next_cursor = await actions.list_sessions(reader, person, page, class_id=class_id, state=state)
    return SessionPage(items=[_session(access, services) for access in found], next_cursor=next_cursor)


@router.post("/classes/{class_id}/sessions/start", responses=problems(401, 403, 404, 413, 422))
async def start_class(
    class_id: UUID, body: StartedClass, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Session:
    """Start the class now, for its teachers: the session that runs, else the one planned for now, else a new one."""
    return _session(
        await actions.start_class(transaction, person, class_id, title=body.title, live=services.live), services
    )


@router.get("/sessions/{session_id}", responses=problems(401, 404))
async def get_session(session_id: UUID, person: CurrentPerson, reader: RequestReader, services: Parts) -> Session:
    """Return a session."""
    return _session(await access_session(reader, person, session_id), services)


@router.patch("/sessions/{session_id}", responses=problems(401, 403, 404, 409, 413, 422))
async def update_session(
    session_id: UUID, body: SessionChanges, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Session:
    """Change a session's name or times; for the class's teachers."""
    access = await access_session(transaction.session, person, session_id, teach=True, lock=True)
    actions.change_session(access, title=body.title, starts_at=body.starts_at, ends_at=body.ends_at)
    return _session(access, services)


@router.delete("/sessions/{session_id}", status_code=204, responses=problems(401, 403, 404, 409))
async def delete_session(session_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> None:
    """Take a planned session off; for the class's teachers."""
    access = await access_session(transaction.session, person, session_id, teach=True, lock=True)
    await actions.delete_session(transaction.session, access)


@router.post("/sessions/{session_id}/start", responses=problems(401, 403, 404, 409))
async def start_session(
    session_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Session:
    """Start a planned session; for the class's teachers. One that runs goes on."""
    return _session(await actions.start_session(transaction, person, session_id, live=services.live), services)


@router.post("/sessions/{session_id}/end", responses=problems(401, 403, 404, 409))
async def end_session(
    session_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Session:
    """End a session; for the class's teachers. What was locked on stage is free again."""
    access = await access_session(transaction.session, person, session_id, teach=True, lock=True)
    await actions.end_session(transaction, person, access, live=services.live)
    return _session(access, services)


@router.get("/sessions/{session_id}/stage", responses=problems(401, 404, 409))
async def get_stage(session_id: UUID, person: CurrentPerson, reader: RequestReader) -> StageAnswer:
    """Tell what the stage of a running session shows."""
    access, shown = await access_running(reader, person, session_id, lock=False)
    return _stage(await stage.view_stage(reader, access.row, shown))


@router.patch("/sessions/{session_id}/stage", responses=problems(401, 403, 404, 409, 413, 422))
async def change_stage(
    session_id: UUID, body: StageRequest, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> StageAnswer:
    """Put something on stage, lock it, let students roam, name who presents, set a timer; for the class's teachers."""
    access, shown = await access_running(transaction.session, person, session_id, teach=True)
    view = await stage.change_stage(transaction, person, access.row, shown, _changes(body), live=services.live)
    return _stage(view)


@router.get("/sessions/{session_id}/showings", responses=problems(401, 404, 422))
async def list_showings(
    session_id: UUID, person: CurrentPerson, reader: RequestReader, page: WantedPage
) -> StageShowingPage:
    """List what was on the stage of a session so far, oldest first: what a late comer has missed."""
    access = await access_session(reader, person, session_id)
    found, next_cursor = await showings.list_showings(reader, person, access, page)
    return StageShowingPage(
        items=[
            StageShowing(
                id=each.row.id,
                kind=each.row.activity,
                document_id=None if each.document_kind is None else each.row.document_id,
                document_kind=each.document_kind,
                title=each.title,
                put_by=each.put_by,
                shown_at=each.row.shown_at,
                ended_at=each.row.ended_at,
                missed=each.missed,
            )
            for each in found
        ],
        next_cursor=next_cursor,
    )


@router.put("/sessions/{session_id}/hand", responses=problems(401, 404, 409))
async def raise_hand(
    session_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> StageAnswer:
    """Raise one's hand. One that is up stays where it is in line."""
    access, shown = await access_running(transaction.session, person, session_id)
    return _stage(await stage.raise_hand(transaction, person, access.row, shown, live=services.live))


@router.delete("/sessions/{session_id}/hand", responses=problems(401, 404, 409))
async def lower_own_hand(
    session_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> StageAnswer:
    """Lower one's hand."""
    access, shown = await access_running(transaction.session, person, session_id)
    return _stage(await stage.lower_hands(transaction, person, access.row, shown, of=person.id, live=services.live))


@router.delete("/sessions/{session_id}/hands", responses=problems(401, 403, 404, 409))
async def lower_all_hands(
    session_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> StageAnswer:
    """Lower all hands; for the class's teachers."""
    access, shown = await access_running(transaction.session, person, session_id, teach=True)
    return _stage(await stage.lower_hands(transaction, person, access.row, shown, of=None, live=services.live))


@router.delete("/sessions/{session_id}/hands/{user_id}", responses=problems(401, 403, 404, 409))
async def lower_hand(
    session_id: UUID, user_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> StageAnswer:
    """Lower somebody's hand; for the class's teachers."""
    access, shown = await access_running(transaction.session, person, session_id, teach=True)
    return _stage(await stage.lower_hands(transaction, person, access.row, shown, of=user_id, live=services.live))


@router.post("/sessions/{session_id}/attendance", status_code=204, responses=problems(401, 404, 409))
async def attend(session_id: UUID, person: CurrentPerson, transaction: RequestTransaction) -> Response:
    """Tell that one is in a running session; from time to time, for as long as one is there."""
    access, _ = await access_running(transaction.session, person, session_id, lock=False)
    await actions.attend(transaction.session, person, access)
    return Response(status_code=204)


@router.get("/sessions/{session_id}/attendance", responses=problems(401, 403, 404, 422))
async def list_attendance(
    session_id: UUID, person: CurrentPerson, reader: RequestReader, page: WantedPage
) -> AttendancePage:
    """List who was in a session, and when; for the class's teachers."""
    access = await access_session(reader, person, session_id, teach=True)
    found, next_cursor = await actions.list_attendance(reader, access, page)
    return AttendancePage(
        items=[
            Attendee(
                user_id=each.user.id,
                name=each.user.name,
                color=each.user.color,
                picture=each.user.picture_id,
                first_seen_at=each.row.first_seen_at,
                last_seen_at=each.row.last_seen_at,
            )
            for each in found
        ],
        next_cursor=next_cursor,
    )


@router.get("/sessions/{session_id}/video", responses=problems(401, 404, 409))
async def get_video(
    session_id: UUID, person: CurrentPerson, reader: RequestReader, services: Parts, response: Response
) -> Video:
    """Return how to join the video of a running session: room, token and where."""
    access, _ = await access_running(reader, person, session_id, lock=False)
    if services.video is None:
        raise Conflict("video_not_configured", "This school has no video.")
    found = services.video.join(
        room=access.row.video_room,
        person=VideoPerson(person.id, person.name, person.email, access.teaches),
        until=rules.video_until(ends_at=access.row.ends_at, now=utc_now()),
    )
    response.headers["Cache-Control"] = "private, no-store"
    return Video(
        provider=found.provider,
        url=found.url,
        domain=found.domain,
        room=found.room,
        token=found.token,
        expires_at=found.expires_at,
    )


def _changes(body: StageRequest) -> StageChanges:
    named = body.model_fields_set
    activity = body.activity
    return StageChanges(
        activity=None if activity is None else ToShow(activity.kind, activity.document_id, activity.slide_id),
        locked=body.locked,
        roam=body.roam,
        presenter_id=body.presenter_id if "presenter_id" in named else KEEP,
        timer_seconds=body.timer_seconds if "timer_seconds" in named else KEEP,
    )


def _session(access: SessionAccess, services: Services) -> Session:
    row = access.row
    return Session(
        id=row.id,
        class_id=row.class_id,
        title=row.title,
        state=row.state,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        stage_document_id=None if access.stage is None else access.stage.document_id,
        video=services.video is not None,
        role=access.role,
    )


def _stage(view: StageView) -> StageAnswer:
    shown, activity = view.stage, view.stage.activity
    return StageAnswer(
        state="running" if shown.running else "ended",
        started_at=shown.started_at,
        activity=StageActivity(
            kind=activity.kind,
            document_id=activity.document_id,
            document_kind=activity.document_kind,
            title=activity.title,
            slide_id=activity.slide_id,
        ),
        put_by=_person(shown.put_by),
        presenter=_person(shown.presenter),
        locked=shown.locked,
        roam=shown.roam,
        timer_ends_at=shown.timer_ends_at,
        hands=[
            RaisedHand(user_id=hand.person.user_id, name=hand.person.name, raised_at=hand.raised_at)
            for hand in view.hands
        ],
    )


def _person(person: PersonOnStage | None) -> StagePerson | None:
    return None if person is None else StagePerson(user_id=person.user_id, name=person.name)
