"""Keep a person's picture, and take it away."""

import asyncio
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from auth.actions import Person
from auth.audit.actions import record
from auth.audit.models import AuditAction
from auth.errors import NotFound, SessionRevoked
from auth.models import UserRow
from auth.pictures.models import PictureRow
from auth.pictures.rendering import square
from auth.ports import AccountServices
from persistence.database import Transaction
from persistence.reading import Asking


async def change_picture(services: AccountServices, person: Person, data: bytes) -> UUID:
    """Make somebody's picture of an image; returns its id.

    Raises:
        PictureRefused: the image cannot be used.
        Overloaded: very many are made at the moment.
        TooManyAttempts: this person has had very many made.
    """
    services.throttles.begin_picture(person.id)
    async with services.pictures.turn():
        content = await asyncio.to_thread(square, data)
    async with services.database.transaction() as transaction:
        session = transaction.session
        user = await session.get(UserRow, person.id, with_for_update=True)
        if user is None:
            raise SessionRevoked
        # Drawn, not counted: whoever is shown the person is told it, and nobody else can guess it.
        user.picture_id = uuid4()
        statement = insert(PictureRow).values(user_id=user.id, id=user.picture_id, content=content)
        replaced = {"id": statement.excluded.id, "content": statement.excluded.content}
        await session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=replaced))
    return user.picture_id


async def remove_picture(transaction: Transaction, user_id: UUID, *, by: UUID) -> None:
    """Take somebody's picture away; where it was not their own wish, it is written down. None there is no error.

    Raises:
        NotFound: there is no such account.
    """
    session = transaction.session
    user = await session.get(UserRow, user_id, with_for_update=True)
    if user is None:
        raise NotFound
    if user.picture_id is None:
        return
    user.picture_id = None
    await session.execute(delete(PictureRow).where(PictureRow.user_id == user_id))
    if by != user_id:
        record(session, AuditAction.PICTURE_REMOVED, actor=by, subject=user_id)


async def picture(session: Asking, picture_id: UUID) -> bytes:
    """Return a picture.

    Raises:
        NotFound: there is no such picture any more.
    """
    content = await session.scalar(select(PictureRow.content).where(PictureRow.id == picture_id))
    if content is None:
        raise NotFound
    return content
