"""Share files in classes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "class_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("audience in ('everybody', 'teachers')", name="ck_class_files_audience"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_class_files_class_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_class_files_file_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name="fk_class_files_added_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_class_files"),
        sa.UniqueConstraint("class_id", "file_id", name="uq_class_files_class_id"),
    )
    op.create_index("ix_class_files_class_id", "class_files", ["class_id", "id"], unique=False)
    op.create_index("ix_class_files_file_id", "class_files", ["file_id"], unique=False)
