"""Walk through long lists with cursors that clients need not understand."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import Integer, Select, Uuid, bindparam
from sqlalchemy.orm import InstrumentedAttribute

from auth.errors import FieldInvalid
from persistence.reading import prepared

PAGE_ITEMS = 50
PAGE_ITEMS_MAX = 100
CURSOR_MAX_CHARS = 100
_CHECKSUM_BYTES = 4
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
"""Before and after all ids."""

Row = TypeVar("Row")
Querying = TypeVar("Querying", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is wanted."""

    cursor: str | None
    limit: int

    def narrow(
        self, statement: Querying, column: InstrumentedAttribute[UUID], *, of: str, newest_first: bool = False
    ) -> Querying:
        """Order a query by an id and cut this page out of it, with one row more to see whether another page follows.

        Args:
            statement: the query for the whole list.
            column: the id that orders it; UUIDv7, so the order is that of creation.
            of: the list's name; a cursor of one list is refused by every other.
            newest_first: whether the order is descending.

        Raises:
            FieldInvalid: the cursor is damaged or from another list.
        """
        if self.cursor is not None:
            after = decode_cursor(self.cursor, of=of)
            statement = statement.where(column < after if newest_first else column > after)
        return statement.order_by(column.desc() if newest_first else column.asc()).limit(self.limit + 1)

    def values(self, *, of: str, newest_first: bool = False) -> dict[str, Any]:
        """Return what a statement made by ``paged`` is asked with, for this page.

        Raises:
            FieldInvalid: the cursor is damaged or from another list.
        """
        bound = LAST if newest_first else FIRST
        after = bound if self.cursor is None else decode_cursor(self.cursor, of=of)
        return {"after": after, "rows": self.limit + 1}

    def cut(self, rows: Sequence[Row], ids: Sequence[UUID], *, of: str) -> tuple[Sequence[Row], str | None]:
        """Return the rows of this page and the cursor for the next, given the rows that ``narrow`` found."""
        if len(rows) <= self.limit:
            return rows, None
        return rows[: self.limit], encode_cursor(ids[self.limit - 1], of=of)


def paged(statement: Querying, column: InstrumentedAttribute[UUID], *, newest_first: bool = False) -> Querying:
    """Make of the query for a whole list the prepared one for any page of it; see ``PageRequest.values``."""
    after = bindparam("after", type_=Uuid)
    within = column < after if newest_first else column > after
    order = column.desc() if newest_first else column.asc()
    return prepared(statement.where(within).order_by(order).limit(bindparam("rows", type_=Integer)))


def encode_cursor(last: UUID, *, of: str) -> str:
    """Return the cursor that continues a list after an id."""
    return base64.urlsafe_b64encode(last.bytes + _checksum(last, of)).rstrip(b"=").decode("ascii")


def decode_cursor(cursor: str, *, of: str) -> UUID:
    """Return the id after which a list continues.

    Raises:
        FieldInvalid: the cursor is damaged or from another list.
    """
    try:
        data = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        last = UUID(bytes=data[:16])
    except (ValueError, binascii.Error):
        raise FieldInvalid("cursor", "is not a cursor of this list") from None
    if data[16:] != _checksum(last, of):
        raise FieldInvalid("cursor", "is not a cursor of this list")
    return last


def _checksum(last: UUID, of: str) -> bytes:
    # It only tells damage and mixed-up lists: a forged cursor shows nothing that the list would not show.
    return hashlib.sha256(of.encode() + last.bytes).digest()[:_CHECKSUM_BYTES]


async def _page_request(
    cursor: Annotated[str | None, Query(max_length=CURSOR_MAX_CHARS)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_ITEMS_MAX)] = PAGE_ITEMS,
) -> PageRequest:
    return PageRequest(cursor, limit)


WantedPage = Annotated[PageRequest, Depends(_page_request)]
