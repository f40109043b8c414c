"""Put people into the order of their names, and find those whose names read alike, without reading all of them into the application.

The order is made by the database from the name, so that it is right whoever writes the name. Adding the column writes the
table of accounts anew, which has a row for each person: well under a second for ten thousand.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
usable_from = "0020"  # a column that the database fills in, and an index: older code names neither


def upgrade() -> None:
    # As `auth.rules.sort_name`, in the words of the database.
    op.execute(r"""
        alter table users add column sort_name text not null generated always as (
            translate(replace(replace(replace(
                lower(regexp_replace(normalize(name, nfkd), '[\u0300-\u036f]', '', 'g')),
            'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'øłđı', 'oldi')
        ) stored
    """)
    # Only for who has the same name: an order that only few are of is quicker made than found among everybody.
    op.execute("create index ix_users_sort_name on users using hash (sort_name)")
