"""Say how homes may talk with doors

Revision ID: 20261130_184300
Revises: 20261130_182714
"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_184300"
down_revision = "20261130_182714"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, usual in (("intercom_homes", ""), ("intercom_settings", "video")):
        for name in ("indoor", "mobile"):
            op.add_column(table, sa.Column(name, sa.Text(), server_default=usual, nullable=False))


def downgrade() -> None:
    for table in ("intercom_settings", "intercom_homes"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("mobile")
            batch_op.drop_column("indoor")
