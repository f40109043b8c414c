"""Who has taken part, and with which score, for the board of progress.

Of an anonymous poll that is told for everybody at once, when it is closed: told one by one, it would say at which moment each of them
voted, and with it which change of the numbers was theirs.
"""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from classroom.classes.models import ClassRole, MembershipRow
from classroom.polls.anonymity import BallotKey, Urn
from classroom.polls.models import PollBallotRow, PollRoundRow, PollRow
from classroom.polls.picture import standing
from classroom.polls.rules import score
from classroom.progress.actions import ActivityRef
from classroom.progress.activities import show_scores
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


async def record_closed(transaction: Transaction, poll: PollRow, *, live: LiveDocuments, key: BallotKey) -> None:
    """Let everybody who has voted in an anonymous poll have voted, and have their scores in another one; call it when it is closed."""
    if poll.anonymous:
        await _record_anonymous_voters(transaction, poll, live=live, key=key)
    else:
        await record_scores(transaction, poll, live=live)


async def record_scores(transaction: Transaction, poll: PollRow, *, live: LiveDocuments) -> None:
    """Grade who has voted in a scored poll that is not anonymous, once everybody may know what is right."""
    how = standing(poll)
    if poll.anonymous or not how.tells_answers:
        return
    found = await transaction.session.execute(
        select(PollBallotRow.user_id, PollBallotRow.choices).where(
            PollBallotRow.poll_id == poll.id, PollBallotRow.round == poll.round, PollBallotRow.user_id.is_not(None)
        )
    )
    scores = {row.user_id: Decimal(str(score(how.asked, row.choices))) for row in found.all()}
    activity = ActivityRef(ActivityKind.DOCUMENT, poll.document_id)
    moves = [Move(voter, activity, State.GRADED) for voter in scores]
    await move_together(transaction, live, class_id=poll.class_id, moves=moves)
    await show_scores(transaction, live, class_id=poll.class_id, activity=activity, scores=scores)


async def _record_anonymous_voters(
    transaction: Transaction, poll: PollRow, *, live: LiveDocuments, key: BallotKey
) -> None:
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
