"""What was on a session's stage, and when: a record that whoever comes late, or looks back, can read."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select

from auth.actions import Person
from auth.http.pagination import PageRequest
from auth.models import UserRow
from classroom.documents.access import levels_of
from classroom.documents.models import DocumentRow
from classroom.sessions import rules
from classroom.sessions.actions import SessionAccess
from classroom.sessions.models import AttendanceRow, ShowingRow
from documents.kinds import Kind
from persistence.reading import Asking

SHOWINGS_LIST = "showings"


@dataclass(frozen=True, slots=True)
class Showing:
    """Something that was on stage for a while.

    document_kind: of a document that the person may still open, else None. title: that document's, else the one that it had then.
    missed: it was over before they came.
    """

    row: ShowingRow
    title: str | None
    put_by: str | None
    document_kind: Kind | None
    missed: bool


async def list_showings(
    session: Asking, person: Person, access: SessionAccess, page: PageRequest
) -> tuple[list[Showing], str | None]:
    """Return one page of what was on a session's stage, oldest first."""
    statement = page.narrow(_showings(access.row.id), ShowingRow.id, of=SHOWINGS_LIST)
    rows = (await session.execute(statement)).all()
    shown, next_cursor = page.cut(rows, [row.id for row, *_ in rows], of=SHOWINGS_LIST)
    levels = await levels_of(session, person, [document.id for *_, document in shown if document is not None])
    came_at = await session.scalar(
        select(AttendanceRow.first_seen_at).where(
            AttendanceRow.session_id == access.row.id, AttendanceRow.user_id == person.id
        )
    )
    found = []
    for row, name, document in shown:
        open_to_them = document if document is not None and document.id in levels else None
        missed = rules.is_missed(ended_at=row.ended_at, came_at=came_at)
        if open_to_them is None:
            found.append(Showing(row, row.title, name, None, missed))
        else:
            found.append(Showing(row, open_to_them.title, name, open_to_them.kind, missed))
    return found, next_cursor


def _showings(session_id: UUID) -> Select[ShowingRow, str | None, DocumentRow | None]:
    return (
        select(ShowingRow, UserRow.name, DocumentRow)
        .outerjoin(UserRow, UserRow.id == ShowingRow.put_by)
        .outerjoin(DocumentRow, DocumentRow.id == ShowingRow.document_id)
        .where(ShowingRow.session_id == session_id)
    )
