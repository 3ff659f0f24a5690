"""Keep what devices are subscribed to and where cameras are

Revision ID: 20261203_055200
Revises: 20261203_053900
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_055200"
down_revision = "20261203_053900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("gb_channels", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "listed",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                server_default="1",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("longitude", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("latitude", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("place_time", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column(
                "place_ms",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                server_default="0",
                nullable=False,
            )
        )

    with op.batch_alter_table("gb_devices", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("subscribes", sa.Text(), server_default="catalogue,alarm", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("gb_devices", schema=None) as batch_op:
        batch_op.drop_column("subscribes")

    with op.batch_alter_table("gb_channels", schema=None) as batch_op:
        batch_op.drop_column("place_ms")
        batch_op.drop_column("place_time")
        batch_op.drop_column("latitude")
        batch_op.drop_column("longitude")
        batch_op.drop_column("listed")
