"""What of a class travels in an archive, part by part, in the order in which it arrives; whoever adds a part adds it here."""

from typing import Any

from classroom.archives.ports import Part
from classroom.assignments.portable import AssignmentsPart
from classroom.class_files.portable import ClassFilesPart
from classroom.courses.portable import CoursePart
from classroom.documents.portable import DocumentsPart
from classroom.files.portable import FilesPart
from classroom.grades.portable import GradebookPart
from classroom.lessons.portable import LessonsPart
from classroom.polls.portable import PollsPart
from classroom.progress.portable import ProgressPart
from classroom.slides.portable import SlidesPart

_FILES = FilesPart()
_BEFORE: tuple[Part[Any], ...] = (CoursePart(), PollsPart(), DocumentsPart())
_AFTER: tuple[Part[Any], ...] = (
    SlidesPart(),
    LessonsPart(),
    ClassFilesPart(),
    AssignmentsPart(),
    GradebookPart(),
    ProgressPart(),
)

ARRIVING: tuple[Part[Any], ...] = (*_BEFORE, _FILES, *_AFTER)
LEAVING: tuple[Part[Any], ...] = (*_BEFORE, *_AFTER, _FILES)
"""Which files leave is known last."""
