"""The files of documents: a board's images, a deck's PDFs. They stay for as long as the document and its history do."""

from sqlalchemy import select

from classroom.documents.access import access_document
from classroom.files.models import FileRow
from classroom.files.uses import FileUse

FILE_USE = FileUse(
    "document",
    files=select(FileRow.id, FileRow.document_id).where(FileRow.document_id.is_not(None)),
    access=access_document,
)
