"""The bodies of requests and answers about a document's history."""

from uuid import UUID

from pydantic import Field

from auth.http.schemas import Answer, Moment, Page, RequestBody
from documents.kinds import Kind


class Author(Answer):
    """Somebody who changed the document; the name is null where the account is gone."""

    user_id: UUID
    name: str | None
    color: str | None
    picture: UUID | None


class Burst(Answer):
    """Changes that follow closely on each other: one piece of work."""

    first_seq: int
    last_seq: int = Field(description="The moment after this work, to look at and to bring back.")
    started_at: Moment
    ended_at: Moment
    changes: int
    people: list[Author] = Field(description="Who changed something, most changes first; empty: the server alone.")
    restored_seq: int | None = Field(description="Set where an earlier moment was brought back: the row it was after.")
    restored_at: Moment | None = Field(
        description="When that row was written; null where the document was empty, or the row is no longer kept."
    )


class History(Page[Burst]):
    """One page of a document's history, the newest work first. A page may be short while more follows."""

    document_id: UUID
    class_id: UUID
    title: str
    kind: Kind
    seq: int = Field(description="The number of the last row of the log.")
    kept_from: int = Field(
        description="The first row of the history: the moments before it are no longer kept, but for those of work that was"
        " handed in. 0: the history is whole."
    )
    restorable: bool = Field(description="Whether an earlier moment of such a document can be brought back.")


class MomentToRestore(RequestBody):
    """The row of the log after which the document was as it shall be again; 0 is empty."""

    seq: int = Field(ge=0, lt=2**63)


class RestoredMoment(Answer):
    """What became of it. Restore `replaced_seq` to take it back."""

    epoch: int = Field(description="The document's new epoch: copies of an earlier one are refused.")
    replaced_seq: int = Field(description="The last row before, the moment that was replaced.")
