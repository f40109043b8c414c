"""Files that other features use: who may claim them, and who may then fetch them."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import ContentInvalid, Forbidden, NotFound
from auth.models import UserRow
from classroom.file_uses import FILE_USES
from classroom.files.models import FileRow
from classroom.files.uses import FileDesk, FileUse
from persistence.base import Base
from persistence.ids import new_id
from tests.integration.conftest import Api, Classroom, Client
from tests.integration.uploads import upload

IsProblem = Callable[..., None]
THING = new_id()


async def as_person(session: AsyncSession, client: Client) -> Person:
    row = await session.get_one(UserRow, UUID(client.id))
    return Person(row.id, row.name, row.email, row.role, row.color, new_id())


def lend(api: Api, *readers: Client, refusal: type[Exception] = NotFound) -> None:
    """Let every file named `lent` be used for a thing that only some people may see."""

    async def access(_session: AsyncSession, person: Person, thing_id: UUID) -> None:
        assert thing_id == THING
        if str(person.id) not in {reader.id for reader in readers}:
            raise refusal

    pairs = select(FileRow.id, literal(THING)).where(FileRow.name == "lent")
    api.replace(files=FileDesk((*FILE_USES, FileUse("thing", files=pairs, access=access)), api.services.files.limits))


async def claim(api: Api, client: Client, *file_ids: str, class_id: str | None = None) -> list[FileRow]:
    async with api.services.database.transaction() as transaction:
        person = await as_person(transaction.session, client)
        ids = [UUID(each) for each in file_ids]
        return await api.services.files.claim(
            transaction.session, person, ids, class_id=UUID(class_id) if class_id else None
        )


@pytest.mark.parametrize("refusal", [NotFound, Forbidden])
async def test_a_file_in_use_is_seen_by_whoever_may_see_what_uses_it(
    classroom: Classroom, refusal: type[Exception], is_problem: IsProblem
) -> None:
    made = (await upload(classroom.teacher, b"some text", name="lent")).json()
    is_problem(await classroom.student.http.get(made["url"]), 404, "not_found")
    lend(classroom.api, classroom.student, refusal=refusal)
    assert (await classroom.student.http.get(made["url"])).status_code == 200
    for other in (classroom.stranger, classroom.teacher):
        is_problem(await other.http.get(made["url"]), 404, "not_found")


async def test_one_claims_what_one_has_uploaded_oneself(classroom: Classroom) -> None:
    first = (await upload(classroom.student, b"one")).json()["id"]
    second = (await upload(classroom.student, b"two")).json()["id"]
    rows = await claim(classroom.api, classroom.student, second, first, second, class_id=classroom.class_id)
    assert [str(row.id) for row in rows] == [second, first]
    assert {str(row.class_id) for row in rows} == {classroom.class_id}
    assert await claim(classroom.api, classroom.student) == []


async def test_nobody_claims_somebody_elses_file_or_one_that_is_not_there(classroom: Classroom) -> None:
    mine = (await upload(classroom.student, b"mine")).json()["id"]
    theirs = (await upload(classroom.teacher, b"theirs")).json()["id"]
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    on_board = await upload(classroom.student, drawn, claimed="", document_id=classroom.board_id)
    for wrong in (theirs, str(new_id()), on_board.json()["id"]):
        with pytest.raises(ContentInvalid) as refused:
            await claim(classroom.api, classroom.student, mine, wrong)
        assert refused.value.code == "file_unknown"


def test_every_link_to_a_file_is_known_as_a_use() -> None:
    """Otherwise nobody could fetch such a file, and the collector would take it for an orphan."""
    known = {
        column.table.name for use in FILE_USES for column in use.files.selected_columns if column.table is not None
    }
    links = {
        key.parent.table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "files.id"
    }
    # What a deck's PDF has become belongs to the PDF, which is a document's; forgotten are those that a document does not use.
    assert links - {"slide_uploads", "pdf_pages", "forgotten_files"} <= known, (
        "list its FILE_USE in classroom.file_uses"
    )
