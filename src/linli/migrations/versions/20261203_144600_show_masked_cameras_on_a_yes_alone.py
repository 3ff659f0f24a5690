"""Show masked cameras to upper platforms on a yes alone

Revision ID: 20261203_144600
Revises: 20261203_094000
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_144600"
down_revision = "20261203_094000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "gb_upper_cameras",
        sa.Column(
            "unmasked",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            server_default="0",
        ),
    )


def downgrade() -> None:
    op.drop_column("gb_upper_cameras", "unmasked")
