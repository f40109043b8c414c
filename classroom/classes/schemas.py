"""The bodies of requests and answers about classes."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer, Moment, Page, PlainText, RequestBody
from classroom.classes.models import ClassRole


class NewClass(RequestBody):
    """A class to make."""

    title: PlainText


class ClassChanges(RequestBody):
    """What to change about a class."""

    title: PlainText


class JoinRequest(RequestBody):
    """The code of the class to join; case, spaces and dashes are free."""

    join_code: Annotated[str, Field(max_length=100, examples=["ABCD-EFGH"])]


class ClassTeacher(Answer):
    """A teacher of a class."""

    id: UUID
    name: str
    color: str
    picture: UUID | None


class CourseOfClass(Answer):
    """The course that a class is one of."""

    id: UUID
    title: str


class Class(Answer):
    """A class, as one of its members sees it. Code and link are for its teachers."""

    id: UUID
    title: str
    join_code: str | None
    join_url: str | None
    role: ClassRole
    teachers: list[ClassTeacher]
    student_count: int
    course: CourseOfClass | None
    created_at: Moment


class ClassPage(Page[Class]):
    """One page of classes, newest first."""


class JoinPreview(Answer):
    """What a join code opens, before anything is asked for."""

    title: str
    teachers: list[str]


class Member(Answer):
    """A person in a class. The address is for the class's teachers."""

    user_id: UUID
    name: str
    color: str
    picture: UUID | None
    role: ClassRole
    joined_at: Moment
    email: str | None
    namesake: bool = Field(description="Somebody else in the class has a name that reads the same.")


class MemberPage(Page[Member]):
    """One page of members, by name."""


class MemberChanges(RequestBody):
    """What to change about a member."""

    role: ClassRole
