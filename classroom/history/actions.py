"""Look back into a document's log and bring a moment back: for the teachers of its class, and for administrators."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Forbidden, NotFound
from auth.http.pagination import PageRequest, decode_cursor, encode_cursor
from auth.models import UserRow
from auth.permissions import Action, permits
from classroom.documents.access import access_document
from classroom.documents.models import DocumentRow
from classroom.history.bursts import END_OF_LOG, Burst, bursts_before
from classroom.history.rules import can_be_restored
from collab_server.live import RoomsView
from persistence.log_tables import DocumentEpoch, DocumentHead, DocumentSnapshot

HISTORY_LIST = "history"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LoggedDocument:
    """A document whose log somebody may read."""

    row: DocumentRow
    seq: int
    kept_from: int = 0
    """The first moment that the log goes back to; 0: all the way."""

    @property
    def restorable(self) -> bool:
        """Tell whether a moment of it can come back."""
        return can_be_restored(self.row.kind)


@dataclass(frozen=True, slots=True)
class KnownAuthor:
    """What people call somebody who changed a document."""

    name: str
    color: str
    picture: UUID | None


async def access_log(session: AsyncSession, person: Person, document_id: UUID) -> LoggedDocument:
    """Return a document for a teacher of its class, or for an administrator, who may look into any, deleted or not.

    Raises:
        NotFound: there is no such document, or none for this person.
        Forbidden: the person may see the document, but not its log.
    """
    if permits(Action.SEE_ANY_LOG, person.role):
        row = await session.get(DocumentRow, document_id)
        if row is None:
            raise NotFound
    else:
        row = (await access_document(session, person, document_id, teach=True)).row
    seq = await session.scalar(select(DocumentHead.seq).where(DocumentHead.document_id == document_id))
    kept_from = await session.scalar(
        select(func.max(DocumentSnapshot.seq)).where(DocumentSnapshot.document_id == document_id, DocumentSnapshot.kept)
    )
    return LoggedDocument(row, seq or 0, kept_from or 0)


async def list_history(
    session: AsyncSession, document: LoggedDocument, page: PageRequest
) -> tuple[Sequence[Burst], Mapping[UUID, KnownAuthor], str | None]:
    """Return one page of the work on a document, newest first, and who its people are.

    Raises:
        FieldInvalid: the cursor is damaged or from another list.
    """
    before = END_OF_LOG if page.cursor is None else decode_cursor(page.cursor, of=HISTORY_LIST).int
    bursts, rest = await bursts_before(
        session, document.row.id, kept_from=document.kept_from, before=min(before, END_OF_LOG), limit=page.limit
    )
    authors = await _authors(session, {user_id for burst in bursts for user_id in burst.people})
    return bursts, authors, None if rest is None else encode_cursor(UUID(int=rest), of=HISTORY_LIST)


def moment_of(document: LoggedDocument, seq: int) -> int:
    """Return a row's number where the document's log has such a row; 0 stands for the empty document.

    Raises:
        NotFound: it has none.
    """
    if not 0 <= seq <= document.seq:
        raise NotFound
    return seq


def note_export(document: LoggedDocument, *, person: Person, seq: int, export_format: str) -> None:
    """Log that an administrator has read a document's content; for its teachers that is everyday work."""
    if permits(Action.SEE_ANY_LOG, person.role):
        document_id = str(document.row.id)
        _log.info("moment exported", user=str(person.id), document=document_id, seq=seq, format=export_format)


def permit_restore(document: LoggedDocument) -> None:
    """Raise Forbidden where an earlier moment of the document would contradict what the house knows beside it."""
    if not document.restorable:
        raise Forbidden


async def restore(rooms: RoomsView, document_id: UUID, *, person: Person, seq: int) -> int:
    """Bring back what a document was after a row of its log; return its new epoch.

    Raises:
        NotFound: there is no such document, or no such row.
        MomentNotKept: the log does not go back so far any more.
        NotCommitted: the log does not take it.
    """
    epoch = await rooms.restore(document_id, moment=seq, by=person.id)
    if epoch is None:
        raise NotFound
    _log.info("document restored", user=str(person.id), document=str(document_id), moment=str(seq), epoch=epoch)
    return epoch


async def replaced_by(session: AsyncSession, document_id: UUID, *, epoch: int) -> int:
    """Return the last row before an epoch began."""
    first_seq = await session.scalar(
        select(DocumentEpoch.first_seq).where(DocumentEpoch.document_id == document_id, DocumentEpoch.epoch == epoch)
    )
    if first_seq is None:
        raise NotFound
    return first_seq - 1


async def _authors(session: AsyncSession, user_ids: Iterable[UUID]) -> Mapping[UUID, KnownAuthor]:
    found = await session.execute(
        select(UserRow.id, UserRow.name, UserRow.color, UserRow.picture_id).where(UserRow.id.in_(list(user_ids)))
    )
    return {row.id: KnownAuthor(row.name, row.color, row.picture_id) for row in found.all()}
