"""Spare each appended row the look at its document: the statement that appends has the document's head locked already.

The check cost PostgreSQL as much as all the rest of the row. What the foreign key did when a document is deleted, a trigger does.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("fk_document_updates_document_id", "document_updates", type_="foreignkey")
    op.execute(
        """
        create function forget_document_updates() returns trigger language plpgsql as $$
        begin
            delete from document_updates using gone where document_updates.document_id = gone.document_id;
            return null;
        end $$
        """
    )
    op.execute(
        """
        create trigger forget_updates after delete on document_heads referencing old table as gone
        for each statement execute function forget_document_updates()
        """
    )
