"""Let documents be slides, polls, progress boards and stages, and stay out of lists; keep where characters can be cut."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("ck_documents_kind", "documents")
    op.create_check_constraint(
        "ck_documents_kind", "documents", "kind in ('whiteboard', 'slides', 'poll', 'progress', 'stage')"
    )
    op.add_column("documents", sa.Column("listed", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("document_snapshots", sa.Column("halves", sa.LargeBinary(), nullable=True))
