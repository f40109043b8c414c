"""Who may open which documents.

``access_document`` is the only way to a document: it also checks what the person may do with it. Whoever keeps
documents open asks ``document_accesses``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, bindparam, or_, select
from sqlalchemy.orm import aliased

from auth.actions import Person
from auth.errors import Forbidden, NotFound
from auth.http.pagination import PageRequest, paged
from auth.models import AccountStatus, UserRow
from auth.permissions import Action, permits_in_class
from classroom.classes.actions import ClassAccess
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.documents.models import DocumentAccessRow, DocumentRow
from classroom.slides.models import SlideBoardRow
from documents.access import Level, OnStage, decide
from documents.kinds import Kind
from persistence.log_tables import DocumentHead
from persistence.reading import Asking, prepared

DOCUMENTS_LIST = "documents"
_Deck = aliased(DocumentRow)
"""The deck over whose slide a board lies."""
_DeckAccess = aliased(DocumentAccessRow)


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


async def page_of_documents(
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


async def boards_over(session: Asking, document: DocumentRow) -> Sequence[UUID]:
    """Return the boards over a deck's slides: who may do what with the deck decides about them too."""
    if document.kind is not Kind.SLIDES:
        return ()
    boards = await session.scalars(select(SlideBoardRow.board_id).where(SlideBoardRow.document_id == document.id))
    return boards.all()


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
