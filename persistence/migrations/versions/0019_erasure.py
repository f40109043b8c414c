"""Keep in the audit log whom it was about when an account is erased."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ACTIONS = (
    "account_approved",
    "account_blocked",
    "account_unblocked",
    "account_erased",
    "block_ended",
    "picture_removed",
    "reset_sent",
    "role_changed",
    "person_invited",
)


def upgrade() -> None:
    op.drop_constraint("fk_audit_entries_actor_id", "audit_entries", type_="foreignkey")
    op.drop_constraint("fk_audit_entries_subject_id", "audit_entries", type_="foreignkey")
    op.drop_constraint("ck_audit_entries_action", "audit_entries", type_="check")
    op.create_check_constraint("ck_audit_entries_action", "audit_entries", f"action in {ACTIONS}")
