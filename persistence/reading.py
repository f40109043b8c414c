"""Reading: what is asked without changing anything, straight from the driver.

A transaction's session keeps track of every row that it loads, in case it is changed, and begins and commits around them. A page of
rows that are only shown pays for that several times over. Here the same statements are asked one by one on connections that do
nothing else. Rows are tuples with names, and so are the entities among them: they have the columns of the mapped class, and nothing
that could be changed.

What is asked often is ``prepared``: put into words once. Everything else is found again by its shape.
"""

import asyncio
import json
from collections import namedtuple
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any, Generic, TypeAlias, TypeVar, TypeVarTuple, cast

import asyncpg
from sqlalchemy import ARRAY, BindParameter, Float, Row, Select, bindparam, inspect, select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import TypedReturnsRows
from sqlalchemy.sql.type_api import TypeEngine

FLOAT_OID, NUMERIC_OID = 701, 1700
CONNECTIONS = 4
PLANNER = {"random_page_cost": "1.1", "plan_cache_mode": "force_generic_plan"}
"""What pages ask for is in memory, or on a disk without an arm: the way through an index costs next to nothing more."""
STATEMENTS_KEPT = 1000
"""By each connection, ready to be asked again; there are a few hundred different ones."""

_BROKEN = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # it was told to end while it had nothing to do
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    OSError,
)

Columns = TypeVarTuple("Columns")
Value = TypeVar("Value")
Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])
_Take = Callable[[asyncpg.Record], Any]
Connect = Callable[..., Awaitable["asyncpg.Connection[Any]"]]


Bound: TypeAlias = Value | BindParameter[Value]
"""A value in a statement, or its name in one that is prepared."""


def prepared(statement: Statement) -> Statement:
    """Let a statement be put into words once. It is a constant, with a ``bindparam`` for each value that differs."""
    return statement.execution_options(prepared=True)


class Found(Generic[Value]):
    """What a statement selects: its methods are those of a session's result that are of use here."""

    __slots__ = ("_rows",)

    def __init__(self, rows: list[Value]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Value]:
        """Go through all of it."""
        return iter(self._rows)

    def all(self) -> Sequence[Value]:
        """Return all of it."""
        return self._rows

    def one_or_none(self) -> Value | None:
        """Return the only one, or None. Raises MultipleResultsFound."""
        if len(self._rows) > 1:
            raise MultipleResultsFound("a statement that selects one row at most has selected several")
        return self._rows[0] if self._rows else None

    def one(self) -> Value:
        """Return the only one. Raises NoResultFound, MultipleResultsFound."""
        if not self._rows:
            raise NoResultFound("a statement that selects one row has selected none")
        return cast(Value, self.one_or_none())


class Reader:
    """Asks a database, and changes nothing. Its ``execute``, ``scalars`` and ``scalar`` are those of a session."""

    def __init__(self, dialect: Dialect, connect: Connect, *, connections: int = CONNECTIONS) -> None:
        """`connect`: gets to the database, with asyncpg's options; called at the first use."""
        self._dialect = dialect
        self._connections = _Connections(connect, most=connections)
        self._prepared: dict[Any, _Prepared] = {}
        self._by_key: dict[type[Any], Any] = {}
        self._compiled: dict[Any, Any] = {}
        self._shapes: dict[SQLCompiler, _Shape] = {}

    async def execute(
        self, statement: TypedReturnsRows[*Columns], params: Mapping[str, Any] | None = None
    ) -> Found[Row[*Columns]]:
        """Return the rows that a statement selects."""
        shape, records = await self._ask(statement, params)
        return Found(shape.rows(records))

    async def scalars(
        self, statement: TypedReturnsRows[Value], params: Mapping[str, Any] | None = None
    ) -> Found[Value]:
        """Return the first column of the rows that a statement selects."""
        shape, records = await self._ask(statement, params)
        return Found(shape.firsts(records))

    async def scalar(self, statement: TypedReturnsRows[Value], params: Mapping[str, Any] | None = None) -> Value | None:
        """Return the first column of the first row that a statement selects."""
        shape, records = await self._ask(statement, params)
        found: list[Value] = shape.firsts(records[:1])
        return found[0] if found else None

    async def get(self, entity: type[Value], identity: object) -> Value | None:
        """Return the row of a table that has this key."""
        statement = self._by_key.get(entity)
        if statement is None:
            mapper = inspect(entity)
            keys = [column == bindparam(f"key{n}") for n, column in enumerate(mapper.primary_key)]
            statement = self._by_key[entity] = prepared(select(entity).where(*keys))
        values = identity if isinstance(identity, tuple) else (identity,)
        return await self.scalar(statement, {f"key{n}": value for n, value in enumerate(values)})

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[asyncpg.Record]:
        """Ask in the words of the database."""
        return await self._connections.fetch(sql, values)

    async def close(self) -> None:
        """Close all connections."""
        await self._connections.close()

    async def _ask(
        self, statement: TypedReturnsRows[*Columns], params: Mapping[str, Any] | None
    ) -> tuple["_Shape", list[asyncpg.Record]]:
        known = self._prepared.get(statement)
        if known is not None:
            return known.shape, await self.fetch(known.sql, known.values(params or {}))
        asked = cast(Select[*tuple[Any, ...]], statement)
        if asked.get_execution_options().get("prepared"):
            known = self._prepared[asked] = _prepare(asked, self._dialect)
            return known.shape, await self.fetch(known.sql, known.values(params or {}))
        sql, values, shape = self._words(asked, params)
        return shape, await self.fetch(sql, values)

    def _words(
        self, asked: Select[*tuple[Any, ...]], params: Mapping[str, Any] | None
    ) -> tuple[str, Sequence[Any], "_Shape"]:
        compiled, extracted, own, _ = asked._compile_w_cache(  # noqa: SLF001 -- what a session does, without the session
            self._dialect, compiled_cache=self._compiled, column_keys=[]
        )
        compiled = cast(SQLCompiler, compiled)
        shape = self._shapes.get(compiled)
        if shape is None:
            shape = self._shapes[compiled] = _shape_of(asked, compiled, self._dialect)
        values = compiled.construct_params(
            dict(params or {}), extracted, escape_names=False, _no_postcompile=True, _collected_params=own
        )
        if compiled.post_compile_params or compiled.literal_execute_params:
            expanded = compiled._process_parameters_for_postcompile(values)  # noqa: SLF001 -- as above
            processors = {**compiled._bind_processors, **expanded.processors}  # noqa: SLF001 -- as above
            return expanded.statement, _processed(expanded.parameters, expanded.positiontup or (), processors), shape
        return (
            compiled.string,
            _processed(values, compiled.positiontup or (), compiled._bind_processors),  # noqa: SLF001 -- as above
            shape,
        )


Asking = AsyncSession | Reader
"""Where something can be looked up: within a transaction, or for a page that changes nothing."""


class _Connections:
    """A few connections that are all alike; the one that was used last is used first."""

    def __init__(self, connect: Connect, *, most: int) -> None:
        self._open = connect
        self._places = asyncio.Semaphore(most)
        self._free: list[asyncpg.Connection] = []

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[asyncpg.Record]:
        async with self._places:
            connection, fresh = self._free.pop() if self._free else None, False
            while True:
                if connection is None or connection.is_closed():
                    connection, fresh = await self._connect(), True
                try:
                    records: list[asyncpg.Record] = await connection.fetch(sql, *values)
                except _BROKEN:
                    connection.terminate()
                    # The database was started anew since. Nothing was changed, so it is simply asked again.
                    if fresh:
                        raise
                    connection = None
                except asyncpg.PostgresError:
                    self._free.append(connection)
                    raise
                except BaseException:
                    connection.terminate()
                    raise
                else:
                    self._free.append(connection)
                    return records

    async def close(self) -> None:
        while self._free:
            with suppress(*_BROKEN):
                await self._free.pop().close()

    async def _connect(self) -> asyncpg.Connection:
        connection: asyncpg.Connection = await self._open(
            statement_cache_size=STATEMENTS_KEPT,
            max_cached_statement_lifetime=0,
            server_settings=PLANNER,
        )
        for name, prefix in (("json", b""), ("jsonb", b"\x01")):
            await connection.set_type_codec(
                name,
                schema="pg_catalog",
                format="binary",
                encoder=_json_encoder(prefix),
                decoder=_json_decoder(len(prefix)),
            )
        return connection


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the rows of a statement are made of what the driver gives; `plain`: each column is as the driver gives it."""

    make: Callable[[Iterable[Any]], Any]
    takes: Sequence[_Take]
    plain: bool

    def rows(self, records: Sequence[asyncpg.Record]) -> list[Any]:
        make, takes = self.make, self.takes
        if self.plain:
            return [make(record) for record in records]
        return [make([take(record) for take in takes]) for record in records]

    def firsts(self, records: Sequence[asyncpg.Record]) -> list[Any]:
        take = self.takes[0]
        return [take(record) for record in records]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement in the database's words. `arguments`: for each place the parameter's name, or None and the value; what converts it."""

    sql: str
    arguments: Sequence[tuple[str | None, Any, Callable[[Any], Any] | None]]
    shape: _Shape

    def values(self, params: Mapping[str, Any]) -> list[Any]:
        """Return what is asked with; raises KeyError where a parameter has no value."""
        return [
            value if name is None else params[name] if process is None else process(params[name])
            for name, value, process in self.arguments
        ]


def _prepare(asked: Select[*tuple[Any, ...]], dialect: Dialect) -> _Prepared:
    compiled = asked.compile(dialect=dialect)
    # What has a value already is a constant; a list of them is written out.
    constants = compiled.construct_params(escape_names=False, _check=False, _no_postcompile=True)
    expanded = compiled._process_parameters_for_postcompile(constants)  # noqa: SLF001 -- as above
    processors = cast(dict[str, Any], {**compiled._bind_processors, **expanded.processors})  # noqa: SLF001 -- as above
    for name, each in compiled.binds.items():
        if isinstance(each.type, ARRAY) and each.type.item_type.dialect_impl(dialect).bind_processor(dialect) is None:
            processors[name] = None  # the driver takes such a list as it is, and does not have to be given a copy
    arguments: list[tuple[str | None, Any, Callable[[Any], Any] | None]] = []
    for name in expanded.positiontup or ():
        bind, process = compiled.binds.get(name), processors.get(name)
        if bind is not None and bind.required:
            arguments.append((bind.key, None, process))
        else:
            value = expanded.parameters[name]
            arguments.append((None, value if process is None else process(value), None))
    return _Prepared(expanded.statement, arguments, _shape_of(asked, compiled, dialect))


def _shape_of(asked: Select[*tuple[Any, ...]], compiled: SQLCompiler, dialect: Dialect) -> _Shape:
    columns = compiled._result_columns  # noqa: SLF001 -- as above
    names: list[str] = []
    takes: list[_Take] = []
    at = 0
    # Of several selects together there are only columns.
    for described in getattr(asked, "column_descriptions", [{"name": each.name} for each in columns]):
        entity = described.get("entity")
        mapper = inspect(entity).mapper if entity is not None and described["expr"] is entity else None
        width = 1 if mapper is None else len(mapper.column_attrs)
        processors = [_from_driver(each.type, dialect) for each in columns[at : at + width]]
        names.append(described["name"])
        takes.append(_column(at, processors[0]) if mapper is None else _entity(mapper, at, processors))
        at += width
    assert at == len(columns), "a statement has other columns than it was asked for"
    plain = all(isinstance(take, itemgetter) for take in takes)
    return _Shape(_tuples("Row", names), takes, plain)


def _from_driver(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what makes a value of what the driver gives, if it is another one. Of numbers the driver tells which kind they are."""
    given = FLOAT_OID if isinstance(kind, Float) else NUMERIC_OID
    return kind._cached_result_processor(dialect, given)  # noqa: SLF001 -- as above


def _column(at: int, process: Callable[[Any], Any] | None) -> _Take:
    return itemgetter(at) if process is None else lambda record: process(record[at])


def _tuples(name: str, keys: Sequence[str]) -> Callable[[Iterable[Any]], Any]:
    """Return what makes tuples with these names; a column without a good one is found by its place."""
    return partial(tuple.__new__, namedtuple(name, keys, rename=True))  # noqa: PYI024 -- what they are is known when they are asked


def _entity(mapper: Mapper[Any], start: int, processors: Sequence[Callable[[Any], Any] | None]) -> _Take:
    """Return what makes an entity; of an outer join that found none, None."""
    keys = [attribute.key for attribute in mapper.column_attrs]
    identity = start + keys.index(mapper.get_property_by_column(mapper.primary_key[0]).key)
    make = _tuples(mapper.class_.__name__, keys)
    stop = start + len(keys)
    converted = [(at, process) for at, process in enumerate(processors) if process is not None]

    def take(record: asyncpg.Record) -> Any:
        if record[identity] is None:
            return None
        if not converted:
            return make(record[start:stop])
        values = list(record[start:stop])
        for at, process in converted:
            values[at] = process(values[at])
        return make(values)

    return take


def _processed(values: Mapping[str, Any], names: Sequence[str], processors: Mapping[str, Any]) -> list[Any]:
    return [values[name] if (process := processors.get(name)) is None else process(values[name]) for name in names]


def _json_encoder(prefix: bytes) -> Callable[[str], bytes]:
    return lambda text: prefix + text.encode()


def _json_decoder(prefix_bytes: int) -> Callable[[bytes], Any]:
    decode = json.JSONDecoder().decode
    return lambda data: decode(str(data[prefix_bytes:], "utf-8"))
