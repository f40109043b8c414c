"""The bodies of requests and answers about decks."""

from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer, Moment, RequestBody
from classroom.slides.rules import UploadState
from documents.access import Level


class SlideUpload(Answer):
    """The work on one uploaded PDF; its pages appear in the deck one after the other."""

    id: UUID
    document_id: UUID = Field(description="The deck.")
    file_id: UUID | None = Field(description="The PDF; null once its upload has failed.")
    file_name: str
    state: UploadState
    pages: int
    pages_done: int
    problem: str | None = Field(description="Why it failed: a stable code, for example `pdf_too_heavy`.")
    created_at: Moment


class PdfPage(Answer):
    """One page of an uploaded PDF."""

    file_id: UUID
    page: int = Field(description="Counted from 1.")
    width: float = Field(description="Points of 1/72 inch.")
    height: float
    title: str


class PdfPageText(PdfPage):
    """One page of an uploaded PDF with its words, for those who cannot see it."""

    text: str


class Deck(Answer):
    """What a deck has besides its document."""

    annotations: Level = Field(description="What students may do on the boards over its slides.")
    pages: list[PdfPage]
    uploads: list[SlideUpload] = Field(description="Of the last day; only teachers see them.")


class Annotations(RequestBody):
    """What students may do on the boards over all slides of a deck."""

    students: Level


class SlideBoard(Answer):
    """The board over a slide."""

    board_id: UUID
