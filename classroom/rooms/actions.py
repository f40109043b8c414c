"""What administrators see of open documents, and do with them. Whatever is done is logged with who did it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import NotFound
from auth.http.pagination import PageRequest, decode_cursor
from classroom.classes.models import ClassRow
from classroom.documents.models import DocumentRow
from collab_server.live import RoomFigures, RoomsView
from documents.kinds import Kind
from persistence.reading import Asking

ROOMS_LIST = "rooms"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DocumentName:
    """What a document is called, and where it belongs."""

    kind: Kind
    title: str
    class_id: UUID
    class_title: str


@dataclass(frozen=True, slots=True)
class NamedRoom:
    """An open document and what the house knows about it."""

    figures: RoomFigures
    name: DocumentName | None

    def mentions(self, query: str) -> bool:
        """Tell whether a text is in the title, the class's title, a person's name or the id."""
        texts = [str(self.figures.document_id), *(session.name for session in self.figures.sessions)]
        if self.name is not None:
            texts += [self.name.title, self.name.class_title]
        return any(query.casefold() in text.casefold() for text in texts)


async def list_rooms(
    session: Asking, rooms: RoomsView, page: PageRequest, *, query: str | None
) -> tuple[Sequence[NamedRoom], str | None]:
    """Return one page of the open documents, the newest document first: those that a text is found in."""
    found = sorted(await rooms.open_rooms(), key=lambda each: each.document_id, reverse=True)
    if page.cursor is not None:
        after = decode_cursor(page.cursor, of=ROOMS_LIST)
        found = [each for each in found if each.document_id < after]
    if not query:
        found = found[: page.limit + 1]
    names = await _names(session, [each.document_id for each in found])
    named = [NamedRoom(each, names.get(each.document_id)) for each in found]
    wanted = [each for each in named if not query or each.mentions(query)][: page.limit + 1]
    return page.cut(wanted, [each.figures.document_id for each in wanted], of=ROOMS_LIST)


async def find_room(session: Asking, rooms: RoomsView, document_id: UUID) -> NamedRoom:
    """Return one open document.

    Raises:
        NotFound: it is not open.
    """
    figures = await rooms.open_room(document_id)
    if figures is None:
        raise NotFound
    return NamedRoom(figures, (await _names(session, [document_id])).get(document_id))


async def kick(rooms: RoomsView, document_id: UUID, *, admin: Person, user_id: UUID | None) -> int:
    """End everybody's sessions, whose programs come back by themselves, or one person's, whose stay away.

    Raises:
        NotFound: the document is not open.
    """
    if user_id is None:
        ended = await rooms.close_room(document_id)
    else:
        ended = await rooms.send_away(document_id, user_id=user_id)
    if ended is None:
        raise NotFound
    _log.info(
        "room kicked",
        admin=str(admin.id),
        document=str(document_id),
        user=None if user_id is None else str(user_id),
        sessions=ended,
    )
    return ended


async def flush(rooms: RoomsView, document_id: UUID, *, admin: Person) -> int:
    """Have everything committed and a snapshot kept; return the number of the last update in it.

    Raises:
        NotFound: the document is not open.
        NotCommitted: the log does not take it.
    """
    seq = await rooms.flush(document_id)
    if seq is None:
        raise NotFound
    _log.info("room flushed", admin=str(admin.id), document=str(document_id), seq=seq)
    return seq


async def restore(rooms: RoomsView, document_id: UUID, *, admin: Person, moment: int | datetime) -> int:
    """Bring back what a document was after a row of its log or at a time; return its new epoch.

    Raises:
        NotFound: there is no such document, or no such row.
        MomentNotKept: the log does not go back so far any more.
        NotCommitted: the log does not take it.
    """
    epoch = await rooms.restore(document_id, moment=moment, by=admin.id)
    if epoch is None:
        raise NotFound
    _log.info("document restored", admin=str(admin.id), document=str(document_id), moment=str(moment), epoch=epoch)
    return epoch


async def document_to_export(session: AsyncSession, document_id: UUID) -> DocumentName:
    """Return what any document is called, also a deleted one: this may be the way to rescue it.

    Raises:
        NotFound: there is no such document.
    """
    names = await _names(session, [document_id])
    if document_id not in names:
        raise NotFound
    return names[document_id]


def note_export(document_id: UUID, *, admin: Person, export_format: str) -> None:
    """Log that an administrator has read a document's content."""
    _log.info("document exported", admin=str(admin.id), document=str(document_id), format=export_format)


async def _names(session: Asking, document_ids: Iterable[UUID]) -> Mapping[UUID, DocumentName]:
    found = await session.execute(
        select(DocumentRow.id, DocumentRow.kind, DocumentRow.title, DocumentRow.class_id, ClassRow.title)
        .join(ClassRow, ClassRow.id == DocumentRow.class_id)
        .where(DocumentRow.id.in_(list(document_ids)))
    )
    return {row[0]: DocumentName(*row[1:]) for row in found.all()}
