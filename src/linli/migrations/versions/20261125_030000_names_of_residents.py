"""Names and phones of persons beside their ties to houses

Written by hand for the values; the indexes over them come with the next migration.

Revision ID: 20261125_030000
Revises: 20261125_010000
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_030000"
down_revision = "20261125_010000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("house_members", sa.Column("person_name", sa.Text(), server_default="", nullable=False))
    op.add_column("house_members", sa.Column("person_phone", sa.Text(), nullable=True))
    op.execute(
        "UPDATE house_members SET "
        "person_name = coalesce((SELECT name FROM persons WHERE persons.id = house_members.person_id), ''), "
        "person_phone = (SELECT phone FROM persons WHERE persons.id = house_members.person_id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("house_members", schema=None) as batch_op:
        batch_op.drop_column("person_phone")
        batch_op.drop_column("person_name")
