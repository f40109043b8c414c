"""Let the exchange of a refresh token be repeated when its answer was lost."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refresh_tokens", sa.Column("successor_salt", sa.LargeBinary(), nullable=True))
