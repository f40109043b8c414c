"""What a class's polls ask, as it travels. Whatever became of them stays: they arrive as polls that were prepared."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import select

from auth.http.schemas import RequestBody
from classroom.archives.ports import Arriving, Leaving, Part
from classroom.documents.models import DocumentRow
from classroom.polls.actions import add_poll
from classroom.polls.models import PollRow
from classroom.polls.picture import asked
from classroom.polls.schemas import NewPoll, PollChanges

POLLS_MAX = 20_000


class PortablePoll(NewPoll):
    """A poll, as one would make it."""

    id: UUID

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        self.asked()
        return self


class PortablePolls(RequestBody):
    """The polls of a class, in the order in which they were made."""

    items: Annotated[list[PortablePoll], Field(max_length=POLLS_MAX)]


class PollsPart(Part[PortablePolls]):
    """Polls. Their documents are made anew, because there is nothing in them but how a poll stands."""

    name = "polls"
    said = PortablePolls

    async def leave(self, leaving: Leaving) -> PortablePolls | None:
        """See Part."""
        found = await leaving.session.scalars(
            select(PollRow)
            .join(DocumentRow, DocumentRow.id == PollRow.document_id)
            .where(PollRow.class_id == leaving.class_id, DocumentRow.deleted_at.is_(None))
            .order_by(PollRow.id)
        )
        items = [
            PortablePoll(id=row.id, **PollChanges().over(row, asked(row)).model_dump(mode="json"))
            for row in found.all()
        ]
        return PortablePolls(items=items) if items else None

    async def arrive(self, arriving: Arriving, said: PortablePolls) -> None:
        """See Part."""
        for each in said.items:
            row = await add_poll(
                arriving.session,
                class_id=arriving.class_id,
                created_by=arriving.teacher_id,
                ask=each.asked(),
                anonymous=each.anonymous,
                results=each.results,
                seconds=each.seconds,
            )
            arriving.ids.add(each.id, row.id)
