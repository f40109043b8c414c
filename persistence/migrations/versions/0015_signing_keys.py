"""Keep what makes the keys of access tokens, so that one can follow another."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_earlier", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signing_keys"),
    )
