"""Create progress boards."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "progress_boards",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("remarks_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_progress_boards_class_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_progress_boards_document_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_id", name="pk_progress_boards"),
        sa.UniqueConstraint("document_id", name="uq_progress_boards_document_id"),
    )
    op.create_table(
        "progress_pages",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["progress_boards.class_id"], name="fk_progress_pages_class_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_progress_pages_user_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_progress_pages_document_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_id", "user_id", name="pk_progress_pages"),
        sa.UniqueConstraint("document_id", name="uq_progress_pages_document_id"),
    )
    op.create_index("ix_progress_pages_user_id", "progress_pages", ["user_id"], unique=False)
    op.create_table(
        "progress_columns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("activity_kind", sa.Text(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "activity_kind in ('document', 'lesson', 'assignment', 'quiz')", name="ck_progress_columns_activity_kind"
        ),
        sa.CheckConstraint(
            "type in ('task', 'reading', 'test', 'presentation', 'lesson', 'assignment', 'quiz')",
            name="ck_progress_columns_type",
        ),
        sa.CheckConstraint("(activity_kind is null) = (activity_id is null)", name="ck_progress_columns_activity"),
        sa.CheckConstraint(
            "activity_kind is not distinct from 'document' or (title is not null and type is not null)",
            name="ck_progress_columns_named",
        ),
        sa.ForeignKeyConstraint(
            ["class_id"], ["progress_boards.class_id"], name="fk_progress_columns_class_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_progress_columns"),
        sa.UniqueConstraint("class_id", "activity_kind", "activity_id", name="uq_progress_columns_activity"),
    )
    op.create_table(
        "progress_cells",
        sa.Column("column_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("stuck", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('opened', 'working', 'handed_in', 'graded')", name="ck_progress_cells_state"),
        sa.CheckConstraint("stuck or state is not null", name="ck_progress_cells_says_something"),
        sa.CheckConstraint("score is null or state = 'graded'", name="ck_progress_cells_score"),
        sa.ForeignKeyConstraint(
            ["column_id"], ["progress_columns.id"], name="fk_progress_cells_column_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_progress_cells_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("column_id", "user_id", name="pk_progress_cells"),
    )
    op.create_index("ix_progress_cells_user_id", "progress_cells", ["user_id"], unique=False)
    op.create_table(
        "progress_remarks",
        sa.Column("column_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["column_id"], ["progress_columns.id"], name="fk_progress_remarks_column_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_progress_remarks_user_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["written_by"], ["users.id"], name="fk_progress_remarks_written_by", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("column_id", "user_id", name="pk_progress_remarks"),
    )
    op.create_index("ix_progress_remarks_user_id", "progress_remarks", ["user_id"], unique=False)
