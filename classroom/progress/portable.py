"""The columns of a class's board of progress, as it travels; how far somebody has come stays."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator
from sqlalchemy import or_, select

from auth.http.schemas import PlainText, RequestBody
from classroom.archives.ports import Arriving, Leaving, Part
from classroom.progress.board import add_board
from classroom.progress.columns import COLUMNS_MAX
from classroom.progress.models import ActivityKind, BoardRow, ColumnRow, ColumnType


class PortableColumn(RequestBody):
    """A column: of the teachers' own, or of a lesson or an assignment."""

    activity_kind: Literal[ActivityKind.LESSON, ActivityKind.ASSIGNMENT] | None
    activity_id: UUID | None
    title: PlainText
    type: ColumnType
    due_at: AwareDatetime | None
    hidden: bool

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.activity_kind is None) is not (self.activity_id is None):
            raise ValueError("must be about an activity, or about none")
        return self


class PortableBoard(RequestBody):
    """The columns in order; those of documents are not among them, because every document has one."""

    items: Annotated[list[PortableColumn], Field(max_length=COLUMNS_MAX)]


class ProgressPart(Part[PortableBoard]):
    """The board. Everything that it is about has arrived before."""

    name = "progress"
    said = PortableBoard

    async def leave(self, leaving: Leaving) -> PortableBoard | None:
        """See Part."""
        if await leaving.session.get(BoardRow, leaving.class_id) is None:
            return None
        found = await leaving.session.scalars(
            select(ColumnRow)
            .where(
                ColumnRow.class_id == leaving.class_id,
                ColumnRow.removed_at.is_(None),
                or_(
                    ColumnRow.activity_kind.is_(None),
                    ColumnRow.activity_kind.in_([ActivityKind.LESSON, ActivityKind.ASSIGNMENT]),
                ),
            )
            .order_by(ColumnRow.position, ColumnRow.id)
        )
        names = PortableColumn.model_fields
        return PortableBoard(
            items=[PortableColumn(**{name: getattr(row, name) for name in names}) for row in found.all()]
        )

    async def arrive(self, arriving: Arriving, said: PortableBoard) -> None:
        """See Part. A column of something that did not come along is passed over."""
        columns = []
        for each in said.items:
            activity_id = None if each.activity_id is None else arriving.ids.held(each.activity_id)
            if each.activity_kind is None or activity_id is not None:
                columns.append(ColumnRow(**{**each.model_dump(), "activity_id": activity_id}))
        await add_board(arriving.session, arriving.class_id, own_columns=columns)
