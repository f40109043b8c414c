"""Keep who changed what about people; let a block end; send mail and take back its links."""

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
    op.add_column(
        "auth_sessions",
        sa.Column("last_used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("details", JSONB(), nullable=False),
        sa.CheckConstraint(
            "action in ('account_approved', 'account_blocked', 'account_unblocked', 'block_ended', 'reset_sent', 'role_changed', "
            "'person_invited')",
            name="ck_audit_entries_action",
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name="fk_audit_entries_actor_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["subject_id"], ["users.id"], name="fk_audit_entries_subject_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_actor_id", "audit_entries", ["actor_id", "id"], unique=False)
    op.create_index("ix_audit_entries_subject_id", "audit_entries", ["subject_id", "id"], unique=False)
    op.create_table(
        "outgoing_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind in ('password_reset', 'password_changed', 'email_change', 'email_changed')",
            name="ck_outgoing_mails_kind",
        ),
        sa.CheckConstraint("state in ('waiting', 'sent', 'failed', 'dropped')", name="ck_outgoing_mails_state"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_outgoing_mails_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing_mails"),
    )
    op.create_index(
        "ix_outgoing_mails_due_at",
        "outgoing_mails",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_outgoing_mails_user_id", "outgoing_mails", ["user_id"], unique=False)
    op.create_table(
        "account_links",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose in ('password_reset', 'email_change')", name="ck_account_links_purpose"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_account_links_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_account_links"),
    )
    op.create_index("ix_account_links_user_id", "account_links", ["user_id"], unique=False)
