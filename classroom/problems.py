"""How the errors of the classroom, and of all below it, are told over HTTP."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from fastapi import FastAPI

from auth.errors import AddressTaken, NotFound
from auth.http.problems import SHARED_PROBLEMS, ProblemKind, ProblemTable, install
from classroom import errors
from collab_server.live import MomentNotKept, NotCommitted
from persistence.errors import FileMissing, FilesAway, StorageFull

BODY_MAX_BYTES = 1024 * 1024
STREAMED_PATHS = re.compile(
    r"/api/files|/api/me/picture|/api/documents/[^/]+/slides|/api/classes/[^/]+/(?:members/import|grades/preview)"
)

PROBLEMS: ProblemTable = MappingProxyType(
    {
        **SHARED_PROBLEMS,
        errors.UnknownJoinCode: ProblemKind(404, "unknown_join_code", "No class has this code. Look at it again."),
        errors.LastTeacher: ProblemKind(
            409, "last_teacher", "A class needs a teacher. Make somebody else a teacher first, or delete the class."
        ),
        errors.UnsupportedMediaType: ProblemKind(
            415, "program_refused", "Programs cannot be uploaded. Put it into an archive first."
        ),
        errors.FileEmpty: ProblemKind(422, "file_empty", "This file is empty. Is it still being saved or fetched?"),
        errors.PersonFilesFull: ProblemKind(
            413, "person_files_full", "You have no room for it: your files have as many bytes as they may have."
        ),
        errors.ClassFilesFull: ProblemKind(
            413, "class_files_full", "The class has no room for it: its files have as many bytes as they may have."
        ),
        errors.HouseFilesFull: ProblemKind(
            413, "house_files_full", "The school has no room for it. Tell your administrator."
        ),
        errors.UploadStalled: ProblemKind(408, "upload_stalled", "Nothing arrived for a minute. Send the file again."),
        errors.UnsupportedImage: ProblemKind(
            415,
            "unsupported_media_type",
            "This is no PNG, JPEG, GIF, WebP or script-free SVG image, or not what it claims to be.",
        ),
        errors.ImageTooLarge: ProblemKind(413, "file_too_large", "The image has too many pixels."),
        errors.MalformedUpload: ProblemKind(422, "validation_failed", "Send one file in the form field `file`."),
        errors.NotAPdf: ProblemKind(415, "not_a_pdf", "This file is no PDF."),
        errors.BrokenPdf: ProblemKind(422, "pdf_broken", "This PDF is damaged: it cannot be read."),
        errors.EncryptedPdf: ProblemKind(
            422, "pdf_encrypted", "This PDF needs a password. Save a copy without one and upload that."
        ),
        errors.TooManyPages: ProblemKind(
            413, "pdf_too_many_pages", "A PDF may have 200 pages. Split it and upload the parts."
        ),
        errors.PdfTooHeavy: ProblemKind(
            422, "pdf_too_heavy", "Drawing this PDF takes too much memory or time. Save a simpler copy and upload that."
        ),
        FilesAway: ProblemKind(
            503,
            "files_unavailable",
            "Files cannot be reached right now. Nothing is lost; try again in a moment.",
            {"Retry-After": "5"},
        ),
        StorageFull: ProblemKind(507, "storage_full", "The school's disk is full. Tell your administrator."),
        FileMissing: ProblemKind(500, "file_missing", "The content of this file is gone. Tell your administrator."),
        MomentNotKept: ProblemKind(
            410, "moment_not_kept", "The history does not go back so far any more. Choose a later moment."
        ),
        NotCommitted: ProblemKind(
            503,
            "not_committed",
            "The database does not take it right now. Nothing is lost; try again.",
            {"Retry-After": "5"},
        ),
    }
)

# Only what another request can bring about between our own check and the commit.
CONSTRAINTS: Mapping[str, type[Exception]] = MappingProxyType(
    {
        "uq_users_email": AddressTaken,
        "fk_memberships_user_id": NotFound,
        "fk_memberships_class_id": NotFound,
        "fk_documents_class_id": NotFound,
        "fk_document_access_user_id": NotFound,
        "fk_document_access_document_id": NotFound,
        "fk_document_heads_document_id": NotFound,
        "fk_files_document_id": NotFound,
        "fk_files_class_id": NotFound,
        "fk_class_files_class_id": NotFound,
        "fk_decks_document_id": NotFound,
        "fk_slide_uploads_document_id": NotFound,
        "fk_course_classes_class_id": NotFound,
        "fk_course_classes_course_id": NotFound,
        "fk_class_invitations_class_id": NotFound,
        "fk_assignments_class_id": NotFound,
        "fk_assignment_extensions_user_id": NotFound,
        "fk_submissions_user_id": NotFound,
        "fk_grade_items_class_id": NotFound,
        "fk_grade_items_category_id": NotFound,
        "fk_grades_user_id": NotFound,
    }
)


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the API as problem details, and bound the bodies of its requests."""
    install(app, table=PROBLEMS, constraints=CONSTRAINTS, body_max_bytes=BODY_MAX_BYTES, streamed_paths=STREAMED_PATHS)
