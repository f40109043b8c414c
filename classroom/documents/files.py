"""The files of documents: a board's images, a deck's PDFs. They stay for as long as the document and its history show them."""

from sqlalchemy import exists, func, literal, select

from classroom.documents.access import access_document
from classroom.files.models import FileRow, ForgottenFileRow
from classroom.files.uses import FileUse
from persistence.log_tables import DocumentUpdate

_names = func.unnest(ForgottenFileRow.names).table_valued("name")
_position = func.pg_catalog.position(DocumentUpdate.payload, func.convert_to(_names.c.name, "UTF8"))
_shown_again = (
    exists(literal(1))
    .select_from(DocumentUpdate)
    .correlate(FileRow, ForgottenFileRow)
    .where(
        DocumentUpdate.document_id == FileRow.document_id,
        DocumentUpdate.seq > ForgottenFileRow.seq,
        exists(literal(1)).select_from(_names).where(_position > 0),
    )
)
_forgotten = exists(literal(1)).where(ForgottenFileRow.file_id == FileRow.id, ~_shown_again)

FILE_USE = FileUse(
    "document",
    files=select(FileRow.id, FileRow.document_id).where(FileRow.document_id.is_not(None), ~_forgotten),
    access=access_document,
)
