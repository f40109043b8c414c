"""Create, rename, share, delete and restore documents."""

from functools import partial
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Conflict, Forbidden, NotFound
from auth.ports import AccessListener
from classroom.classes.actions import ClassAccess
from classroom.classes.models import ClassRole, MembershipRow
from classroom.documents.access import AccessedDocument, boards_over
from classroom.documents.models import DocumentAccessRow, DocumentRow
from documents.access import Level, OnStage
from documents.kinds import Kind
from documents.slides import blank_deck
from documents.writing import Change, initial_content
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.log_tables import DocumentHead, DocumentUpdate
from persistence.reading import Asking

# Their part of the house decides who sees them: shared like a board, a class's progress would show every student all the others', and
# a page that is handed in could be changed.
# A stage is its session's: hidden or deleted, the class would stand before nothing.
_HOUSE_KINDS = frozenset({Kind.PROGRESS, Kind.STAGE, Kind.PAGE})


async def create_document(
    session: AsyncSession,
    person: Person,
    access: ClassAccess,
    *,
    kind: Kind,
    title: str,
    students: Level,
) -> AccessedDocument:
    """Create a document in a class; for its teachers.

    Raises:
        Forbidden: the person does not teach the class.
    """
    if not access.teaches:
        raise Forbidden
    row = await add_document(
        session,
        class_id=access.row.id,
        created_by=person.id,
        kind=kind,
        title=title,
        students=students,
        content=blank_deck(title) if kind is Kind.SLIDES else None,
    )
    return AccessedDocument(row, Level.WRITE, access.role, row.updated_at)


async def add_document(
    session: AsyncSession,
    *,
    class_id: UUID,
    created_by: UUID | None,
    kind: Kind,
    title: str,
    students: Level,
    content: Change | None = None,
    listed: bool = True,
) -> DocumentRow:
    """Add a document with its log, and its initial content as the log's first update.

    created_by: None where nobody in particular has; listed: whether it stands among the documents of its class; what belongs to something else, a slide say, does not.
    """
    row = DocumentRow(
        id=new_id(),
        class_id=class_id,
        kind=kind,
        title=title,
        students=students,
        created_by=created_by,
        listed=listed,
        on_stage=OnStage.OFF,
    )
    session.add(row)
    await session.flush()
    await begin_log(session, row.id, None if content is None else initial_content(kind, content))
    return row


async def begin_log(session: AsyncSession, document_id: UUID, update: bytes | None) -> None:
    """Give a document that has just been added its log, with this Yjs update (v1) as its first row, or without any."""
    session.add(DocumentHead(document_id=document_id, epoch=1, seq=0 if update is None else 1))
    if update is not None:
        session.add(DocumentUpdate(document_id=document_id, seq=1, payload=update))
    await session.flush()


def rename(document: AccessedDocument, *, title: str) -> None:
    """Give a document another title."""
    _refuse_house_kinds(document)
    document.row.title = title
    document.row.updated_at = utc_now()


async def delete_document(transaction: Transaction, document: AccessedDocument, *, live: AccessListener) -> None:
    """Put a document away: nobody sees or opens it, until a teacher restores it."""
    _refuse_house_kinds(document)
    document.row.deleted_at = utc_now()
    await _announce(transaction, document, live)


async def restore_document(transaction: Transaction, document: AccessedDocument, *, live: AccessListener) -> None:
    """Bring a deleted document back as it was."""
    document.row.deleted_at = None
    await _announce(transaction, document, live)


async def share_with_students(
    transaction: Transaction, document: AccessedDocument, *, students: Level, live: AccessListener
) -> None:
    """Set what the students of the class may do, except those with a setting of their own."""
    _refuse_house_kinds(document)
    document.row.students = students
    await _announce(transaction, document, live)


async def share_with(
    transaction: Transaction, document: AccessedDocument, user_id: UUID, *, access: Level, live: AccessListener
) -> None:
    """Set what one student of the class may do.

    Raises:
        NotFound: there is no such person in the class.
        Conflict: the person teaches the class, and teachers may always write.
    """
    _refuse_house_kinds(document)
    role = await transaction.session.scalar(
        select(MembershipRow.role).where(
            MembershipRow.class_id == document.row.class_id, MembershipRow.user_id == user_id
        )
    )
    if role is None:
        raise NotFound
    if role is ClassRole.TEACHER:
        raise Conflict("teachers_always_write", "Teachers of the class may always write.")
    await transaction.session.execute(
        insert(DocumentAccessRow)
        .values(document_id=document.row.id, user_id=user_id, access=access)
        .on_conflict_do_update(
            index_elements=[DocumentAccessRow.document_id, DocumentAccessRow.user_id], set_={"access": access}
        )
    )
    await _announce(transaction, document, live, user_id=user_id)


async def forget_share(
    transaction: Transaction, document: AccessedDocument, user_id: UUID, *, live: AccessListener
) -> None:
    """Let the setting for all students count for somebody again."""
    _refuse_house_kinds(document)
    await transaction.session.execute(
        delete(DocumentAccessRow).where(
            DocumentAccessRow.document_id == document.row.id, DocumentAccessRow.user_id == user_id
        )
    )
    await _announce(transaction, document, live, user_id=user_id)


async def personal_shares(session: Asking, document: AccessedDocument) -> list[tuple[UUID, Level]]:
    """Return who has a setting of their own, and which: of the people who are in the class."""
    found = await session.execute(
        select(DocumentAccessRow.user_id, DocumentAccessRow.access)
        .join(MembershipRow, MembershipRow.user_id == DocumentAccessRow.user_id)
        .where(DocumentAccessRow.document_id == document.row.id, MembershipRow.class_id == document.row.class_id)
        .order_by(DocumentAccessRow.user_id)
    )
    return [(row.user_id, row.access) for row in found.all()]


def _refuse_house_kinds(document: AccessedDocument) -> None:
    if document.row.kind in _HOUSE_KINDS:
        raise Conflict("kept_by_lectern", "Lectern itself decides who sees this document, and keeps it.")


async def _announce(
    transaction: Transaction, document: AccessedDocument, live: AccessListener, *, user_id: UUID | None = None
) -> None:
    for document_id in (document.row.id, *await boards_over(transaction.session, document.row)):
        transaction.after_commit(partial(live.access_changed, user_id=user_id, document_id=document_id))
