"""Keep what was on stage, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stage_showings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("put_by", sa.Uuid(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("activity in ('document', 'video')", name="ck_stage_showings_activity"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_stage_showings_session_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_stage_showings_document_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["put_by"], ["users.id"], name="fk_stage_showings_put_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_stage_showings"),
    )
    # What is on stage now is one thing.
    op.create_index(
        "uq_stage_showings_now",
        "stage_showings",
        ["session_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index("ix_stage_showings_session_id", "stage_showings", ["session_id", "id"], unique=False)
