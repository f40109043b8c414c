"""Make polls, open and close them, show what came of them."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Conflict, Forbidden, NotFound
from auth.http.pagination import PageRequest, paged
from auth.ports import AccessListener
from classroom.classes.actions import ClassAccess
from classroom.documents.access import AccessedDocument, access_document
from classroom.documents.actions import add_document, delete_document
from classroom.documents.models import DocumentAccessRow, DocumentRow
from classroom.polls.anonymity import BallotKey
from classroom.polls.models import PollRow
from classroom.polls.participation import record_closed, record_scores
from classroom.polls.picture import draw, rounds_of, standing
from classroom.polls.rules import ROUNDS_MAX, Ask, document_poll
from collab_server.live import LiveDocuments
from documents.access import Level, OnStage
from documents.kinds import Kind
from documents.poll import PollState, PollType, ResultsMode, show
from documents.poll_tally import folded
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.reading import Asking

POLLS_LIST = "polls"
DRAFT_TITLE = "Poll"
"""The document's title until the poll is opened: its own would tell what will be asked."""
TITLE_MAX_CHARS = 200


@dataclass(frozen=True, slots=True)
class AccessedPoll:
    """A poll, and what the person who asked for it is to it."""

    row: PollRow
    document: AccessedDocument

    @property
    def teaches(self) -> bool:
        """Tell whether the person teaches the poll's class."""
        return self.document.teaches


async def access_poll(
    session: Asking, person: Person, poll_id: UUID, *, teach: bool = False, lock: bool = False
) -> AccessedPoll:
    """Return a poll for somebody who may see it; before it is opened that is only a teacher.

    Args:
        session: where to look.
        person: who asks.
        poll_id: which poll.
        teach: whether what follows is only for teachers of its class.
        lock: whether ballots and other changes are to wait until the transaction ends.

    Raises:
        NotFound: there is no such poll, or none for this person.
        Forbidden: only its teachers may do this.
    """
    statement = select(PollRow).where(PollRow.id == poll_id)
    row = await session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFound
    document = await access_document(session, person, row.document_id)
    if row.state is PollState.DRAFT and not document.teaches:
        raise NotFound
    if teach and not document.teaches:
        raise Forbidden
    return AccessedPoll(row, document)


async def create_poll(
    session: AsyncSession,
    person: Person,
    access: ClassAccess,
    ask: Ask,
    *,
    anonymous: bool,
    results: ResultsMode,
    seconds: int | None,
) -> PollRow:
    """Prepare a poll; for the class's teachers. Students see nothing of it until it is opened.

    Raises:
        Forbidden: the person does not teach the class.
    """
    if not access.teaches:
        raise Forbidden
    return await add_poll(
        session,
        class_id=access.row.id,
        created_by=person.id,
        ask=ask,
        anonymous=anonymous,
        results=results,
        seconds=seconds,
    )


async def add_poll(
    session: AsyncSession,
    *,
    class_id: UUID,
    created_by: UUID,
    ask: Ask,
    anonymous: bool = False,
    results: ResultsMode = ResultsMode.LIVE,
    seconds: int | None = None,
) -> PollRow:
    """Add a poll with its document, without asking who may."""
    row = prepared(
        class_id=class_id, created_by=created_by, ask=ask, anonymous=anonymous, results=results, seconds=seconds
    )
    content = document_poll(standing(row))
    document = await add_document(
        session,
        class_id=class_id,
        created_by=created_by,
        kind=Kind.POLL,
        title=DRAFT_TITLE,
        students=Level.READ,
        content=lambda doc: show(doc, poll=content, results={}),
        listed=False,
    )
    row.document_id = document.id
    session.add(row)
    await session.flush()
    return row


def prepared(
    *,
    class_id: UUID,
    created_by: UUID,
    ask: Ask,
    anonymous: bool = False,
    results: ResultsMode = ResultsMode.LIVE,
    seconds: int | None = None,
) -> PollRow:
    """Return the row of a poll that is not open yet, without its document."""
    return PollRow(
        id=new_id(),
        class_id=class_id,
        created_by=created_by,
        question=ask.question,
        type=ask.type,
        settings=ask.kept(),
        anonymous=anonymous,
        results=results,
        state=PollState.DRAFT,
        published=False,
        round=1,
        seconds=seconds,
        hidden_texts=[],
        created_at=utc_now(),
    )


async def list_polls(
    session: Asking, person: Person, access: ClassAccess, page: PageRequest
) -> tuple[list[PollRow], str | None]:
    """Return one page of the polls of a class that the person may see, newest first."""
    values = {"class_id": access.row.id, "person_id": person.id, **page.values(of=POLLS_LIST, newest_first=True)}
    found = list((await session.scalars(_page(teaches=access.teaches), values)).all())
    shown, next_cursor = page.cut(found, [row.id for row in found], of=POLLS_LIST)
    return list(shown), next_cursor


@cache
def _page(*, teaches: bool) -> Select[PollRow]:
    statement = (
        select(PollRow)
        .join(DocumentRow, DocumentRow.id == PollRow.document_id)
        .where(PollRow.class_id == bindparam("class_id", type_=Uuid), DocumentRow.deleted_at.is_(None))
    )
    if not teaches:
        who = bindparam("person_id", type_=Uuid)
        personal = and_(DocumentAccessRow.document_id == DocumentRow.id, DocumentAccessRow.user_id == who)
        statement = statement.outerjoin(DocumentAccessRow, personal).where(
            PollRow.state != PollState.DRAFT,
            (DocumentRow.on_stage != OnStage.OFF)
            | (DocumentAccessRow.access != Level.NONE)
            | (DocumentAccessRow.access.is_(None) & (DocumentRow.students != Level.NONE)),
        )
    return paged(statement, PollRow.id, newest_first=True)


def change_poll(poll: AccessedPoll, ask: Ask, *, anonymous: bool, results: ResultsMode, seconds: int | None) -> None:
    """Ask something else, as long as nobody has seen what is asked.

    Raises:
        Conflict: the poll has been opened.
    """
    row = poll.row
    if row.state is not PollState.DRAFT:
        raise Conflict("poll_already_opened", "What people have been asked cannot be changed. Make a copy.")
    row.question, row.type, row.settings = ask.question, ask.type, ask.kept()
    row.anonymous, row.results, row.seconds = anonymous, results, seconds


async def copy_poll(session: AsyncSession, person: Person, poll: AccessedPoll, access: ClassAccess) -> PollRow:
    """Prepare the same poll once more, in this or another class; for the class's teachers."""
    row = poll.row
    return await create_poll(
        session,
        person,
        access,
        Ask.of(row.question, row.type, row.settings),
        anonymous=row.anonymous,
        results=row.results,
        seconds=row.seconds,
    )


async def open_poll(
    transaction: Transaction, person: Person, poll: AccessedPoll, *, live: LiveDocuments, seconds: int | None = None
) -> None:
    """Let people vote; once more, too, after it was closed.

    Raises:
        Conflict: an anonymous round with ballots was closed. What it came to has been seen, and so has who took part: of whoever
            votes later, both would tell the ballot.
    """
    row = poll.row
    if row.state is PollState.OPEN:
        return
    if row.anonymous and row.state is PollState.CLOSED:
        rounds = await rounds_of(transaction.session, row)
        if rounds[row.round].tally["voters"]:
            raise Conflict(
                "anonymous_round_closed",
                "An anonymous vote that was closed is not opened again: the new votes could be told from the old ones.",
            )
    _begin(row, poll.document.row, seconds)
    await draw(transaction, row, live=live, by=person.id)


async def close_poll(
    transaction: Transaction, person: Person, poll: AccessedPoll, *, live: LiveDocuments, key: BallotKey
) -> None:
    """Take no more ballots."""
    row = poll.row
    _opened(row)
    if row.state is PollState.OPEN:
        row.state = PollState.CLOSED
        row.closes_at = utc_now()
        await record_closed(transaction, row, live=live, key=key)
        await draw(transaction, row, live=live, by=person.id)


async def show_results(
    transaction: Transaction, person: Person, poll: AccessedPoll, *, live: LiveDocuments, shown: bool
) -> None:
    """Show everybody the results, or hide them again."""
    row = poll.row
    _opened(row)
    row.published = shown
    if shown:
        await record_scores(transaction, row, live=live)
    else:
        row.results = ResultsMode.HIDDEN
    await draw(transaction, row, live=live, by=person.id)


async def begin_round(
    transaction: Transaction, person: Person, poll: AccessedPoll, *, live: LiveDocuments, seconds: int | None = None
) -> None:
    """Ask the same once more; what was voted before stays beside it.

    Raises:
        Conflict: the poll was never opened, has no rounds, or has had too many.
    """
    row = poll.row
    _opened(row)
    if row.type is PollType.Q_AND_A:
        raise Conflict("poll_without_rounds", "Questions are not asked in rounds.")
    if row.round >= ROUNDS_MAX:
        raise Conflict("too_many_rounds", f"A poll has at most {ROUNDS_MAX} rounds.")
    row.round += 1
    row.published = False
    _begin(row, poll.document.row, seconds)
    await draw(transaction, row, live=live, by=person.id)


async def set_timer(
    transaction: Transaction, person: Person, poll: AccessedPoll, *, live: LiveDocuments, seconds: int | None
) -> None:
    """Let an open poll end by itself so many seconds from now, or not.

    Raises:
        Conflict: the poll is not open.
    """
    if poll.row.state is not PollState.OPEN:
        raise Conflict("poll_not_open", "The poll is not open.")
    poll.row.closes_at = None if seconds is None else utc_now() + timedelta(seconds=seconds)
    await draw(transaction, poll.row, live=live, by=person.id)


async def hide_text(
    transaction: Transaction, person: Person, poll: AccessedPoll, *, live: LiveDocuments, text: str, hidden: bool
) -> None:
    """Take words out of what everybody sees, or put them back; they are counted all the same.

    Raises:
        Conflict: the poll has no texts.
    """
    row = poll.row
    if not row.type.takes_text:
        raise Conflict("poll_without_texts", "Only texts can be hidden.")
    kept = set(row.hidden_texts) - {folded(text)}
    row.hidden_texts = sorted(kept | {folded(text)} if hidden else kept)
    await draw(transaction, row, live=live, by=person.id)


async def delete_poll(transaction: Transaction, poll: AccessedPoll, *, live: AccessListener) -> None:
    """Put a poll away with its document, which a teacher can restore."""
    await delete_document(transaction, poll.document, live=live)


def _begin(row: PollRow, document: DocumentRow, seconds: int | None) -> None:
    row.state = PollState.OPEN
    limit = row.seconds if seconds is None else seconds
    row.closes_at = None if limit is None else utc_now() + timedelta(seconds=limit)
    document.title = row.question[:TITLE_MAX_CHARS]
    document.listed = True


def _opened(row: PollRow) -> None:
    if row.state is PollState.DRAFT:
        raise Conflict("poll_not_open", "The poll has not been opened yet.")
