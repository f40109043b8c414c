"""What the classroom needs of documents' past: a line for each feature that reads it. Implements the engine's port `retention.Past`."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert

from classroom.assignments.past import moments_of as handed_in
from classroom.documents.export import files_of
from classroom.documents.models import DocumentRow
from classroom.files.models import FileRow, ForgottenFileRow
from classroom.progress.remarks import unread_after
from collab_server.live import NeededPast
from documents.kinds import Kind
from persistence.base import utc_now
from persistence.database import Database

MOMENTS = (handed_in,)
"""Each selects rows after which a document must stay readable, for ever, as it was."""
UNREAD = (unread_after,)
"""Each selects rows; what was written after them somebody has still to read."""
SHOWING_FILES = (Kind.WHITEBOARD, Kind.PAGE, Kind.SLIDES)


class DocumentsPast:
    """The past of documents, as the classroom needs it. `kept`: how long histories are."""

    def __init__(self, database: Database, *, kept: timedelta) -> None:
        self._database = database
        self._kept = kept

    async def needed(self, document_id: UUID) -> NeededPast:
        """See retention.Past."""
        async with self._database.transaction() as transaction:
            session = transaction.session
            moments = [(await session.scalars(select_of(document_id))).all() for select_of in MOMENTS]
            unread = [(await session.scalars(select_of(document_id))).all() for select_of in UNREAD]
            kind = await session.scalar(select(DocumentRow.kind).where(DocumentRow.id == document_id))
            watched = kind in SHOWING_FILES and bool(
                await session.scalar(select(self._old_files(document_id).exists()))
            )
        return NeededPast(
            moments={seq for found in moments for seq in found if seq is not None},
            rows_after=min((seq for found in unread for seq in found), default=None),
            watched=watched,
        )

    async def begins(self, document_id: UUID, *, seq: int, states: Sequence[bytes]) -> None:
        """See retention.Past: files that none of the moments shows are not the document's any more, until it shows them again."""
        async with self._database.transaction() as transaction:
            kind = await transaction.session.scalar(select(DocumentRow.kind).where(DocumentRow.id == document_id))
        if kind is None:
            return
        shown, names = await files_of(kind, tuple(states))
        async with self._database.transaction() as transaction:
            session = transaction.session
            # One that is collected at this moment is waited for, and then not there.
            locked = await session.scalars(self._old_files(document_id).with_for_update(key_share=True))
            old = set(locked.all())
            await session.execute(delete(ForgottenFileRow).where(ForgottenFileRow.file_id.in_(old & shown)))
            forgotten = [
                {"file_id": file_id, "seq": seq, "names": sorted(names.get(file_id, {str(file_id)}))}
                for file_id in sorted(old - shown)
            ]
            if forgotten:
                values = insert(ForgottenFileRow).values(forgotten)
                await session.execute(
                    values.on_conflict_do_update(
                        index_elements=[ForgottenFileRow.file_id],
                        set_={"seq": values.excluded.seq, "names": values.excluded.names},
                    )
                )

    def _old_files(self, document_id: UUID) -> Select[UUID]:
        # Younger ones may be on their way into the document.
        old = FileRow.created_at <= utc_now() - self._kept
        return select(FileRow.id).where(FileRow.document_id == document_id, old)
