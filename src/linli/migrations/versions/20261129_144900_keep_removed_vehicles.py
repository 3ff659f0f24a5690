"""Keep removed vehicles

Revision ID: 20261129_144900
Revises: 20261129_144505

A removed vehicle stays with the time of its removal, and its plate may be registered again meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_144900"
down_revision = "20261129_144505"
branch_labels = None
depends_on = None

_REGISTERED = sa.text("deleted_ms = 0")


def upgrade() -> None:
    with op.batch_alter_table("resident_vehicles", schema=None) as batch_op:
        batch_op.drop_index("uq_resident_vehicles_plate")
        batch_op.add_column(
            sa.Column(
                "deleted_ms",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                server_default="0",
                nullable=False,
            )
        )
    op.create_index(
        "uq_resident_vehicles_plate",
        "resident_vehicles",
        ["community_id", "plate"],
        unique=True,
        sqlite_where=_REGISTERED,
        postgresql_where=_REGISTERED,
    )


def downgrade() -> None:
    op.execute("DELETE FROM resident_vehicles WHERE deleted_ms <> 0")
    op.drop_index("uq_resident_vehicles_plate", "resident_vehicles")
    with op.batch_alter_table("resident_vehicles", schema=None) as batch_op:
        batch_op.drop_column("deleted_ms")
        batch_op.create_index("uq_resident_vehicles_plate", ["community_id", "plate"], unique=True)
