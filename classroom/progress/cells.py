"""Set how far somebody has come by hand, and say that somebody is stuck."""

from collections.abc import Callable
from uuid import UUID

from auth.errors import FieldInvalid, NotFound
from classroom.progress.actions import write
from classroom.progress.known import KnownProgress
from classroom.progress.places import Place, place_of
from classroom.progress.rules import Standing, flagged, put
from collab_server.live import LiveDocuments
from documents.progress import State
from persistence.database import Transaction


async def set_cell(
    transaction: Transaction,
    live: LiveDocuments,
    *,
    class_id: UUID,
    user_id: UUID,
    column_id: UUID,
    state: State | None,
    score: float | None,
    by: UUID,
    known: KnownProgress,
) -> None:
    """Set how far a student has come, for instance with work on paper; None: not begun.

    Raises:
        NotFound: there is no such student or column in the class.
        FieldInvalid: a score without a grade.
    """
    try:
        place = await _change(
            transaction,
            live,
            lambda before: put(before, state, score=score),
            class_id=class_id,
            user_id=user_id,
            column_id=column_id,
            by=by,
        )
    except ValueError as error:
        raise FieldInvalid("score", str(error)) from error
    if place.activity_id is not None:
        # Also when this is rolled back: then it is looked up once more.
        known.forget(document_id=place.activity_id, user_id=user_id)


async def set_stuck(
    transaction: Transaction,
    live: LiveDocuments,
    *,
    class_id: UUID,
    user_id: UUID,
    column_id: UUID,
    stuck: bool,
    by: UUID,
) -> None:
    """Say that a student cannot go on with an activity, or can again.

    Raises:
        NotFound: there is no such student or column in the class.
    """
    await _change(
        transaction,
        live,
        lambda before: flagged(before, stuck=stuck),
        class_id=class_id,
        user_id=user_id,
        column_id=column_id,
        by=by,
    )


async def _change(
    transaction: Transaction,
    live: LiveDocuments,
    rule: Callable[[Standing], Standing],
    *,
    class_id: UUID,
    user_id: UUID,
    column_id: UUID,
    by: UUID,
) -> Place:
    while True:
        place = await place_of(transaction.session, class_id=class_id, user_id=user_id, column_id=column_id)
        if place is None or not place.is_shown:
            raise NotFound
        after = rule(place.standing)
        if after == place.standing or await write(transaction, live, place, after, by=by):
            return place
