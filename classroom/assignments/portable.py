"""The assignments of a class, as they travel: what is asked, not what was handed in."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy import select

from auth.http.schemas import RequestBody
from classroom.archives.ports import Arriving, Leaving, Part
from classroom.assignments.actions import add_assignment
from classroom.assignments.answers import kept_values
from classroom.assignments.models import AssignmentRow
from classroom.assignments.rules import AnswerKind
from classroom.assignments.schemas import NewAssignment

ASSIGNMENTS_MAX = 1_000


class PortableAssignment(NewAssignment):
    """An assignment, as one would make it, and since when the class sees it."""

    id: UUID
    # In one order, so that the same assignment is always written in the same way.
    answers: list[AnswerKind]  # type: ignore[assignment]
    published_at: AwareDatetime | None


class PortableAssignments(RequestBody):
    """The assignments of a class, in the order in which they were made."""

    items: Annotated[list[PortableAssignment], Field(max_length=ASSIGNMENTS_MAX)]


class AssignmentsPart(Part[PortableAssignments]):
    """Assignments with their rubrics. What they count in the gradebook is the gradebook's."""

    name = "assignments"
    said = PortableAssignments

    async def leave(self, leaving: Leaving) -> PortableAssignments | None:
        """See Part."""
        found = await leaving.session.scalars(
            select(AssignmentRow)
            .where(AssignmentRow.class_id == leaving.class_id, AssignmentRow.deleted_at.is_(None))
            .order_by(AssignmentRow.id)
        )
        names = PortableAssignment.model_fields
        # Full marks that a scale or a rubric says are not said twice.
        items = [
            PortableAssignment.model_validate(
                {name: getattr(row, name) for name in names} | ({"points_max": None} if row.scale or row.rubric else {})
            )
            for row in found.all()
        ]
        return PortableAssignments(items=items) if items else None

    async def arrive(self, arriving: Arriving, said: PortableAssignments) -> None:
        """See Part."""
        for each in said.items:
            row, _ = await add_assignment(
                arriving.session,
                class_id=arriving.class_id,
                created_by=arriving.teacher_id,
                values={**kept_values(each), "published_at": each.published_at},
            )
            arriving.ids.add(each.id, row.id)
