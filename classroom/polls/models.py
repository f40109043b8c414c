"""The tables of polls and ballots.

Of an anonymous poll nothing here ties a ballot to a person: see ``docs/decisions/0030-anonymous-ballots.md``.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, false, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from documents.poll import PollState, PollType, ResultsMode
from persistence.base import Base, TextEnum, one_of


class PollRow(Base):
    """What is asked, and how it stands. Its row lock orders the ballots of a poll."""

    __tablename__ = "polls"
    __table_args__ = (
        one_of("type", PollType),
        one_of("state", PollState),
        one_of("results", ResultsMode),
        UniqueConstraint("document_id"),
        Index("ix_polls_class_id", "class_id"),
        # What a clock has to close; almost always empty.
        Index("ix_polls_closes_at", "closes_at", postgresql_where=sql("state = 'open'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    question: Mapped[str]
    type: Mapped[PollType] = mapped_column(TextEnum(PollType))
    settings: Mapped[dict[str, Any]]
    anonymous: Mapped[bool]
    results: Mapped[ResultsMode] = mapped_column(TextEnum(ResultsMode))
    state: Mapped[PollState] = mapped_column(TextEnum(PollState), server_default=sql("'draft'"))
    published: Mapped[bool] = mapped_column(server_default=false())
    round: Mapped[int] = mapped_column(Integer, server_default=sql("1"))
    seconds: Mapped[int | None] = mapped_column(Integer)
    closes_at: Mapped[datetime | None]
    hidden_texts: Mapped[list[str]] = mapped_column(JSONB, server_default=sql("'[]'"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PollRoundRow(Base):
    """One round's tally; of an anonymous poll also who has voted and what is in the urn, each sorted by numbers that mean nothing.

    `marks`: 16 bytes per voter, which only a key outside of the database ties to a person. `urn`: `[hash of the voter's secret, choices]`.
    `key_mark` tells whether the key is still the one that the marks were made with.
    """

    __tablename__ = "poll_rounds"

    poll_id: Mapped[UUID] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tally: Mapped[dict[str, Any]]
    key_mark: Mapped[bytes | None]
    marks: Mapped[bytes | None]
    urn: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))


class PollBallotRow(Base):
    """A named ballot. It stays, nameless, when its voter's account is erased."""

    __tablename__ = "poll_ballots"
    __table_args__ = (
        UniqueConstraint("poll_id", "round", "user_id"),
        Index("ix_poll_ballots_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    poll_id: Mapped[UUID] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"))
    round: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    choices: Mapped[list[str]] = mapped_column(JSONB)
    cast_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PollQuestionRow(Base):
    """A question that somebody put in a Q&A. In an anonymous one it has no author and no time, and its id is random."""

    __tablename__ = "poll_questions"
    __table_args__ = (Index("ix_poll_questions_poll_id", "poll_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    poll_id: Mapped[UUID] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    text: Mapped[str]
    answered: Mapped[bool] = mapped_column(server_default=false())
    hidden: Mapped[bool] = mapped_column(server_default=false())
    asked_at: Mapped[datetime | None]
