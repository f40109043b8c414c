"""Gradebooks: grades, what they are put together from, tables for spreadsheets, and who changed what."""

import asyncio
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from auth.actions import Person
from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.http.once import OncePerKey
from auth.http.pagination import WantedPage
from auth.http.people_pages import PeopleRequest, WantedPeople
from auth.http.reading_route import ReadingRoute
from auth.http.responses import problems
from classroom.classes.actions import ClassAccess, access_class
from classroom.grades import book, changing
from classroom.grades.actions import Item, Worth, access_item, add_item
from classroom.grades.answers import change_answer, gradebook_answer, gradebook_csv, item_answer
from classroom.grades.models import GradeSource
from classroom.grades.schemas import (
    ChangedGrade,
    ChangedGrades,
    ChangePage,
    Gradebook,
    GradeChanges,
    GradeItem,
    GradeItemChanges,
    ItemOrder,
    NewGradeItem,
    OwnGrades,
    SchemeChange,
    TablePreview,
)
from classroom.grades.table import preview
from classroom.services import Parts
from classroom.tables import TABLE_BODY, read_table
from persistence.reading import Asking

router = APIRouter(tags=["grades"], route_class=ReadingRoute)

CSV_MEDIA_TYPE = "text/csv; charset=utf-8"


@router.get("/classes/{class_id}/grades", responses=problems(401, 404, 422))
async def get_gradebook(class_id: UUID, person: CurrentPerson, reader: RequestReader, page: WantedPeople) -> Gradebook:
    """Return a class's gradebook: all students by name to its teachers, page by page; their own row to a student.

    `query` is looked for in names and addresses.
    """
    access = await access_class(reader, person, class_id)
    return await _book(reader, person, access, page)


@router.get("/me/grades", responses=problems(401))
async def get_own_grades(person: CurrentPerson, reader: RequestReader) -> OwnGrades:
    """Return one's own grades, with what each part weighs, in every class in which one is a student."""
    found = await book.own_books(reader, person)
    return OwnGrades(items=[gradebook_answer(row, scheme, [own], teaches=False) for row, scheme, own in found])


@router.put("/classes/{class_id}/grades", responses=problems(401, 403, 404, 409, 413, 422))
async def set_grades(
    class_id: UUID, body: GradeChanges, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> ChangedGrades:
    """Set grades, all of them or none; for the class's teachers.

    Where somebody else was first: 409 with both values of each (`conflicts`).
    """
    await access_class(transaction.session, person, class_id, teach=True)
    rows = await changing.change_grades(
        transaction,
        services.live,
        person,
        class_id,
        [
            changing.CellChange(
                item_id=each.item_id,
                user_id=each.user_id,
                worth=Worth(points=each.points, excused=each.excused),
                version=each.version,
            )
            for each in body.changes
        ],
        source=GradeSource(body.source),
    )
    return ChangedGrades(items=[ChangedGrade.model_validate(row, from_attributes=True) for row in rows])


@router.put("/classes/{class_id}/grades/scheme", responses=problems(401, 403, 404, 409, 413, 422))
async def set_grade_scheme(
    class_id: UUID, body: SchemeChange, person: CurrentPerson, transaction: RequestTransaction
) -> Gradebook:
    """Say which categories and letters there are; for the class's teachers. Who was second gets 409 with both."""
    access = await access_class(transaction.session, person, class_id, teach=True)
    await changing.change_scheme(
        transaction.session,
        class_id,
        categories=[changing.WantedCategory(**each.model_dump()) for each in body.categories],
        letters=sorted(
            ((letter.label, letter.from_percent) for letter in body.letters), key=lambda each: each[1], reverse=True
        ),
        version=body.version,
    )
    return await _book(transaction.session, person, access)


@router.post("/classes/{class_id}/grades/items", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
async def create_grade_item(
    class_id: UUID, body: NewGradeItem, person: CurrentPerson, transaction: RequestTransaction, once: OncePerKey
) -> GradeItem:
    """Add a column of one's own; for the class's teachers."""
    session = transaction.session

    async def create() -> GradeItem:
        await access_class(session, person, class_id, teach=True)
        await changing.check_category(session, class_id, body.category_id)
        row = await add_item(session, class_id=class_id, **body.model_dump())
        return item_answer(Item(row=row, assignment=None))

    return await once.create(body, GradeItem, create)


# Before the item of any name: `order` is none.
@router.put("/classes/{class_id}/grades/items/order", responses=problems(401, 403, 404, 413, 422))
async def order_grade_items(
    class_id: UUID, body: ItemOrder, person: CurrentPerson, transaction: RequestTransaction
) -> Gradebook:
    """Put the items into an order; for the class's teachers."""
    access = await access_class(transaction.session, person, class_id, teach=True)
    await changing.order_items(transaction.session, class_id, body.item_ids)
    return await _book(transaction.session, person, access)


@router.patch("/classes/{class_id}/grades/items/{item_id}", responses=problems(401, 403, 404, 413, 422))
async def update_grade_item(
    *,
    class_id: UUID,
    item_id: UUID,
    body: GradeItemChanges,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> GradeItem:
    """Weigh an item otherwise, hide it or show it, rename it; for the class's teachers."""
    session = transaction.session
    await access_class(session, person, class_id, teach=True)
    item = await access_item(session, class_id, item_id)
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    await changing.change_item(transaction, services.live, item, changes)
    return item_answer(item)


@router.delete("/classes/{class_id}/grades/items/{item_id}", status_code=204, responses=problems(401, 403, 404))
async def remove_grade_item(
    class_id: UUID, item_id: UUID, person: CurrentPerson, transaction: RequestTransaction
) -> None:
    """Take a column of one's own out; for the class's teachers, who can restore it with its grades."""
    await access_class(transaction.session, person, class_id, teach=True)
    await changing.remove_item(transaction.session, class_id, item_id, removed=True)


@router.post("/classes/{class_id}/grades/items/{item_id}/restore", responses=problems(401, 403, 404))
async def restore_grade_item(
    class_id: UUID, item_id: UUID, person: CurrentPerson, transaction: RequestTransaction
) -> GradeItem:
    """Bring a column back with its grades; for the class's teachers."""
    await access_class(transaction.session, person, class_id, teach=True)
    row = await changing.remove_item(transaction.session, class_id, item_id, removed=False)
    return item_answer(Item(row=row, assignment=None))


@router.get("/classes/{class_id}/grades/changes", responses=problems(401, 403, 404, 422))
async def list_grade_changes(
    *,
    class_id: UUID,
    person: CurrentPerson,
    reader: RequestReader,
    page: WantedPage,
    item_id: Annotated[UUID | None, Query()] = None,
    user_id: Annotated[UUID | None, Query()] = None,
) -> ChangePage:
    """List who changed which grade when, newest first; for the class's teachers."""
    await access_class(reader, person, class_id, teach=True)
    found, next_cursor = await book.list_changes(reader, class_id, page, item_id=item_id, user_id=user_id)
    return ChangePage(items=[change_answer(each) for each in found], next_cursor=next_cursor)


@router.get(
    "/classes/{class_id}/grades.csv",
    response_class=Response,
    responses={
        200: {"description": "The gradebook as a table.", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **problems(401, 403, 404),
    },
)
async def export_grades(class_id: UUID, person: CurrentPerson, reader: RequestReader) -> Response:
    """Download a gradebook for a spreadsheet; for the class's teachers. It can be sent back changed."""
    access = await access_class(reader, person, class_id, teach=True)
    scheme = await book.scheme_of(reader, class_id)
    students = await book.all_students(reader, class_id, scheme)
    # Adding up ten thousand students takes most of a second, in which others are served.
    content = await asyncio.to_thread(gradebook_csv, scheme, students)
    name = quote(f"{access.row.title}.csv", safe="")
    return Response(
        content.encode(),
        media_type=CSV_MEDIA_TYPE,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "private, no-store"},
    )


@router.post(
    "/classes/{class_id}/grades/preview",
    responses=problems(401, 403, 404, 413, 422),
    openapi_extra=dict(TABLE_BODY),
)
async def preview_grades(class_id: UUID, request: Request, person: CurrentPerson, services: Parts) -> TablePreview:
    """Tell what a table would change, and every bad row of it; for the class's teachers. Nothing is changed."""
    async with services.database.transaction() as transaction:
        await access_class(transaction.session, person, class_id, teach=True)
    # No transaction waits while it arrives.
    table = await read_table(request)
    async with services.database.transaction() as transaction:
        await access_class(transaction.session, person, class_id, teach=True)
        return await preview(transaction.session, class_id, table)


async def _book(session: Asking, person: Person, access: ClassAccess, page: PeopleRequest | None = None) -> Gradebook:
    scheme, students, next_cursor = await book.read_book(session, person, access, page or PeopleRequest(None, 100))
    return gradebook_answer(access.row, scheme, students, next_cursor, teaches=access.teaches)
