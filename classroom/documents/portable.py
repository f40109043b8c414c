"""The boards and decks of a class, as they travel."""

import json
import zlib
from collections.abc import Iterable
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, and_, exists, or_, select

from auth.http.schemas import PlainText, RequestBody
from classroom.archives.errors import ArchiveError
from classroom.archives.ports import Arriving, Leaving, Part
from classroom.documents.actions import begin_log
from classroom.documents.export import updates_of, written
from classroom.documents.models import DocumentRow
from classroom.files.answers import FILE_URL_PREFIX
from classroom.files.models import FileRow
from classroom.slides.models import SlideBoardRow
from documents.access import Level, OnStage
from documents.export import ExportFormat
from documents.kinds import Kind
from documents.reading import UnreadableUpdate
from documents.references import pointing_to, shown_files, slides_in

DOCUMENTS_MAX = 20_000
DOCUMENTS_PER_LINE = 50


class PortableDocument(RequestBody):
    """A document; `listed`: it stands among those of the class, and does not lie over a slide."""

    id: UUID
    kind: Literal[Kind.WHITEBOARD, Kind.SLIDES]
    title: PlainText
    students: Level
    listed: bool


class PortableDocuments(RequestBody):
    """The documents of a class, in the order in which they were made; their content is beside it, in files of its own."""

    items: Annotated[list[PortableDocument], Field(max_length=DOCUMENTS_MAX)]


class DocumentsPart(Part[PortableDocuments]):
    """Documents, each as a Yjs update and for people to read. What they point to comes along under new ids."""

    name = "documents"
    said = PortableDocuments
    of_documents = True

    async def leave(self, leaving: Leaving) -> PortableDocuments | None:
        """See Part. A board over a slide leaves only with the slide."""
        found = (await leaving.session.scalars(_leaving(leaving).order_by(DocumentRow.id))).all()
        covered: set[UUID] = set()
        items = []
        # Decks first: what they show decides which boards lie over a slide.
        for number, row in enumerate(sorted(found, key=lambda each: each.kind is not Kind.SLIDES), start=1):
            if not row.listed and row.id not in covered:
                continue
            leaving.documents.add(row.id)
            roots = await _put(leaving, row)
            if row.kind is Kind.SLIDES:
                slides = {slide for slide, _ in slides_in(roots)}
                covered |= await boards_of(leaving, row.id, slides)
            shown = shown_files(row.kind, roots, prefix=FILE_URL_PREFIX)
            # Anybody who may write can name any file: only those that were uploaded to this very document are its own.
            own = select(FileRow.id).where(FileRow.document_id == row.id, FileRow.id.in_(shown))
            leaving.files.update((await leaving.session.scalars(own)).all())
            items.append(
                PortableDocument.model_validate({name: getattr(row, name) for name in PortableDocument.model_fields})
            )
            if number % DOCUMENTS_PER_LINE == 0:
                leaving.report(f"{number} of {len(found)} documents")
        return PortableDocuments(items=sorted(items, key=lambda each: each.id)) if items else None

    def holds(self, said: PortableDocuments) -> Iterable[UUID]:
        """See Part."""
        return (each.id for each in said.items)

    async def arrive(self, arriving: Arriving, said: PortableDocuments) -> None:
        """See Part."""
        ids = arriving.ids
        for number, item in enumerate(said.items, start=1):
            row = DocumentRow(
                id=ids[item.id],
                class_id=arriving.class_id,
                kind=item.kind,
                title=item.title,
                students=item.students,
                created_by=arriving.teacher_id,
                listed=item.listed,
                on_stage=OnStage.OFF,
            )
            arriving.session.add(row)
            await arriving.session.flush()
            update = arriving.archive.read(f"documents/{item.id}.yjs")
            change = pointing_to(item.kind, ids.__getitem__, prefix=FILE_URL_PREFIX)
            await begin_log(arriving.session, row.id, arriving.seeds(item.kind, update, change))
            if number % DOCUMENTS_PER_LINE == 0:
                arriving.report(f"{number} of {len(said.items)} documents")


async def boards_of(leaving: Leaving, deck: UUID, slides: set[str]) -> set[UUID]:
    """Return the boards over the slides that a deck still has."""
    found = await leaving.session.execute(
        select(SlideBoardRow.slide_id, SlideBoardRow.board_id).where(SlideBoardRow.document_id == deck)
    )
    return {row.board_id for row in found if row.slide_id in slides}


def _leaving(leaving: Leaving) -> Select[DocumentRow]:
    lies_over = exists().where(SlideBoardRow.board_id == DocumentRow.id)
    statement = select(DocumentRow).where(
        DocumentRow.class_id == leaving.class_id,
        DocumentRow.deleted_at.is_(None),
        DocumentRow.kind.in_([Kind.WHITEBOARD, Kind.SLIDES]),
        or_(DocumentRow.listed, lies_over),
    )
    if leaving.document_id is None:
        return statement
    of_it = exists().where(
        and_(SlideBoardRow.board_id == DocumentRow.id, SlideBoardRow.document_id == leaving.document_id)
    )
    return statement.where(or_(DocumentRow.id == leaving.document_id, of_it))


async def _put(leaving: Leaving, row: DocumentRow) -> dict[str, Any]:
    """Write a document, and return its roots."""
    try:
        updates = await updates_of(leaving.session, row.id)
        state = await written(row.kind, ExportFormat.YJS, updates, images={})
        readable = await written(row.kind, ExportFormat.JSON, updates, images={})
    except (UnreadableUpdate, RuntimeError, TimeoutError, zlib.error) as error:
        raise ArchiveError(f"The document {row.title!r} ({row.id}) cannot be read.") from error
    leaving.luggage.put(f"documents/{row.id}.yjs", state)
    leaving.luggage.put(f"documents/{row.id}.json", readable)
    roots: dict[str, Any] = json.loads(readable)
    return roots
