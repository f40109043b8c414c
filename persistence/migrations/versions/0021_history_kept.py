"""Let snapshots stand for rows of the log that are gone, and know the files that no kept moment shows."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
usable_from = "0020"  # a column with a default and a table: older code does not name them


def upgrade() -> None:
    op.add_column(
        "document_snapshots", sa.Column("kept", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_table(
        "forgotten_files",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("names", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_forgotten_files_file_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_id", name="pk_forgotten_files"),
    )
