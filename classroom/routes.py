"""All routes under ``/api``."""

from fastapi import APIRouter
from fastapi.routing import APIRoute

import auth.admin_routes
import auth.audit.routes
import auth.personal.routes
import auth.pictures.routes
import auth.recovery.routes
import auth.routes
import auth.sign_ins.routes
import auth.sign_on.routes
import classroom.assignments.routes
import classroom.class_files.routes
import classroom.classes.routes
import classroom.courses.routes
import classroom.documents.routes
import classroom.files.routes
import classroom.grades.routes
import classroom.history.routes
import classroom.lessons.routes
import classroom.polls.routes
import classroom.progress.routes
import classroom.rooms.routes
import classroom.roster.routes
import classroom.sessions.routes
import classroom.slides.routes

PARTS: tuple[APIRouter, ...] = (
    classroom.polls.routes.router,
    auth.routes.router,
    auth.admin_routes.router,
    auth.audit.routes.router,
    auth.personal.routes.router,
    auth.pictures.routes.router,
    auth.recovery.routes.router,
    auth.sign_ins.routes.router,
    auth.sign_on.routes.router,
    classroom.class_files.routes.router,
    classroom.assignments.routes.router,
    classroom.classes.routes.router,
    classroom.courses.routes.router,
    classroom.documents.routes.router,
    classroom.files.routes.router,
    classroom.grades.routes.router,
    classroom.history.routes.router,
    classroom.lessons.routes.router,
    classroom.progress.routes.router,
    classroom.rooms.routes.router,
    classroom.roster.routes.router,
    classroom.sessions.routes.router,
    classroom.slides.routes.router,
)
"""The routes of people and of the classroom, part by part."""


def described_routes() -> APIRouter:
    """Return all routes with the names that the API's description gives them."""
    router = APIRouter(prefix="/api", generate_unique_id_function=operation_id)
    for part in PARTS:
        router.include_router(part)
    return router


def operation_id(route: APIRoute) -> str:
    """Return a route's name as TypeScript would write it: ``create_class`` → ``createClass``."""
    first, *rest = route.name.split("_")
    return first + "".join(word.capitalize() for word in rest)
