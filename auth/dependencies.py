"""What routes ask for: a transaction, and the person behind the request."""

from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from auth.actions import Person, person_for_token
from auth.errors import Forbidden, TokenMissing
from auth.models import Role
from auth.ports import AccountServices
from persistence.database import Transaction

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", scheme_name="accessToken")


# A coroutine, although it waits for nothing: FastAPI takes every plain function to a thread, which costs more than it does.
async def account_services(request: Request) -> AccountServices:
    """Return the services that this package needs."""
    return cast(AccountServices, request.app.state.services)


AccountParts = Annotated[AccountServices, Depends(account_services)]


async def request_transaction(services: AccountParts) -> AsyncIterator[Transaction]:
    """Open the transaction of this request."""
    async with services.database.transaction() as transaction:
        yield transaction


# "function": committed when the route returns, before a byte of the answer is sent. Who reads "created" can rely on it.
RequestTransaction = Annotated[Transaction, Depends(request_transaction, scope="function")]

BearerToken = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def current_person(services: AccountParts, token: BearerToken, transaction: RequestTransaction) -> Person:
    """Return who sent the request, as the database knows them now.

    Raises:
        Unauthenticated: the token is missing or does not hold.
    """
    if token is None:
        raise TokenMissing
    return await person_for_token(transaction.session, services.issuer.verify(token.credentials))


CurrentPerson = Annotated[Person, Depends(current_person)]


async def current_person_before_body(services: AccountParts, token: BearerToken) -> Person:
    """Return who sent the request, keeping no connection to the database while a long body arrives.

    Raises:
        Unauthenticated: the token is missing or does not hold.
    """
    if token is None:
        raise TokenMissing
    claims = services.issuer.verify(token.credentials)
    async with services.database.transaction() as transaction:
        return await person_for_token(transaction.session, claims)


PersonBeforeBody = Annotated[Person, Depends(current_person_before_body)]


async def administrator(person: CurrentPerson) -> Person:
    """Return the person if they administer the house."""
    if person.role is not Role.ADMIN:
        raise Forbidden
    return person


async def office(person: CurrentPerson) -> Person:
    """Return the person if they may see accounts: administrators and support."""
    if person.role not in (Role.ADMIN, Role.SUPPORT):
        raise Forbidden
    return person


async def administrator_before_body(person: PersonBeforeBody) -> Person:
    """Return the administrator, keeping no connection to the database while something long is done."""
    return await administrator(person)


Administrator = Annotated[Person, Depends(administrator)]
AdministratorBeforeBody = Annotated[Person, Depends(administrator_before_body)]
Office = Annotated[Person, Depends(office)]
