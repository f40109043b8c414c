"""Let files be used by other things than documents, and be counted by person and by class."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("files", sa.Column("class_id", sa.Uuid(), nullable=True))
    op.add_column("files", sa.Column("unused_since", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key("fk_files_class_id", "files", "classes", ["class_id"], ["id"], ondelete="SET NULL")
    op.execute("update files set class_id = documents.class_id from documents where documents.id = files.document_id")
    op.create_index("ix_files_uploaded_by", "files", ["uploaded_by"], unique=False, postgresql_include=["size"])
    op.create_index("ix_files_class_id", "files", ["class_id"], unique=False, postgresql_include=["size"])
    op.create_index(
        "ix_files_unused_since",
        "files",
        ["unused_since"],
        unique=False,
        postgresql_where=sa.text("unused_since is not null"),
    )
