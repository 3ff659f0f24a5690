"""Keep the picture of openings from afar

Revision ID: 20261130_153400
Revises: 20261130_151300
"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_153400"
down_revision = "20261130_151300"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_remote_opens", sa.Column("picture", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("access_remote_opens") as batch_op:
        batch_op.drop_column("picture")
