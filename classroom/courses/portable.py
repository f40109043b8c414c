"""The course of a class, as it travels: as one that has yet to be published, because a catalogue is its school's."""

from sqlalchemy import select

from classroom.archives.ports import Arriving, Leaving, Part
from classroom.courses.actions import Words, add_course
from classroom.courses.models import CourseClassRow, CourseRow, Enrolment
from classroom.courses.schemas import NewCourse, Seats


class PortableCourse(NewCourse):
    """A course, and how one gets into this class of it."""

    enrolment: Enrolment
    seats: Seats | None


class CoursePart(Part[PortableCourse]):
    """What a class is of."""

    name = "course"
    said = PortableCourse

    async def leave(self, leaving: Leaving) -> PortableCourse | None:
        """See Part."""
        found = await leaving.session.execute(
            select(CourseRow, CourseClassRow)
            .join(CourseClassRow, CourseClassRow.course_id == CourseRow.id)
            .where(CourseClassRow.class_id == leaving.class_id, CourseRow.deleted_at.is_(None))
        )
        row = found.one_or_none()
        if row is None:
            return None
        course, place = row
        return PortableCourse(
            title=course.title,
            category=course.category,
            description=course.description,
            enrolment=place.enrolment,
            seats=place.seats,
        )

    async def arrive(self, arriving: Arriving, said: PortableCourse) -> None:
        """See Part."""
        words = Words(title=said.title, category=said.category, description=said.description)
        course = await add_course(arriving.session, words, created_by=arriving.teacher_id)
        arriving.session.add(
            CourseClassRow(class_id=arriving.class_id, course_id=course.id, enrolment=said.enrolment, seats=said.seats)
        )
        await arriving.session.flush()
