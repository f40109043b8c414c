"""The bodies of requests and answers about gradebooks."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from auth.http.schemas import Answer, Moment, Page, PlainText, RequestBody
from classroom.grades.models import GradeSource
from classroom.grades.rules import CATEGORIES_MAX, ITEMS_MAX, LETTERS_MAX
from classroom.grades.sheets import Fault
from classroom.numbers import Percent, Points, ShownPercent, ShownPoints, ShownWeight, Weight

CHANGES_MAX = 5000


class GradeCategory(Answer):
    """A part of the total: its weight beside the others, and how many of the lowest grades in it do not count."""

    id: UUID
    title: str
    weight: ShownWeight
    drop_lowest: int


class Letter(RequestBody):
    """A letter, or what the school calls it, and the lowest percentage that earns it."""

    label: PlainText
    from_percent: Percent


class ScaleStep(Answer):
    """A step of a scale, and the points that it stands for."""

    title: str
    points: ShownPoints


class GradeItem(Answer):
    """What is graded. Without a weight, it weighs its full marks. An assignment's title and full marks are the assignment's."""

    id: UUID
    title: str
    points_max: ShownPoints
    category_id: UUID | None
    weight: ShownWeight | None
    hidden: bool
    assignment_id: UUID | None
    scale: list[ScaleStep]


# A gradebook has thousands of them: they are put together without being checked once more.
@dataclass(slots=True, kw_only=True)
class Grade:
    """A grade. `share`: how much of the total it makes, in percent; null where it does not count; `dropped`: as one of the lowest."""

    item_id: UUID
    points: ShownPoints | None
    excused: bool
    share: ShownPercent | None
    dropped: bool
    returned: Annotated[bool, Field(description="The student may see it, unless its item is hidden.")]
    version: int


class CategoryResult(Answer):
    """What somebody has reached in one category."""

    category_id: UUID
    percent: ShownPercent


class StudentRow(Answer):
    """One student's grades and what they come to; to the student, of what is shown to them."""

    user_id: UUID
    name: str
    email: str | None = Field(description="For the class's teachers; null to anybody else.")
    namesake: bool = Field(description="Somebody else in the class has a name that reads the same.")
    color: str
    picture: UUID | None
    grades: list[Grade]
    categories: list[CategoryResult]
    percent: ShownPercent | None
    letter: str | None


class Gradebook(Answer):
    """A class's gradebook: all students for its teachers, page by page, and a student's own row for each student."""

    class_id: UUID
    class_title: str
    items: list[GradeItem]
    categories: list[GradeCategory]
    letters: list[Letter]
    version: int = Field(description="Of the categories and letters; send it back with a change of them.")
    students: list[StudentRow]
    next_cursor: str | None


class OwnGrades(Answer):
    """One's own grades in every class in which one is a student."""

    items: list[Gradebook]


class NewGradeItem(RequestBody):
    """A column of the teachers' own."""

    title: PlainText
    points_max: Annotated[Points, Field(gt=0)] = Decimal(100)
    category_id: UUID | None = None
    weight: Weight | None = None
    hidden: bool = False


class GradeItemChanges(RequestBody):
    """What to change about an item; what is not named stays."""

    title: PlainText = ""
    points_max: Annotated[Points, Field(gt=0)] = Decimal(100)
    category_id: UUID | None = None
    weight: Weight | None = None
    hidden: bool = False


class ItemOrder(RequestBody):
    """The order of the items, first to last; those that are not named follow in the order they have."""

    item_ids: Annotated[list[UUID], Field(max_length=ITEMS_MAX)]


class CategoryWanted(RequestBody):
    """A category as it shall be; without an id, a new one."""

    id: UUID | None = None
    title: PlainText
    weight: Weight
    drop_lowest: Annotated[int, Field(ge=0, le=ITEMS_MAX)] = 0


class SchemeChange(RequestBody):
    """All categories and letters, in order. `version`: of those that one has seen."""

    version: Annotated[int, Field(ge=0)]
    categories: Annotated[list[CategoryWanted], Field(max_length=CATEGORIES_MAX)]
    letters: Annotated[list[Letter], Field(max_length=LETTERS_MAX)]

    @model_validator(mode="after")
    def _differ(self) -> Self:
        ids = [each.id for each in self.categories if each.id is not None]
        if len(set(ids)) < len(ids):
            raise ValueError("a category is named twice")
        if len({letter.from_percent for letter in self.letters}) < len(self.letters):
            raise ValueError("two letters begin at the same percentage")
        return self


class GradeChange(RequestBody):
    """A grade to set. `version`: of the grade that one has seen, 0 where there was none."""

    item_id: UUID
    user_id: UUID
    points: Points | None
    excused: bool = False
    version: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.excused and self.points is not None:
            raise ValueError("who is excused has no points")
        return self


class GradeChanges(RequestBody):
    """Grades to set: all of them, or none. `source`: whether they were typed into the grid or come from a table."""

    changes: Annotated[list[GradeChange], Field(min_length=1, max_length=CHANGES_MAX)]
    source: Literal[GradeSource.GRADEBOOK, GradeSource.TABLE] = GradeSource.GRADEBOOK


class ChangedGrade(Answer):
    """A grade that was set, with its new version."""

    item_id: UUID
    user_id: UUID
    points: ShownPoints | None
    excused: bool
    version: int


class ChangedGrades(Answer):
    """The grades that were set."""

    items: list[ChangedGrade]


class TableChange(Answer):
    """A grade that a table would change. `version` belongs into the change."""

    item_id: UUID
    user_id: UUID
    name: str
    points_before: ShownPoints | None
    excused_before: bool
    points: ShownPoints | None
    excused: bool
    version: int


class BadTableRow(Answer):
    """What is wrong in a line of the table (the first is 1), in which column, and what stands there."""

    line: int
    fault: Fault
    column: str | None
    value: str


class TablePreview(Answer):
    """What a table would change, and everything that is wrong in it. Nothing is changed yet: send `changes` to do it."""

    encoding: str
    grades: int = Field(description="How many grades the table has, changed or not.")
    changes: list[TableChange]
    bad_rows: list[BadTableRow]
    unknown_columns: list[str]


class LoggedChange(Answer):
    """A change of a grade."""

    id: UUID
    item_id: UUID
    user_id: UUID
    student: str
    points_before: ShownPoints | None
    points_after: ShownPoints | None
    excused_before: bool
    excused_after: bool
    source: GradeSource
    changed_by: str | None
    changed_at: Moment


class ChangePage(Page[LoggedChange]):
    """One page of what was changed, newest first."""
