"""Create lessons, the units they stand in, and who has read them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lesson_units",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_lesson_units_class_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_lesson_units"),
    )
    op.create_index("ix_lesson_units_class_id", "lesson_units", ["class_id"], unique=False)
    op.create_table(
        "lessons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_lessons_class_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["lesson_units.id"], name="fk_lessons_unit_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_lessons_created_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_lessons"),
    )
    op.create_index("ix_lessons_class_id", "lessons", ["class_id"], unique=False)
    op.create_index("ix_lessons_unit_id", "lessons", ["unit_id"], unique=False)
    op.create_table(
        "lesson_texts",
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name="fk_lesson_texts_lesson_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["edited_by"], ["users.id"], name="fk_lesson_texts_edited_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("lesson_id", name="pk_lesson_texts"),
    )
    op.create_table(
        "lesson_readers",
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name="fk_lesson_readers_lesson_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_lesson_readers_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson_id", "user_id", name="pk_lesson_readers"),
    )
    op.create_index("ix_lesson_readers_user_id", "lesson_readers", ["user_id"], unique=False)
    op.create_table(
        "lesson_files",
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name="fk_lesson_files_lesson_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_lesson_files_file_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("lesson_id", "file_id", name="pk_lesson_files"),
    )
    op.create_index("ix_lesson_files_file_id", "lesson_files", ["file_id"], unique=False)
