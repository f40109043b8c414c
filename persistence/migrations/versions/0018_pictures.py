"""Keep people's pictures, and who took one away."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


ACTIONS = (
    "account_approved",
    "account_blocked",
    "account_unblocked",
    "block_ended",
    "picture_removed",
    "reset_sent",
    "role_changed",
    "person_invited",
)


def upgrade() -> None:
    op.drop_constraint("ck_audit_entries_action", "audit_entries", type_="check")
    op.create_check_constraint("ck_audit_entries_action", "audit_entries", f"action in {ACTIONS}")
    op.add_column("users", sa.Column("picture_id", sa.Uuid(), nullable=True))
    op.create_table(
        "pictures",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_pictures_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_pictures"),
        sa.UniqueConstraint("id", name="uq_pictures_id"),
    )
