"""Create polls and their ballots."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TYPES = "'single', 'multiple', 'yes_no', 'scale', 'ranking', 'open_text', 'word_cloud', 'q_and_a', 'scored'"


def upgrade() -> None:
    op.create_table(
        "polls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("results", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("published", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_texts", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"type in ({TYPES})", name="ck_polls_type"),
        sa.CheckConstraint("state in ('draft', 'open', 'closed')", name="ck_polls_state"),
        sa.CheckConstraint("results in ('live', 'hidden')", name="ck_polls_results"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_polls_class_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_polls_created_by", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_polls_document_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_polls"),
        sa.UniqueConstraint("document_id", name="uq_polls_document_id"),
    )
    op.create_index("ix_polls_class_id", "polls", ["class_id"], unique=False)
    op.create_index(
        "ix_polls_closes_at", "polls", ["closes_at"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "poll_rounds",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tally", postgresql.JSONB(), nullable=False),
        sa.Column("key_mark", sa.LargeBinary(), nullable=True),
        sa.Column("marks", sa.LargeBinary(), nullable=True),
        sa.Column("urn", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_poll_rounds_poll_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("poll_id", "round", name="pk_poll_rounds"),
    )
    op.create_table(
        "poll_ballots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("choices", postgresql.JSONB(), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_poll_ballots_poll_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_poll_ballots_user_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_poll_ballots"),
        sa.UniqueConstraint("poll_id", "round", "user_id", name="uq_poll_ballots_poll_id"),
    )
    op.create_index("ix_poll_ballots_user_id", "poll_ballots", ["user_id"], unique=False)
    op.create_table(
        "poll_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_poll_questions_author_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_poll_questions_poll_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_poll_questions"),
    )
    op.create_index("ix_poll_questions_poll_id", "poll_questions", ["poll_id"], unique=False)
