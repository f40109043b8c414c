"""Walk through long lists of people, in the order of their names, and search them."""

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query
from sqlalchemy import Integer, Select, Text, Uuid, bindparam, func, or_, select, tuple_

from auth.errors import FieldInvalid
from auth.http.pagination import CURSOR_MAX_CHARS, FIRST, PAGE_ITEMS, PAGE_ITEMS_MAX, PageRequest, decode_cursor
from auth.http.schemas import SearchText
from auth.models import UserRow
from auth.rules import TEXT_MAX_CHARS, sort_name
from persistence.reading import Asking, prepared

Querying = TypeVar("Querying", bound=Select[*tuple[Any, ...]])

_NAME = prepared(select(UserRow.sort_name).where(UserRow.id == bindparam("after", type_=Uuid)))


@dataclass(frozen=True, slots=True)
class PeopleRequest(PageRequest):
    """Which page of a list of people is wanted, and of which of them: `query` is looked for in their names."""

    query: str = ""

    async def by_name(self, session: Asking, *, of: str) -> dict[str, Any]:
        """Return what a statement made by ``by_name`` is asked with, for this page. A query, but for the first page.

        Raises:
            FieldInvalid: the cursor is damaged, from another list, or from before somebody was erased.
        """
        name, after = "", FIRST
        if self.cursor is not None:
            # Where the last one stands is looked up: a name is longer than a cursor.
            after = decode_cursor(self.cursor, of=of)
            found = await session.scalar(_NAME, {"after": after})
            if found is None:
                raise FieldInvalid("cursor", "is not a cursor of this list")
            name = found
        looked_for = self.query.strip()
        return {
            "after_name": name,
            "after": after,
            "rows": self.limit + 1,
            "looked_for": sort_name(looked_for),
            "address": looked_for.lower(),
        }


def by_name(statement: Querying) -> Querying:
    """Put the query for a list of people in the order of their names, and cut any page out of it; see ``PeopleRequest.by_name``."""
    after = tuple_(bindparam("after_name", type_=Text), bindparam("after", type_=Uuid))
    return (
        statement.where(tuple_(UserRow.sort_name, UserRow.id) > after)
        .order_by(UserRow.sort_name, UserRow.id)
        .limit(bindparam("rows", type_=Integer))
    )


def searched(statement: Querying, *, addresses: bool) -> Querying:
    """Leave in a query for people those whose name has what is looked for; `addresses`: or whose address has it."""
    found = func.strpos(UserRow.sort_name, bindparam("looked_for", type_=Text)) > 0
    if addresses:
        found = or_(found, func.strpos(func.lower(UserRow.email), bindparam("address", type_=Text)) > 0)
    return statement.where(found)


async def _people_request(
    cursor: Annotated[str | None, Query(max_length=CURSOR_MAX_CHARS)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_ITEMS_MAX)] = PAGE_ITEMS,
    query: Annotated[SearchText, Query(max_length=TEXT_MAX_CHARS)] = "",
) -> PeopleRequest:
    return PeopleRequest(cursor, limit, query)


WantedPeople = Annotated[PeopleRequest, Depends(_people_request)]
