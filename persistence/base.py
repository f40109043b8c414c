"""The declarative base of every table, and the column types they share.

Constraints get their names from one convention, because the names are part of the code: a violated
constraint is translated into a domain error by its name.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Dialect, LargeBinary, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

CONSTRAINT_NAMES: Mapping[str, str] = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class Base(DeclarativeBase):
    """Collect the tables of all packages in one metadata."""

    metadata = MetaData(naming_convention=dict(CONSTRAINT_NAMES))
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        bytes: LargeBinary(),
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
    }


E = TypeVar("E", bound=StrEnum)


class TextEnum(TypeDecorator[E]):
    """Keep a ``StrEnum`` as plain text; the table's check constraint bounds the values.

    PostgreSQL's own enum types cannot lose a value again, and adding one takes a lock.
    """

    impl = Text
    cache_ok = True

    def __init__(self, members: type[E]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Write the value."""
        return None if value is None else str(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], E | None]:
        """Read the value back as a member."""
        known: dict[Any, E | None] = {str(member): member for member in self.members}
        known[None] = None
        return known.__getitem__

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Treat what a column is compared with as a value of the column."""
        return self


def one_of(column: str, members: type[StrEnum]) -> CheckConstraint:
    """Return the check constraint that allows exactly the values of an enum."""
    values = ", ".join(f"'{member}'" for member in members)
    return CheckConstraint(f"{column} in ({values})", name=column)


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)
