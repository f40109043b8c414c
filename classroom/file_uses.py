"""Everything that uploaded files are used for: a line for each feature that lends them. See ``classroom.files``."""

from sqlalchemy.orm import InstrumentedAttribute

from classroom.assignments.files import FILE_USES as WORK
from classroom.class_files.actions import FILE_USE as CLASS_FILES
from classroom.documents.files import FILE_USE as DOCUMENTS
from classroom.files.models import FileRow
from classroom.files.uses import FileUse
from classroom.lessons.files import FILE_USE as LESSONS
from classroom.slides.models import PdfPageRow

FILE_USES: tuple[FileUse, ...] = (DOCUMENTS, CLASS_FILES, LESSONS, *WORK)

BYTES_NAMED_BY: tuple[InstrumentedAttribute[bytes], ...] = (
    FileRow.sha256,
    PdfPageRow.image_sha256,
    PdfPageRow.thumbnail_sha256,
)
"""Every column that names bytes in the file store; what none of them names is removed from it."""
