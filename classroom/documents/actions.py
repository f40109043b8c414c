"""Create documents, and decide who may open them.

``access_document`` is the only way to a document: it also checks what the person may do with it. Whoever keeps
documents open asks ``document_access``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from auth.actions import Person
from auth.errors import Conflict, Forbidden, NotFound
from auth.http.pagination import PageRequest, paged
from auth.models import AccountStatus, UserRow
from auth.permissions import Action, permits_in_class
from auth.ports import AccessListener
from classroom.classes.actions import ClassAccess
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.documents.models import DocumentAccessRow, DocumentRow
from classroom.slides.models import SlideBoardRow
from documents.access import Level, OnStage, decide
from documents.kinds import Kind
from documents.slides import blank_deck
from documents.writing import Change, initial_content
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.log_tables import DocumentHead, DocumentUpdate
from persistence.reading import Asking, prepared

DOCUMENTS_LIST = "documents"
_Deck = aliased(DocumentRow)
"""The deck over whose slide a board lies."""
_DeckAccess = aliased(DocumentAccessRow)
# Their part of the house decides who sees them: shared like a board, a class's progress would show every student all the others', and
# a page that is handed in could be changed.
# A stage is its session's: hidden or deleted, the class would stand before nothing.
_HOUSE_KINDS = frozenset({Kind.PROGRESS, Kind.STAGE, Kind.PAGE})


@dataclass(frozen=True, slots=True)
class DocumentAccess:
    """What one person may do with one document."""

    level: Level
    kind: Kind
    class_id: UUID
    role_in_class: ClassRole


@dataclass(frozen=True, slots=True)
class AccessedDocument:
    """A document, and what the person who asked for it may do with it."""

    row: DocumentRow
    level: Level
    role: ClassRole
    edited_at: datetime

    @property
    def teaches(self) -> bool:
        """Tell whether the person is a teacher of the document's class."""
        return permits_in_class(Action.TEACH_CLASS, self.role)

    @property
    def updated_at(self) -> datetime:
        """Return when its row or its content changed last."""
        return max(self.row.updated_at, self.edited_at)


async def document_access(session: AsyncSession, person: UUID, document_id: UUID) -> DocumentAccess | None:
    """Return what somebody may do with a document, or None when it does not exist for them. One query."""
    return (await document_accesses(session, [person], document_id)).get(person)


async def document_accesses(session: Asking, people: Sequence[UUID], document_id: UUID) -> dict[UUID, DocumentAccess]:
    """Return what each of several people may do with a document, for whom it exists. One query."""
    found = await session.execute(_accesses(), {"people": people, "document_id": document_id})
    accesses = {}
    for *columns, person in found.all():
        each = _accessed(person, columns)
        if each.level is not Level.NONE:
            accesses[person] = DocumentAccess(each.level, each.row.kind, each.row.class_id, each.role)
    return accesses


async def levels_of(session: Asking, person: Person, document_ids: Collection[UUID]) -> dict[UUID, Level]:
    """Return what somebody may do with each of several documents; those that do not exist for them are left out."""
    found = await session.execute(
        _documents(MembershipRow.user_id == person.id).where(
            DocumentRow.id.in_(document_ids), DocumentRow.deleted_at.is_(None)
        )
    )
    accessed = (_accessed(person.id, row) for row in found.all())
    return {each.row.id: each.level for each in accessed if each.level is not Level.NONE}


async def access_document(
    session: Asking,
    person: Person,
    document_id: UUID,
    *,
    need: Level = Level.READ,
    teach: bool = False,
    deleted: bool = False,
) -> AccessedDocument:
    """Return a document for somebody who may see it.

    Args:
        session: where to look.
        person: who asks.
        document_id: which document.
        need: the level that what follows needs.
        teach: whether what follows is only for teachers of the document's class.
        deleted: whether a deleted document will do; only teachers can still see one.

    Raises:
        NotFound: there is no such document, or none for this person.
        Forbidden: the person may see it, but not do this.
    """
    found = await _find(session, person.id, document_id)
    if found is None or found.level is Level.NONE:
        raise NotFound
    if found.row.deleted_at is not None and not (deleted and found.teaches):
        raise NotFound
    if found.level < need or (teach and not found.teaches):
        raise Forbidden
    return found


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


async def list_documents(
    session: Asking, person: Person, access: ClassAccess, page: PageRequest
) -> tuple[list[AccessedDocument], str | None]:
    """Return one page of the documents of a class that the person may see, newest first."""
    values = {"class_id": access.row.id, "person_id": person.id, **page.values(of=DOCUMENTS_LIST, newest_first=True)}
    rows = (await session.execute(_page(teaches=access.teaches), values)).all()
    found = [_accessed(person.id, row) for row in rows]
    shown, next_cursor = page.cut(found, [document.row.id for document in found], of=DOCUMENTS_LIST)
    return list(shown), next_cursor


async def documents_among(
    session: Asking, person: Person, class_id: UUID, document_ids: Collection[UUID]
) -> list[AccessedDocument]:
    """Return those of some documents that are listed in a class and that the person may see."""
    if not document_ids:
        return []
    statement = _documents(MembershipRow.user_id == person.id).where(
        DocumentRow.id.in_(document_ids),
        DocumentRow.class_id == class_id,
        DocumentRow.deleted_at.is_(None),
        DocumentRow.listed,
    )
    found = [_accessed(person.id, row) for row in (await session.execute(statement)).all()]
    return [document for document in found if document.level is not Level.NONE]


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


async def boards_over(session: Asking, document: DocumentRow) -> Sequence[UUID]:
    """Return the boards over a deck's slides: who may do what with the deck decides about them too."""
    if document.kind is not Kind.SLIDES:
        return ()
    boards = await session.scalars(select(SlideBoardRow.board_id).where(SlideBoardRow.document_id == document.id))
    return boards.all()


async def _announce(
    transaction: Transaction, document: AccessedDocument, live: AccessListener, *, user_id: UUID | None = None
) -> None:
    for document_id in (document.row.id, *await boards_over(transaction.session, document.row)):
        transaction.after_commit(partial(live.access_changed, user_id=user_id, document_id=document_id))


async def _find(session: Asking, user_id: UUID, document_id: UUID) -> AccessedDocument | None:
    values = {"person_id": user_id, "document_id": document_id}
    found = (await session.execute(_document(), values)).one_or_none()
    return None if found is None else _accessed(user_id, found)


@cache
def _document() -> Select[DocumentRow, ClassRole, Level | None, datetime, DocumentRow | None, Level | None]:
    who = MembershipRow.user_id == bindparam("person_id", type_=Uuid)
    return prepared(_documents(who).where(DocumentRow.id == bindparam("document_id", type_=Uuid)))


@cache
def _accesses() -> Select[DocumentRow, ClassRole, Level | None, datetime, DocumentRow | None, Level | None, UUID]:
    who = MembershipRow.user_id == any_(bindparam("people", type_=ARRAY(Uuid)))
    those = _documents(who).where(
        DocumentRow.id == bindparam("document_id", type_=Uuid), DocumentRow.deleted_at.is_(None)
    )
    return prepared(those.add_columns(MembershipRow.user_id))


@cache
def _page(*, teaches: bool) -> Select[DocumentRow, ClassRole, Level | None, datetime, DocumentRow | None, Level | None]:
    statement = _documents(MembershipRow.user_id == bindparam("person_id", type_=Uuid)).where(
        DocumentRow.class_id == bindparam("class_id", type_=Uuid), DocumentRow.deleted_at.is_(None), DocumentRow.listed
    )
    if not teaches:
        statement = statement.where(_student_may_see())
    return paged(statement, DocumentRow.id, newest_first=True)


def _documents(
    who: ColumnElement[bool],
) -> Select[DocumentRow, ClassRole, Level | None, datetime, DocumentRow | None, Level | None]:
    """Select documents of the classes that active people are in (`who`: which memberships), and what the decision needs."""
    return (
        select(
            DocumentRow,
            MembershipRow.role,
            DocumentAccessRow.access,
            DocumentHead.updated_at,
            _Deck,
            _DeckAccess.access,
        )
        .join(DocumentHead, DocumentHead.document_id == DocumentRow.id)
        .join(ClassRow, and_(ClassRow.id == DocumentRow.class_id, ClassRow.deleted_at.is_(None)))
        .join(MembershipRow, and_(MembershipRow.class_id == ClassRow.id, who))
        .join(UserRow, and_(UserRow.id == MembershipRow.user_id, UserRow.status == AccountStatus.ACTIVE))
        .outerjoin(
            DocumentAccessRow,
            and_(DocumentAccessRow.document_id == DocumentRow.id, DocumentAccessRow.user_id == MembershipRow.user_id),
        )
        .outerjoin(SlideBoardRow, SlideBoardRow.board_id == DocumentRow.id)
        .outerjoin(_Deck, _Deck.id == SlideBoardRow.document_id)
        .outerjoin(_DeckAccess, and_(_DeckAccess.document_id == _Deck.id, _DeckAccess.user_id == MembershipRow.user_id))
    )


def _accessed(user_id: UUID, found: Sequence[Any]) -> AccessedDocument:
    row, role, personal, edited_at, deck, personal_of_deck = found
    level = decide(
        row.kind,
        role_in_class=role,
        students=row.students,
        personal=personal,
        on_stage=row.on_stage,
        presents=user_id in (row.presenter_id, None if deck is None else deck.presenter_id),
        locked=deck is not None and deck.on_stage is OnStage.LOCKED,
        within=None if deck is None else _level_of_deck(user_id, deck, role, personal_of_deck),
    )
    return AccessedDocument(row, level, role, edited_at)


def _level_of_deck(user_id: UUID, deck: DocumentRow, role: ClassRole, personal: Level | None) -> Level:
    if deck.deleted_at is not None:
        return Level.NONE
    return decide(
        deck.kind,
        role_in_class=role,
        students=deck.students,
        personal=personal,
        on_stage=deck.on_stage,
        presents=deck.presenter_id == user_id,
    )


def _student_may_see() -> ColumnElement[bool]:
    """Say ``documents.access.decide`` in SQL for students, so that pages are full."""
    return or_(
        DocumentRow.on_stage != OnStage.OFF,
        and_(DocumentAccessRow.access.is_(None), DocumentRow.students != Level.NONE),
        DocumentAccessRow.access != Level.NONE,
    )
