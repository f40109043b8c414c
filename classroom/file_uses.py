"""Everything that uploaded files are used for: a line for each feature that lends them. See ``classroom.files``."""

from classroom.documents.files import FILE_USE as DOCUMENTS
from classroom.files.uses import FileUse
from classroom.lessons.files import FILE_USE as LESSONS

FILE_USES: tuple[FileUse, ...] = (DOCUMENTS, LESSONS)
