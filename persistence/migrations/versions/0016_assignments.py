"""Keep assignments, what is handed in for them, and gradebooks; let students have pages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = "'whiteboard', 'slides', 'poll', 'progress', 'stage', 'page'"


def timestamp(name: str, *, now: bool = False, nullable: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def upgrade() -> None:
    op.drop_constraint("ck_documents_kind", "documents", type_="check")
    op.create_check_constraint("ck_documents_kind", "documents", f"kind in ({KINDS})")
    create_assignments()
    create_gradebooks()


def create_assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("answers", JSONB(), nullable=False),
        timestamp("due_at", nullable=True),
        timestamp("cutoff_at", nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("late", JSONB(), nullable=True),
        sa.Column("attempts_max", sa.Integer(), nullable=True),
        sa.Column("points_max", sa.Numeric(9, 2), nullable=True),
        sa.Column("scale", JSONB(), nullable=True),
        sa.Column("rubric", JSONB(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        timestamp("created_at", now=True),
        timestamp("updated_at", now=True),
        timestamp("published_at", nullable=True),
        timestamp("deleted_at", nullable=True),
        sa.CheckConstraint("attempts_max > 0", name="ck_assignments_attempts_max"),
        sa.CheckConstraint("points_max > 0", name="ck_assignments_points_max"),
        sa.CheckConstraint(
            "cutoff_at is null or due_at is null or cutoff_at >= due_at", name="ck_assignments_cutoff_at"
        ),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_assignments_class_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_assignments_created_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_class_id_id", "assignments", ["class_id", "id"], unique=False)
    op.create_table(
        "assignment_extensions",
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        timestamp("due_at"),
        timestamp("cutoff_at", nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        timestamp("granted_at", now=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name="fk_assignment_extensions_assignment_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_assignment_extensions_user_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["users.id"], name="fk_assignment_extensions_granted_by", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("assignment_id", "user_id", name="pk_assignment_extensions"),
    )
    op.create_index("ix_assignment_extensions_user_id", "assignment_extensions", ["user_id"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("draft", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("writing", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        timestamp("handed_in_at", nullable=True),
        sa.Column("late_seconds", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("penalty_percent", sa.Numeric(5, 2), server_default=sa.text("0"), nullable=False),
        sa.Column("raw_points", sa.Numeric(9, 2), nullable=True),
        sa.Column("rubric", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("feedback", sa.Text(), server_default=sa.text("''"), nullable=False),
        timestamp("created_at", now=True),
        timestamp("updated_at", now=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name="fk_submissions_assignment_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_submissions_user_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_submissions_document_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.UniqueConstraint("assignment_id", "user_id", name="uq_submissions_assignment_id_user_id"),
        sa.UniqueConstraint("document_id", name="uq_submissions_document_id"),
    )
    op.create_index("ix_submissions_user_id", "submissions", ["user_id"], unique=False)
    op.create_table(
        "submission_attempts",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document_seq", sa.BigInteger(), nullable=True),
        timestamp("handed_in_at"),
        sa.Column("late_seconds", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number > 0", name="ck_submission_attempts_number"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name="fk_submission_attempts_submission_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("submission_id", "number", name="pk_submission_attempts"),
    )
    op.create_table(
        "submission_files",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name="fk_submission_files_submission_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_submission_files_file_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("submission_id", "number", "file_id", name="pk_submission_files"),
    )
    op.create_index("ix_submission_files_file_id", "submission_files", ["file_id"], unique=False)
    op.create_table(
        "feedback_files",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name="fk_feedback_files_submission_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_feedback_files_file_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("submission_id", "file_id", name="pk_feedback_files"),
    )
    op.create_index("ix_feedback_files_file_id", "feedback_files", ["file_id"], unique=False)


def create_gradebooks() -> None:
    op.create_table(
        "gradebooks",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("letters", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_gradebooks_class_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("class_id", name="pk_gradebooks"),
    )
    op.create_table(
        "grade_categories",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("weight", sa.Numeric(9, 3), nullable=False),
        sa.Column("drop_lowest", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight >= 0", name="ck_grade_categories_weight"),
        sa.CheckConstraint("drop_lowest >= 0", name="ck_grade_categories_drop_lowest"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_grade_categories_class_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_grade_categories"),
    )
    op.create_index("ix_grade_categories_class_id", "grade_categories", ["class_id"], unique=False)
    op.create_table(
        "grade_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("points_max", sa.Numeric(9, 2), nullable=True),
        sa.Column("weight", sa.Numeric(9, 3), nullable=True),
        sa.Column("hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        timestamp("created_at", now=True),
        timestamp("removed_at", nullable=True),
        sa.CheckConstraint("(assignment_id is null) = (title is not null)", name="ck_grade_items_title"),
        sa.CheckConstraint("(assignment_id is null) = (points_max is not null)", name="ck_grade_items_points_max"),
        sa.CheckConstraint("weight >= 0", name="ck_grade_items_weight"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_grade_items_class_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name="fk_grade_items_assignment_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["grade_categories.id"], name="fk_grade_items_category_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_grade_items"),
        sa.UniqueConstraint("assignment_id", name="uq_grade_items_assignment_id"),
    )
    op.create_index("ix_grade_items_class_id", "grade_items", ["class_id"], unique=False)
    op.create_index("ix_grade_items_category_id", "grade_items", ["category_id"], unique=False)
    op.create_table(
        "grades",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Numeric(9, 2), nullable=True),
        sa.Column("excused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("graded_by", sa.Uuid(), nullable=True),
        timestamp("graded_at"),
        timestamp("returned_at", nullable=True),
        sa.CheckConstraint("points is null or not excused", name="ck_grades_excused"),
        sa.ForeignKeyConstraint(["item_id"], ["grade_items.id"], name="fk_grades_item_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_grades_user_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["graded_by"], ["users.id"], name="fk_grades_graded_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("item_id", "user_id", name="pk_grades"),
    )
    op.create_index("ix_grades_user_id_item_id", "grades", ["user_id", "item_id"], unique=False)
    op.create_index("ix_grades_graded_by", "grades", ["graded_by"], unique=False)
    op.create_table(
        "grade_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("points_before", sa.Numeric(9, 2), nullable=True),
        sa.Column("points_after", sa.Numeric(9, 2), nullable=True),
        sa.Column("excused_before", sa.Boolean(), nullable=False),
        sa.Column("excused_after", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        timestamp("changed_at", now=True),
        sa.CheckConstraint("source in ('submission', 'gradebook', 'table')", name="ck_grade_changes_source"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_grade_changes_class_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["grade_items.id"], name="fk_grade_changes_item_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_grade_changes_user_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name="fk_grade_changes_changed_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_grade_changes"),
    )
    op.create_index("ix_grade_changes_class_id_id", "grade_changes", ["class_id", "id"], unique=False)
    op.create_index("ix_grade_changes_item_id_user_id_id", "grade_changes", ["item_id", "user_id", "id"], unique=False)
    op.create_index("ix_grade_changes_user_id", "grade_changes", ["user_id"], unique=False)
    op.create_index("ix_grade_changes_changed_by", "grade_changes", ["changed_by"], unique=False)
