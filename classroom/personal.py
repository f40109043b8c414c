"""What the classroom knows about one person, part by part."""

from auth.personal.ports import Household
from classroom.assignments.personal import AssignmentRecords
from classroom.class_files.personal import ClassFileRecords
from classroom.classes.personal import ClassRecords
from classroom.courses.personal import CourseRecords
from classroom.documents.personal import DocumentRecords
from classroom.file_uses import BYTES_NAMED_BY, FILE_USES
from classroom.files.personal import FileBin, FileRecords
from classroom.grades.personal import GradeRecords
from classroom.lessons.personal import LessonRecords
from classroom.polls.personal import PollRecords
from classroom.progress.known import KnownProgress
from classroom.progress.personal import ProgressRecords
from classroom.roster.personal import RosterRecords
from classroom.sessions.personal import SessionRecords
from collab_server.live import LiveDocuments
from persistence.database import Database
from persistence.file_store import FileStore


def household(database: Database, live: LiveDocuments, *, file_store: FileStore, progress: KnownProgress) -> Household:
    """Return all parts of the classroom; whoever adds one that keeps something about people adds it here."""
    file_bin = FileBin(database, file_store, BYTES_NAMED_BY)
    return Household(
        [
            ClassRecords(),
            RosterRecords(),
            CourseRecords(),
            LessonRecords(),
            DocumentRecords(database),
            PollRecords(),
            SessionRecords(live),
            AssignmentRecords(live, file_bin, FILE_USES),
            GradeRecords(),
            ClassFileRecords(),
            # After those that use files, and let go of them.
            FileRecords(file_bin, FILE_USES),
            # Last, because it takes the person out of their classes.
            ProgressRecords(database, live, progress),
        ]
    )
