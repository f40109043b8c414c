"""A student's work for an assignment: write on it, hand it in. What is handed in stays as it was."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Conflict, FieldInvalid, Forbidden
from classroom.assignments.actions import AccessedAssignment, late_policy
from classroom.assignments.files import files_of_attempt, hand_in_files, put_draft_files, take_up_files
from classroom.assignments.models import AttemptRow, SubmissionRow
from classroom.assignments.reading import DRAFT
from classroom.assignments.rules import AnswerKind, is_taken, late_by, penalty_percent
from classroom.classes.models import ClassRole
from classroom.documents.actions import add_document
from classroom.documents.models import DocumentAccessRow
from classroom.files.uses import FileDesk
from classroom.grades.actions import activity_of
from classroom.progress.actions import move
from collab_server.live import LiveDocuments
from documents.access import Level
from documents.kinds import Kind
from documents.progress import State
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.log_tables import DocumentHead

ATTEMPTS_MAX = 100
"""However often somebody may hand in: what is kept is bounded."""


async def keep_draft(
    transaction: Transaction,
    live: LiveDocuments,
    person: Person,
    access: AccessedAssignment,
    *,
    text: str | None,
    file_ids: Sequence[UUID] | None,
    desk: FileDesk,
    at: datetime,
) -> SubmissionRow:
    """Keep what a student has written so far; the first time, their work begins, and gets its page where one is handed in.

    Raises:
        Forbidden: the person is no student of the class.
        Conflict: nothing more can be handed in.
        FieldInvalid: no text, or no file, can be handed in.
        ContentInvalid: a file is not here, or somebody else's.
    """
    submission = await _own(transaction, person, access)
    _check_open(access, submission, at)
    if not submission.writing:
        raise Conflict("handed_in", "This has been handed in. Begin another attempt first.")
    if text is not None:
        _check_text(access, text)
        submission.draft = text
    if file_ids is not None:
        await put_draft_files(transaction.session, desk, person, access, submission, file_ids=file_ids)
    submission.updated_at = at
    await _open_page(transaction, person, access, submission)
    await transaction.session.flush()
    await move(
        transaction,
        live,
        class_id=access.row.class_id,
        user_id=person.id,
        activity=activity_of(access.row),
        to=State.OPENED if text is None and file_ids is None else State.WORKING,
    )
    return submission


async def hand_in(
    transaction: Transaction,
    live: LiveDocuments,
    person: Person,
    access: AccessedAssignment,
    *,
    text: str | None,
    file_ids: Sequence[UUID] | None,
    number: int | None,
    desk: FileDesk,
    at: datetime,
) -> SubmissionRow:
    """Hand in: the text and the files or, without them, those of the draft; the page as it is at the commit, which from then on only the teachers write.

    What the log of the page has by then is what was handed in: its last row is kept with the attempt, in the same transaction that ends
    the student's right to write, and moves the board.

    Args:
        transaction: in which all of this is one change.
        live: the open documents.
        person: who hands in.
        access: the assignment.
        text: what is handed in, instead of the draft's.
        file_ids: the files that are, instead of the draft's.
        number: which attempt it is, so that the same one sent twice counts once.
        desk: where files are claimed.
        at: when it arrived, by the server's clock.

    Raises:
        Forbidden: the person is no student of the class.
        Conflict: it is too late, there is no attempt left, or this attempt was handed in with something else.
        FieldInvalid: there is nothing to hand in.
    """
    session = transaction.session
    submission = await _own(transaction, person, access)
    if text is None:
        text = submission.draft
    if number is not None and number <= submission.attempts:
        earlier = await session.get(AttemptRow, (submission.id, number))
        if earlier is not None and earlier.text == text and await _same_files(session, submission, number, file_ids):
            return submission
        raise Conflict("attempt_taken", "This attempt has been handed in already, with something else in it.")
    _check_open(access, submission, at)
    _check_text(access, text)
    if file_ids is not None:
        await put_draft_files(session, desk, person, access, submission, file_ids=file_ids)
    nothing = not text and submission.document_id is None and not await files_of_attempt(session, submission, DRAFT)
    if nothing and access.row.answers:
        raise FieldInvalid("text", "is required: there is nothing to hand in yet")
    due_at = access.deadlines.due_at
    late = late_by(at, due_at)
    attempt = AttemptRow(
        submission_id=submission.id,
        number=submission.attempts + 1,
        text=text,
        document_seq=None,
        handed_in_at=at,
        # A started second counts: late is late.
        late_seconds=-(-late // _SECOND),
    )
    transaction.session.add(attempt)
    submission.attempts = attempt.number
    submission.handed_in_at = submission.updated_at = at
    submission.late_seconds = attempt.late_seconds
    submission.penalty_percent = penalty_percent(
        late_policy(access.row), at=at, due_at=due_at, zone=access.row.time_zone
    )
    submission.draft, submission.writing = "", False
    await session.flush()
    await hand_in_files(session, submission, attempt.number)
    if submission.document_id is not None:
        await _freeze_page(transaction, live, person, submission.document_id, attempt)
    await move(
        transaction,
        live,
        class_id=access.row.class_id,
        user_id=person.id,
        activity=activity_of(access.row),
        to=State.HANDED_IN,
    )
    return submission


async def begin_again(
    transaction: Transaction, live: LiveDocuments, person: Person, access: AccessedAssignment, *, at: datetime
) -> SubmissionRow:
    """Let a student go on with what they have handed in, for another attempt: their page is theirs to write again.

    Raises:
        Forbidden: the person is no student of the class.
        Conflict: there is no attempt left, it is too late, or there was none yet.
    """
    submission = await _own(transaction, person, access)
    _check_open(access, submission, at)
    if submission.attempts == 0:
        raise Conflict("not_handed_in", "Nothing has been handed in yet.")
    if submission.writing:
        return submission
    last = await transaction.session.get(AttemptRow, (submission.id, submission.attempts))
    submission.draft = "" if last is None else last.text
    submission.writing, submission.updated_at = True, at
    await take_up_files(transaction.session, submission, submission.attempts)
    if submission.document_id is not None:
        await _let_write(transaction, live, submission.document_id, person.id, Level.WRITE)
    return submission


_SECOND = timedelta(seconds=1)


async def _own(transaction: Transaction, person: Person, access: AccessedAssignment) -> SubmissionRow:
    """Return the person's own submission, locked; it begins here where there is none."""
    if access.role is not ClassRole.STUDENT:
        raise Forbidden
    session = transaction.session
    await session.execute(
        insert(SubmissionRow)
        .values(id=new_id(), assignment_id=access.row.id, user_id=person.id)
        .on_conflict_do_nothing(constraint="uq_submissions_assignment_id_user_id")
    )
    found = await session.scalar(
        select(SubmissionRow)
        .where(SubmissionRow.assignment_id == access.row.id, SubmissionRow.user_id == person.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert found is not None
    return found


async def _same_files(
    session: AsyncSession, submission: SubmissionRow, number: int, file_ids: Sequence[UUID] | None
) -> bool:
    return file_ids is None or list(dict.fromkeys(file_ids)) == await files_of_attempt(session, submission, number)


def _check_open(access: AccessedAssignment, submission: SubmissionRow, at: datetime) -> None:
    if not is_taken(at, access.deadlines.cutoff_at):
        raise Conflict("too_late", "The time to hand in is over.")
    if submission.attempts >= min(access.row.attempts_max or ATTEMPTS_MAX, ATTEMPTS_MAX):
        raise Conflict("no_attempt_left", "This has been handed in as often as it can be.")


def _check_text(access: AccessedAssignment, text: str) -> None:
    if text and AnswerKind.TEXT not in access.row.answers:
        raise FieldInvalid("text", "cannot be handed in for this assignment")


async def _open_page(
    transaction: Transaction, person: Person, access: AccessedAssignment, submission: SubmissionRow
) -> None:
    if AnswerKind.DOCUMENT not in access.row.answers or submission.document_id is not None:
        return
    session = transaction.session
    page = await add_document(
        session,
        class_id=access.row.class_id,
        created_by=person.id,
        kind=Kind.PAGE,
        title=access.row.title,
        students=Level.NONE,
        listed=False,
    )
    session.add(DocumentAccessRow(document_id=page.id, user_id=person.id, access=Level.WRITE))
    submission.document_id = page.id


async def _freeze_page(
    transaction: Transaction, live: LiveDocuments, person: Person, document_id: UUID, attempt: AttemptRow
) -> None:
    await _let_write(transaction, live, document_id, person.id, Level.READ)
    # An edit that changes nothing: so the log is locked together with those of the boards, in the order in which everybody locks them.
    live.edit(transaction, document_id, Kind.PAGE, lambda _doc: None)
    session = transaction.session

    async def note_seq() -> None:
        attempt.document_seq = await session.scalar(
            select(DocumentHead.seq).where(DocumentHead.document_id == document_id)
        )
        await session.flush()

    # After the edit was registered, so after its lock: nobody writes between this row and the commit.
    transaction.before_commit(note_seq)


async def _let_write(
    transaction: Transaction, live: LiveDocuments, document_id: UUID, user_id: UUID, level: Level
) -> None:
    await transaction.session.execute(
        insert(DocumentAccessRow)
        .values(document_id=document_id, user_id=user_id, access=level)
        .on_conflict_do_update(
            index_elements=[DocumentAccessRow.document_id, DocumentAccessRow.user_id], set_={"access": level}
        )
    )
    transaction.after_commit(lambda: live.access_changed(user_id=user_id, document_id=document_id))
