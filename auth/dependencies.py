"""What routes ask for: a transaction, and the person behind the request."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from auth.actions import Person, person_for_token
from auth.errors import TokenMissing, Unauthenticated
from auth.permissions import Action, require
from auth.ports import AccountServices
from persistence.database import Transaction
from persistence.reading import Reader

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", scheme_name="accessToken")


# A coroutine, although it waits for nothing: FastAPI takes every plain function to a thread, which costs more than it does.
async def account_services(request: Request) -> AccountServices:
    """Return the services that this package needs."""
    return _services(request)


def _services(request: Request) -> AccountServices:
    return cast(AccountServices, request.app.state.services)


AccountParts = Annotated[AccountServices, Depends(account_services)]


# Each of these asks for the request alone: FastAPI goes through all that a dependency depends on for each who asks for it.
async def request_transaction(request: Request) -> AsyncIterator[Transaction]:
    """Open the transaction of this request."""
    async with _services(request).database.transaction() as transaction:
        yield transaction


# "function": committed when the route returns, before a byte of the answer is sent. Who reads "created" can rely on it.
RequestTransaction = Annotated[Transaction, Depends(request_transaction, scope="function")]


async def request_reader(request: Request) -> Reader:
    """Return where a page is looked up that changes nothing."""
    return _services(request).database.reader


RequestReader = Annotated[Reader, Depends(request_reader)]

BearerToken = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def current_person(request: Request, token: BearerToken) -> Person:
    """Return who sent the request, as the database knows them now. No connection to the database is kept.

    Raises:
        Unauthenticated: the token is missing or does not hold.
    """
    if token is None:
        raise TokenMissing
    services = _services(request)
    return await person_for_token(services.database.reader, services.issuer.verify(token.credentials))


CurrentPerson = Annotated[Person, Depends(current_person)]


async def person_if_any(request: Request, token: BearerToken) -> Person | None:
    """Return who sent the request, or None where it does not prove that."""
    try:
        return await current_person(request, token)
    except Unauthenticated:
        return None


OptionalPerson = Annotated[Person | None, Depends(person_if_any)]


def allowed_to(action: Action) -> Callable[[Person], Awaitable[Person]]:
    """Return the dependency that lets through whoever may do something in the house."""

    async def allowed(person: CurrentPerson) -> Person:
        require(action, person.role)
        return person

    return allowed


SeesAccounts = Annotated[Person, Depends(allowed_to(Action.SEE_ACCOUNTS))]
ChangesAccounts = Annotated[Person, Depends(allowed_to(Action.CHANGE_ACCOUNTS))]
ErasesAccounts = Annotated[Person, Depends(allowed_to(Action.ERASE_ACCOUNTS))]
ReadsAudit = Annotated[Person, Depends(allowed_to(Action.READ_AUDIT))]
SeesRooms = Annotated[Person, Depends(allowed_to(Action.SEE_ROOMS))]
ActsOnRooms = Annotated[Person, Depends(allowed_to(Action.ACT_ON_ROOMS))]
BrowsesCourses = Annotated[Person, Depends(allowed_to(Action.BROWSE_COURSES))]
