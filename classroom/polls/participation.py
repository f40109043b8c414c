"""Who has taken part, for the board of progress.

Of an anonymous poll that is told for everybody at once, when it is closed: told one by one, it would say at which moment each of them
voted, and with it which change of the numbers was theirs.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from classroom.classes.models import ClassRole, MembershipRow
from classroom.polls.anonymity import BallotKey, Urn
from classroom.polls.models import PollRoundRow, PollRow
from classroom.progress.actions import ActivityRef
from classroom.progress.models import ActivityKind
from classroom.progress.together import Move, move_together
from collab_server.live import LiveDocuments
from documents.progress import State
from persistence.database import Transaction


async def record_voters(
    transaction: Transaction, poll: PollRow, voters: Iterable[UUID], *, live: LiveDocuments
) -> None:
    """Let people have voted, in the transaction of their ballots."""
    activity = ActivityRef(ActivityKind.DOCUMENT, poll.document_id)
    moves = [Move(voter, activity, State.HANDED_IN) for voter in voters]
    await move_together(transaction, live, class_id=poll.class_id, moves=moves)


async def record_anonymous_voters(
    transaction: Transaction, poll: PollRow, *, live: LiveDocuments, key: BallotKey
) -> None:
    """Let everybody who has voted in an anonymous poll have voted; call it when the poll is closed."""
    if not poll.anonymous:
        return
    session = transaction.session
    rounds = await session.execute(
        select(PollRoundRow.round, PollRoundRow.marks).where(
            PollRoundRow.poll_id == poll.id, PollRoundRow.marks.is_not(None)
        )
    )
    urns = {row.round: Urn(row.marks or b"", ()) for row in rounds.all()}
    students = await session.scalars(
        select(MembershipRow.user_id)
        .where(MembershipRow.class_id == poll.class_id, MembershipRow.role == ClassRole.STUDENT)
        .order_by(MembershipRow.user_id)
    )
    voted = [
        student
        for student in students.all()
        if any(urn.voted(key.mark(poll.id, number, student)) for number, urn in urns.items())
    ]
    await record_voters(transaction, poll, voted, live=live)
