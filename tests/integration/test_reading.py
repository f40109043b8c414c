"""What is read without a transaction is what a session reads, and survives a database that was started anew."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import ARRAY, JSON, Uuid, and_, any_, bindparam, func, inspect, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import MultipleResultsFound, NoResultFound

from auth.models import AuthSessionRow, Role, UserRow
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.grades.models import CategoryRow
from persistence.database import Database
from persistence.reading import Found, prepared
from tests.integration.conftest import Classroom
from tests.integration.statements import counted_statements

pytestmark = pytest.mark.postgres


def columns(row: Any, entity: type[Any]) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in inspect(entity).column_attrs}


async def both(database: Database, statement: Any, params: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """Return what a session reads, and what the reader reads, asked twice: it remembers the first time."""
    async with database.transaction() as transaction:
        session = (await transaction.session.execute(statement, params or {})).all()
    first = (await database.reader.execute(statement, params)).all()
    again = (await database.reader.execute(statement, params)).all()
    assert len(first) == len(again) == len(session)
    return session, again


async def test_rows_and_entities_are_those_of_a_session(classroom: Classroom) -> None:
    database = classroom.api.services.database
    statement = (
        select(MembershipRow, UserRow, ClassRow.title.label("called"), func.count(AuthSessionRow.id).over())
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .join(ClassRow, ClassRow.id == MembershipRow.class_id)
        .outerjoin(AuthSessionRow, and_(AuthSessionRow.user_id == UserRow.id, AuthSessionRow.user_agent == "nobody's"))
        .where(MembershipRow.class_id == UUID(classroom.class_id))
        .order_by(UserRow.id)
    )
    for wanted, found in zip(*await both(database, statement), strict=True):
        for entity, one, other in zip((MembershipRow, UserRow), found, wanted, strict=False):
            assert columns(one, entity) == columns(other, entity)
        assert tuple(found[2:]) == tuple(wanted[2:])
        assert found.called == "7b"
    roles = [row[0].role for row in (await database.reader.execute(statement)).all()]
    assert sorted(roles) == [ClassRole.STUDENT, ClassRole.TEACHER]


async def test_what_an_outer_join_did_not_find_is_none(classroom: Classroom) -> None:
    statement = select(UserRow.name, ClassRow).outerjoin(ClassRow, ClassRow.title == UserRow.name).order_by(UserRow.id)
    wanted, found = await both(classroom.api.services.database, statement)
    assert found == wanted
    assert {row[1] for row in found} == {None}


async def test_values_are_converted_as_a_session_does(classroom: Classroom) -> None:
    database = classroom.api.services.database
    class_id, teacher_id = UUID(classroom.class_id), UUID(classroom.teacher.id)
    async with database.transaction() as transaction:
        transaction.session.add(
            CategoryRow(
                id=uuid4(), class_id=class_id, title="Tests", weight=Decimal("1.250"), drop_lowest=1, position=0
            )
        )
    statement = select(
        CategoryRow.weight,
        CategoryRow.weight / 2,
        select(UserRow.role).where(UserRow.id == teacher_id).scalar_subquery(),
        CategoryRow.title,
    )
    wanted, found = await both(database, statement)
    assert found == wanted
    assert found[0][0] == Decimal("1.250")
    assert found[0][2] is Role.TEACHER
    kept: dict[str, object] = {"text": "Grüße", "parts": [1, 2.5, None, {}]}
    wanted, found = await both(database, select(literal(kept, JSONB), literal(kept, JSON)))
    assert found == wanted == [(kept, kept)]


async def test_prepared_ones_and_lists_of_values(classroom: Classroom) -> None:
    database = classroom.api.services.database
    ids = [UUID(classroom.teacher.id), UUID(classroom.student.id)]
    constant = prepared(
        select(UserRow.id, UserRow.role)
        .where(UserRow.id == any_(bindparam("ids", type_=ARRAY(Uuid))), UserRow.role.in_([Role.TEACHER, Role.STUDENT]))
        .order_by(UserRow.id)
    )
    wanted, found = await both(database, constant, {"ids": ids, "of_another": 1})
    assert [tuple(row) for row in found] == [tuple(row) for row in wanted]
    assert len(found) == 2
    for some in (ids, ids[:1], []):
        wanted, found = await both(database, select(UserRow.id).where(UserRow.id.in_(some)).order_by(UserRow.id))
        assert found == wanted
        assert len(found) == len(some)
    several = union_all(select(UserRow.name), select(ClassRow.title)).order_by("name")
    wanted, found = await both(database, several)
    assert [tuple(row) for row in found] == [tuple(row) for row in wanted]
    with pytest.raises(KeyError):
        await database.reader.execute(constant)


async def test_one_row_is_one_and_not_several(classroom: Classroom) -> None:
    reader = classroom.api.services.database.reader
    people = select(UserRow).where(UserRow.id.in_([UUID(classroom.teacher.id), UUID(classroom.student.id)]))
    teacher, nobody = (people.where(UserRow.role == role) for role in (Role.TEACHER, Role.ADMIN))
    assert (await reader.scalars(teacher)).one().id == UUID(classroom.teacher.id)
    assert (await reader.scalars(nobody)).one_or_none() is None
    with pytest.raises(NoResultFound):
        (await reader.execute(nobody)).one()
    for only in (Found.one, Found.one_or_none):
        with pytest.raises(MultipleResultsFound):
            only(await reader.scalars(people))


async def test_rows_are_found_by_their_keys(classroom: Classroom) -> None:
    reader = classroom.api.services.database.reader
    key = (UUID(classroom.class_id), UUID(classroom.student.id))
    membership = await reader.get(MembershipRow, key)
    assert membership is not None
    assert membership.role is ClassRole.STUDENT
    assert await reader.get(UserRow, uuid4()) is None


async def test_connections_that_a_restart_has_closed_are_replaced(classroom: Classroom) -> None:
    database = classroom.api.services.database
    statement = select(func.pg_backend_pid())
    before = await asyncio.gather(*(database.reader.scalar(statement) for _ in range(4)))
    async with database.transaction() as transaction:
        await transaction.session.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where pid = any(:pids)"), {"pids": before}
        )
    after = await asyncio.gather(*(database.reader.scalar(statement) for _ in range(4)))
    assert None not in after
    assert not set(after) & set(before)


async def test_a_refused_statement_costs_no_connection_and_an_unfinished_one_does(classroom: Classroom) -> None:
    reader = classroom.api.services.database.reader
    pid = await reader.scalar(select(func.pg_backend_pid()))
    with pytest.raises(asyncpg.PostgresError):
        await reader.execute(select(UserRow.name).where(UserRow.name == "\x00"))
    assert await reader.scalar(select(func.pg_backend_pid())) == pid
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await reader.execute(select(func.pg_sleep(30)))
    assert await reader.scalar(select(func.pg_backend_pid())) != pid


async def test_a_page_holds_no_transaction(classroom: Classroom) -> None:
    with counted_statements(classroom.api.services.database) as statements:
        assert (await classroom.student.get(f"/classes/{classroom.class_id}/documents")).status_code == 200
    assert len(statements) == 3
    async with classroom.api.services.database.transaction() as transaction:
        open_ones = await transaction.session.scalar(
            text("select count(*) from pg_stat_activity where state like 'idle in%' and datname = current_database()")
        )
    assert open_ones == 0
