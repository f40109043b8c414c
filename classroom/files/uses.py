"""What files are used for, and the desk where other features claim them. How to use it stands at the top of this package."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from auth.actions import Person
from auth.errors import ContentInvalid, Forbidden, NotFound
from classroom.files.limits import DEFAULTS, FileLimits, UploadsUnderWay, check_class
from classroom.files.models import FileRow

Access = Callable[[AsyncSession, Person, UUID], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class FileUse:
    """One thing that files are used for.

    name: what it is, for people who read logs.
    files: selects all pairs of a file and the thing that uses it.
    access: returns the thing for somebody who may see it, and raises NotFound (or Forbidden) for everybody else.
    """

    name: str
    files: Select[UUID, Any]
    access: Access

    def of(self, file_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
        """Say in SQL that a file is used for this."""
        pairs = self.files.subquery()
        return exists(select(literal(1)).select_from(pairs).where(pairs.c[0] == file_id))


def unused(uses: Sequence[FileUse]) -> ColumnElement[bool]:
    """Say in SQL that nothing uses a file."""
    return ~or_(false(), *(use.of(FileRow.id) for use in uses))


class FileDesk:
    """Where files are claimed for a use, and asked for by who may see what uses them."""

    def __init__(self, uses: Sequence[FileUse], limits: FileLimits = DEFAULTS) -> None:
        self.limits = limits
        self.under_way = UploadsUnderWay()
        self._uses = {use.name: use for use in uses}

    async def claim(
        self, session: AsyncSession, person: Person, file_ids: Collection[UUID], *, class_id: UUID | None
    ) -> list[FileRow]:
        """Return files that somebody has uploaded and now wants to use, in the order asked for; none goes before the commit.

        class_id: the class to which the thing that uses them belongs, if it belongs to one.

        Raises:
            ContentInvalid: one of them does not exist any more, or somebody else has uploaded it (`file_unknown`).
            ClassFilesFull: the class has no room for them.
        """
        found = await session.scalars(
            select(FileRow)
            .where(FileRow.id.in_(set(file_ids)), FileRow.uploaded_by == person.id, FileRow.document_id.is_(None))
            .order_by(FileRow.id)
            .with_for_update()
        )
        rows = {row.id: row for row in found.all()}
        if not set(file_ids) <= rows.keys():
            raise ContentInvalid("file_unknown", "A file is not here any more, or is not yours. Upload it again.")
        newly = [row for row in rows.values() if row.class_id is None]
        await check_class(session, self.limits, class_id=class_id, more_bytes=sum(row.size for row in newly))
        for row in newly:
            row.class_id = class_id
        for row in rows.values():
            row.unused_since = None
        await session.flush()
        return [rows[file_id] for file_id in dict.fromkeys(file_ids)]

    async def access(self, session: AsyncSession, person: Person, file_id: UUID) -> FileRow:
        """Return a file for whoever may see a thing that uses it, or, while nothing does, for who uploaded it.

        Raises:
            NotFound: there is no such file, or none for this person.
        """
        row = await session.get(FileRow, file_id)
        if row is None:
            raise NotFound
        things = await self._things(session, file_id)
        if not things and row.uploaded_by == person.id:
            return row
        for use, thing_id in things:
            try:
                await use.access(session, person, thing_id)
            except (NotFound, Forbidden):
                continue
            return row
        raise NotFound

    @property
    def uses(self) -> tuple[FileUse, ...]:
        """Return everything that files are used for."""
        return tuple(self._uses.values())

    async def _things(self, session: AsyncSession, file_id: UUID) -> list[tuple[FileUse, UUID]]:
        parts = []
        for use in self._uses.values():
            pairs = use.files.subquery()
            parts.append(select(literal(use.name), pairs.c[1]).where(pairs.c[0] == file_id))
        return [(self._uses[name], thing_id) for name, thing_id in (await session.execute(union_all(*parts))).all()]
