"""Share limits of calls

Revision ID: 20261129_141535
Revises: 20261129_105500
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_141535"
down_revision = "20261129_105500"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "openapi_slices",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("span", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("subject", "path", "span", name=op.f("pk_openapi_slices")),
    )
    # A key of the table stays one under its new name.
    op.execute("ALTER TABLE openapi_limits RENAME COLUMN app_key TO subject")
    op.add_column(
        "openapi_usage",
        sa.Column(
            "refused",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
    )
    op.create_index("ix_openapi_usage_tenant", "openapi_usage", ["tenant_id", "day"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_openapi_usage_tenant", "openapi_usage")
    op.execute("ALTER TABLE openapi_usage DROP COLUMN refused")
    # What was set for companies and for everybody has no place in the older table.
    op.execute("DELETE FROM openapi_limits WHERE subject NOT IN (SELECT app_key FROM app_keys)")
    op.execute("ALTER TABLE openapi_limits RENAME COLUMN subject TO app_key")
    op.drop_table("openapi_slices")
