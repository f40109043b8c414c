"""The bodies of requests and answers about courses."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema

from auth.http.schemas import Answer, Moment, Page, PlainText, RequestBody
from auth.rules import clean_text
from classroom.classes.models import ClassRole
from classroom.courses.models import Enrolment
from classroom.courses.rules import CATEGORY_MAX_CHARS, DESCRIPTION_MAX_CHARS, SEATS_MAX, Refusal, clean_description


def _clean_category(text: str) -> str:
    return clean_text(text, max_chars=CATEGORY_MAX_CHARS)


Category = Annotated[
    str,
    AfterValidator(_clean_category),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": CATEGORY_MAX_CHARS}),
]
Description = Annotated[
    str, AfterValidator(clean_description), WithJsonSchema({"type": "string", "maxLength": DESCRIPTION_MAX_CHARS})
]
Seats = Annotated[int, Field(ge=1, le=SEATS_MAX)]


class NewCourse(RequestBody):
    """A course to make; nobody else sees it before it is published."""

    title: PlainText
    category: Category
    description: Description = ""


class CourseChanges(RequestBody):
    """What to change about a course; what is not named stays."""

    title: PlainText | None = None
    category: Category | None = None
    description: Description | None = None


class CourseTeacher(Answer):
    """Somebody who teaches a class of a course."""

    id: UUID
    name: str
    color: str
    picture: UUID | None


class Course(Answer):
    """A course as the catalogue shows it. `teaches`: one may change it; `class_id`: the class of it in which one is a student."""

    id: UUID
    title: str
    category: str
    description: str
    published: bool
    teachers: list[CourseTeacher]
    class_count: int
    teaches: bool
    class_id: UUID | None
    created_at: Moment
    updated_at: Moment


class CoursePage(Page[Course]):
    """One page of courses, newest first."""


class CourseClass(Answer):
    """A class of a course. `refusal` says why one cannot enrol in it now; `role` is one's own in it. `seats`: null for any number."""

    id: UUID
    title: str
    teachers: list[CourseTeacher]
    enrolment: Enrolment
    seats: int | None
    student_count: int
    refusal: Refusal | None
    role: ClassRole | None


class CourseDetail(Course):
    """A course with its classes."""

    classes: list[CourseClass]


class CourseCategory(Answer):
    """A category of the catalogue, and how many courses are in it."""

    category: str
    courses: int


class CourseCategories(Answer):
    """The categories of the catalogue, by name."""

    items: list[CourseCategory]


class NewCourseClass(RequestBody):
    """A class to make for a course."""

    title: PlainText
    enrolment: Enrolment = Enrolment.OPEN
    seats: Seats | None = None


class ClassPlace(RequestBody):
    """How one gets into a class of a course: `code` asks for its join code; `seats`: how many students it takes, null for any number."""

    enrolment: Enrolment
    seats: Seats | None = None


class EnrolmentRequest(RequestBody):
    """The class of the course to join, with its join code where it wants one."""

    class_id: UUID
    join_code: Annotated[str, Field(max_length=100, examples=["ABCD-EFGH"])] | None = None
