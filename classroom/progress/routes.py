"""Progress: boards, their columns, cells and remarks, figures and one's own rows."""

from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response

from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.errors import Forbidden, NotFound
from auth.http.once import OncePerKey
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from classroom.classes.actions import access_class
from classroom.progress import cells, columns, remarks, views
from classroom.progress.answers import own_answer, shown_column, summary_answer
from classroom.progress.board import columns_of, ensure_board, refresh
from classroom.progress.columns import ColumnChanges
from classroom.progress.models import BoardRow
from classroom.progress.schemas import (
    CellEdit,
    ColumnEdit,
    ColumnOrder,
    NewColumn,
    OwnProgressList,
    ProgressBoard,
    ProgressColumn,
    ProgressSummary,
    RemarkEdit,
    StuckEdit,
)
from classroom.services import Parts
from persistence.database import Transaction

router = APIRouter(tags=["progress"], route_class=ReadingRoute)

CSV_MEDIA_TYPE = "text/csv; charset=utf-8"


@router.get("/classes/{class_id}/progress", responses=problems(401, 404))
async def get_progress(class_id: UUID, person: CurrentPerson, reader: RequestReader, services: Parts) -> ProgressBoard:
    """Tell in which document the progress of a class is shown live: all of it to teachers, their own row to students."""
    access = await access_class(reader, person, class_id)
    document_id, shown = await views.open_board(services.database, services.live, access, person)
    return ProgressBoard(document_id=document_id, columns=[shown_column(column) for column in shown])


@router.post("/classes/{class_id}/progress/columns", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
async def create_progress_column(
    *,
    class_id: UUID,
    body: NewColumn,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
    once: OncePerKey,
) -> ProgressColumn:
    """Add a column of one's own; for the class's teachers."""

    async def create() -> ProgressColumn:
        board = await _taught_board(transaction, person, class_id)
        column = await columns.add_column(
            transaction, services.live, board, title=body.title, type=body.type, due_at=body.due_at
        )
        return await _column(transaction, class_id, column.id)

    return await once.create(body, ProgressColumn, create)


# Before the column of any name: `order` is none.
@router.put("/classes/{class_id}/progress/columns/order", responses=problems(401, 403, 404, 413, 422))
async def order_progress_columns(
    class_id: UUID, body: ColumnOrder, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> ProgressBoard:
    """Put the columns into an order; for the class's teachers."""
    board = await _taught_board(transaction, person, class_id)
    await columns.order_columns(transaction, services.live, board, body.column_ids)
    shown = await columns_of(transaction.session, class_id)
    return ProgressBoard(document_id=board.document_id, columns=[shown_column(column) for column in shown])


@router.patch("/classes/{class_id}/progress/columns/{column_id}", responses=problems(401, 403, 404, 413, 422))
async def update_progress_column(
    *,
    class_id: UUID,
    column_id: UUID,
    body: ColumnEdit,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> ProgressColumn:
    """Rename, hide or otherwise change a column; for the class's teachers."""
    board = await _taught_board(transaction, person, class_id)
    changes = ColumnChanges(**{name: getattr(body, name) for name in body.model_fields_set})
    await columns.change_column(transaction, services.live, board, column_id, changes)
    return await _column(transaction, class_id, column_id)


@router.delete("/classes/{class_id}/progress/columns/{column_id}", status_code=204, responses=problems(401, 403, 404))
async def remove_progress_column(
    class_id: UUID, column_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Remove a column; for the class's teachers, who can restore it with all that was in it."""
    board = await _taught_board(transaction, person, class_id)
    await columns.remove_column(transaction, services.live, board, column_id, removed=True)


@router.post("/classes/{class_id}/progress/columns/{column_id}/restore", responses=problems(401, 403, 404))
async def restore_progress_column(
    class_id: UUID, column_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> ProgressColumn:
    """Restore a removed column; for the class's teachers."""
    board = await _taught_board(transaction, person, class_id)
    await columns.remove_column(transaction, services.live, board, column_id, removed=False)
    return await _column(transaction, class_id, column_id)


@router.put(
    "/classes/{class_id}/progress/cells/{user_id}/{column_id}",
    status_code=204,
    responses=problems(401, 403, 404, 413, 422),
)
async def set_progress_cell(
    *,
    class_id: UUID,
    user_id: UUID,
    column_id: UUID,
    body: CellEdit,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> None:
    """Set by hand how far a student has come; for the class's teachers."""
    await access_class(transaction.session, person, class_id, teach=True)
    await cells.set_cell(
        transaction,
        services.live,
        class_id=class_id,
        user_id=user_id,
        column_id=column_id,
        state=body.state,
        score=body.score,
        by=person.id,
        known=services.progress,
    )


@router.put(
    "/classes/{class_id}/progress/cells/{user_id}/{column_id}/stuck",
    status_code=204,
    responses=problems(401, 403, 404, 413, 422),
)
async def set_progress_stuck(
    *,
    class_id: UUID,
    user_id: UUID,
    column_id: UUID,
    body: StuckEdit,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> None:
    """Say whether a student cannot go on; for the student, and for the class's teachers."""
    access = await access_class(transaction.session, person, class_id)
    if not access.teaches:
        if user_id != person.id:
            raise Forbidden
        shown = await columns_of(transaction.session, class_id)
        if not any(column.row.id == column_id and column.is_for(user_id) for column in shown):
            raise NotFound
    await cells.set_stuck(
        transaction,
        services.live,
        class_id=class_id,
        user_id=user_id,
        column_id=column_id,
        stuck=body.stuck,
        by=person.id,
    )


@router.put(
    "/classes/{class_id}/progress/marks/{user_id}/{column_id}",
    status_code=204,
    responses=problems(401, 403, 404, 413, 422),
)
async def set_progress_mark(
    *,
    class_id: UUID,
    user_id: UUID,
    column_id: UUID,
    body: RemarkEdit,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> None:
    """Write a remark on a student's work, which the student sees; for the class's teachers."""
    board = await _taught_board(transaction, person, class_id)
    await remarks.set_remark(
        transaction,
        services.live,
        board,
        user_id=user_id,
        column_id=column_id,
        remark=body.remark,
        by=person.id,
    )


@router.delete(
    "/classes/{class_id}/progress/marks/{user_id}/{column_id}",
    status_code=204,
    responses=problems(401, 403, 404),
)
async def remove_progress_mark(
    *,
    class_id: UUID,
    user_id: UUID,
    column_id: UUID,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> None:
    """Take a remark away; for the class's teachers."""
    board = await _taught_board(transaction, person, class_id)
    await remarks.set_remark(
        transaction, services.live, board, user_id=user_id, column_id=column_id, remark=None, by=person.id
    )


@router.get("/classes/{class_id}/progress/summary", responses=problems(401, 403, 404))
async def get_progress_summary(
    class_id: UUID, person: CurrentPerson, reader: RequestReader, services: Parts
) -> ProgressSummary:
    """Return a class's board in figures; for its teachers."""
    await access_class(reader, person, class_id, teach=True)
    return summary_answer(await views.all_of(services.database, services.live, class_id))


@router.get(
    "/classes/{class_id}/progress.csv",
    response_class=Response,
    responses={
        200: {"description": "The board as a table.", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **problems(401, 403, 404),
    },
)
async def export_progress(class_id: UUID, person: CurrentPerson, reader: RequestReader, services: Parts) -> Response:
    """Download a class's board for a spreadsheet; for its teachers."""
    access = await access_class(reader, person, class_id, teach=True)
    content = views.as_csv(await views.all_of(services.database, services.live, class_id))
    name = quote(f"{access.row.title}.csv", safe="")
    return Response(
        content.encode(),
        media_type=CSV_MEDIA_TYPE,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "private, no-store"},
    )


@router.post("/classes/{class_id}/progress/rebuild", status_code=204, responses=problems(401, 403, 404))
async def rebuild_progress(
    class_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Make the live views show what the records say, whatever another program did to them; for the class's teachers."""
    board = await _taught_board(transaction, person, class_id)
    await remarks.adopt_remarks(transaction, services.live, class_id)
    await refresh(transaction, services.live, board, remarks=True)


@router.get("/me/progress", responses=problems(401))
async def get_own_progress(person: CurrentPerson, services: Parts) -> OwnProgressList:
    """Return how far one has come, in every class in which one is a student."""
    found = await views.own_progress(services.database, services.live, person)
    return OwnProgressList(items=[own_answer(row, contents, person.id) for row, contents in found])


async def _taught_board(transaction: Transaction, person: CurrentPerson, class_id: UUID) -> BoardRow:
    await access_class(transaction.session, person, class_id, teach=True)
    return await ensure_board(transaction.session, class_id)


async def _column(transaction: Transaction, class_id: UUID, column_id: UUID) -> ProgressColumn:
    for column in await columns_of(transaction.session, class_id):
        if column.row.id == column_id:
            return shown_column(column)
    raise NotFound
