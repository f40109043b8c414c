"""Create decks and the work on uploaded PDFs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decks",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("annotations", sa.Text(), server_default="read", nullable=False),
        sa.CheckConstraint("annotations in ('none', 'read', 'write')", name="ck_decks_annotations"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_decks_document_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", name="pk_decks"),
    )
    op.create_table(
        "slide_boards",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("slide_id", sa.Text(), nullable=False),
        sa.Column("board_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_slide_boards_document_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["board_id"], ["documents.id"], name="fk_slide_boards_board_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "slide_id", name="pk_slide_boards"),
        sa.UniqueConstraint("board_id", name="uq_slide_boards_board_id"),
    )
    op.create_table(
        "slide_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pages_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state in ('queued', 'working', 'done', 'failed')", name="ck_slide_uploads_state"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_slide_uploads_document_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_slide_uploads_file_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_slide_uploads"),
    )
    op.create_index("ix_slide_uploads_document_id", "slide_uploads", ["document_id"], unique=False)
    op.create_table(
        "pdf_pages",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("width", sa.Float(), nullable=False),
        sa.Column("height", sa.Float(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("image_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("thumbnail_sha256", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_pdf_pages_file_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_id", "page", name="pk_pdf_pages"),
    )
