"""Assignments: what teachers set, until when, for whom longer; and the work of students for them."""

from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from auth.actions import Person
from auth.dependencies import CurrentPerson, RequestReader, RequestTransaction
from auth.http.once import OncePerKey
from auth.http.pagination import WantedPage
from auth.http.people_pages import WantedPeople
from auth.http.reading_route import ReadingRoute
from auth.http.requests import ArrivedAt
from auth.http.responses import problems
from classroom.assignments import actions, class_work, grading, reading, work
from classroom.assignments.actions import AccessedAssignment, access_assignment
from classroom.assignments.answers import (
    assignment_answer,
    due_answer,
    extension_answers,
    kept_values,
    line_answer,
    submission_answer,
)
from classroom.assignments.bundle import archive
from classroom.assignments.due import due_work
from classroom.assignments.names import safe_name
from classroom.assignments.rules import SubmissionState
from classroom.assignments.schemas import (
    Assignment,
    AssignmentChanges,
    AssignmentPage,
    Draft,
    DuePage,
    ExtensionList,
    HandIn,
    NewAssignment,
    NewExtension,
    NewGrading,
    Submission,
    SubmissionPage,
    WorkNeighbours,
)
from classroom.classes.actions import access_class
from classroom.services import Parts
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.reading import Asking

router = APIRouter(tags=["assignments"], route_class=ReadingRoute)


@router.post("/classes/{class_id}/assignments", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
async def create_assignment(
    class_id: UUID, body: NewAssignment, person: CurrentPerson, transaction: RequestTransaction, once: OncePerKey
) -> Assignment:
    """Make an assignment as a draft; for the class's teachers."""
    session = transaction.session

    async def create() -> Assignment:
        room = await access_class(session, person, class_id, teach=True)
        row, item = await actions.add_assignment(
            session, class_id=class_id, created_by=person.id, values=kept_values(body)
        )
        access = AccessedAssignment(row, item, room.role, None, room.row.title)
        return assignment_answer(access, class_title=room.row.title, counts=actions.Counts())

    return await once.create(body, Assignment, create)


@router.get("/classes/{class_id}/assignments", responses=problems(401, 404, 422))
async def list_assignments(
    class_id: UUID, person: CurrentPerson, reader: RequestReader, page: WantedPage
) -> AssignmentPage:
    """List the assignments of a class, newest first: to students those that are published, with how far they are."""
    room = await access_class(reader, person, class_id)
    found, next_cursor = await actions.list_assignments(reader, person, room, page)
    return AssignmentPage(
        items=[
            assignment_answer(each.access, class_title=room.row.title, own=each.own, counts=each.counts)
            for each in found
        ],
        next_cursor=next_cursor,
    )


@router.get("/me/assignments", responses=problems(401, 422))
async def list_due_work(person: CurrentPerson, reader: RequestReader, page: WantedPage) -> DuePage:
    """List what one has still to hand in, in all of one's classes; what is due first is at the front."""
    found, next_cursor = await due_work(reader, person, page, at=utc_now())
    return DuePage(items=[due_answer(each) for each in found], next_cursor=next_cursor)


@router.get("/assignments/{assignment_id}", responses=problems(401, 404))
async def get_assignment(assignment_id: UUID, person: CurrentPerson, reader: RequestReader) -> Assignment:
    """Return an assignment."""
    return await _shown(reader, person, await access_assignment(reader, person, assignment_id))


@router.patch("/assignments/{assignment_id}", responses=problems(401, 403, 404, 413, 422))
async def update_assignment(
    assignment_id: UUID,
    body: AssignmentChanges,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> Assignment:
    """Change an assignment, at once for everybody who sees it; for the class's teachers."""
    access = await access_assignment(transaction.session, person, assignment_id, teach=True, lock=True)
    changes = kept_values(body, now=access.row)
    await actions.change_assignment(transaction, services.live, access, changes)
    return await _shown(transaction.session, person, access)


@router.post("/assignments/{assignment_id}/publish", responses=problems(401, 403, 404))
async def publish_assignment(
    assignment_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Assignment:
    """Show an assignment to the class; for its teachers."""
    access = await access_assignment(transaction.session, person, assignment_id, teach=True, lock=True)
    await actions.publish(transaction, services.live, access)
    return await _shown(transaction.session, person, access)


@router.post("/assignments/{assignment_id}/withdraw", responses=problems(401, 403, 404, 409))
async def withdraw_assignment(
    assignment_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Assignment:
    """Make an assignment a draft again, as long as nobody has handed in anything; for the class's teachers."""
    access = await access_assignment(transaction.session, person, assignment_id, teach=True, lock=True)
    await actions.withdraw(transaction, services.live, access)
    return await _shown(transaction.session, person, access)


@router.delete("/assignments/{assignment_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_assignment(
    assignment_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> None:
    """Put an assignment away with all its work; for the class's teachers, who can restore it."""
    access = await access_assignment(transaction.session, person, assignment_id, teach=True, lock=True)
    await actions.delete_assignment(transaction, services.live, access, deleted=True)


@router.post("/assignments/{assignment_id}/restore", responses=problems(401, 403, 404))
async def restore_assignment(
    assignment_id: UUID, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Assignment:
    """Bring back a deleted assignment with all its work; for the class's teachers."""
    access = await access_assignment(transaction.session, person, assignment_id, teach=True, deleted=True, lock=True)
    await actions.delete_assignment(transaction, services.live, access, deleted=False)
    return await _shown(transaction.session, person, access)


@router.get("/assignments/{assignment_id}/extensions", responses=problems(401, 403, 404))
async def list_extensions(assignment_id: UUID, person: CurrentPerson, reader: RequestReader) -> ExtensionList:
    """List who has more time; for the class's teachers."""
    access = await access_assignment(reader, person, assignment_id, teach=True)
    return ExtensionList(items=extension_answers(await actions.extensions_of(reader, access)))


@router.put(
    "/assignments/{assignment_id}/extensions/{user_id}", status_code=204, responses=problems(401, 403, 404, 413, 422)
)
async def set_extension(
    assignment_id: UUID, user_id: UUID, body: NewExtension, person: CurrentPerson, transaction: RequestTransaction
) -> None:
    """Give one student more time, or less; for the class's teachers."""
    access = await access_assignment(transaction.session, person, assignment_id, teach=True)
    await actions.extend(
        transaction.session, access, user_id, due_at=body.due_at, cutoff_at=body.cutoff_at, by=person.id
    )


@router.delete("/assignments/{assignment_id}/extensions/{user_id}", status_code=204, responses=problems(401, 403, 404))
async def end_extension(
    assignment_id: UUID, user_id: UUID, person: CurrentPerson, transaction: RequestTransaction
) -> None:
    """Let everybody's deadlines hold for a student again; for the class's teachers."""
    access = await access_assignment(transaction.session, person, assignment_id, teach=True)
    await actions.end_extension(transaction.session, access, user_id)


@router.get("/assignments/{assignment_id}/submissions", responses=problems(401, 404, 422))
async def list_submissions(
    *,
    assignment_id: UUID,
    person: CurrentPerson,
    reader: RequestReader,
    page: WantedPeople,
    state: SubmissionState | None = None,
) -> SubmissionPage:
    """List the work of all students of the class by name; to a student, their own.

    `query` is looked for in names and addresses; `state`: only work that has come so far.
    """
    access = await access_assignment(reader, person, assignment_id)
    found, next_cursor = await class_work.list_work(reader, person, access, page, state=state)
    return SubmissionPage(items=[line_answer(access, each) for each in found], next_cursor=next_cursor)


@router.get(
    "/assignments/{assignment_id}/submissions.zip",
    response_class=Response,
    responses={
        200: {
            "description": "A folder for each student who has handed in.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(401, 403, 404),
    },
)
async def download_submissions(assignment_id: UUID, person: CurrentPerson, services: Parts) -> Response:
    """Download what was handed in last by everybody, as one archive; for the class's teachers."""
    async with services.database.transaction() as transaction:
        access = await access_assignment(transaction.session, person, assignment_id, teach=True)
        class_id, title = access.row.class_id, access.row.title
    name = quote(f"{safe_name(title)}.zip", safe="")
    return StreamingResponse(
        archive(services, assignment_id=assignment_id, class_id=class_id),
        media_type="application/zip",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "private, no-store"},
    )


@router.put("/assignments/{assignment_id}/draft", responses=problems(401, 403, 404, 409, 413, 422))
async def keep_draft(
    *,
    at: ArrivedAt,
    assignment_id: UUID,
    body: Draft,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> Submission:
    """Keep what one has written so far, for oneself alone; it also begins one's work. For students of the class."""
    access = await access_assignment(transaction.session, person, assignment_id)
    await work.keep_draft(
        transaction,
        services.live,
        person,
        access,
        text=body.text,
        file_ids=body.file_ids,
        desk=services.files,
        at=at,
    )
    return await _own(transaction, person, access)


@router.post(
    "/assignments/{assignment_id}/submissions", status_code=201, responses=problems(401, 403, 404, 409, 413, 422)
)
async def hand_in(
    *,
    at: ArrivedAt,
    assignment_id: UUID,
    body: HandIn,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
    once: OncePerKey,
) -> Submission:
    """Hand in one's work; for students of the class. The server's clock counts, from when the request arrived."""

    async def create() -> Submission:
        access = await access_assignment(transaction.session, person, assignment_id)
        await work.hand_in(
            transaction,
            services.live,
            person,
            access,
            text=body.text,
            file_ids=body.file_ids,
            number=body.attempt,
            desk=services.files,
            at=at,
        )
        return await _own(transaction, person, access)

    return await once.create(body, Submission, create)


@router.get("/submissions/{submission_id}", responses=problems(401, 404))
async def get_submission(submission_id: UUID, person: CurrentPerson, reader: RequestReader) -> Submission:
    """Return a piece of work, to its student and to the teachers of the class."""
    access, row = await reading.access_submission(reader, person, submission_id)
    return submission_answer(access, await reading.read_work(reader, access, row.user_id), at=utc_now())


@router.get("/submissions/{submission_id}/neighbours", responses=problems(401, 403, 404))
async def get_work_neighbours(submission_id: UUID, person: CurrentPerson, reader: RequestReader) -> WorkNeighbours:
    """Tell whose work comes before and after a piece of work, and whose waits for a grade next; for the class's teachers."""
    access, row = await reading.access_submission(reader, person, submission_id, teach=True)
    found = await class_work.neighbours(reader, access, row)
    return WorkNeighbours.model_validate(found, from_attributes=True)


@router.post("/submissions/{submission_id}/attempts", responses=problems(401, 403, 404, 409))
async def begin_attempt(
    *,
    at: ArrivedAt,
    submission_id: UUID,
    person: CurrentPerson,
    transaction: RequestTransaction,
    services: Parts,
) -> Submission:
    """Go on with what one has handed in, for another attempt; for the student whose work it is."""
    access, _ = await reading.access_submission(transaction.session, person, submission_id)
    await work.begin_again(transaction, services.live, person, access, at=at)
    return await _own(transaction, person, access)


@router.put("/submissions/{submission_id}/grade", responses=problems(401, 403, 404, 409, 413, 422))
async def grade_submission(
    submission_id: UUID, body: NewGrading, person: CurrentPerson, transaction: RequestTransaction, services: Parts
) -> Submission:
    """Grade a piece of work, and give it back; for the class's teachers.

    Who was second gets 409 with both values: `conflicts`.
    """
    at = utc_now()
    session = transaction.session
    access, row = await reading.access_submission(session, person, submission_id, teach=True, lock=True)
    await grading.grade_submission(
        transaction,
        services.live,
        person,
        access,
        row,
        grading=grading.Grading(
            points=body.points,
            excused=body.excused,
            penalty_percent=body.penalty_percent,
            rubric=body.rubric,
            feedback=body.feedback,
            file_ids=body.file_ids,
        ),
        desk=services.files,
        version=body.version,
        give_back=body.give_back,
        at=at,
    )
    return submission_answer(access, await reading.read_work(session, access, row.user_id), at=at)


async def _own(transaction: Transaction, person: Person, access: AccessedAssignment) -> Submission:
    # The last steps say up to where the page's log was handed in.
    await transaction.finish()
    found = await reading.read_work(transaction.session, access, person.id)
    return submission_answer(access, found, at=utc_now())


async def _shown(session: Asking, person: Person, access: AccessedAssignment) -> Assignment:
    if access.teaches:
        row = access.row
        counts = (await actions.count_work(session, row.class_id, {row.id: access.item.id})).get(
            row.id, actions.Counts()
        )
        return assignment_answer(access, class_title=access.class_title, counts=counts)
    found = await reading.read_work(session, access, person.id)
    return assignment_answer(access, class_title=access.class_title, own=(found.row, found.grade))
