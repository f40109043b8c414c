"""The demo catalogue: the course that the demo class is of, and one that nobody teaches a class of yet."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from classroom.courses.models import CourseClassRow, CourseRow, Enrolment
from classroom.courses.rules import searchable
from persistence.base import utc_now
from persistence.ids import new_id


async def add_demo_courses(session: AsyncSession, *, class_id: UUID, teacher_id: UUID) -> None:
    """Add a published course with the demo class in it, and a draft."""
    course = _course(
        teacher_id,
        title="Science, year 7",
        category="Science",
        description="Water, weather and what lives in between. We observe, draw and measure, each week outside once.\n\nNothing is needed but a notebook.",
    )
    course.published_at = utc_now()
    draft = _course(
        teacher_id,
        title="Astronomy after dark",
        category="Clubs",
        description="One evening a month on the roof, with the school's telescope.",
    )
    session.add_all([course, draft])
    await session.flush()
    session.add(CourseClassRow(class_id=class_id, course_id=course.id, enrolment=Enrolment.CODE, seats=28))
    await session.flush()


def _course(teacher_id: UUID, *, title: str, category: str, description: str) -> CourseRow:
    return CourseRow(
        id=new_id(),
        title=title,
        category=category,
        description=description,
        search_text=searchable(title, category, description),
        created_by=teacher_id,
    )
