"""Create sessions, their stages, raised hands and attendance; let documents be on stage."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("video_room", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state in ('scheduled', 'running', 'ended')", name="ck_sessions_state"),
        sa.CheckConstraint("ends_at > starts_at", name="ck_sessions_times"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_sessions_class_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_sessions_created_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_class_id", "sessions", ["class_id"])
    op.create_index(
        "uq_sessions_running", "sessions", ["class_id"], unique=True, postgresql_where=sa.text("state = 'running'")
    )
    op.create_table(
        "stages",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("shown_document_id", sa.Uuid(), nullable=True),
        sa.Column("slide_id", sa.Text(), nullable=True),
        sa.Column("put_by", sa.Uuid(), nullable=True),
        sa.Column("presenter_id", sa.Uuid(), nullable=True),
        sa.Column("locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("roam", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("timer_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("activity in ('none', 'document', 'video')", name="ck_stages_activity"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_stages_session_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_stages_document_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["shown_document_id"], ["documents.id"], name="fk_stages_shown_document_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["put_by"], ["users.id"], name="fk_stages_put_by", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["presenter_id"], ["users.id"], name="fk_stages_presenter_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("session_id", name="pk_stages"),
    )
    op.create_table(
        "raised_hands",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_raised_hands_session_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_raised_hands_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "user_id", name="pk_raised_hands"),
    )
    op.create_table(
        "attendance",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_attendance_session_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_attendance_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "user_id", name="pk_attendance"),
    )
    op.add_column("documents", sa.Column("on_stage", sa.Text(), server_default=sa.text("'off'"), nullable=False))
    op.add_column("documents", sa.Column("presenter_id", sa.Uuid(), nullable=True))
    op.create_check_constraint("ck_documents_on_stage", "documents", "on_stage in ('off', 'shown', 'locked')")
    op.create_foreign_key(
        "fk_documents_presenter_id", "documents", "users", ["presenter_id"], ["id"], ondelete="SET NULL"
    )
