"""Note what people do in documents, which has no transaction of its own: they open them, and edit them.

A class that comes at once is one transaction, and what is known already costs none.
"""

from asyncio import sleep
from collections.abc import Sequence
from time import monotonic
from typing import Protocol
from uuid import UUID

from sqlalchemy import select

from classroom.documents.models import DocumentRow
from classroom.progress.actions import ActivityRef
from classroom.progress.known import KnownProgress
from classroom.progress.models import ActivityKind
from classroom.progress.remarks import adopt_remarks
from classroom.progress.together import Move, move_together
from collab_server.live import Activity, LiveDocuments
from documents.kinds import Kind
from documents.progress import State
from persistence.database import Database

RESTS = 2
"""So many times as long as a class took, edits have the processor to themselves before the next class."""


class ProgressServices(Protocol):
    """What recording needs of the house's services."""

    @property
    def database(self) -> Database:
        """Return the database."""

    @property
    def live(self) -> LiveDocuments:
        """Return the open documents."""

    @property
    def progress(self) -> KnownProgress:
        """Return what is known already."""


async def record(services: ProgressServices, news: Sequence[Activity]) -> None:
    """Move people along by what they have done; a transaction for each class. Implements live.ActivityListener.

    Who edits a board of progress itself is no student: those are remarks, written with another program.
    """
    known = services.progress
    news = [each for each in news if not known.holds(each.document_id, each.user_id, _state(each))]
    if not news:
        return
    async with services.database.transaction() as transaction:
        found = await transaction.session.execute(
            select(DocumentRow.id, DocumentRow.class_id, DocumentRow.kind, DocumentRow.listed).where(
                DocumentRow.id.in_({each.document_id for each in news}), DocumentRow.deleted_at.is_(None)
            )
        )
        documents = {row.id: row for row in found.all()}
    by_class: dict[UUID, list[Activity]] = {}
    for each in news:
        document = documents.get(each.document_id)
        if document is not None and (document.listed or (document.kind is Kind.PROGRESS and each.edited)):
            by_class.setdefault(document.class_id, []).append(each)
        else:
            known.learn(each.document_id, each.user_id, _state(each))
    took = 0.0
    for class_id, done in by_class.items():
        # Somebody waits for their own edit at this very moment; for what is recorded here somebody only watches.
        await sleep(RESTS * took)
        began = monotonic()
        await _record_class(services, class_id, done, [each for each in done if documents[each.document_id].listed])
        took = monotonic() - began


async def _record_class(
    services: ProgressServices, class_id: UUID, done: Sequence[Activity], counted: Sequence[Activity]
) -> None:
    async with services.database.transaction() as transaction:
        if len(counted) < len(done):
            await adopt_remarks(transaction, services.live, class_id)
        await move_together(transaction, services.live, class_id=class_id, moves=[_move(each) for each in counted])
    # Remarks are not learned: they can come again.
    for each in counted:
        services.progress.learn(each.document_id, each.user_id, _state(each))


def _state(activity: Activity) -> State:
    return State.WORKING if activity.edited else State.OPENED


def _move(activity: Activity) -> Move:
    return Move(activity.user_id, ActivityRef(ActivityKind.DOCUMENT, activity.document_id), _state(activity))
