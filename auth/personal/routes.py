"""What is kept about oneself, and how it is erased."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from auth.dependencies import (
    AccountParts,
    CurrentPerson,
    ErasesAccounts,
    RequestTransaction,
    SeesAccounts,
)
from auth.errors import Conflict
from auth.http.reading_route import ReadingRoute
from auth.http.requests import network_address
from auth.http.responses import problems
from auth.personal import actions
from auth.personal.ports import Hindrance
from auth.personal.schemas import ClassToHandOver, Erasure, ErasureHindrances
from auth.rules import password_or_none

ZIP = "application/zip"

router = APIRouter(tags=["accounts"], route_class=ReadingRoute)


@router.get(
    "/me/export",
    response_class=StreamingResponse,
    responses={
        200: {"description": "A ZIP.", "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}},
        **problems(401, 429, 503),
    },
)
async def export_me(person: CurrentPerson, services: AccountParts) -> StreamingResponse:
    """Download all that is kept about oneself: JSON files, one's uploads, one's own documents."""
    pieces = await actions.export(services, person)
    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type=ZIP, headers=headers)


@router.get("/me/erasure", responses=problems(401))
async def get_erasure(
    person: CurrentPerson, transaction: RequestTransaction, services: AccountParts
) -> ErasureHindrances:
    """Tell what would keep one's account from being erased."""
    return _hindrances(await actions.hindrances(transaction.session, services, person.id))


@router.post("/me/erasure", status_code=204, responses=problems(401, 403, 409, 413, 422, 429, 503))
async def erase_me(body: Erasure, request: Request, person: CurrentPerson, services: AccountParts) -> None:
    """Erase one's account, at once and for good."""
    password = password_or_none(body.password) or ""
    await actions.erase_oneself(services, person, password=password, host=network_address(request))


@router.get("/admin/users/{user_id}/erasure", responses=problems(401, 403, 404), tags=["administration"])
async def get_account_erasure(
    user_id: UUID, _office: SeesAccounts, transaction: RequestTransaction, services: AccountParts
) -> ErasureHindrances:
    """Tell what would keep an account from being erased."""
    return _hindrances(await actions.hindrances(transaction.session, services, user_id))


@router.delete(
    "/admin/users/{user_id}", status_code=204, responses=problems(401, 403, 404, 409), tags=["administration"]
)
async def erase_account(user_id: UUID, admin: ErasesAccounts, services: AccountParts) -> None:
    """Erase somebody's account, at once and for good."""
    if user_id == admin.id:
        raise Conflict("own_account", "Erase your own account on your profile page.")
    await actions.erase(services, user_id, by=admin.id)


def _hindrances(found: list[Hindrance]) -> ErasureHindrances:
    return ErasureHindrances(classes=[ClassToHandOver(id=each.class_id, title=each.title) for each in found])
