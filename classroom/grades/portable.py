"""How a class's gradebook is put together, as it travels: categories, letters and what is graded, without any grade."""

from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import select

from auth.http.schemas import PlainText, RequestBody
from classroom.archives.ports import Arriving, Leaving, Part
from classroom.grades.actions import add_item
from classroom.grades.models import CategoryRow, GradebookRow, ItemRow
from classroom.grades.rules import CATEGORIES_MAX, ITEMS_MAX, LETTERS_MAX
from classroom.grades.schemas import CategoryWanted, Letter
from classroom.numbers import Points, Weight
from persistence.ids import new_id


class PortableCategory(CategoryWanted):
    """A category."""

    id: UUID


class PortableItem(RequestBody):
    """What is graded: an assignment, or with a title and full marks a column of the teachers' own."""

    assignment_id: UUID | None = None
    title: PlainText | None = None
    points_max: Annotated[Points, Field(gt=0)] | None = None
    category_id: UUID | None = None
    weight: Weight | None = None
    hidden: bool = False

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        own = self.assignment_id is None
        if own is (self.title is None) or own is (self.points_max is None):
            raise ValueError("must be an assignment, or have a title and full marks")
        return self


class PortableGradebook(RequestBody):
    """A gradebook; all in order."""

    categories: Annotated[list[PortableCategory], Field(max_length=CATEGORIES_MAX)]
    letters: Annotated[list[Letter], Field(max_length=LETTERS_MAX)]
    items: Annotated[list[PortableItem], Field(max_length=ITEMS_MAX)]


class GradebookPart(Part[PortableGradebook]):
    """The gradebook. Assignments have arrived before."""

    name = "gradebook"
    said = PortableGradebook

    async def leave(self, leaving: Leaving) -> PortableGradebook | None:
        """See Part."""
        session, class_id = leaving.session, leaving.class_id
        categories = await session.scalars(
            select(CategoryRow).where(CategoryRow.class_id == class_id).order_by(CategoryRow.position, CategoryRow.id)
        )
        book = await session.get(GradebookRow, class_id)
        items = await session.scalars(
            select(ItemRow)
            .where(ItemRow.class_id == class_id, ItemRow.removed_at.is_(None))
            .order_by(ItemRow.position, ItemRow.id)
        )
        names = ("assignment_id", "title", "points_max", "category_id", "weight", "hidden")
        said = PortableGradebook(
            categories=[
                PortableCategory(id=row.id, title=row.title, weight=row.weight, drop_lowest=row.drop_lowest)
                for row in categories.all()
            ],
            letters=[
                Letter(label=label, from_percent=Decimal(lowest)) for label, lowest in (book.letters if book else ())
            ],
            items=[PortableItem(**{name: getattr(row, name) for name in names}) for row in items.all()],
        )
        return said if said.categories or said.letters or said.items else None

    async def arrive(self, arriving: Arriving, said: PortableGradebook) -> None:
        """See Part."""
        session, class_id = arriving.session, arriving.class_id
        if said.categories or said.letters:
            letters = [[letter.label, str(letter.from_percent)] for letter in said.letters]
            session.add(GradebookRow(class_id=class_id, letters=letters, version=1))
        for position, category in enumerate(said.categories):
            session.add(
                CategoryRow(
                    id=arriving.ids.add(category.id, new_id()),
                    class_id=class_id,
                    title=category.title,
                    weight=category.weight,
                    drop_lowest=category.drop_lowest,
                    position=position,
                )
            )
        await session.flush()
        categories = {each.id for each in said.categories}
        assigned = {
            row.assignment_id: row for row in await session.scalars(select(ItemRow).where(ItemRow.class_id == class_id))
        }
        for position, each in enumerate(said.items):
            if each.category_id is not None and each.category_id not in categories:
                raise ValueError("an item is in a category that is not there")
            category_id = None if each.category_id is None else arriving.ids[each.category_id]
            if each.assignment_id is None:
                row = await add_item(session, class_id=class_id, title=each.title, points_max=each.points_max)
            else:
                found = assigned.get(arriving.ids.held(each.assignment_id))
                if found is None:
                    raise ValueError("an item is of an assignment that is not there")
                row = found
            row.category_id, row.weight, row.hidden, row.position = category_id, each.weight, each.hidden, position
        await session.flush()
