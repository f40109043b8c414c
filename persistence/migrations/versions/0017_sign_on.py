"""Let people sign on with accounts elsewhere, and have no password here."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("users", "password_hash", nullable=True)
    op.add_column("auth_sessions", sa.Column("provider", sa.Text(), nullable=True))
    op.create_table(
        "sign_on_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_on_accounts_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_on_accounts"),
    )
    op.create_index("uq_sign_on_accounts_subject", "sign_on_accounts", ["issuer", "subject"], unique=True)
    op.create_index("uq_sign_on_accounts_user_id", "sign_on_accounts", ["user_id", "issuer"], unique=True)
    op.create_table(
        "sign_on_flows",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("code_verifier", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("next", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["auth_sessions.id"], name="fk_sign_on_flows_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("state_hash", name="pk_sign_on_flows"),
    )
    op.create_index("ix_sign_on_flows_expires_at", "sign_on_flows", ["expires_at"], unique=False)
    op.create_index("ix_sign_on_flows_session_id", "sign_on_flows", ["session_id"], unique=False)
