"""Find the teachers of many classes, and count the students, without going through everybody in them."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
usable_from = "0019"  # an index: older code is only quicker with it


def upgrade() -> None:
    op.create_index("ix_memberships_class_id_role", "memberships", ["class_id", "role"])
