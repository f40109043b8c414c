"""Create courses, the classes that belong to them, and invitations into classes."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_courses_created_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_courses"),
    )
    op.create_index(
        "ix_courses_category",
        "courses",
        ["category", "id"],
        unique=False,
        postgresql_where=sa.text("published_at is not null"),
    )
    op.create_index("ix_courses_created_by", "courses", ["created_by"], unique=False)
    op.create_table(
        "course_classes",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.CheckConstraint("enrolment in ('open', 'code', 'closed')", name="ck_course_classes_enrolment"),
        sa.CheckConstraint("seats > 0", name="ck_course_classes_seats"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_course_classes_class_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name="fk_course_classes_course_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("class_id", name="pk_course_classes"),
    )
    op.create_index("ix_course_classes_course_id", "course_classes", ["course_id"], unique=False)
    op.create_table(
        "class_invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_class_invitations_class_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name="fk_class_invitations_invitation_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["users.id"], name="fk_class_invitations_invited_by", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_class_invitations"),
        sa.UniqueConstraint("class_id", "email", name="uq_class_invitations_email"),
    )
    op.create_index("ix_class_invitations_invitation_id", "class_invitations", ["invitation_id"], unique=False)
