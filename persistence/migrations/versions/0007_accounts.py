"""Keep who changed what about people; let a block end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint("ck_users_blocked_until", "users", "blocked_until is null or status = 'blocked'")
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("details", JSONB(), nullable=False),
        sa.CheckConstraint(
            "action in ('account_approved', 'account_blocked', 'account_unblocked', 'block_ended', 'role_changed', "
            "'person_invited')",
            name="ck_audit_entries_action",
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name="fk_audit_entries_actor_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["subject_id"], ["users.id"], name="fk_audit_entries_subject_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_actor_id", "audit_entries", ["actor_id", "id"], unique=False)
    op.create_index("ix_audit_entries_subject_id", "audit_entries", ["subject_id", "id"], unique=False)
